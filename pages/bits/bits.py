"""Bits: one number taken apart, and the bits of it that float16 drops."""

from functools import partial

import streamlit as st

from fp16core.figures import bits as figures
from fp16core.numerics.formats import FLOAT16
from fp16core.numerics.narrowing import deviation, narrow
from fp16core.numerics.number_text import TypedNumber, read_number
from fp16core.numerics.picks import Pick, pick_weight, weight_at
from fp16core.numerics.weight_rounding import WeightRounding, largest_tensor
from fp16core.text import small_text
from fp16core.vocabulary import NumberError
from pages.bits.strip import bit_strip, exact_values, legend
from pages.bits.words import badges, decision_sentence, number_sentence, weight_sentence
from pages.shared.session import state
from pages.shared.ui.charts import chart, picked
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.words import plain

WEIGHT, NUMBER = "A weight", "Any number"
FIRST = "0.1"
EXAMPLES = (FIRST, "1/3", "65504", "65519", "65520", "70000", "1e-8", "6e-8", "1.000488281250001", "-0", "inf", "nan")

_PICKS = {
    Pick.LARGEST_ERROR: (":material/arrow_upward:", "The weight that rounding changed most"),
    Pick.LARGEST_RELATIVE_ERROR: (":material/percent:", "The weight with the largest error relative to itself"),
    Pick.NEAREST_TO_A_TIE: (":material/balance:", "The weight nearest to half-way between two float16 numbers"),
    Pick.MOST_SUBNORMAL: (":material/compress:", "The weight nearest to 0 that float16 stores with fewer digits"),
    Pick.RANDOM: (":material/casino:", "A different one each time"),
}


def tensor_chosen() -> None:
    """Choose the weight with the largest error after a change of the tensor."""
    pick(tensors[st.session_state.bits_tensor], Pick.LARGEST_ERROR)


def pick(among: WeightRounding, kind: Pick) -> None:
    """Choose the weight that a button names; the first if none fits."""
    st.session_state.bits_index = pick_weight(among, kind) or 0


def bar_clicked() -> None:
    """Choose the weight in the middle of the bar that was clicked."""
    if (clicked := picked(f"bits-weights-{index}", tensor.reference.size)) is not None:
        st.session_state.bits_index = clicked


def example_chosen() -> None:
    """Put the chosen example into the free field."""
    if st.session_state["bits-example"] is not None:
        st.session_state.bits_number = st.session_state["bits-example"]


def typed() -> None:
    """Deselect the example, which differs from the number just typed."""
    st.session_state["bits-example"] = None


def number_typed() -> TypedNumber:
    """The number in the free field; the previous one if the text is not a number."""
    if "bits_number" not in st.session_state and "bits_number" not in st.query_params:
        st.session_state.bits_number = FIRST
    text = st.text_input(
        "Number",
        key="bits_number",
        bind="query-params",
        on_change=typed,
        width=480,
        help="A decimal (0.1, -6e-8), a ratio (1/3), a hex float (0x1.8p-3), inf, nan, or the bits of a float16 or "
        "float32 number (0x3c00, 0x3dcccccd, 0b0 01111 0000000000).",
    )
    st.pills("Examples", EXAMPLES, key="bits-example", on_change=example_chosen)
    try:
        read = read_number(text)
    except NumberError as error:
        st.error(plain(str(error)), icon=":material/error:")
        read = read_number(st.session_state.get("bits-understood", FIRST))
        st.caption(f"The page still shows {plain(read.text)}.")
    st.session_state["bits-understood"] = read.text
    return read


def index_chosen() -> int:
    """Index of the chosen weight in the tensor, by number or by a special property."""
    last = tensor.reference.size - 1
    if st.session_state.get("bits_index", 0) > last:  # after a change of the active pair
        st.session_state.bits_index = last
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    index = row.number_input(
        f"Weight number, 0 to {last:,}",
        0,
        last,
        pick_weight(tensor, Pick.LARGEST_ERROR) or 0,
        key="bits_index",
        bind="query-params",
        width=200,
        help="Position in the tensor, from 0, row by row.",
    )
    for kind, (icon, hint) in _PICKS.items():
        absent = kind is Pick.MOST_SUBNORMAL and not tensor.subnormal
        row.button(
            kind.value.capitalize(),
            key=f"bits-{kind.name.lower()}",
            icon=icon,
            help="This tensor has none" if absent else hint,
            on_click=pick,
            args=(tensor, kind),
            disabled=absent,
        )
    return int(index)


source = st.segmented_control(
    "Take apart", (WEIGHT, NUMBER), default=WEIGHT, required=True, key="bits_of", bind="query-params"
)
stored = None
if source == WEIGHT:
    with state.explained():
        tensors = state.roundings()
    choosing, all_weights = st.container(key="cards-choosing").columns(2)
    with choosing:
        tensor = tensors[
            st.segmented_control(
                "Tensor",
                list(tensors),
                default=largest_tensor(tensors),
                required=True,
                key="bits_tensor",
                bind="query-params",
                on_change=tensor_chosen,
                wrap=True,
            )
        ]
        index = index_chosen()
        weight = weight_at(tensor, index)
        st.markdown(weight_sentence(tensor, weight))
    with all_weights.container(border=True):
        chart(
            partial(figures.choosable_weights, tensor, index),
            f"bits-weights-{index}",  # another chart after each choice: a bar can be clicked again
            f"Histogram of the float32 weights of {tensor.key}; a click on a bar chooses a weight",
            on_click=bar_clicked,
        )
        st.caption("Click a bar to see the weight nearest to its middle. The green bar contains the weight shown.")
    narrowing = weight.narrowing
    if weight.stored.format == FLOAT16 and weight.stored != narrowing.result:
        stored = weight.stored
else:
    read = number_typed()
    narrowing = narrow(read.float32)
    st.markdown(number_sentence(read, narrowing))
outcome = stored or narrowing.result
error = deviation(narrowing.source, outcome)

with st.container(border=True):
    st.markdown(f"**Bit by bit** {badges(narrowing)}")
    bit_strip(narrowing, stored)
    st.markdown(decision_sentence(narrowing))
    legend(narrowing)

row = headline()
number(
    row,
    "Rounding error",
    small_text(error.absolute, signed=True),
    "float16 − float32",
    "The change of the number by rounding.",
)
number(
    row,
    "Relative error",
    small_text(error.relative),
    "of the number itself",
    "The error as a share of the number. float16 keeps 11 significant bits, so a number in its normal range "
    "is off by at most 2⁻¹¹ of itself; a subnormal one may be off by more.",
)
number(
    row,
    "Error in ULP",
    small_text(error.ulps, signed=True),
    "0.5 at most, unless it overflows",
    "ULP, a unit in the last place: the distance between neighbouring float16 numbers here. Rounding to the nearest "
    "is off by at most half of it.",
)

if narrowing.source.is_finite:
    around, digits = cards(2)
    with around:
        st.markdown("**float16's numbers around it**")
        chart(
            partial(figures.grid, narrowing),
            "bits-grid",
            "Number line with the float16 numbers around the float32 number",
        )
        st.caption(
            "Each orange line is a float16 number; everything in the shaded interval is rounded to the same one."
        )
    with digits:
        st.markdown("**Every decimal digit**")
        exact_values(narrowing, outcome, error)
        st.caption(
            "A number with finitely many binary digits has finitely many decimal digits: nothing here is rounded."
        )
