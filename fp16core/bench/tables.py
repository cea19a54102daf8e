"""Results of the benchmark as tables, one for each kind of result."""

from collections.abc import Sequence

from fp16core.bench.command_results import ComparisonResult, RuntimesResult
from fp16core.bench.diagnosis.corrupted import DiagnosisOutcomes
from fp16core.bench.document_tables import comparison_tables, runtimes_tables
from fp16core.bench.load.results import ResponseTimes, ServerLoad
from fp16core.bench.measures import Duration, Memory, Ratio, Size
from fp16core.bench.parts import Result
from fp16core.bench.strangers.model_files import ModelOutcomes
from fp16core.bench.strangers.pictures import PictureOutcomes
from fp16core.bench.uploads.results import OtherUploadAccuracy, RowAccuracy, UploadAccuracy
from fp16core.terminal import Table, new_table
from fp16core.text import bytes_text, percent_text, points_text

_UPLOAD_COLUMNS = (
    "kind",
    "files",
    "fed directly",
    "float32",
    "difference",
    "float16",
    "only resized",
    "judged not a digit",
)
"""Columns on the accuracy on uploads, of any pair."""


def result_tables(results: Sequence[Result], repeats: int) -> list[Table]:
    """Tables of the results; kinds of result that do not occur have none."""
    tables: list[Table] = []
    for result in results:
        match result:
            case ComparisonResult():
                tables += comparison_tables(result.found)
            case RuntimesResult():
                tables += runtimes_tables(result.found)
    by_kind = _empty_tables(repeats)
    for result in results:
        if (row := _row(result)) is not None:
            kind, cells = row
            by_kind[kind].add_row(*cells)
    return tables + [table for table in by_kind.values() if table.row_count]


def _empty_tables(repeats: int) -> dict[type, Table]:
    return {
        Ratio: new_table(f"{repeats} repetitions", "ratio", "goal", "minimum", "median", "maximum", "measured"),
        ResponseTimes: new_table(
            "response times with a crowd", "app", "page", "answers", "median", "p95", "goal", "mean size"
        ),
        ServerLoad: new_table(
            "cost of the crowd",
            "app",
            "sessions",
            "unfinished",
            "answers",
            "CPU per answer",
            "visitors' own CPU",
            "memory before",
            "with all",
            "per session",
            "goal",
        ),
        UploadAccuracy: new_table(
            "accuracy on uploads",
            *_UPLOAD_COLUMNS,
        ),
        OtherUploadAccuracy: new_table(
            "accuracy on uploads, other bundled pairs",
            "pair",
            *_UPLOAD_COLUMNS,
        ),
        RowAccuracy: new_table(
            "accuracy on pictures of several digits",
            "pair",
            "kind",
            "files",
            "fed directly",
            "float32, all digits right",
            "float16, all digits right",
            "digits",
            "float32, right of them",
        ),
        ModelOutcomes: new_table(
            "corrupted model files, each tried in a process of its own",
            "corruption",
            "files",
            "accepted",
            "refused with a message",
            "process ended",
            "accepted wrongly",
            "median",
            "longest",
        ),
        DiagnosisOutcomes: new_table(
            "corrupted copies of five networks, each diagnosed in a confined process of its own",
            "corruption",
            "files",
            "diagnosed",
            "refused with a message",
            "process ended",
            "unreadable answer",
            "median",
            "longest",
        ),
        PictureOutcomes: new_table(
            "damaged and hostile pictures, decoded in a process of their own",
            "damage",
            "files",
            "read",
            "refused with a message",
            "process ended",
            "harmful",
            "most processor time",
            "longest",
            "peak memory",
        ),
        Duration: new_table("times", "work", "goal", "median", "repetitions"),
        Memory: new_table("peak memory", "process", "goal", "median", "repetitions"),
        Size: new_table("sent to a browser, once and compressed", "what", "bytes"),
    }


