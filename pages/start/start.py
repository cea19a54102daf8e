"""Overview: what float16 changed, and the tutorial's claims checked on the active pair."""

from collections import Counter
from collections.abc import Callable
from functools import partial

import streamlit as st

from fp16core.claims.claims import check_claims
from fp16core.claims.evidence import ClaimCheck, Measurement, Verdict
from fp16core.figures import overview as figures
from fp16core.runs.record import REFERENCE_FILE, TARGET_FILE
from fp16core.text import bytes_text, percent_text, points_text, small_text
from fp16core.tflite.size_account import size_account
from fp16core.vocabulary import TUTORIAL_URL
from pages.shared.frame import casting
from pages.shared.session import measurements, state
from pages.shared.session.measurements import ACCURACY, LATENCY
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.words import say_if_probabilities
from pages.start import report

_BADGES = {
    Verdict.HOLDS: (":material/check_circle:", "green"),
    Verdict.PARTLY: (":material/contrast:", "orange"),
    Verdict.FAILS: (":material/cancel:", "red"),
    Verdict.NOT_MEASURED: (":material/hourglass_empty:", "gray"),
    Verdict.NOT_JUDGED: (":material/block:", "gray"),
}


def show_claim(claim: ClaimCheck) -> None:
    """Show one claim: the quote, the measured value, the verdict, how it was measured."""
    with st.container(
        border=True, key=f"claim-{claim.topic.lower().replace(' ', '-')}", horizontal=True, vertical_alignment="center"
    ):
        st.markdown(f"**{claim.topic}**  \n" + (f"*“{claim.claim}”*" if claim.is_quote else claim.claim))
        if claim.awaits is None:
            st.markdown(claim.measured)
        else:
            with st.container():
                st.markdown(claim.measured)
                section = {Measurement.ACCURACY: ACCURACY, Measurement.LATENCY: LATENCY}[claim.awaits]
                st.page_link(
                    "size/size.py",
                    label="Measure it",
                    icon=":material/speed:",
                    query_params={"size-view": "Speed and accuracy", "runtimes-section": section},
                )
        with st.container(horizontal=True, vertical_alignment="center"):
            icon, colour = _BADGES[claim.verdict]
            st.badge(claim.verdict.value, icon=icon, color=colour)  # type: ignore[arg-type]  # the stub lists colours one by one
            with st.popover("How measured", type="tertiary"):
                st.markdown(f"{claim.method}\n\n**Rule.** {claim.rule}")


def given(model: bytes) -> Callable[[], bytes]:
    """Return a callback for a download button, called when it is pressed; every browser would fetch bytes at once."""
    return lambda: model


with state.explained():
    found = state.results()
    ledgers = state.ledgers()
    evidence = found.evidence.with_runtimes(measurements.evidence())
    claims = check_claims(evidence)
    casting.say_if_out_of_range(found.comparison)

comparison = found.comparison
reference, target = comparison.reference, comparison.target
st.markdown(
    f"The {'float16' if evidence.target_holds_float16 else 'target'} file has "
    f"**{percent_text(comparison.size_share)}** of the size, and "
    f"**{comparison.changed_predictions:,} of {comparison.images:,}** answers differ. Two files hold the same neural "
    + (
        "network, one with its weights as 32-bit numbers and one as 16-bit; both read every test image on this server."
        if evidence.target_holds_float16
        else "network, neither with any weight as a 16-bit number; both read every test image on this server."
    )
)
say_if_probabilities(comparison.reference)

row = headline()
number(
    row,
    "File size, float16",
    bytes_text(target.size_bytes),
    f"{bytes_text(comparison.size_delta_bytes, signed=True)} against float32",
    f"Bytes of the .tflite file. float32: {bytes_text(reference.size_bytes)}, "
    f"{comparison.size_ratio:.2f} times as large.",
)
number(
    row,
    "Accuracy, float16",
    percent_text(target.accuracy.value),
    f"{points_text(comparison.accuracy_delta)} against float32",
    f"Share of the {comparison.images:,} test images read right. float32: "
    f"{percent_text(reference.accuracy.value)}. 95 % interval of float16: {percent_text(target.accuracy.low)} to "
    f"{percent_text(target.accuracy.high)} (Wilson).",
)
number(
    row,
    "Changed answers",
    f"{comparison.changed_predictions:,}",
    f"of {comparison.images:,} test images",
    "Images on which the two models name different digits.",
)
number(
    row,
    "Largest logit change",
    small_text(comparison.max_abs_logit_delta),
    f"median top-1 margin {small_text(comparison.median_margin)}",
    "A logit is the model's raw score of a digit; the largest one is the answer. The margin is the "
    "largest logit minus the second largest; only a change of at least half of it can change an answer.",
)

left, right = cards(2)
with left:
    st.markdown("**Where the bytes go**")
    st.caption(
        "Coloured: weights and biases. Grey: the rest of the file, such as the description of the network's graph."
    )
    chart(
        partial(figures.file_sizes, size_account(*ledgers)),
        "sizes",
        "Bar chart: bytes of the float32 and the float16 file, split into weights and everything else",
    )
with right:
    st.markdown("**Accuracy, with its uncertainty**")
    st.caption("The line is the 95 % interval: other test images of this kind would plausibly give an accuracy on it.")
    chart(
        partial(figures.accuracies, comparison),
        "accuracies",
        "Accuracy of both models with 95 % confidence intervals",
    )

st.header("The tutorial's claims, checked", anchor="claims")
verdicts = Counter(claim.verdict for claim in claims)
st.markdown(
    " ".join(
        f":{_BADGES[v][1]}-badge[{_BADGES[v][0]} {verdicts[v]} {v.value if verdicts[v] == 1 else v.plural}]"
        for v in Verdict
        if verdicts[v]
    )
    + "  \nThe words in quotation marks are those of the LiteRT tutorial "
    f"[*Post-training float16 quantization*]({TUTORIAL_URL}). Each verdict follows from the number beside it by a "
    "stated rule."
)
report.offer(evidence)
for checked in claims:
    show_claim(checked)

st.header("Download the models", anchor="downloads")
first, second = st.columns(2)
for column, name, model, words in (
    (first, REFERENCE_FILE, found.pair.reference, "float32"),
    (second, TARGET_FILE, found.pair.target, "float16"),
):
    column.download_button(
        f"{name} ({words}, {bytes_text(model.size_bytes)})",
        given(model.contents),
        file_name=name,
        mime="application/octet-stream",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )
