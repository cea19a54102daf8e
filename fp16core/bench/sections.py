"""Sections of documents that the benchmark writes itself.

A section lies between the lines ``<!-- bench NAME -->`` and ``<!-- /bench -->``, NAME being a part of the benchmark. In
``docs/measurements.md`` it holds date, machine, command and tables; in ``README.md`` a sentence.
"""

import platform
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

import psutil

from fp16core.bench.child_cost import BenchError
from fp16core.bench.headlines import HEADLINES
from fp16core.bench.parts import PartResults
from fp16core.bench.tables import result_tables
from fp16core.runtime.processor import read_processor
from fp16core.runtime.versions import versions
from fp16core.terminal import Table
from fp16core.text import duration_text

MEASUREMENTS, README = "docs/measurements.md", "README.md"

COMMANDS = ("compare", "runtimes")
"""Parts that are commands of their own."""

_MARKUP, _ESCAPED = re.compile(r"[|*<]"), r"\\\g<0>"

_SECTION = re.compile(r"(?<=<!-- bench )(?P<name>\w+) -->\n(?P<body>.*?)(?=<!-- /bench -->)", re.DOTALL)


def sections(text: str) -> dict[str, str]:
    """Contents of the sections of a document, by the part they belong to.

    Raises
    ------
    BenchError
        If a part has two.
    """
    found: dict[str, str] = {}
    for match in _SECTION.finditer(text):
        if match["name"] in found:
            raise BenchError(f"there are two sections <!-- bench {match['name']} -->; leave one")
        found[match["name"]] = match["body"]
    return found


def with_section(text: str, part: str, body: str) -> str:
    """A document with the contents of one section replaced.

    Raises
    ------
    BenchError
        If it has no such section, or two.
    """
    if part not in sections(text):
        raise BenchError(f"there is no section <!-- bench {part} --> … <!-- /bench --> to write to")

    def replaced(match: re.Match[str]) -> str:
        return f"{part} -->\n{body}" if match["name"] == part else match[0]

    return _SECTION.sub(replaced, text)


def check_sections(root: Path, parts: Iterable[str]) -> None:
    """Raise `BenchError` unless the documents have a section for each of the parts; called before hours of work."""
    for name in (MEASUREMENTS, README):
        try:
            found = sections((root / name).read_text(encoding="utf-8"))
        except OSError as error:
            raise BenchError(f"{name}: the file cannot be read ({error.strerror}); run in a checkout.") from error
        wanted = [part for part in parts if name == MEASUREMENTS or part in HEADLINES]
        if missing := [part for part in wanted if part not in found]:
            raise BenchError(f"{name} has no section <!-- bench {missing[0]} --> … <!-- /bench --> to write to")


def write_sections(root: Path, measured: PartResults, machine: str, day: date) -> None:
    """Replace the section of a part in ``docs/measurements.md``, and in ``README.md`` if it has one.

    Parameters
    ----------
    root
        Folder of the repository.
    measured
        Results of the part.
    machine, day
        Machine and day of the measurement.

    Raises
    ------
    BenchError
        If a section is missing.
    """
    bodies: Mapping[str, Callable[[], str] | None] = {
        MEASUREMENTS: lambda: measurement_text(measured, machine, day),
        README: (lambda: f"- {HEADLINES[measured.part](measured.results)}\n") if measured.part in HEADLINES else None,
    }
    for name, body in bodies.items():
        if body is not None:
            text = (root / name).read_text(encoding="utf-8")
            (root / name).write_text(with_section(text, measured.part, body()), encoding="utf-8")


def measurement_text(measured: PartResults, machine: str, day: date) -> str:
    """Contents of a section of ``docs/measurements.md``: command, day, machine and tables."""
    took = duration_text(measured.seconds)
    lines = [f"`{command_line(measured)}`, {day.isoformat()}, in {took}, on {machine}.", ""]
    for table in result_tables(measured.results, measured.repeats):
        lines += [markdown_table(table), ""]
    return "\n".join([*lines, ""])


def command_line(measured: PartResults) -> str:
    """The command that repeats a measurement."""
    if measured.part in COMMANDS:
        return f"python -m fp16core {measured.part}"
    return f"python -m fp16core bench {measured.part} --repeats {measured.repeats}"


def markdown_table(table: Table) -> str:
    """A table in Markdown, below its title; the first column is aligned left and the others right."""
    rules = ["---", *["---:"] * (len(table.columns) - 1)]
    rows = [_markdown_row(table.columns), f"|{'|'.join(rules)}|", *map(_markdown_row, table.rows)]
    title = table.title[:1].upper() + table.title[1:]
    return "\n".join([f"**{title}**", "", *rows] if title else rows)


def machine_text() -> str:
    """Processor, memory, system and versions of this machine, in one line."""
    processor, found = read_processor(), versions()
    cores = f"{processor.cores} core{'' if processor.cores == 1 else 's'}"
    memory = f"{psutil.virtual_memory().total / 1e9:.0f} GB of memory"
    packages = f"Python {platform.python_version()}, LiteRT {found['ai-edge-litert']}, NumPy {found['numpy']}"
    return f"{processor.name}, {cores}, {memory} ({found['system']}, {packages})"


def _markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(_MARKUP.sub(_ESCAPED, cell) for cell in cells)} |"
