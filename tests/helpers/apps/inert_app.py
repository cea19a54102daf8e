"""A page for `tests.browser.test_inert`: hostile texts wherever Streamlit takes a text for Markdown."""

import streamlit as st

from pages.shared.ui.inert import inert
from tests.helpers.files.hostile import KINDS, texts

kind = st.query_params.get("kind", KINDS[0])
with st.container(key="hostile"):
    for number, text in enumerate(texts()):
        key, shown = f"{kind}-{number}", inert(text)
        match kind:
            case "raw":
                st.markdown(text.encode("utf-8", "replace").decode())
            case "markdown":
                st.markdown(shown)
            case "in a sentence":
                st.markdown(f"- **{shown}** is *{shown}*: {shown}.")
            case "caption":
                st.caption(shown)
            case "error":
                st.error(shown)
            case "header":
                st.header(shown, anchor=False)
            case "button":
                st.button(shown, key=key)
            case "checkbox":
                st.checkbox(shown, key=key)
            case "text_input":
                st.text_input(shown, key=key)
            case "metric":
                st.metric(shown, shown, shown, help=None)
            case "progress":
                st.progress(0.5, shown)
            case "table":
                st.table({shown: [shown]}, hide_index=True)
            case "image":
                st.image("pages/shared/ui/icon.png", caption=shown)
            case "expander":
                st.expander(shown)
            case "toast" if number % 40 == 0:
                st.toast(shown, duration="infinite")
