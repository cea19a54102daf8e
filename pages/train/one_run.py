"""One kept run: to use, download, rename, pin, delete and inspect."""

import functools
from collections.abc import Callable, Sequence

import streamlit as st

from fp16core.runs.record import RUN_FILE
from fp16core.runs.run import NAME_LENGTH, Run
from fp16core.text import size_text
from fp16core.vocabulary import HalfBitsError
from fp16core.worker.training.settings import training_settings
from pages.shared.address import defaults
from pages.shared.server import hosted
from pages.shared.session import files, state
from pages.shared.session.store import store
from pages.shared.session.subject import default_name, subject
from pages.shared.ui.words import plain
from pages.train.kept_table import SEVERAL

_ONE, _FAILURE = "run", "runs-trouble"


def one_run(runs: Sequence[Run]) -> None:
    """Show one run, to use, download, rename, pin, delete and inspect."""
    names = [run.name for run in runs]
    if st.session_state.get(_ONE, names[0]) not in names:
        del st.session_state[_ONE]
    defaults.note(_ONE, names[0], names)
    name = st.selectbox("Run", names, key=_ONE, bind="query-params")
    run = runs[names.index(name)]
    show_failure()
    with state.explained():
        may_change = training_settings().is_on
    row = st.container(horizontal=True, key="run-buttons")
    with row:
        _use(run)
        st.download_button(
            "Download",
            functools.partial(store().zip, run.id),
            file_name=f"{run.file_name}.zip",
            mime="application/zip",
            icon=":material/download:",
            help=f"All files of the run as a zip: {size_text(run.size_bytes)}.",
            key="run-zip",
            on_click="ignore",
        )
        if may_change:
            _rename(run)
            _pin(run)
            _delete(run)
    if not may_change:
        st.caption("This server does not train, and its runs cannot be renamed, pinned or deleted.")
    _inspect(run)


def show_failure() -> None:
    """Show why the last button pressed had no effect, if it had none."""
    if failure := st.session_state.pop(_FAILURE, None):
        st.error(plain(failure), icon=":material/error:")


def _use(run: Run) -> None:
    in_use = subject().run == run.id
    st.button(
        "In use" if in_use else "Use this model",
        type="primary",
        icon=":material/check:" if in_use else ":material/play_arrow:",
        disabled=in_use,
        on_click=files.choose_pair,
        args=(run.name,),
        help="Show it on all pages, for you alone. The sidebar takes you back.",
        key="run-use",
    )


def _rename(run: Run) -> None:
    # A new name makes a new popover, which is closed.
    with (
        st.popover("Rename", icon=":material/edit:", key=f"run-rename-{run.id}-{run.name}"),
        st.form("rename", border=False),
    ):
        st.text_input("Name", run.name, max_chars=NAME_LENGTH, key=f"run-name-{run.id}-{run.name}")
        st.form_submit_button("Rename", on_click=_attempt, args=(lambda: _give_name(run),))


def _give_name(run: Run) -> None:
    store().rename(run.id, st.session_state[f"run-name-{run.id}-{run.name}"])
    now = store().run(run.id).name
    st.session_state[_ONE] = now
    st.session_state[SEVERAL] = [now if name == run.name else name for name in st.session_state.get(SEVERAL, [])]
    if subject().run == run.id:
        files.choose_pair(now)


def _pin(run: Run) -> None:
    st.button(
        "Unpin" if run.pinned else "Pin",
        icon=":material/keep_off:" if run.pinned else ":material/keep:",
        on_click=_attempt,
        args=(lambda: store().set_pinned(run.id, not run.pinned),),
        help="Allow deletion when space runs out." if run.pinned else "Prevent deletion when space runs out.",
        key="run-pin",
    )


def _delete(run: Run) -> None:
    with st.popover("Delete", icon=":material/delete:", key=f"run-delete-{run.id}"):
        st.markdown(f"**{plain(run.name)}** will be gone from this server, for everyone.")
        st.button(
            "Delete for good",
            type="primary",
            icon=":material/delete:",
            on_click=_attempt,
            args=(lambda: _delete_run(run),),
            key="run-gone",
        )


def _delete_run(run: Run) -> None:
    store().delete(run.id)
    if subject().run == run.id:
        files.choose_pair(default_name())


def _attempt(change: Callable[[], None]) -> None:
    """Change the store, and leave a sentence for the page if that is not possible."""
    try:
        change()
    except HalfBitsError as error:
        st.session_state[_FAILURE] = str(error)


def _inspect(run: Run) -> None:
    texts = [name for name in run.record["files"] if name.endswith(".log")] + [RUN_FILE]
    name = st.segmented_control("Inspect a file", texts, key="run-file", help="As the training process wrote it.")
    if name is not None:
        with state.explained():
            contents = store().files(run.id)[name]
        text = hosted.shown(contents.decode("utf-8", "replace"))
        st.code(text, "json" if name == RUN_FILE else None, height=400, wrap_lines=True)
