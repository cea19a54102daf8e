"""Diagnosis of any float32 model: the operators at which float16 breaks it, and what cures it."""

import shutil
import textwrap
from argparse import Namespace
from contextlib import ExitStack
from pathlib import Path

from fp16core.atomic_output import new_folder
from fp16core.commands.shared.outcome import Outcome, progress_bar
from fp16core.diagnosis.document import diagnosis_document, document_text
from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.options import DiagnosisOptions
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.diagnosis.tables import whole as tables
from fp16core.diagnosis.tables.cells import Columns
from fp16core.runs.pair import read_model_file
from fp16core.terminal import new_table, print_table, say
from fp16core.text import bytes_text, count_text, visible
from fp16core.tflite.model_file import ModelFile
from fp16core.worker.diagnosis.apart import diagnosed

NOT_SAFE = 1
"""Exit status if float16 breaks the model, or nothing could be found out."""

DOCUMENT = "diagnosis.json"
"""File that ``--out`` adds to those that the diagnosis makes."""


def diagnose(options: Namespace) -> Outcome:
    """Diagnose a model, and write what was made on the way if a folder is given."""
    model = _model(options.model)
    wanted = DiagnosisOptions(
        inputs=options.inputs,
        ranges=options.range,
        shapes=options.shape,
        classes=tuple(options.classes),
        tolerances=options.tolerance,
        target=None if options.target is None else _model(options.target),
        wants_cure=options.cure,
        gpu=options.gpu,
        timing=options.timing,
    )
    with ExitStack() as stack:
        folder = None if options.out is None else stack.enter_context(new_folder(options.out))
        found = diagnosed(model, wanted, stack.enter_context(progress_bar(options)))
        written = {} if folder is None else _write(folder, found)

    def show() -> None:
        _show(found)
        for name, size_bytes in written.items():
            say(f"{options.out / name}: {bytes_text(size_bytes)}")

    is_safe = found.finding in (Finding.SAFE, Finding.NOTHING_FOUND)
    return Outcome(diagnosis_document(found), show, status=0 if is_safe else NOT_SAFE)


def _model(path: Path) -> ModelFile:
    return ModelFile(read_model_file(path), path.name)


def _write(folder: Path, found: Diagnosis) -> dict[str, int]:
    """Write all files of a diagnosis; return their sizes by name."""
    files = {**found.files, DOCUMENT: document_text(found).encode()}
    for name, contents in files.items():
        (folder / name).write_bytes(contents)
    return {name: len(contents) for name, contents in files.items()}


def _show(found: Diagnosis) -> None:
    say(found.sentence)
    say("")
    say(f"{found.name}, {bytes_text(found.size_bytes)}, {count_text(found.samples, 'sample')}:")
    for given in found.inputs:
        say(f"  {given}")
    for subject, finding, sentence in zip(*tables.verdict_rows(found).values(), strict=True):
        _say_more(f"{subject}: {finding}", sentence)
    for converter, reason in found.file.refused.items():
        _say_more(converter, reason)
    say("")
    for title, columns in tables.all_tables(found).items():
        _print(title, columns)
    for remark in tables.remarks(found):
        say(remark)
    if found.cure is not None:
        _say_more("cures, in the order they were tried", *map(tables.step_text, found.cure.steps))


def _say_more(heading: str, *sentences: str) -> None:
    """Print a heading, and sentences below it, indented."""
    say("")
    say(heading)
    for sentence in sentences:
        for line in textwrap.wrap(visible(sentence), max(40, shutil.get_terminal_size().columns - 2)):
            say(f"  {line}")


def _print(title: str, columns: Columns) -> None:
    """Print a table that has rows."""
    rows = list(zip(*columns.values(), strict=True))
    if not rows:
        return
    table = new_table(title, *columns)
    for row in rows:
        table.add_row(*row)
    print_table(table)
