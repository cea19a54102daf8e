"""The sidebar: the choice of the pair of models and of the test images that every page shows."""

from pathlib import Path

import streamlit as st

from fp16core.figures.base.pictures import png_url
from fp16core.runs.pair import BUNDLED_PAIRS
from fp16core.runs.run import YOURS, Run
from fp16core.text import bytes_text
from fp16core.training.recipe import Recipe
from fp16core.training.recipe_text import recipe_text
from fp16core.vocabulary import TUTORIAL_URL, HalfBitsError
from pages.shared.address import links
from pages.shared.session import files, state, store
from pages.shared.session.subject import Subject, default_name, default_subject, settle

_UI = Path(__file__).parents[1] / "ui"

LOOK = _UI / "look.css"
"""Style sheet of the entire dashboard."""

ICON = png_url((_UI / "icon.png").read_bytes())
"""The page's icon as a data URL, which Streamlit need not read from disk on each run."""

_MODEL, _DATASET = "model", "test-images"


def show_active_pair() -> None:
    """Show the dashboard's name, let the visitor choose a pair and test images, and settle the subject of all pages."""
    with st.sidebar:
        st.markdown(f"**Half the Bits**  \nThe [float16 tutorial of LiteRT]({TUTORIAL_URL}) under a microscope.")
        chosen = _choose_pair()
        settle(_with_dataset(chosen))
        try:
            pair = state.active_pair()
        except HalfBitsError:
            # Each page explains; the sidebar must only not name a pair that is not in use.
            st.markdown(":red[:material/error: none that can be used]")
            return
        recipe = pair.run.get("recipe")
        st.caption(
            f"float32 {bytes_text(pair.reference.size_bytes)}  \nfloat16 {bytes_text(pair.target.size_bytes)}"
            + (f"  \n{recipe_text(Recipe.from_dict(recipe))}" if recipe else "")
            + (
                "  \nvisible to you alone, deleted when you leave"
                if chosen.own_pair
                else "  \nboth files as recorded when trained (SHA-256)"
            )
        )


def _choose_pair() -> Subject:
    subjects = _pairs()
    wanted = st.session_state.pop("next-model", None)
    if wanted in subjects:
        st.session_state[_MODEL] = wanted
    if st.session_state.get(_MODEL, default_name()) not in subjects:
        st.session_state[_MODEL] = default_name()
    chosen = st.selectbox(
        "Active model pair",
        list(subjects),
        key=_MODEL,
        bind="query-params",
        help="Every page shows this pair. Your choice does not affect other visitors.",
    )
    return subjects[chosen]


def _pairs() -> dict[str, Subject]:
    default = default_subject()
    found = {default.name: default}
    for name, folder in BUNDLED_PAIRS.items():
        found.setdefault(name, Subject(name, str(folder), default.dataset))
    mine = files.files()
    if mine.pair is not None and mine.pair_name is not None:
        found[mine.pair_name] = Subject(mine.pair_name, files.digest(mine.pair), default.dataset, own_pair=True)
    for run in store.runs():
        found.setdefault(run.name, _subject_of(run))
    return found


def _subject_of(run: Run) -> Subject:
    return Subject(run.name, f"run {run.id}", default_subject().dataset, run=run.id)


def _with_dataset(chosen: Subject) -> Subject:
    dataset, server = files.files().dataset, "the server's"
    if dataset is None:
        links.miss_if_asked(_DATASET, but=server)
        return chosen
    mine = f"{dataset.name}{YOURS}"
    wanted = st.session_state.pop("next-dataset", None)
    if wanted is not None:
        st.session_state[_DATASET] = mine if wanted == dataset.name else server
    if st.session_state.get(_DATASET) not in (server, mine):
        st.session_state.pop(_DATASET, None)
    if st.selectbox("Test images", [server, mine], key=_DATASET, bind="query-params") == server:
        return chosen
    return Subject(chosen.name, chosen.pair, dataset.digest, chosen.own_pair, own_dataset=True, run=chosen.run)
