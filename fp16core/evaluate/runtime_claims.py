"""The tutorial's claims on what happens when a model runs, judged by the modes of execution."""

from fp16core.evaluate.evidence import ClaimCheck, Evidence, RuntimeEvidence, Verdict, graded
from fp16core.evaluate.latency import Difference, Latency, PairedRatio, difference_text
from fp16core.evaluate.mode_runs import ModeRun
from fp16core.numerics.rounding import upsampled_by_operator
from fp16core.runtime.delegation import Moment
from fp16core.runtime.modes import ExecutionMode
from fp16core.text import count_text, small_text

TRADE = "This permits a significant reduction in model size in exchange for a minimal impacts to latency and accuracy."
"""The tutorial's words; two claims are about them."""

_MINIMAL, _SMALL = 0.10, 0.25
"""Shares of the time by which an impact on latency is minimal, and small."""


def upsampled(e: Evidence) -> ClaimCheck:
    """When and whether float16 weights become float32 on a CPU."""
    run = _run(e.runtimes, ExecutionMode.CPU_FLOAT32)
    moment = None if run is None else run.upsampled
    constants, by_operator = upsampled_by_operator(e.target_file)
    if constants == 0:
        verdict, measured = Verdict.FAILS, "the target stores no float16 weights"
    else:
        verdict = graded(e.upsampling_is_exact and by_operator == constants, e.upsampling_difference <= 1e-5)
        apart = e.upsampling_difference
        logits = "identical bit for bit" if e.upsampling_is_exact else f"up to {small_text(apart)} apart"
        measured = f"{by_operator} of {constants} float16 tensors feed a DEQUANTIZE; logits {logits}"
        if moment is not None:
            measured += f"; the float16 numbers are last read {moment.value}"
            if verdict is Verdict.HOLDS and moment is not Moment.LOADING:
                verdict = Verdict.PARTLY
    prior = " prior to the first inference" if moment is not None else " …"
    when = (
        "When: the stored float16 numbers of an interpreter were overwritten with zeros, before and after its first "
        "run; it holds if the logits no longer change once the model is loaded, else at most partly."
        if moment is not None
        else "The tutorial adds “prior to the first inference”; when the weights are upsampled is not observed yet."
    )
    return ClaimCheck(
        "Upsampled on a CPU",
        f"… the float16 weights are upsampled to float32{prior}",
        measured,
        verdict,
        "Holds if every float16 tensor passes a DEQUANTIZE operator to float32 and the logits equal, bit for bit, "
        "those of a float32 model with the same rounded weights; partly if they agree within 10⁻⁵.",
        f"The float32 file, its weights replaced by the float16 values, ran on the same {e.comparison.images:,} "
        f"images. {when}",
        awaits_runtimes=constants > 0 and moment is None,
    )


def latency_impact(e: Evidence) -> ClaimCheck:
    """Whether the float16 file takes another time than the float32 one, run as the tutorial runs it."""
    found = e.runtimes.latencies.get(ExecutionMode.CPU_FLOAT32)
    rule = (
        "Minimal means: holds if no difference is measurable or the 99 % interval of the ratio lies within ±10 %, for "
        "every size of batch; partly within ±25 %."
    )
    if found is None:
        return ClaimCheck(
            "Impact on latency",
            TRADE,
            "—",
            Verdict.NOT_MEASURED,
            rule,
            "A fair measurement interleaves many repetitions of both models; it takes half a minute, and has not been "
            "made here yet.",
            awaits_runtimes=True,
        )
    words = [
        f"{count_text(x.batch, 'image')} at once: {difference_text(x.difference, x.files)}" for x in found.latencies
    ]
    if all(x.difference is Difference.NONE for x in found.latencies):
        words = [Difference.NONE.value]
    return ClaimCheck(
        "Impact on latency",
        TRADE,
        "; ".join(words),
        graded(all(_within(x, _MINIMAL) for x in found.latencies), all(_within(x, _SMALL) for x in found.latencies)),
        rule,
        f"Float16 file over float32 file, on the CPU in float32 arithmetic, one thread: {_calls(found.latencies)} "
        f"interleaved calls in random order, loaded anew {found.latencies[0].loadings} times. A control of the float32 file against itself says what is no "
        "difference.",
    )


