"""Claims of the tutorial about running a model, judged by the modes of execution."""

from fp16core.claims.evidence import (
    NOTHING_MEASURED,
    ClaimCheck,
    Evidence,
    Measurement,
    RuntimeEvidence,
    Verdict,
    graded,
)
from fp16core.claims.judge import about_float16
from fp16core.claims.latency_rule import LATENCY_RULE, latency_text, latency_verdict
from fp16core.claims.recorded_claims import (
    RECORDED_RULE,
    recorded_latency,
    recorded_native,
    recorded_reduced,
    wide_on,
)
from fp16core.modes.files_time import files_times
from fp16core.modes.latency import Difference, Latency, difference_text
from fp16core.modes.network import Network
from fp16core.modes.runs import ModeRun
from fp16core.numerics.weight_rounding import upsampled_by_operator
from fp16core.recordings.device_words import speed_text
from fp16core.runtime.delegation import UpsamplingStage
from fp16core.runtime.execution_mode import ExecutionMode
from fp16core.text import count_text, small_text

TRADE = "This permits a significant reduction in model size in exchange for a minimal impacts to latency and accuracy."
"""The tutorial's words; two claims are about them."""


@about_float16
def upsampled(e: Evidence) -> ClaimCheck:
    """Judge whether, and when, float16 weights become float32 on a CPU."""
    run = _run(e.runtimes, ExecutionMode.CPU_FLOAT32)
    moment = None if run is None else run.upsampled
    constants, by_operator = upsampled_by_operator(e.target_file)
    verdict = graded(e.upsampling_is_exact and by_operator == constants > 0, e.upsampling_difference <= 1e-5)
    apart = e.upsampling_difference
    logits = "identical bit for bit" if e.upsampling_is_exact else f"up to {small_text(apart)} apart"
    measured = f"{by_operator} of {constants} float16 tensors feed a DEQUANTIZE; logits {logits}"
    if moment is not None:
        measured += f"; the float16 numbers are last read {moment.value}"
        if verdict is Verdict.HOLDS and moment is not UpsamplingStage.LOADING:
            verdict = Verdict.PARTLY
    prior = " prior to the first inference" if moment is not None else " …"
    when = (
        "When: the stored float16 numbers of an interpreter were overwritten with zeros, before and after its first "
        "run; it holds if the logits no longer change once the model is loaded, otherwise at most partly."
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
        f"The float32 file, its weights replaced by the float16 values, ran on the same "
        f"{count_text(e.comparison.images, 'image')}. {when}",
        awaits=Measurement.ACCURACY if moment is None else None,
    )


@about_float16
def latency_impact(e: Evidence) -> ClaimCheck:
    """Judge whether the float16 file takes another time than the float32 one, run as in the tutorial."""
    found = e.runtimes.latencies.get(ExecutionMode.CPU_FLOAT32)
    if found is None:
        measured, verdict, awaits = NOTHING_MEASURED, Verdict.NOT_MEASURED, Measurement.LATENCY
        method = (
            "A fair measurement interleaves many repetitions of both models; it takes about a minute, and has not been "
            "made here yet."
        )
    else:
        times = files_times(found)
        measured, verdict, awaits = latency_text(times), latency_verdict(times), None
        calls = " and ".join(f"{x.pairs:,} calls with {count_text(x.batch, 'image')}" for x in found.latencies)
        method = (
            "Time of the float16 file over that of the float32 file, median and 99 % interval, on the CPU in float32 "
            f"arithmetic, one thread: {calls}, in random order, loaded anew {found.latencies[0].loadings} times. A "
            "control of the float32 file against itself says what is no difference."
        )
    here = ClaimCheck("Impact on latency", TRADE, measured, verdict, LATENCY_RULE, method, awaits=awaits)
    return recorded_latency(here, e)


