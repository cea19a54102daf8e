"""Comparison of both models on the test images."""

from argparse import Namespace

from fp16core.commands.outcome import Outcome
from fp16core.commands.pair import chosen_pair
from fp16core.data.mnist import load_mnist
from fp16core.evaluate import comparison
from fp16core.evaluate.casting import casting_of
from fp16core.evaluate.comparison_document import comparison_document
from fp16core.terminal import new_table, print_table, say
from fp16core.text import bytes_text, count_text, percent_text, points_text, small_text


def compare(options: Namespace) -> Outcome:
    """Compare both models on the test images."""
    pair = chosen_pair(options)
    images, labels = load_mnist("test")
    images, labels = images[: options.limit], labels[: options.limit]
    found = comparison.compare(pair, images, labels)
    reference, target = found.reference.accuracy, found.target.accuracy
    cast = casting_of(pair)
    document = comparison_document(pair.name, found, cast)

    def show() -> None:
        for remark in cast.remarks(found):
            say(remark)
        table = new_table(
            f"{pair.name}, {count_text(found.images, 'image')}", "", "float32", "float16", "float16 − float32"
        )
        sizes = found.reference.size_bytes, found.target.size_bytes
        table.add_row("file size", *map(bytes_text, sizes), bytes_text(found.size_delta_bytes, signed=True))
        table.add_row("size, float32 / float16", "", "", f"{found.size_ratio:.2f}×")
        accuracies = reference.value, target.value
        table.add_row("accuracy", *map(percent_text, accuracies), points_text(found.accuracy_delta))
        intervals = (f"{percent_text(a.low)} to {percent_text(a.high)}" for a in (reference, target))
        table.add_row("95 % interval", *intervals, f"McNemar p = {found.mcnemar_p:.3g}")
        table.add_row("changed predictions", "", "", f"{found.changed_predictions:,}")
        table.add_row("largest logit change", "", "", small_text(found.max_abs_logit_delta))
        print_table(table)

    return Outcome(document, show)
