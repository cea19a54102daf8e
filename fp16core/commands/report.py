"""Everything about a pair, or about a diagnosis, in one HTML file."""

import shlex
from argparse import Namespace
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from fp16core.atomic_output import new_file
from fp16core.commands.shared.limited import limited_images
from fp16core.commands.shared.modes import measure_modes
from fp16core.commands.shared.outcome import Outcome, parts_of, progress_bar
from fp16core.commands.shared.pair import chosen_pair
from fp16core.data.mnist import dataset_path, normalise
from fp16core.modes.emulated import IMAGES, account_for_modes
from fp16core.modes.latency import ModeLatency
from fp16core.modes.runs import ModeTable
from fp16core.report import Findings, Source, dataset_name, gather_findings, make_report, report_document
from fp16core.study.shipped import trainings_like
from fp16core.terminal import say
from fp16core.text import bytes_text
from fp16core.training.recipe import Progress

_BATCH = 100
"""Images per run in a mode of execution."""


def report(options: Namespace) -> Outcome:
    """Write everything about a pair, or about a diagnosis, into one HTML file."""
    if options.diagnosis is not None:
        from fp16core.commands.report_diagnosis import report_diagnosis

        return report_diagnosis(options)
    pair = chosen_pair(options)
    images, labels = limited_images(options.limit)
    out: Path = options.out
    source = Source(dataset_name(dataset_path()), _command(options), datetime.now(UTC))
    with new_file(out) as file, progress_bar(options) as on_progress:
        share = 0.1 if options.runtimes else 0.9
        findings = gather_findings(
            pair, images, labels, lambda what, done: on_progress(what, done * share), trainings_like(pair.run)
        )
        if options.runtimes:
            findings = _with_modes(findings, lambda what, done: on_progress(what, share + (0.95 - share) * done))
        on_progress("writing", 0.95)
        document = report_document(findings, source)
        made = make_report(findings, document)
        file.write(made.html())

    def show() -> None:
        say(document["answer"]["sentence"])
        say(f"{out}: {bytes_text(made.size_bytes)}, in one file; open it in a browser.")

    return Outcome({"file": str(out), "size_bytes": made.size_bytes} | document, show)


def _with_modes(findings: Findings, on_progress: Progress) -> Findings:
    comparison, (measuring, emulating) = findings.comparison, parts_of(on_progress, 0.95)
    outcomes, latencies = measure_modes(
        findings.pair, findings.images, comparison.labels, _BATCH, with_times=True, on_progress=measuring
    )
    timed = {mode: found for mode, found in latencies.items() if isinstance(found, ModeLatency)}
    table = ModeTable(comparison.reference, outcomes)
    accounted = account_for_modes(table, findings.pair, normalise(findings.images[:IMAGES]), emulating)
    before = findings.evidence.runtimes
    measured = replace(before, table=table, latencies=timed, accounted=accounted)
    return replace(findings, evidence=findings.evidence.with_runtimes(measured))


def _command(options: Namespace) -> str:
    """The command line, with names of files in place of their paths."""
    words = ["python", "-m", "fp16core", "report"]
    for option in ("reference", "target"):
        if (path := getattr(options, option)) is not None:
            words += [f"--{option}", path.name]
    if options.limit is not None:
        words += ["--limit", str(options.limit)]
    if options.runtimes:
        words.append("--runtimes")
    return shlex.join([*words, "--out", options.out.name])
