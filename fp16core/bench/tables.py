"""The benchmark's results as a person reads them."""

from collections.abc import Sequence

from fp16core.bench.load import Answered, Crowd
from fp16core.bench.measures import Duration, Memory, Ratio
from fp16core.bench.run import Result
from fp16core.bench.strangers.files import Offered
from fp16core.bench.strangers.pictures import OfferedPictures
from fp16core.bench.uploads.accuracy import Upload
from fp16core.terminal import new_table, print_table
from fp16core.text import percent_text, points_text


def show_results(results: Sequence[Result], repeats: int) -> None:
    """Print a table for each kind of result that there is."""
    ratios = new_table(f"{repeats} repetitions", "ratio", "goal", "minimum", "median", "maximum", "measured")
    uploads = new_table(
        "accuracy on uploads",
        "kind",
        "files",
        "fed directly",
        "float32",
        "cost",
        "float16",
        "only resized",
        "doubted",
    )
    strangers = new_table(
        "corrupted model files, each tried in a process of its own",
        "how corrupted",
        "files",
        "taken",
        "refused in words",
        "process ended",
        "taken wrongly",
        "median",
        "longest",
    )
    pictures = new_table(
        "damaged and hostile pictures, decoded in a process of their own",
        "what is wrong",
        "files",
        "read",
        "refused in words",
        "process ended",
        "harm done",
        "most processor time",
        "longest",
        "peak memory",
    )
    memories = new_table("peak memory", "process", "goal", "median", "repetitions")
    durations = new_table("times", "work", "goal", "median", "repetitions")
    answers = new_table(
        "answers to a crowd", "app", "page", "answers", "median", "95th percentile", "goal", "mean size"
    )
    crowds = new_table(
        "what the crowd cost",
        "app",
        "sessions",
        "sent away",
        "answers",
        "CPU for each",
        "visitors' own CPU",
        "memory before",
        "with all",
        "for each session",
        "goal",
    )
    for result in results:
        match result:
            case Ratio():
                goal = f"≥ {result.goal:g}" if result.goal else ""
                spread = (f"{value:.2f}×" for value in (result.minimum, result.median, result.maximum))
                ratios.add_row(result.name, goal, *spread, result.measured)
            case Upload():
                cost = "" if result.delta is None else points_text(result.delta)
                if result.goal is not None:
                    cost += f" (goal ≥ {points_text(result.goal)})"
                direct = "" if result.direct is None else percent_text(result.direct)
                shares = (percent_text(share) for share in (result.target, result.naive, result.doubted))
                reference = percent_text(result.reference)
                uploads.add_row(result.kind, f"{result.images:,}", direct, reference, cost, *shares)
            case Offered():
                counts = (result.files, result.taken, result.refused, result.ended, result.odd)
                times = (f"{seconds:.2f} s" for seconds in (result.median_s, result.longest_s))
                strangers.add_row(result.kind, *(f"{count:,}" for count in counts), *times)
            case OfferedPictures():
                counts = (result.files, result.read, result.refused, result.ended, result.harmful)
                times = (f"{seconds:.2f} s" for seconds in (result.longest_cpu_s, result.longest_s))
                peak = "" if result.peak_bytes is None else f"{result.peak_bytes / 1e6:,.0f} MB"
                pictures.add_row(result.kind, *(f"{count:,}" for count in counts), *times, peak)
            case Duration():
                goal = f"≤ {result.goal_ms:g} ms" if result.goal_ms else ""
                durations.add_row(result.name, goal, f"{result.median_ms:.2f} ms", f"{result.repeats}")
            case Memory():
                goal = f"≤ {result.goal_bytes / 1e6:,.0f} MB"
                memories.add_row(result.name, goal, f"{result.median_bytes / 1e6:,.1f} MB", f"{len(result.peak_bytes)}")
            case Answered():
                goal = f"≤ {result.goal_ms:g} ms" if result.goal_ms else ""
                times = (f"{value:,.0f} ms" for value in (result.median_ms, result.p95_ms))
                size = f"{result.size_bytes / 1e3:,.1f} kB"
                answers.add_row(result.app, result.page, f"{result.reruns:,}", *times, goal, size)
            case Crowd():
                goal = f"≤ {result.goal_bytes / 1e6:g} MB" if result.goal_bytes else ""
                sizes = (f"{value / 1e6:,.1f} MB" for value in result.resident_bytes)
                crowds.add_row(
                    result.app,
                    f"{result.sessions:,}",
                    f"{result.unfinished:,}",
                    f"{result.reruns:,}",
                    f"{result.cpu_ms:,.1f} ms",
                    percent_text(result.visitors_cpu_share),
                    *sizes,
                    f"{result.session_bytes / 1e6:.3f} MB",
                    goal,
                )
    for table in (ratios, answers, crowds, uploads, strangers, pictures, durations, memories):
        if table.row_count:
            print_table(table)
