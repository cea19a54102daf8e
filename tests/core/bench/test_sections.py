"""The benchmark writes its sections of the documents, and nothing else in them."""

import io
import re
from argparse import Namespace
from datetime import date
from pathlib import Path

import pytest

from fp16core.bench.child_cost import BenchError
from fp16core.bench.command_results import ComparisonResult, RuntimesResult
from fp16core.bench.headlines import HEADLINES
from fp16core.bench.load.results import ONE_PROCESS, ResponseTimes, ServerLoad, throughput
from fp16core.bench.measures import Duration, Memory, Ratio, Size
from fp16core.bench.parts import PARTS, PartResults, Result
from fp16core.bench.sections import (
    MEASUREMENTS,
    README,
    check_sections,
    machine_text,
    markdown_table,
    measurement_text,
    sections,
    with_section,
    write_sections,
)
from fp16core.bench.strangers.model_files import ModelOutcomes
from fp16core.bench.strangers.pictures import PictureOutcomes
from fp16core.bench.uploads.results import OtherUploadAccuracy, RowAccuracy, UploadAccuracy
from fp16core.commands.bench import bench
from fp16core.terminal import new_table
from fp16core.training.recipe import Progress
from tests.helpers.places import ROOT

DAY = date(2026, 1, 31)
DOCUMENT = """# Title

<!-- bench process -->
old
<!-- /bench -->
kept
<!-- bench load -->
other
<!-- /bench -->
"""

COMPARED = {
    "pair": "Made-up pair",
    "images": 20,
    "reference_size_bytes": 1000,
    "target_size_bytes": 500,
    "size_ratio": 2.0,
    "reference_accuracy": 0.95,
    "reference_accuracy_interval": [0.9, 0.99],
    "target_accuracy": 0.9,
    "target_accuracy_interval": [0.8, 0.95],
    "accuracy_delta": -0.05,
    "changed_predictions": 1,
    "max_abs_logit_delta": None,
    "mcnemar_p": 1.0,
}


def process(time: float = 9.0, memory: float = 7.0) -> PartResults:
    ratios = [Ratio("time", 8, (time,), "9 s against 1 s"), Ratio("memory", 4, (memory,), "7 MB against 1 MB")]
    return PartResults("process", ratios, 5, 65.2)


def test_a_section_is_replaced_and_the_rest_of_the_document_kept() -> None:
    assert with_section(DOCUMENT, "process", "new\n") == DOCUMENT.replace("old", "new")
    assert sections(DOCUMENT) == {"process": "old\n", "load": "other\n"}
    # Contents are no pattern.
    assert sections(with_section(DOCUMENT, "load", "\\1 \\g<body>\n"))["load"] == "\\1 \\g<body>\n"


def test_a_missing_or_doubled_section_is_an_error_in_words(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no section <!-- bench lab -->"):
        with_section(DOCUMENT, "lab", "")
    with pytest.raises(BenchError, match="two sections <!-- bench process -->"):
        with_section(DOCUMENT + DOCUMENT, "process", "")
    with pytest.raises(BenchError, match=re.escape("docs/measurements.md: the file cannot be read")):
        check_sections(tmp_path, ["lab"])
    (tmp_path / "docs").mkdir()
    (tmp_path / MEASUREMENTS).write_text(DOCUMENT)
    (tmp_path / README).write_text("nothing")
    with pytest.raises(BenchError, match=re.escape("README.md has no section <!-- bench load -->")):
        check_sections(tmp_path, ["load"])


def test_a_measurement_is_written_with_day_machine_and_command_and_as_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / MEASUREMENTS).write_text(DOCUMENT)
    (tmp_path / README).write_text(f"Before.\n{DOCUMENT}")
    write_sections(tmp_path, process(), "a made-up machine", DAY)
    written = sections((tmp_path / MEASUREMENTS).read_text())
    assert written["process"].splitlines()[0] == (
        "`python -m fp16core bench process --repeats 5`, 2026-01-31, in 1 min 6 s, on a made-up machine."
    )
    assert "| time | ≥ 8 | 9.00× | 9.00× | 9.00× | 9 s against 1 s |" in written["process"]
    assert written["load"] == "other\n"
    readme = (tmp_path / README).read_text()
    assert readme.startswith("Before.\n# Title")
    assert sections(readme)["process"] == (
        "- Evaluating both models in a process of its own takes 9.00× less time and 7.00× less memory than through "
        "`tensorflow`.\n"
    )