def _row(result: Result) -> tuple[type, tuple[str, ...]] | None:
    """Kind and cells of a result; `None` if it has tables of its own."""
    match result:
        case Ratio():
            goal = f"≥ {result.goal:.3g}" if result.goal else ""
            spread = (f"{value:.2f}×" for value in (result.minimum, result.median, result.maximum))
            return Ratio, (result.name, goal, *spread, result.measured)
        case UploadAccuracy():
            difference = "" if result.delta is None else points_text(result.delta)
            if result.goal is not None:
                difference += f" (goal ≥ {points_text(result.goal)})"
            direct = "" if result.direct is None else percent_text(result.direct)
            shares = (percent_text(share) for share in (result.target, result.naive, result.doubted))
            cells = f"{result.images:,}", direct, percent_text(result.reference), difference, *shares
            if isinstance(result, OtherUploadAccuracy):
                return OtherUploadAccuracy, (result.network.lower(), result.kind, *cells)
            return UploadAccuracy, (result.kind, *cells)
        case RowAccuracy():
            direct, reference, target, right = (
                percent_text(share) for share in (result.direct, result.reference, result.target, result.digits_right)
            )
            if result.goal is not None:
                reference += f" (goal ≥ {percent_text(result.goal)})"
            read = direct, reference, target, f"{result.digits:,}", right
            return RowAccuracy, (result.network.lower(), result.kind, f"{result.rows:,}", *read)
        case ModelOutcomes():
            counts = (result.files, result.taken, result.refused, result.ended, result.odd)
            times = (f"{seconds:.2f} s" for seconds in (result.median_s, result.longest_s))
            return ModelOutcomes, (result.kind, *(f"{count:,}" for count in counts), *times)
        case DiagnosisOutcomes():
            counts = (result.files, result.diagnosed, result.refused, result.ended, result.unreadable)
            times = (f"{seconds:.2f} s" for seconds in (result.median_s, result.longest_s))
            return DiagnosisOutcomes, (result.kind, *(f"{count:,}" for count in counts), *times)
        case PictureOutcomes():
            counts = (result.files, result.read, result.refused, result.ended, result.harmful)
            times = (f"{seconds:.2f} s" for seconds in (result.longest_cpu_s, result.longest_s))
            peak = "" if result.peak_bytes is None else f"{result.peak_bytes / 1e6:,.0f} MB"
            return PictureOutcomes, (result.kind, *(f"{count:,}" for count in counts), *times, peak)
        case Duration():
            goal = f"≤ {result.goal_ms:g} ms" if result.goal_ms else ""
            return Duration, (result.name, goal, f"{result.median_ms:,.2f} ms", f"{result.repeats}")
        case Memory():
            goal = f"≤ {result.goal_bytes / 1e6:,.0f} MB"
            return Memory, (result.name, goal, f"{result.median_bytes / 1e6:,.1f} MB", f"{len(result.peak_bytes)}")
        case Size():
            return Size, (result.name, bytes_text(result.size_bytes))
        case ResponseTimes():
            goal = f"≤ {result.goal_ms:g} ms" if result.goal_ms else ""
            times = (f"{value:,.0f} ms" for value in (result.median_ms, result.p95_ms))
            size = f"{result.size_bytes / 1e3:,.1f} kB"
            return ResponseTimes, (result.app, result.page, f"{result.reruns:,}", *times, goal, size)
        case ServerLoad():
            sessions = (result.sessions, result.unfinished, result.reruns)
            sizes = (f"{value / 1e6:,.1f} MB" for value in result.resident_bytes)
            cpu = f"{result.cpu_ms:,.1f} ms", percent_text(result.visitors_cpu_share)
            growth = f"{result.session_bytes / 1e6:.3f} MB"
            goal = f"≤ {result.goal_bytes / 1e6:g} MB" if result.goal_bytes else ""
            return ServerLoad, (result.app, *(f"{count:,}" for count in sessions), *cpu, *sizes, growth, goal)
        case _:
            return None
