"""The diagnosis of the visitor's model: the answer, the four verdicts, the cure, the files to take along."""

import streamlit as st

from fp16core.diagnosis.examples import example_of
from fp16core.diagnosis.outcome import Diagnosis
from pages.shared.session import diagnoses, files
from pages.shared.session.examination import Kept
from pages.shared.ui.words import plain
from pages.your_model.story.downloads import show_downloads
from pages.your_model.story.operators import show_operators
from pages.your_model.story.verdicts import show_arithmetic, show_bytes, show_cure, show_placement
from pages.your_model.story.words import ICONS_HINT, icon, inputs_sentence, verdict_markdown, worst


def show_story() -> bool:
    """Show the diagnosis that is kept for this visit; return whether there is one."""
    kept = diagnoses.kept()
    if kept is None:
        return False
    if kept.diagnosis is None or kept.question is None:
        st.markdown("Your diagnosis was dropped because other visitors needed the memory; upload the model again.")
        return False
    found = kept.diagnosis
    _show_answer(kept, found)
    show_operators(found)
    show_arithmetic(kept, found)
    show_bytes(found)
    show_placement(found)
    show_cure(found)
    show_downloads(kept, found)
    return True


def _show_answer(kept: Kept, found: Diagnosis) -> None:
    has_pair = files.files().pair is not None
    st.header(f"{'Diagnosis of' if has_pair else 'The answer for'} {plain(found.name)}", anchor="diagnosis")
    st.markdown(verdict_markdown(found.finding, found.sentence, is_bold=True))
    st.markdown(_contents(found), help=ICONS_HINT)
    if kept.unsuited:
        st.markdown(
            f"The other pages keep showing the models that they showed before: {plain(kept.unsuited.rstrip('.'))}."
        )
    if kept.question is not None and example_of(kept.question.model) is None:
        st.caption("It is kept until you reload or leave the dashboard; the [report](#downloads) can be saved.")
    st.caption(inputs_sentence(found))
    with st.expander("The inputs that it was read with", icon=":material/input:"):
        st.markdown("\n".join(f"- {plain(each)}" for each in found.inputs))


def _contents(found: Diagnosis) -> str:
    """Links to the parts of the story, each with its outcome."""
    arithmetic = [verdict.finding for verdict in found.arithmetic]
    parts = [
        ("Numbers", "range", found.range.finding),
        ("Arithmetic", "arithmetic", worst(arithmetic)),
        ("File", "file", found.file.finding),
        ("Where it runs", "placement", found.placement.finding),
    ]
    if found.cure is not None:
        parts.append(("Cure", "cure", found.cure.finding))
    links = [f"{icon(finding)} [{name}](#{anchor})" for name, anchor, finding in parts]
    links += [":material/download: [Downloads](#downloads)", ":material/upload_file: [Another model](#bring)"]
    return " · ".join(links)
