"""Answers: the changes of the logits by float16 against the margins, as observed and as proven."""

from functools import partial

import streamlit as st

from fp16core.evaluate.comparison import Comparison
from fp16core.figures import accuracy as figures
from fp16core.figures.base.style import REFERENCE_NAME, TARGET_NAME
from fp16core.figures.lab import guarantee as proof_figures
from fp16core.lab.guarantee import Guarantee
from fp16core.resident.endings import ResidentEndedError
from fp16core.text import factor_text, percent_text, points_text
from fp16core.vocabulary import BusyError, HalfBitsError
from pages.answers import confusion, folds
from pages.shared.digit.image_card import choose_image, link_to_image, show_image
from pages.shared.session import state
from pages.shared.session.measuring import lab
from pages.shared.session.measuring.sweep import go_on
from pages.shared.ui.charts import chart, picked
from pages.shared.ui.headline import headline, number
from pages.shared.ui.terms import hint
from pages.shared.ui.words import plain, say_if_probabilities

HAPPENED, AT_MOST = "What happened", "What could have happened at most"

with state.explained():
    found = state.results()
comparison = found.comparison
confusion.go_to_images(comparison)


def observed_sentence() -> str:
    """Effect of float16 on the answers, as observed."""
    if not comparison.changed_predictions:
        return f"float16 changed **no answer** on {comparison.images:,} test images."
    chance = (
        "more than chance alone explains" if comparison.is_difference_significant else "chance alone explains as much"
    )
    return (
        f"float16 changed **{comparison.changed_predictions:,} of {comparison.images:,}** answers, and the accuracy by "
        f"**{points_text(comparison.accuracy_delta)}**: {chance}."
    )


def proven_sentence(found: Guarantee) -> str:
    """Share of the images whose answers float16 could not have changed."""
    return (
        f"On **{percent_text(found.proven_share)}** of the images it cannot change the answer, even if every rounding "
        "error of the weights points in the worst direction."
    )


def worst_case(found: Guarantee | None) -> tuple[str, str]:
    """Value and caption of how much more could change than did."""
    if found is None:
        return "…", "the observed change (median)"
    factor = found.overestimate(comparison.abs_logit_delta)
    if factor is None:
        return "none", "the changes are not finite numbers"
    return f"{factor_text(factor)} ×", "the observed change (median)"


def clicked() -> None:
    """Choose the image whose point was clicked."""
    for key in ("margins", "bounds"):
        if key in st.session_state and (index := picked(key, comparison.images)) is not None:
            st.session_state.point = index


def proven_words(found: Guarantee, both: Comparison, index: int) -> str:
    """Sentence on the proof of an image's answer."""
    if found.proven[index]:
        return "Its answer is proven."
    if not both.report(index).is_answered:
        return "Nothing can be proven: a logit is not a number."
    return "Its answer is not proven: in the worst case, float16 takes more than the margin."


answer = st.empty()
answer.markdown(observed_sentence())
proof, refusal, meaning = None, "", "Nothing is proven about this pair"
try:
    proof = lab.proof_as_it_comes()
except (BusyError, ResidentEndedError) as error:  # which say nothing about the pair
    refusal, meaning = plain(str(error)), "There is no proof now"
except HalfBitsError as error:  # the observed changes are shown all the same
    refusal = plain(str(error))
if proof is not None:
    answer.markdown(f"{observed_sentence()} {proven_sentence(proof)}")
say_if_probabilities(comparison.reference)
view = st.segmented_control(
    "View",
    [HAPPENED, AT_MOST],
    default=HAPPENED,
    required=True,
    key="answers-view",
    label_visibility="collapsed",
    bind="query-params",
)
with st.container(border=True):
    plot, card = st.container(key="cards-margins").columns([5, 2], vertical_alignment="center")
    controls = st.container(key="answers-controls", horizontal=True, vertical_alignment="bottom")
    index = choose_image(controls, comparison, "point")
    with controls:
        link_to_image(index)
    with card.container(key="answers-image", horizontal=True, vertical_alignment="center"):
        show_image(found.images, comparison, index, "" if proof is None else proven_words(proof, comparison, index))
    with plot:
        if view == HAPPENED:
            chart(
                partial(figures.margin_scatter, comparison, index),
                "margins",
                "Scatter plot of the margin against the largest logit change of every test image",
                on_click=clicked,
            )
        elif refusal:
            st.error(refusal, icon=":material/error:")
        elif proof is None:
            st.markdown("Shown once the proof is complete.")
        else:
            chart(
                partial(proof_figures.margins_and_bounds, comparison, proof, index),
                "bounds",
                "Scatter plot of the margin against the most that float16 could take from it",
                on_click=clicked,
            )
    if view == HAPPENED or proof is not None:
        st.caption(
            "Each point is a test image: choose one. Further right, float32's margin is larger; further up, float16 "
            + (
                f"changed the logits more. {figures.margin_line_text(comparison)}"
                if proof is None or view == HAPPENED
                else f"could take more of that margin. {proof_figures.bound_line_text(proof)}"
            )
        )

row = headline("headline-eight")
for name, evaluation in ((REFERENCE_NAME, comparison.reference), (TARGET_NAME, comparison.target)):
    number(
        row,
        f"Accuracy, {name}",
        percent_text(evaluation.accuracy.value),
        f"{percent_text(evaluation.accuracy.low)} to {percent_text(evaluation.accuracy.high)}",
        hint("accuracy", "Wilson interval", "95 % interval"),
    )
number(
    row,
    "Difference",
    points_text(comparison.accuracy_delta),
    "float16 − float32",
    hint("point"),
)
number(
    row,
    "McNemar p-value",
    f"{comparison.mcnemar_p:.3g}",
    "unlikely to be chance" if comparison.is_difference_significant else "no sign of a difference",
    hint("McNemar test", "p-value"),
)
if not refusal:
    number(
        row,
        "Proven unchangeable",
        "…" if proof is None else f"{proof.proven_images:,}",
        f"of {comparison.images:,} images",
        "Images whose answer no weights within the rounding errors can change, whatever the sign of each error. This "
        "is about float16 weights with float32 arithmetic, as on this server; a processor that computes in float16 "
        "errs more.",
    )
number(
    row,
    "Observed unchanged",
    f"{comparison.equal_predictions:,}",
    f"of {comparison.images:,} images",
    "Images on which both models, run on this server, give the same answer.",
)
closest = comparison.report(comparison.closest_image)
number(
    row,
    "Closest call",
    f"{factor_text(closest.flip_factor)} ×" if closest.can_flip else "none",
    f"the error would suffice, image {comparison.closest_image:,}"
    if closest.can_flip
    else "no image has a margin to compare"
    if comparison.changed_predictions
    else "no multiple changes an answer",
    "Factor by which float16's change of the logits would have to grow to change an answer. At most 1: it did.",
)
if not refusal:
    number(
        row,
        "Worst case",
        *worst_case(proof),
        "Ratio of the largest possible change of a logit to the observed one. In reality errors have both signs and "
        "mostly cancel; a proof must not rely on that.",
    )
confusion.show(comparison)
folds.per_digit(comparison)
folds.closest_calls(found.images, comparison, proof, index)
if proof is not None:
    folds.how_it_is_proven()
    folds.fewer_bits(comparison.images)
elif refusal and view == HAPPENED:
    st.caption(f":orange[{meaning}: {refusal}]")
go_on()
