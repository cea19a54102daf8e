"""Findings on a visitor's GPU, in words."""

from fp16core.text import count_text, percent_text, small_text
from fp16core.webgpu.findings import Agreement, GpuFindings
from fp16core.webgpu.probes import Arithmetic
from fp16core.webgpu.software import FALLBACK
from fp16core.webgpu.wgsl import Precision

_REMEDY = "To measure a GPU, turn on hardware acceleration in the browser's settings, and run again."

_NOT_REAL = (
    "2,048 + 1 is 2,049 there, which float16 cannot hold. The driver takes the type and computes in a wider one."
)


def verdict_text(found: GpuFindings, adapter: str) -> str:
    """The most important findings, in a sentence or two of Markdown; so is the adapter's name."""
    if found.answer.by_software:
        return f"**{software_text(adapter)}.** {_REMEDY} {_driver_text(found)}"
    if not found.answer.has_float16:
        return (
            "**This GPU offers the browser no float16 arithmetic** (WebGPU's feature *shader-f16*), so the network ran "
            "in float32 alone. Another browser or a newer driver may offer it."
        )
    if not found.answer.arithmetic[Precision.FLOAT16].is_real:
        return f"**Its float16 is not real**: {_NOT_REAL}"
    if found.is_predicted:
        return f"**Your GPU is predicted bit for bit**: {_agreement_text(found.agreements[0])}."
    return (
        f"**No known way to add gives all of this GPU's logits.** Nearest: {_agreement_text(found.agreements[0])}. "
        "Every driver may reorder and fuse what a shader says."
    )


def time_text(found: GpuFindings) -> str:
    """Time in float16 against float32, in a sentence."""
    if found.answer.by_software:
        return "Times of a software driver say nothing about a GPU's speed."
    ratio = found.answer.time_ratio
    if ratio is None:
        return "Times of float16 and float32 were not compared."
    times = f"{ratio.value:.2f} times as long as in float32 (99 % interval {ratio.low:.2f} to {ratio.high:.2f})"
    if ratio.low > 1:
        verdict = "float16 is slower"
    elif ratio.high < 1:
        verdict = "float16 is faster"
    else:
        verdict = "no difference can be told"
    return f"With these shaders, {verdict}: in float16 a pass takes {times}. They are not this GPU's best."


def advice_text(found: GpuFindings, adapter: str) -> str:
    """Findings for someone who decides on float16, in a sentence or two of Markdown; so is the adapter's name."""
    is_gpu = not found.answer.by_software
    place = f"On **your own GPU** ({adapter}), measured in your browser" if is_gpu else software_text(adapter)
    if Precision.FLOAT16 not in found.comparisons:
        return f"{place}: it offers no float16 arithmetic there." + ("" if is_gpu else f" {_REMEDY}")
    half = found.comparisons[Precision.FLOAT16]
    changed = f"float16 arithmetic changed {half.changed_predictions:,} of {count_text(half.images, 'answer')}"
    return f"{place}: {changed}. {time_text(found)}" + ("" if is_gpu else f" {_REMEDY}")


def software_text(adapter: str) -> str:
    """Statement that no GPU computed, for a software driver by its name, without a full stop."""
    named = adapter if adapter.endswith(FALLBACK) else f"{adapter}, {FALLBACK}"
    return f"Your browser computes on the processor ({named}), not on a GPU"


def probe_rows(found: dict[Precision, Arithmetic]) -> dict[str, list[str]]:
    """Columns of a table with a row for each probe."""
    questions = {
        "sums are rounded to the type": "is_real",
        "subnormal numbers": "keeps_subnormals",
        "a * b + c outside of a loop": "fuses",
        "fma(a, b, c)": "fuses_on_request",
        "beyond the largest number": "overflows",
    }
    answers = {
        "is_real": ("yes", "no"),
        "keeps_subnormals": ("kept", "flushed to 0"),
        "fuses": ("rounded once", "product and sum rounded"),
        "fuses_on_request": ("rounded once", "product and sum rounded"),
        "overflows": ("infinite", "not infinite"),
    }
    return {
        "probe": list(questions),
        **{
            f"float{8 * precision.size_bytes}": [
                answers[name][not getattr(arithmetic, name)] for name in questions.values()
            ]
            for precision, arithmetic in found.items()
        },
    }


def agreement_rows(found: GpuFindings) -> dict[str, list[str]]:
    """Columns of a table with a row for each way to write sums in float16."""
    return {
        "sums, as the shader says": [each.adding.value for each in found.agreements],
        "nearest emulation": [each.way for each in found.agreements],
        "logits that agree": [percent_text(each.exact_share) for each in found.agreements],
    }


def answer_rows(found: GpuFindings) -> dict[str, list[str]]:
    """Columns of a table with a row for each precision, against the server's float32 arithmetic."""
    comparisons = found.comparisons
    return {
        "arithmetic": [f"float{8 * precision.size_bytes}" for precision in comparisons],
        "accuracy": [percent_text(each.target.accuracy.value) for each in comparisons.values()],
        "answers changed": [f"{each.changed_predictions:,} of {each.images:,}" for each in comparisons.values()],
        "largest logit change": [small_text(each.max_abs_logit_delta) for each in comparisons.values()],
        "time": [_pass_text(found, precision) for precision in comparisons],
    }


def _pass_text(found: GpuFindings, precision: Precision) -> str:
    median = found.median_ms(precision)
    return "—" if median is None else f"{small_text(median)} ms for {found.answer.timed_images:,}"


def _driver_text(found: GpuFindings) -> str:
    """Findings on a software driver."""
    if not found.answer.has_float16:
        return "This driver offers no float16 arithmetic (WebGPU's feature *shader-f16*): float32 alone ran."
    if not found.answer.arithmetic[Precision.FLOAT16].is_real:
        return f"This driver's float16 is not real: {_NOT_REAL}"
    predicted = "is" if found.is_predicted else "is not"
    return f"This driver {predicted} predicted bit for bit: {_agreement_text(found.agreements[0])}."


def _agreement_text(best: Agreement) -> str:
    share = "all" if best.exact_share == 1 else f"{percent_text(best.exact_share)} of the"
    return f"{share} float16 logits of {count_text(best.images, 'image')} are those of an emulation with {best.way}"
