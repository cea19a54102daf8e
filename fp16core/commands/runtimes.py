"""Both files of a pair in every mode of execution: accuracy and times."""

from argparse import Namespace
from collections.abc import Mapping

from fp16core.commands.shared.modes import measure_modes
from fp16core.commands.shared.outcome import Outcome, parts_of, progress_bar
from fp16core.commands.shared.pair import chosen_pair
from fp16core.data.mnist import load_mnist, normalise
from fp16core.evaluate import comparison
from fp16core.evaluate.casting import NO_FLOAT16
from fp16core.modes.accuracy_tables import arithmetic_text, emulation_rows, emulation_sentence, mode_rows
from fp16core.modes.document import modes_document
from fp16core.modes.emulated import IMAGES, account_for_modes
from fp16core.modes.latency import ModeLatency
from fp16core.modes.latency_tables import latency_rows, memory_rows
from fp16core.modes.measured import measured_pair
from fp16core.modes.runs import ModeTable
from fp16core.terminal import new_table, print_table, say
from fp16core.text import count_text
from fp16core.tflite.halves import holds_float16_weights

_CHANGES = "largest logit change", "mean logit change"


def runtimes(options: Namespace) -> Outcome:
    """Run both files in every mode of execution."""
    pair = chosen_pair(options)
    images, labels = load_mnist("test")
    images, labels = images[: options.limit], labels[: options.limit]
    baseline = comparison.compare(pair, images, labels).reference
    with progress_bar(options) as on_progress:
        measuring, emulating = parts_of(on_progress, 0.95)
        outcomes, latencies = measure_modes(pair, images, labels, options.batch, not options.no_latency, measuring)
        table = ModeTable(baseline, outcomes)
        accounted = account_for_modes(table, pair, normalise(images[:IMAGES]), emulating)
    document = modes_document(measured_pair(pair), table, latencies, accounted)

    def show() -> None:
        if not holds_float16_weights(pair.target):
            say(NO_FLOAT16)
        batch = next((run.batch for run in table.runs), options.batch)
        title = f"{pair.name}, {count_text(len(images), 'image')}, batches of {batch}"
        _print(title, _narrow(mode_rows(table), "mode", "file", "accuracy", "changed answers", *_CHANGES))
        for mode, outcome in outcomes.items():
            if isinstance(outcome, str):
                say(f"{mode.title}: {outcome}")
                continue
            by = "" if outcome.adapter is None else f", by {outcome.adapter.title}"
            say(f"{mode.title}: computed in {arithmetic_text(outcome)}{by}")
        for mode, found in accounted.items():
            if isinstance(found, str):
                say(f"{mode.title}: no emulation; {found}")
            else:
                say(f"{mode.title}: {emulation_sentence(found).replace('**', '')}")
                _print(f"{mode.title}, the float16 file's logits against an emulation", emulation_rows(found))
        measured = [found for found in latencies.values() if isinstance(found, ModeLatency)]
        if measured:
            columns = "mode", "at once", "float32 file", "float16 file", "float16 / float32", "difference"
            title = "time for each image: median and quartiles; ratio with its 99 % interval"
            _print(title, _narrow(latency_rows(measured), *columns))
            title = "loading, first run, and resident memory of one more copy"
            _print(title, memory_rows(measured))

    return Outcome(document, show)


def _narrow(columns: Mapping[str, list[str]], *names: str) -> dict[str, list[str]]:
    """The columns that fit into a terminal."""
    return {name: columns[name] for name in names}


def _print(title: str, columns: Mapping[str, list[str]]) -> None:
    table = new_table(title, *columns)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    print_table(table)
