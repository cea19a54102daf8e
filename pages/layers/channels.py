"""The channels of a convolution, each with its pattern, both models' maps and their difference."""

import html

import streamlit as st

from fp16core.figures.activation_maps import ChannelMaps, MapSheet
from fp16core.text import small_text

_CARD = """
<figure class="channel">
  <div>{pictures}</div>
  <figcaption><b>Channel {number}</b>: up to {largest}, difference up to {difference}</figcaption>
</figure>
"""


def channel_cards(sheet: MapSheet) -> None:
    """Draw a card for each channel; they are counted from 0, as in the table."""
    cards = "".join(_card(number, channel) for number, channel in enumerate(sheet.channels))
    st.html(f'<div class="channels">{cards}</div>')


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
            f'<span><img src="{url}" alt="Channel {number}, {words}">{words}</span>' for words, url in pictures if url
        ),
    )
