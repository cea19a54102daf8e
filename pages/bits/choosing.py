"""The number that the page shows: a weight of the active pair, or any other number."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from fp16core.numerics.bits import BinaryNumber
from fp16core.numerics.formats import FLOAT16
from fp16core.numerics.narrowing import Narrowing, narrow
from fp16core.numerics.number_text import MAX_CHARACTERS, TypedNumber, read_number
from fp16core.numerics.picks import Pick, StoredWeight, pick_weight, weight_at
from fp16core.numerics.weight_rounding import WeightRounding, largest_tensor
from fp16core.vocabulary import NumberError
from pages.bits.clickable import PRESETS, changed_to
from pages.bits.words import number_sentence, weight_sentence
from pages.shared.address import defaults, parameter
from pages.shared.ui.charts import picked
from pages.shared.ui.terms import hint
from pages.shared.ui.words import plain

WEIGHT, NUMBER = "A weight", "Any number"
FIRST = PRESETS[0].text

_NUMBER = "bits_number"

Tensors = Mapping[str, WeightRounding]


@dataclass(frozen=True)
class Chosen:
    """The number shown, and where it comes from.

    Attributes
    ----------
    narrowing
        The number rounded to float16.
    sentence
        Its origin, and both stored values, as Markdown.
    weight, index
        The weight and its position in C order; `None` if the number is none of the model's.
    """

    narrowing: Narrowing
    sentence: str
    weight: StoredWeight | None = None
    index: int | None = None

    @property
    def stored(self) -> BinaryNumber | None:
        """The float16 number in the file, if it differs from the rounded one."""
        if self.weight is None or self.weight.stored.format != FLOAT16:
            return None
        return None if self.weight.stored == self.narrowing.result else self.weight.stored


def choose_source(row: DeltaGenerator) -> bool:
    """Offer a weight or any number; returns whether a weight is shown."""
    source = row.segmented_control(
        "Take apart",
        (WEIGHT, NUMBER),
        default=WEIGHT,
        required=True,
        key="bits_of",
        bind="query-params",
        label_visibility="collapsed",
    )
    return source == WEIGHT


def choose_tensor(row: DeltaGenerator, tensors: Tensors) -> WeightRounding:
    """Offer the tensors of the active pair, the one with most weights first."""

    def changed() -> None:
        if st.session_state.get("bits_of") == WEIGHT:
            st.session_state.bits_index = pick_weight(tensors[st.session_state.bits_tensor], Pick.LARGEST_ERROR) or 0

    keys = list(tensors)
    key = row.selectbox(
        "Tensor",
        keys,
        index=keys.index(defaults.note("bits_tensor", largest_tensor(tensors), keys)),
        key="bits_tensor",
        bind="query-params",
        on_change=changed,
        width=260,
        help=hint(
            "tensor",
            more="conv_2d is the layer that looks for strokes; fully_connected turns what it found into ten logits. "
            "Kernels and weights are factors, biases are added.",
        ),
    )
    return tensors[key]


def choose_weight(row: DeltaGenerator, special: DeltaGenerator, tensor: WeightRounding) -> Chosen:
    """Offer the weights of a tensor by number, and in ``special`` those with a property worth seeing."""
    parameter.write(_NUMBER, None)
    last = tensor.reference.size - 1
    if st.session_state.get("bits_index", 0) > last:  # after a change of the active pair
        st.session_state.bits_index = last
    index = int(
        row.number_input(
            f"Weight number, 0 to {last:,}",
            0,
            last,
            defaults.note("bits_index", pick_weight(tensor, Pick.LARGEST_ERROR) or 0, range(last + 1)),
            key="bits_index",
            bind="query-params",
            width=230,
            help="Position in the tensor, row by row.",
        )
    )

    def special_chosen() -> None:
        name = st.session_state["bits-special"]
        if name in kinds:
            st.session_state.bits_index = pick_weight(tensor, kinds[name]) or 0

    kinds = {kind.value.capitalize(): kind for kind in Pick if kind is not Pick.MOST_SUBNORMAL or tensor.subnormal}
    special.menu_button(
        "Special weights",
        list(kinds),
        key="bits-special",
        icon=":material/star:",
        on_click=special_chosen,
        help=hint(
            "tie",
            "subnormal",
            more="The menu leads to the weight that rounding changed most, absolutely or relatively; to the one "
            "nearest to a tie; to the one nearest to 0 that is subnormal in float16; or to any.",
        ),
    )
    weight = weight_at(tensor, index)
    return Chosen(weight.narrowing, weight_sentence(tensor, weight), weight, index)


def type_number(row: DeltaGenerator) -> Chosen:
    """Offer a field for any number; a text that is not a number leaves the previous one."""
    # A number made by its bits is in the address from the first run on, which Streamlit's own binding does not do.
    if _NUMBER not in st.session_state or parameter.is_asked(_NUMBER):
        st.session_state[_NUMBER] = st.query_params.get(_NUMBER, FIRST)
    text = row.text_input(
        "Number",
        key=_NUMBER,
        width=480,
        help="A decimal (0.1, -6e-8), a ratio (1/3), a hex float (0x1.8p-3), inf, nan, or the bits of a float16 or "
        "float32 number (0x3c00, 0x3dcccccd, 0b0 01111 0000000000).",
    )
    parameter.write(_NUMBER, None if text == FIRST else text[:MAX_CHARACTERS])
    read = _read(text)
    narrowing = narrow(read.float32)
    return Chosen(narrowing, number_sentence(read, narrowing))


def show_changed_number() -> None:
    """Show the number that a visitor has made by its bits."""
    if (text := changed_to()) is not None:
        st.session_state.bits_of, st.session_state[_NUMBER] = NUMBER, text


def show_picked_weight(chart: str, tensor: WeightRounding) -> None:
    """Show the weight whose bar was picked in a chart."""
    if (index := picked(chart, tensor.reference.size)) is not None:
        st.session_state.bits_of, st.session_state.bits_index = WEIGHT, index


def _read(text: str) -> TypedNumber:
    try:
        read = read_number(text)
    except NumberError as error:
        st.error(plain(str(error)), icon=":material/error:")
        read = read_number(st.session_state.get("bits-understood", FIRST))
        st.caption(f"The page still shows {plain(read.text)}.")
    st.session_state["bits-understood"] = read.text
    return read