@about_float16
def native_arithmetic(e: Evidence) -> ClaimCheck:
    """Judge whether a GPU computes in float16, and is faster for it."""
    run, refusal = _gpu(e.runtimes)
    found = e.runtimes.latencies.get(ExecutionMode.GPU_FLOAT16)
    timed = [] if found is None else [x for x in found.latencies if x.arithmetic is not None]
    measured, verdict, awaits = NOTHING_MEASURED, Verdict.NOT_MEASURED, None
    if run is None:
        method = refusal or "No GPU has been asked yet."
        awaits = None if refusal else Measurement.ACCURACY
    elif run.by_software:
        measured = f"computed in {'float32' if run.is_silently_float32 else 'float16'}, by a software driver"
        verdict = Verdict.NOT_JUDGED
        method = f"{_adapter(run)}: no GPU, and nothing can be said of one's speed."
    elif run.is_silently_float32:
        measured, verdict = "the GPU was asked for float16 and computed in float32", Verdict.FAILS
        method = f"{_adapter(run)}: not all logits are numbers that float16 has."
    elif timed:
        measured = "computed in float16; against float32 arithmetic, " + "; ".join(
            f"{count_text(x.batch, 'image')} at once: {_arithmetic_text(x)}" for x in timed
        )
        wide = wide_on(e.runtimes.recordings, "" if run.adapter is None else run.adapter.name)
        if wide is not None:
            measured += f"; with {Network.WIDE.title}, recorded on such a GPU: speed-up {speed_text(wide)}"
        is_faster = any(x.arithmetic_difference is Difference.FASTER for x in timed)
        verdict = graded(is_faster or (wide is not None and wide.is_faster), True)
        method = f"{_adapter(run)}: all logits are numbers that float16 has. Times of the float16 file, in turns."
    else:
        measured, verdict, awaits = "computed in float16", Verdict.PARTLY, Measurement.LATENCY
        method = f"{_adapter(run)}: all logits are numbers that float16 has. Its times have not been measured yet."
    here = ClaimCheck(
        "Native arithmetic",
        "Some hardware, like GPUs, can compute natively in this reduced precision arithmetic, realizing a speedup "
        "over traditional floating point execution.",
        measured,
        verdict,
        "Holds if this machine's GPU computes in float16 and is measurably faster than in float32 for some size of "
        f"batch, with this network or with {Network.WIDE.title}; partly if it computes in float16 and is not, or its "
        "times are not known; does not hold if it silently computes in float32. A software driver is not a GPU, and "
        f"decides nothing. {RECORDED_RULE}",
        method,
        awaits=awaits,
    )
    return recorded_native(here, e)


@about_float16
def reduced_precision(e: Evidence) -> ClaimCheck:
    """Judge whether ``precision_loss_allowed`` makes all arithmetic float16."""
    run, refusal = _gpu(e.runtimes)
    if run is None or e.runtimes.table is None:
        measured, verdict = NOTHING_MEASURED, Verdict.NOT_MEASURED
        method = refusal or "The CPU interpreter has no such option, and no GPU has been asked yet."
    else:
        baseline = e.runtimes.table.baseline
        without = _run(e.runtimes, ExecutionMode.GPU_FLOAT32)
        change = run.against(baseline).target.comparison.max_abs_logit_delta
        measured = (
            f"all results are {'float32' if run.is_silently_float32 else 'float16'} numbers; the float16 file's logits "
            f"change by up to {small_text(change)}"
        )
        if without is not None:
            measured += (
                f", without the option by {small_text(without.against(baseline).target.comparison.max_abs_logit_delta)}"
            )
        if run.by_software:
            verdict = Verdict.NOT_JUDGED if run.is_silently_float32 else Verdict.PARTLY
        else:
            verdict = graded(not run.is_silently_float32, False)
        method = (
            f"{_adapter(run)}, on {count_text(run.images, 'image')}, {run.batch} at once; today's name of the option "
            "is enforce_f32=False. Whether a logit is a float16 number is checked bit by bit, and the "
            "sums behind it can be compared with an emulation."
        )
    here = ClaimCheck(
        "Reduced precision",
        "To perform all arithmetic with reduced precision on a GPU, the tutorial sets precision_loss_allowed to 1.",
        measured,
        verdict,
        "Holds if, with that option, every logit of both files is a number that float16 has; does not hold if a GPU "
        "silently computes in float32. On a software driver, which is not a GPU, it holds partly at best. "
        f"{RECORDED_RULE}",
        method,
        is_quote=False,
        awaits=Measurement.ACCURACY if run is None and refusal is None else None,
    )
    return recorded_reduced(here, e)


def _run(runtimes: RuntimeEvidence, mode: ExecutionMode) -> ModeRun | None:
    return None if runtimes.table is None else runtimes.table.run(mode)


def _gpu(runtimes: RuntimeEvidence) -> tuple[ModeRun | None, str | None]:
    """The GPU's run in float16, or why there is none, if it was asked."""
    outcome = None if runtimes.table is None else runtimes.table.outcomes.get(ExecutionMode.GPU_FLOAT16)
    return (outcome, None) if isinstance(outcome, ModeRun) else (None, outcome)


def _adapter(run: ModeRun) -> str:
    return "an unnamed adapter" if run.adapter is None else run.adapter.title


def _arithmetic_text(latency: Latency) -> str:
    ratio, difference = latency.arithmetic, latency.arithmetic_difference
    return "not timed" if ratio is None or difference is None else difference_text(difference, ratio)
