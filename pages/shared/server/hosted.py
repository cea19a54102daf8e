"""Differences on a server that strangers use."""

import contextlib
import os
import tempfile
from pathlib import Path

import streamlit as st

from fp16core import settings
from fp16core.data.mnist import ENVIRONMENT_VARIABLE as DATASET_VARIABLE
from fp16core.jobs.child import ROOT as CORE_ROOT
from fp16core.recordings.gallery import ENVIRONMENT_VARIABLE as RECORDINGS_VARIABLE
from fp16core.runs.pair import ENVIRONMENT_VARIABLE as PAIR_VARIABLE
from fp16core.runs.store_folder import FOLDER_VARIABLE
from fp16core.text import names_only
from fp16core.vocabulary import SettingError

_ERRORS = "client.showErrorDetails"

_ROOT = Path(__file__).parents[3]
"""Folder of the dashboard; where it is installed, the core is in another one."""


def is_hosted() -> bool:
    """Return whether strangers use this server; also true if the setting is invalid, which `settle` reports."""
    try:
        return settings.is_hosted()
    except SettingError:
        return True


def settle() -> None:
    """Begin a run: a bug's details go to the browser at home, and only to the log on a hosted server.

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
    """Text as visitors may see it: on a hosted server, without the server's folders."""
    if not is_hosted():
        return text
    variables = (DATASET_VARIABLE, PAIR_VARIABLE, FOLDER_VARIABLE, RECORDINGS_VARIABLE)
    named = [os.environ.get(name, "") for name in variables]
    with contextlib.suppress(FileNotFoundError):  # no folder for temporary files can be written; then none is named
        named.append(tempfile.gettempdir())
    return names_only(text, [*named, str(Path.home()), str(_ROOT), str(CORE_ROOT)])
