"""The stages of a picture from left to right, each with a thumbnail and its decision."""

import html
from collections.abc import Sequence

import streamlit as st

from fp16core.figures.base.pictures import picture_url
from fp16core.images.stages import INFO, Stage

_CARD = """
<figure class="stage{off}">
  {picture}
  <figcaption><b>{number}. {title}</b><br>{decision}<details><summary>Why?</summary>{why}</details></figcaption>
</figure>
"""


def stage_strip(stages: Sequence[Stage]) -> None:
    """Draw the stages."""
    st.html('<div class="stages">' + "".join(_card(number, stage) for number, stage in enumerate(stages, 1)) + "</div>")


def _card(number: int, stage: Stage) -> str:
    info = INFO[stage.name]
    alt = html.escape(f"Picture after the stage “{info.title}”")
    picture = (
        f'<img src="{picture_url(stage.picture)}" alt="{alt}">' if stage.picture is not None else "<span>off</span>"
    )
    return _CARD.format(
        off="" if stage.is_on else " off",
        why=html.escape(info.why),
        picture=picture,
        number=number,
        title=html.escape(info.title),
        decision=html.escape(stage.decision),
    )
