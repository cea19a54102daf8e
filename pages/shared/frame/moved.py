"""Addresses that pages used to have; each leads to where its content is now."""

from collections.abc import Mapping
from functools import partial

import streamlit as st
from streamlit.navigation.page import StreamlitPage

MOVED: dict[str, tuple[str, Mapping[str, str]]] = {
    "overview": ("start", {}),
    "try_digit": ("digits", {"source": "Draw"}),
    "accuracy": ("answers", {}),
    "dial": ("limits", {}),
    "guarantee": ("answers", {"answers-view": "What could have happened at most"}),
    "overflow": ("limits", {"limits-view": "Larger and smaller weights"}),
    "scales": ("limits", {"limits-view": "Larger and smaller weights"}),
    "weights": ("bits", {"log": "false"}),
    "your_files": ("your_model", {}),
    "files": ("size", {}),
    "runtimes": ("size", {"size-view": "Speed and accuracy", "runtimes-section": "Accuracy by mode"}),
    "runs": ("train", {}),
}
"""By old address: the page's folder, and parameters that it needs to show the same."""

RENAMED = {
    "guarantee": {"near": "point"},
    "try_digit": {"test": "image"},
    "weights": {"tensor": "bits_tensor"},
    "files": {"files-view": "size-view"},
}
"""By old address: parameters whose names have changed."""


def moved_pages() -> list[StreamlitPage]:
    """Hidden pages at the old addresses, which keep the parameters of a link."""
    return [
        st.Page(
            partial(_lead_on, folder, parameters, RENAMED.get(old, {})), title=old, url_path=old, visibility="hidden"
        )
        for old, (folder, parameters) in MOVED.items()
    ]


def _lead_on(folder: str, parameters: Mapping[str, str], renamed: Mapping[str, str]) -> None:
    asked = {renamed.get(key, key): st.query_params.get_all(key) for key in st.query_params}
    st.switch_page(f"{folder}/{folder}.py", query_params={**parameters, **asked})
