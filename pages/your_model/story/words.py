"""Words of a diagnosis: its answer, its inputs, the facts of an operator."""

from collections.abc import Sequence

from fp16core.diagnosis.finding import Finding
from fp16core.diagnosis.outcome import Diagnosis, OperatorReading
from fp16core.diagnosis.results import ArithmeticVerdict, OperatorError, OperatorRange
from fp16core.figures.diagnosis.classes import class_of_range
from fp16core.figures.diagnosis.words import snr_text
from fp16core.text import count_text, percent_text, sizes_text, small_text, weight_text
from pages.shared.ui.words import plain

_LONGEST = 80

ICONS_HINT = (
    ":material/verified: safe · :material/search: no break was found, which proves nothing · "
    ":material/error: breaks · :material/help: unknown"
)
"""Meaning of the icons, in Markdown."""

_ICONS = {
    Finding.SAFE: ":material/verified:",
    Finding.NOTHING_FOUND: ":material/search:",
    Finding.BREAKS: ":material/error:",
    Finding.UNKNOWN: ":material/help:",
}


def worst(findings: Sequence[Finding]) -> Finding:
    """The worst of several outcomes; unknown if there is none."""
    order = (Finding.BREAKS, Finding.UNKNOWN, Finding.NOTHING_FOUND, Finding.SAFE)
    return next((each for each in order if each in findings), Finding.UNKNOWN)


def clipped(text: str) -> str:
    """A stranger's text as Markdown that shows its beginning and its end as they are."""
    return plain(text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}")


def verdict_markdown(finding: Finding, sentence: str, is_bold: bool = False) -> str:
    """A verdict's sentence behind the icon of its outcome."""
    said = plain(sentence)
    said = f"**{said}**" if is_bold else said
    return f"{icon(finding)} {said}"


def icon(finding: Finding) -> str:
    """Icon of an outcome; a break's is orange."""
    return f":orange[{_ICONS[finding]}]" if finding is Finding.BREAKS else _ICONS[finding]


def inputs_sentence(found: Diagnosis) -> str:
    """Origin of the samples, and how to give better ones."""
    read = f"Read with {count_text(found.samples, 'sample')}"
    if found.has_real_inputs:
        return f"{read} of yours."
    return (
        f"{read} that were **made up**, so that a break can be found, but its absence cannot be proven: “no overflow "
        "found” does not mean safe. For a verdict on your data, upload the model together with an .npz archive that "
        "holds an array for each input, by its name; the first axis counts the samples."
    )


def operator_name(node: OperatorReading) -> str:
    """Number and kind of an operator, as in a list of choices."""
    return f"{node.operator} {node.kind[:_LONGEST]}"


def facts(
    node: OperatorReading, values: OperatorRange | None, errors: list[tuple[ArithmeticVerdict, OperatorError]]
) -> dict[str, str]:
    """Numbers of an operator, by what they are."""
    found: dict[str, str] = {}
    if values is not None:
        found["float32 values"] = f"{small_text(values.low + 0.0)} to {small_text(values.high + 0.0)}"  # −0 is 0
        found["smallest magnitude"] = small_text(values.smallest)
        if values.intermediate:
            found[plain(values.intermediate)] = f"up to {small_text(values.intermediate_largest)}"
        found["in float16"] = class_of_range(values).words
        if values.zeroed_share or values.subnormal_share:
            found["become 0"] = percent_text(values.zeroed_share)
            found["become subnormal"] = percent_text(values.subnormal_share)
    for verdict, error in errors:
        size = f"{snr_text(error)}, largest error {small_text(error.max_abs_error)}"
        found[clipped(verdict.device)] = (f"{error.not_finite:,} numbers NaN or ∞" if error.not_finite else size) + (
            "" if error.is_float16 else ", computed in float32"
        )
    if node.inputs:
        found["reads"] = ", ".join(map(clipped, node.inputs[:3]))
    if node.outputs:
        found["computes"] = ", ".join(map(clipped, node.outputs[:3]))
    return found


def tensor_sentence(node: OperatorReading) -> str:
    """The tensor of an operator that its histogram is of."""
    subject = "Its weights" if node.are_weights else "What it computes"
    return f"{subject}: {clipped(node.tensor)}, {sizes_text(node.shape)}"


def number_text(value: float) -> str:
    """A number whose bits are shown."""
    return weight_text(value)
