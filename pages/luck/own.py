"""A visitor's own study."""

import streamlit as st

from fp16core.study.rows.file import ROWS_FILE, Study
from fp16core.text import size_text
from pages.shared.session import studies
from pages.shared.ui.words import plain

_KEY = "own-study-file"


def show(shown: Study) -> None:
    """Offer to load a study, and say how one is made."""
    if (error := studies.error()) is not None:
        st.error(plain(error), icon=":material/error:")
    if studies.own() is not None:
        row = st.container(horizontal=True, vertical_alignment="center")
        row.markdown(f"You are looking at your own study, **{plain(shown.name)}**, which nobody else can see.")
        row.button("Back to the server’s study", icon=":material/undo:", key="study-back", on_click=studies.forget)
    with st.expander("Your own study", icon=":material/upload_file:", key="luck-own"):
        st.markdown("On your computer, or on a cluster of them:")
        # The colours of a language are too pale.
        st.code("python -m fp16core study --seeds 0-99 --out my-study", language=None, wrap_lines=True)
        st.markdown(f"Then load `my-study/{ROWS_FILE}` here, or start the dashboard with `HALFBITS_STUDY=my-study`.")
        st.file_uploader(
            f"Rows of a study, {ROWS_FILE}",
            ["jsonl"],
            key=_key(),
            max_upload_size=studies.most_bytes() // 1_000_000,
            on_change=_take,
        )
        st.caption(f"At most {size_text(studies.most_bytes())}. It stays in the server’s memory for this visit alone.")


def _key() -> str:
    """Key of the uploader; a new one after each delivery, as the old widget would keep its copy of the file."""
    return f"{_KEY}-{st.session_state.get(f'{_KEY}-deliveries', 0)}"


def _take() -> None:
    upload = st.session_state[_key()]
    st.session_state[f"{_KEY}-deliveries"] = st.session_state.get(f"{_KEY}-deliveries", 0) + 1
    if upload is not None:
        studies.take(upload)
