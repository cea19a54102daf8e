"""Both files of a pair in every mode of execution: accuracy and times."""

import json
from argparse import Namespace
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

from fp16core.atomic_output import new_file
from fp16core.commands.shared.limited import limited_images
from fp16core.commands.shared.modes import measure_modes
from fp16core.commands.shared.outcome import Outcome, parts_of, progress_bar
from fp16core.commands.shared.pair import chosen_pair
from fp16core.data.mnist import normalise
from fp16core.evaluate import comparison
from fp16core.evaluate.casting import NO_FLOAT16
from fp16core.json_text import nonfinite_as_null
from fp16core.modes.accuracy_tables import arithmetic_text, emulation_rows, emulation_sentence, mode_rows
from fp16core.modes.document import modes_document
from fp16core.modes.emulated import IMAGES, account_for_modes
from fp16core.modes.latency import ModeLatency
from fp16core.modes.latency_tables import arithmetic_verdict, latency_rows, memory_rows
from fp16core.modes.measured import measured_pair
from fp16core.modes.network import Network
from fp16core.modes.runs import ModeTable
from fp16core.modes.wide import wide_pair
from fp16core.terminal import new_table, print_table, say
from fp16core.text import count_text
from fp16core.tflite.halves import holds_float16_weights
from fp16core.vocabulary import PairError
from fp16core.worker.modes.latency import BATCHES

_WIDE_IMAGES = max(BATCHES)
"""Images that the wide network is timed with."""

_CHANGES = "largest logit change", "mean logit change"


def runtimes(options: Namespace) -> Outcome:
    """Run both files in every mode of execution."""
    with nullcontext() if options.record is None else new_file(options.record) as recording:
        outcome = _measured(options)
        if recording is not None:
            recording.write(_text(outcome.document))
    if options.record is None:
        return outcome

    def show() -> None:
        outcome.show()
        say(f"Recorded in {options.record}.")

    return replace(outcome, show=show)


def _measured(options: Namespace) -> Outcome:
    network = Network(options.network)
    is_wide = network is Network.WIDE
    if is_wide and (options.reference or options.target):
        raise PairError("--network wide brings its own files; leave out --reference and --target, or --network.")
    pair = wide_pair() if is_wide else chosen_pair(options)
    images, labels = limited_images(options.limit, _WIDE_IMAGES if is_wide else None)
    baseline = comparison.compare(pair, images, labels).reference
    with progress_bar(options) as on_progress:
        measuring, emulating = parts_of(on_progress, 0.95)
        outcomes, latencies = measure_modes(
            pair, images, labels, options.batch, not options.no_latency, measuring, network
        )
        table = ModeTable(baseline, outcomes)
        # NumPy would take minutes for an image of the wide network.
        accounted = {} if is_wide else account_for_modes(table, pair, normalise(images[:IMAGES]), emulating)
    document = modes_document(measured_pair(pair), table, latencies, accounted, network)

    def show() -> None:
        if not holds_float16_weights(pair.target):
            say(NO_FLOAT16)
        batch = next((run.batch for run in table.runs), options.batch)
        title = f"{pair.name}, {count_text(table.images, 'image')}, batches of {batch}"
        accuracy = () if is_wide else ("accuracy",)  # it was trained for nothing
        _print(title, _narrow(mode_rows(table), "mode", "file", *accuracy, "changed answers", *_CHANGES))
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
            if verdict := arithmetic_verdict(measured):
                say(verdict.replace("**", ""))
            sizes = [size for size in BATCHES if size <= len(images)] if is_wide else []
            for timed in measured:
                if left_out := " and ".join(f"{size:,}" for size in sizes[len(timed.latencies) :]):
                    say(f"{timed.mode.title}: {left_out} images at once were left out, as they would take too long.")
            title = "loading, first run, and resident memory of one more copy"
            _print(title, memory_rows(measured))

    return Outcome(document, show)


def _text(document: Any) -> bytes:
    return (json.dumps(nonfinite_as_null(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _narrow(columns: Mapping[str, list[str]], *names: str) -> dict[str, list[str]]:
    """The columns that fit into a terminal."""
    return {name: columns[name] for name in names}


def _print(title: str, columns: Mapping[str, list[str]]) -> None:
    table = new_table(title, *columns)
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    print_table(table)
