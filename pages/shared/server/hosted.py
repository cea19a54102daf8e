"""What is different on a server that strangers use."""

import contextlib
import os
import tempfile
from pathlib import Path

import streamlit as st

from fp16core import settings
from fp16core.data.mnist import ENVIRONMENT_VARIABLE as DATASET_VARIABLE
from fp16core.runs.pair import ENVIRONMENT_VARIABLE as PAIR_VARIABLE
from fp16core.runs.store_folder import FOLDER_VARIABLE
from fp16core.text import names_only
from fp16core.vocabulary import SettingError

_ERRORS = "client.showErrorDetails"

_ROOT = Path(__file__).parents[3]


def is_hosted() -> bool:
    """Whether strangers use this server; also if the environment does not say it clearly, which `settle` tells."""
    try:
        return settings.is_hosted()
    except SettingError:
        return True


def settle() -> None:
    """Where every run begins: a bug's details go to the browser at home, and else into the log alone.

    What may fail before this has run is kept out of the browser by ``.streamlit/config.toml``.
    """
    details = "none" if is_hosted() else "full"
    if st.get_option(_ERRORS) != details:
        st.set_option(_ERRORS, details)
    try:
        settings.is_hosted()
    except SettingError as error:
        st.error(str(error), icon=":material/error:")
        st.stop()


def shown(text: str) -> str:
    """A text as visitors may see it: among strangers, without saying where files lie on the server."""
    if not is_hosted():
        return text
    named = [os.environ.get(name, "") for name in (DATASET_VARIABLE, PAIR_VARIABLE, FOLDER_VARIABLE)]
    with contextlib.suppress(FileNotFoundError):  # no folder for temporary files can be written; then none is named
        named.append(tempfile.gettempdir())
    return names_only(text, [*named, str(Path.home()), str(_ROOT)])
