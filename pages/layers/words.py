"""The page's answer, in a sentence."""

from fp16core.numerics.propagation import Propagation
from fp16core.runtime.operator_names import step_name
from fp16core.text import factor_text


def answer_sentence(found: Propagation, images_text: str) -> str:
    """The operator with the largest relative error, and the rest of the way to the logits, as Markdown."""
    if found.is_exact:
        return f"On {images_text}, both models compute **the same activations**, bit for bit, up to the logits."
    if (broken := found.first_not_finite) is not None:
        return (
            f":orange[On {images_text}, **{broken.error.not_finite:,} of {broken.error.count:,}** numbers are infinite "
            f"or not numbers after the operator **{step_name(broken.step)}**]; no later result can be trusted."
        )
    noisiest, logits = found.noisiest, found.logits
    return (
        f"On {images_text}, the relative error is largest after **{step_name(noisiest.step)}**: one part in "
        f"**{factor_text(noisiest.error.snr_factor)}** of the activations"
        + (
            ", which are the logits."
            if noisiest is logits
            else f". It is smaller at the end: one part in **{factor_text(logits.error.snr_factor)}** of the logits."
        )
    )
