"""The sidebar: which pair of models every page shows."""

from pathlib import Path

import streamlit as st

from fp16core.text import bytes_text, count_text
from fp16core.vocabulary import HalfBitsError
from pages.shared import state

LOOK = Path(__file__).with_name("look.css")
"""Style sheet of the whole dashboard."""

TUTORIAL = "https://ai.google.dev/edge/litert/models/post_training_float16_quant"


def show_active_pair() -> None:
    """Name the dashboard and the active pair, its files' sizes and how it was trained."""
    with st.sidebar:
        st.markdown(f"**Half the Bits**  \nThe [float16 tutorial of LiteRT]({TUTORIAL}) under a microscope.")
        st.caption("Active model pair")
        try:
            pair = state.active_pair()
        except HalfBitsError:
            # Each page explains; the sidebar only must not claim a pair.
            st.markdown(":red[:material/error: none that can be used]")
            return
        recipe = pair.run.get("recipe", {})
        epochs = recipe.get("epochs")
        st.markdown(f"**{pair.name}**")
        st.caption(
            f"float32 {bytes_text(len(pair.reference))}  \nfloat16 {bytes_text(len(pair.target))}"
            + (f"  \nseed {recipe.get('seed')}, {count_text(epochs, 'epoch')}" if epochs else "")
            + "  \nboth files as recorded when trained (SHA-256)"
        )
