"""Comparison of both models on the test images."""

from argparse import Namespace

from fp16core.commands.shared.limited import limited_images
from fp16core.commands.shared.outcome import Outcome
from fp16core.commands.shared.pair import chosen_pair
from fp16core.evaluate import comparison
from fp16core.evaluate.casting import casting_of
from fp16core.evaluate.comparison_document import comparison_document
from fp16core.evaluate.comparison_table import COLUMNS, comparison_rows
from fp16core.terminal import new_table, print_table, say
from fp16core.text import count_text


def compare(options: Namespace) -> Outcome:
    """Compare both models on the test images."""
    pair = chosen_pair(options)
    images, labels = limited_images(options.limit)
    found = comparison.compare(pair, images, labels)
    cast = casting_of(pair)
    document = comparison_document(pair.name, found, cast)

    def show() -> None:
        for remark in cast.remarks(found):
            say(remark)
        table = new_table(f"{pair.name}, {count_text(found.images, 'image')}", *COLUMNS)
        for row in comparison_rows(document):
            table.add_row(*row)
        print_table(table)

    return Outcome(document, show)
