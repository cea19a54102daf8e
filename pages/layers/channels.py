"""The channels of a convolution, each with its pattern, both models' maps and their difference."""

import html
from collections.abc import Callable

import streamlit as st

from fp16core.figures.activation_maps import ChannelMaps, map_sheet
from fp16core.numerics.propagation import PairActivations
from fp16core.text import count_text, factor_text, small_text
from pages.shared.session import state
from pages.shared.ui.charts import table_button

_CARD = """
<figure class="channel">
  <div>{pictures}</div>
  <figcaption><b>Channel {number}:</b> up to {largest}, <span>off by up to {difference}</span></figcaption>
</figure>
"""


def show_channels(activations: PairActivations, convolution: int, table: Callable[[], str]) -> None:
    """Show a card for each channel, counted from 0 as in the table.

    Parameters
    ----------
    activations
        What both models compute on a test image.
    convolution
        Index of the operator whose channels are shown.
    table
        Returns the numbers behind the maps, as CSV.
    """
    kernel = state.roundings().get("conv_2d.kernel")
    sheet = map_sheet(*activations.of_first_image(convolution), kernel.reference if kernel else None)
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f"**{count_text(len(sheet.channels), 'channel')} of the convolution.** "
            + (
                f"Differences are drawn **{factor_text(sheet.amplification)} times stronger** than the activations."
                if sheet.has_differences
                else "Both models compute the same, so there are no differences to see."
            )
        )
        cards = "".join(_card(number, channel) for number, channel in enumerate(sheet.channels))
        st.html(f'<div class="channels">{cards}</div>')
        st.caption(
            "Each channel slides its own pattern of weights over the image (white adds, black subtracts) and lights up "
            f"where it fits: from clear, {small_text(sheet.low)}, to full colour, {small_text(sheet.high)}; a quarter "
            "of that range has half the opacity. Differences are orange where float16 computes more, blue where it "
            "computes less. Anything grey is infinite or not a number."
        )
        table_button(table, "layer-maps", "The numbers behind these maps, as CSV")


def _card(number: int, channel: ChannelMaps) -> str:
    pictures = (
        ("pattern", channel.kernel),
        ("float32", channel.reference),
        ("float16", channel.target),
        ("difference", channel.difference),
    )
    return _CARD.format(
        number=number,
        largest=html.escape(small_text(channel.largest)),
        difference=html.escape(small_text(channel.max_abs_difference)),
        pictures="".join(
            f'<span><img src="{url}" alt="Channel {number}, {words}"><i>{words}</i></span>'
            for words, url in pictures
            if url
        ),
    )
