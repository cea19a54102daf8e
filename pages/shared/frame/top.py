"""The top of every page: the product, the place in the tour, the title, and whatever is not the default."""

import html

import streamlit as st

from pages.shared.frame.page_list import StoryPage, place_text
from pages.shared.server import hosted
from pages.shared.session import files
from pages.shared.session.subject import default_subject, subject


def show_top(page: StoryPage) -> None:
    """Show the top of a page; the models and test images in use are named only if they are not the default."""
    place = place_text(page)
    st.html(
        '<header class="frame-top"><b>Half the Bits</b>'
        + (f"<span>{place}</span>" if place else "")
        + (f"<span>{page.recap}</span>" if page.recap else "")
        + "</header>"
    )
    st.title(page.question, anchor=False)
    now, usual = subject(), default_subject()
    uses = []
    if (now.pair, now.run) != (usual.pair, usual.run):
        uses.append(f"Models: <b>{_plain(now.name)}</b>" + (", visible to you alone" if now.own_pair else ""))
    dataset = files.files().dataset
    if now.own_dataset and dataset is not None:
        uses.append(f"Test images: <b>{_plain(dataset.name)}</b>, visible to you alone")
    if uses:
        st.html(f'<p class="frame-uses" role="status">{" · ".join(uses)}</p>')


def _plain(text: str) -> str:
    return html.escape(hosted.shown(text))
