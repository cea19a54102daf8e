"""Folds whose content is made only once they are open."""

import streamlit as st
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer


def fold_on_demand(label: str, icon: str, key: str) -> ExpanderContainer:
    """Fold for what takes time: its ``open`` says whether to make the content, and is in the address as ``key``."""
    return st.expander(label, icon=icon, key=key, on_change="rerun", bind="query-params")