def test_the_command_writes_each_part_as_soon_as_it_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second part fails, and the first is written."""
    (tmp_path / "docs").mkdir()
    for name in (MEASUREMENTS, README):
        (tmp_path / name).write_text(DOCUMENT)
    monkeypatch.setattr("fp16core.jobs.child.ROOT", tmp_path)
    monkeypatch.setitem(PARTS, "process", lambda _repeats, _report: process().results)

    def failing(_repeats: int, _report: Progress) -> list[Result]:
        raise BenchError("made up")

    monkeypatch.setitem(PARTS, "load", failing)
    options = Namespace(parts=["process", "load"], repeats=3, write=True, terminal=io.StringIO())
    with pytest.raises(BenchError, match="made up"):
        bench(options)
    written = sections((tmp_path / MEASUREMENTS).read_text())
    assert written["process"].startswith("`python -m fp16core bench process --repeats 3`, ")
    assert written["load"] == "other\n"
    options.parts, options.write = ["process"], False
    (tmp_path / MEASUREMENTS).unlink()
    assert [ratio["name"] for ratio in bench(options).document] == ["time", "memory"]
    assert not (tmp_path / MEASUREMENTS).exists()


def test_a_part_without_a_sentence_leaves_readme_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / MEASUREMENTS).write_text(DOCUMENT.replace("load", "lab"))
    write_sections(tmp_path, PartResults("lab", [Duration("proof", 1234.5, None, 3)], 3, 1.0), "machine", DAY)
    assert not (tmp_path / README).exists()
    assert "| proof |  | 1,234.50 ms | 3 |" in (tmp_path / MEASUREMENTS).read_text()


def test_a_cells_contents_are_not_markup() -> None:
    table = new_table("some title", "a", "b")
    table.add_row("x | *y*", "1")
    assert markdown_table(table) == "**Some title**\n\n| a | b |\n|---|---:|\n| x \\| \\*y\\* | 1 |"


def test_every_kind_of_result_has_a_table() -> None:
    step = {"sessions": 2, "per_second": 4.0, "p95_s": 0.5}
    found: list[Result] = [
        ComparisonResult(COMPARED),
        throughput([step], [step | {"per_second": 8.0}], "one process against one", None),
        ResponseTimes("the dashboard", "bits", 10, 20.0, 30.0, 4000.0, 150.0),
        ServerLoad("the dashboard", 50, 1, 400, 25.0, 0.1, (100_000_000, 300_000_000), 500_000),
        UploadAccuracy("plain", 4, 1.0, 0.75, 0.75, 0.5, 0.0, -0.08),
        OtherUploadAccuracy("noisy", 4, 1.0, 0.75, 0.75, 0.5, 0.0, -0.08, "Five epochs"),
        RowAccuracy("Good network", "all rows", 4, 0.9, 0.75, 0.5, 20, 0.95, 0.71),
        ModelOutcomes("cut off", 3, 0, 3, 0, 0, 0.25, 0.5, ()),
        PictureOutcomes("a kind", 1, 0, 1, 0, 0, 0.1, 0.2, None),
        Memory("a run", (5_000_000,), 9_000_000),
        Size("images", 1_725_671),
    ]
    text = measurement_text(PartResults("load", found, 2, 1.0), "machine", DAY)
    for row in (
        "| file size | 1,000 B | 500 B | −500 B (2.00× smaller) |",
        "| largest logit change |  |  | not a number |",
        "| throughput at p95 ≤ 1 s against a plain demo's: one process against one |  | 2.00× | 2.00× | 2.00× |",
        "| the dashboard | bits | 10 | 20 ms | 30 ms | ≤ 150 ms | 4.0 kB |",
        "| the dashboard | 50 | 1 | 400 | 25.0 ms | 10.00 % | 100.0 MB | 300.0 MB | 4.000 MB | ≤ 0.5 MB |",
        "| plain | 4 | 100.00 % | 75.00 % | −25.00 points (goal ≥ −8.00 points) | 75.00 % | 50.00 % | 0.00 % |",
        "| five epochs | noisy | 4 | 100.00 % | 75.00 % | −25.00 points (goal ≥ −8.00 points) | 75.00 % |",
        "| good network | all rows | 4 | 90.00 % | 75.00 % (goal ≥ 71.00 %) | 50.00 % | 20 | 95.00 % |",
        "| cut off | 3 | 0 | 3 | 0 | 0 | 0.25 s | 0.50 s |",
        "| a kind | 1 | 0 | 1 | 0 | 0 | 0.10 s | 0.20 s |  |",
        "| a run | ≤ 9 MB | 5.0 MB | 1 |",
        "| images | 1,725,671 B |",
    ):
        assert row in text
    assert text.startswith("`python -m fp16core bench load --repeats 2`, ")


def test_every_sentence_of_readme_has_the_numbers_of_its_part() -> None:
    steps = [{"sessions": 2, "per_second": rate, "p95_s": 0.5} for rate in (0.5, 50.1)]
    several = throughput(steps[:1], [steps[1] | {"per_second": 99.0}], "2 replicas against one process", 50)
    found: dict[str, list[Result]] = {
        "compare": [ComparisonResult(COMPARED)],
        "process": [*process(10.126).results],
        "load": [several, throughput(steps[:1], steps[1:], ONE_PROCESS, None)],
        "uploads": [
            UploadAccuracy("all uploads", 1000, 0.958, 0.951, 0.951, 0.288, 0.006, -0.03),
            UploadAccuracy("plain", 67, 1.0, 0.5, 0.5, 0.5, 0.0, -0.08),
        ],
    }
    said = {part: HEADLINES[part](results) for part, results in found.items()}
    assert said.keys() == HEADLINES.keys()
    assert "2.00× smaller (500 B instead of 1,000 B)" in said["compare"]
    assert said["compare"].endswith("goes from 95.00 % to 90.00 %; 1 of 20 answers changes.")
    assert "takes 10.13× less time and 7.00× less memory" in said["process"]
    assert "gives 50.1 answers per second at p95 ≤ 1 s, 100× as many" in said["load"]
    assert "Of 1,000 digits" in said["uploads"]
    assert "95.10 % are read correctly; merely resizing the pictures gives 28.80 %." in said["uploads"]


def test_the_modes_of_execution_are_told_from_their_commands_document() -> None:
    cell = {"accuracy": 0.5, "changed_predictions": 3, "max_abs_logit_delta": 0.046}
    timing = {role: {"median_us": 200.0} for role in ("reference", "target")}
    ratio = {"value": 1.25, "low": 1.2, "high": 1.3}
    mode = {
        "title": "CPU, float16 arithmetic",
        "available": True,
        "images": 40,
        "batch": 10,
        "adapter": {"name": "made up"},
        "computes_float16": True,
        "reference": cell,
        "target": cell,
        "emulation": {"emulated": [{"way": "eight threads", "exact_share": 0.5, "max_abs_difference": 0.25}]},
        "latency": [
            {
                "images_at_once": 10,
                "timing_of_a_call": timing,
                "load_ms": {"reference": [1.0, 3.0, 2.0], "target": [4.0]},
                "target_over_reference": ratio,
                "reference_over_itself": ratio,
                "float16_over_float32_arithmetic": None,
            }
        ],
        "memory_of_a_copy": {"reference_bytes": 100, "target_bytes": 80, "control_bytes": 101},
    }
    missing = {"title": "GPU, float16 arithmetic", "available": False, "reason": "no GPU"}
    untimed = {"title": "CPU, reference kernels", "latency": {"reason": "too slow"}}
    document = {"pair": "Made-up pair", "modes": [mode, missing, mode | untimed]}
    text = measurement_text(PartResults("runtimes", [RuntimesResult(document)], 5, 1.0), "machine", DAY)
    assert text.startswith("`python -m fp16core runtimes`, 2026-01-31")
    for row in (
        "**Made-up pair, 40 images in batches of 10**",
        "| CPU, float16 arithmetic | float16 | 50.00 % | 3 | 0.046 | float16, by made up |",
        "| GPU, float16 arithmetic |  |  |  |  | not run: no GPU |",
        "| CPU, float16 arithmetic | eight threads | 50.00 % | 0.25 |",
        "| CPU, float16 arithmetic | 10 | 20 µs | 20 µs | 1.250 (1.200 to 1.300) | 1.250 (1.200 to 1.300) |  |",
        "| CPU, float16 arithmetic | 2 ms | 4 ms | 100 B | 80 B | −20 B (+1 B) |",
    ):
        assert row in text
    assert text.count("| CPU, reference kernels |") == 3  # two files and an emulation, but no times


def test_the_repositorys_documents_have_a_section_for_every_part() -> None:
    check_sections(ROOT, PARTS)
    assert {*sections((ROOT / README).read_text())} == {*HEADLINES}
    for name, body in sections((ROOT / MEASUREMENTS).read_text()).items():
        assert re.match(rf"`python -m fp16core (bench )?{name}\b.*`, 20\d\d-\d\d-\d\d,", body), name


def test_readme_quotes_no_number_that_the_measurements_do_not_have() -> None:
    measured = sections((ROOT / MEASUREMENTS).read_text())
    for part, sentence in sections((ROOT / README).read_text()).items():
        quoted = quantities(sentence)
        assert len(quoted) >= 2, part
        known = [float(text) for text in quantities(measured[part])]
        for text in quoted:
            rounding = 0.51 * 10.0 ** -len(text.partition(".")[2]) + 0.005
            assert any(abs(float(text) - value) <= rounding for value in known), f"{part}: {text}"


def quantities(text: str) -> list[str]:
    """Numbers of bytes, percentages, factors, counts and rates."""
    return re.findall(r"\d+(?:\.\d+)?(?= B| %|×| \|| of| answers| per second| digits| images)", text.replace(",", ""))


def test_the_machine_is_described_in_a_line() -> None:
    packages = r"Python 3\.\d+\.\d+\w*, LiteRT .+, NumPy .+"
    assert re.fullmatch(rf".+, \d+ cores?, \d+ GB of memory \(.+, {packages}\)", machine_text())
