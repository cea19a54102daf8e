"""A diagnosis in one HTML file."""

import json
import shlex
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from fp16core.atomic_output import new_file
from fp16core.commands.shared.outcome import Outcome
from fp16core.diagnosis.document import DocumentError, diagnosis_document, diagnosis_of
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.files import read_regular
from fp16core.report.diagnosis import make_diagnosis_report
from fp16core.terminal import say
from fp16core.text import bytes_text
from fp16core.vocabulary import SettingError

_MAX_BYTES = 200_000_000

_MAX_OPERATORS = 1_000_000
"""No model has as many; figures take memory for each."""


def report_diagnosis(options: Namespace) -> Outcome:
    """Write the report on a diagnosis that ``diagnose`` has printed or written."""
    given = {"--reference": options.reference, "--target": options.target, "--limit": options.limit}
    given["--runtimes"] = options.runtimes or None
    if unfit := [name for name, value in given.items() if value is not None]:
        raise SettingError(f"{unfit[0]} is about a pair of models, --diagnosis about one; leave one of them out.")
    path, out = options.diagnosis, options.out
    found = diagnosis_of(_document(path))
    if (highest := _highest_operator(found)) >= _MAX_OPERATORS:
        raise DocumentError(f"{path} names operator {highest:,}, which no model has; make it anew: `diagnose --json`.")
    document = diagnosis_document(found)
    command = shlex.join(["python", "-m", "fp16core", "report", "--diagnosis", path.name, "--out", out.name])
    with new_file(out) as file:
        made = make_diagnosis_report(found, document, command, datetime.now(UTC))
        file.write(made.html())

    def show() -> None:
        say(found.sentence)
        say(f"{out}: {bytes_text(made.size_bytes)}, in one file; open it in a browser.")

    return Outcome({"file": str(out), "size_bytes": made.size_bytes} | document, show)


def _highest_operator(found: Diagnosis) -> int:
    placement = found.placement
    inside = (index for parts in placement.parts.values() for part in parts for index in part.operators)
    return max([0, *inside, *placement.breaks, *placement.dequantize_operators, *(op.operator for op in found.graph)])


def _document(path: Path) -> object:
    try:
        return json.loads(read_regular(path, _MAX_BYTES))
    except OSError as error:
        raise DocumentError(f"{path}: the file cannot be read ({error.strerror}); check the path.") from error
    except (ValueError, RecursionError) as error:
        raise DocumentError(f"{path} is no JSON document; make one with `diagnose --json`.") from error