def native_arithmetic(e: Evidence) -> ClaimCheck:
    """Whether a GPU computes in float16, and is faster by it."""
    run, refusal = _gpu(e.runtimes)
    found = e.runtimes.latencies.get(ExecutionMode.GPU_FLOAT16)
    ratios = [] if found is None else [(x.arithmetic, x.arithmetic_difference) for x in found.latencies if x.arithmetic]
    is_software = run is not None and run.adapter is not None and run.adapter.is_software
    decides = run is not None and not run.is_silently_float32 and not is_software
    measured, verdict = "—", Verdict.NOT_MEASURED
    if run is None:
        method = refusal or "No GPU has been asked yet."
    elif is_software:
        measured = f"computed in {'float32' if run.is_silently_float32 else 'float16'}, by a software driver"
        method = f"{_adapter(run)}: no GPU, and nothing can be said of one's speed."
    elif run.is_silently_float32:
        measured, verdict = "the GPU was asked for float16 and computed in float32", Verdict.FAILS
        method = f"{_adapter(run)}: not all logits are numbers that float16 has."
    else:
        method = f"{_adapter(run)}: all logits are numbers that float16 has."
        measured = "computed in float16"
        if ratios:
            measured += "; float16 against float32 arithmetic: " + "; ".join(
                difference_text(difference, ratio) for ratio, difference in ratios if difference is not None
            )
            verdict = graded(_any_faster(ratios), True)
        else:
            verdict = Verdict.PARTLY
            method += " Its times have not been measured yet."
    return ClaimCheck(
        "Native arithmetic",
        "Some hardware, like GPUs, can compute natively in this reduced precision arithmetic, realizing a speedup "
        "over traditional floating point execution.",
        measured,
        verdict,
        "Holds if this machine's GPU computes in float16 and is measurably faster than in float32 for some size of "
        "batch; partly if it computes in float16 and is not, or its times are not known; does not hold if it silently "
        "computes in float32. A software driver is no GPU, and decides nothing.",
        method,
        awaits_runtimes=refusal is None and (run is None or (decides and found is None)),
    )


def reduced_precision(e: Evidence) -> ClaimCheck:
    """Whether ``precision_loss_allowed`` makes all arithmetic float16."""
    run, refusal = _gpu(e.runtimes)
    full = _run(e.runtimes, ExecutionMode.GPU_FLOAT32)
    if run is None:
        measured, verdict = "—", Verdict.NOT_MEASURED
        method = refusal or "The CPU interpreter of the other pages has no such option, and no GPU has been asked yet."
    else:
        changes = run.cells(e.runtimes.table.baseline)[1] if e.runtimes.table is not None else None
        moved = "" if changes is None else f"; logits change by up to {small_text(changes.max_abs_logit_delta)}"
        measured = f"all results are {'float32' if run.is_silently_float32 else 'float16'} numbers{moved}"
        if full is not None and e.runtimes.table is not None:
            without = full.cells(e.runtimes.table.baseline)[1].max_abs_logit_delta
            measured += f", by {small_text(without)} without it"
        verdict = graded(not run.is_silently_float32, False)
        method = (
            f"{_adapter(run)}; today's name of the option is enforce_f32=False. Whether a logit is a float16 number is "
            "looked at bit by bit."
        )
    return ClaimCheck(
        "Reduced precision",
        "To perform all arithmetic with reduced precision on a GPU, the tutorial sets precision_loss_allowed to 1.",
        measured,
        verdict,
        "Holds if, with that option, every logit of both files is a number that float16 has; does not hold if the "
        "driver silently computes in float32.",
        method,
        is_quote=False,
        awaits_runtimes=run is None and refusal is None,
    )


def _run(runtimes: RuntimeEvidence, mode: ExecutionMode) -> ModeRun | None:
    return None if runtimes.table is None else runtimes.table.run(mode)


def _gpu(runtimes: RuntimeEvidence) -> tuple[ModeRun | None, str | None]:
    """The GPU's run in float16, or why there is none, if it was asked."""
    outcome = None if runtimes.table is None else runtimes.table.outcomes.get(ExecutionMode.GPU_FLOAT16)
    return (outcome, None) if isinstance(outcome, ModeRun) else (None, outcome)


def _adapter(run: ModeRun) -> str:
    return "an unnamed adapter" if run.adapter is None else run.adapter.title


def _within(latency: Latency, share: float) -> bool:
    ratio = latency.files
    return latency.difference is Difference.NONE or (1 - share <= ratio.low and ratio.high <= 1 + share)


def _calls(latencies: tuple[Latency, ...]) -> str:
    return " and ".join(f"{x.pairs:,}" for x in latencies)


def _any_faster(ratios: list[tuple[PairedRatio, Difference | None]]) -> bool:
    return any(difference is Difference.FASTER for _, difference in ratios)
