"""The visitor's files in the server's memory, and how to delete them."""

from collections.abc import Mapping

import streamlit as st

from fp16core.text import size_text
from pages.shared.server import hosted, upload_limits
from pages.shared.session import diagnoses, files, trials
from pages.shared.session.subject import default_name, subject
from pages.shared.ui.words import plain


def show_held() -> None:
    """Show what the server holds for the visitor, with buttons that delete it."""
    held = trials.held()
    total = size_text(sum(held.values())) if held else "nothing"
    with st.expander(f"What this server holds for you: {total}", icon=":material/database:"):
        _show(held)
    row = st.container(horizontal=True)
    mine = files.files()
    if mine.pair is not None or diagnoses.kept() is not None:
        row.button("Forget my models", icon=":material/delete:", key="own-forget", on_click=trials.forget_models)
        if mine.pair is not None and subject().own_pair:
            row.button(
                f"Back to the {default_name()[0].lower()}{default_name()[1:]}",
                icon=":material/undo:",
                key="own-back",
                on_click=files.choose_pair,
                args=(default_name(),),
            )
    if mine.dataset is not None:
        row.button(
            "Forget my data set", icon=":material/delete:", key="own-forget-data", on_click=trials.forget_dataset
        )


def _show(held: Mapping[str, int]) -> None:
    if held:
        st.table(
            {
                "what": [*map(plain, held), "all together"],
                "size": [size_text(size) for size in (*held.values(), sum(held.values()))],
            },
            hide_index=True,
        )
    else:
        st.markdown("Nothing.")
    st.caption(
        "In memory, for this visit alone: shown to nobody else, and deleted when you close or reload this page in your "
        "browser."
    )
    if hosted.is_hosted():
        # Streamlit's uploader only shows the number of an error.
        budget = upload_limits.memory_budget()
        st.caption(
            f"Files that have not been tried or read yet: at most {size_text(upload_limits.visit_bytes())} per visit "
            f"(beyond that: error 413). Everything held for visitors: at most {size_text(budget.most_bytes)} in total "
            f"and {size_text(budget.most_bytes_each)} per network address (error 503)."
        )
