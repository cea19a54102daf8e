"""Downloads of a diagnosis: files, recipe, JSON document, and the command that repeats it."""

from datetime import UTC, datetime
from functools import partial

import streamlit as st

from fp16core.diagnosis.diagnosis import CURED_REFERENCE, CURED_TARGET, FLOAT16_FILE, RECIPE
from fp16core.diagnosis.document import diagnosis_document, document_text
from fp16core.diagnosis.examples import example_of
from fp16core.diagnosis.outcome import Diagnosis
from fp16core.report.diagnosis import make_diagnosis_report
from fp16core.text import size_text
from fp16core.tflite.model_file import ModelFile
from fp16core.worker.diagnosis.repeat import command_line
from pages.shared.session.examination import Kept
from pages.shared.ui.words import plain

_MOST = 6

_LABELS = {
    FLOAT16_FILE: "The float16 file",
    CURED_REFERENCE: "The cured float32 file",
    CURED_TARGET: "The cured float16 file",
    RECIPE: "Recipe for LiteRT Quantizer",
}


def show_downloads(kept: Kept, found: Diagnosis) -> None:
    """Show a button for each file, and the command line."""
    st.header("Take it with you", anchor="downloads")
    row = st.container(horizontal=True)
    for number, (name, contents) in enumerate(list(kept.files.items())[:_MOST]):
        row.download_button(
            f"{_LABELS.get(name, plain(name))} ({size_text(len(contents))})",
            contents,
            file_name=name,
            mime="application/octet-stream",
            icon=":material/download:",
            key=f"diagnosis-file-{number}",
            on_click="ignore",
        )
    row.download_button(
        "Report, as one HTML file",
        partial(_report, found),
        file_name="diagnosis.html",
        mime="text/html",
        icon=":material/description:",
        key="diagnosis-report",
        on_click="ignore",
        help="All verdicts, figures and tables, to send to a colleague.",
    )
    row.download_button(
        "Diagnosis as JSON",
        lambda: document_text(found),
        file_name="diagnosis.json",
        mime="application/json",
        icon=":material/data_object:",
        key="diagnosis-json",
        on_click="ignore",
    )
    if kept.without_files:
        st.caption(f"The files that were made are not kept: {plain(kept.without_files)}")
    if kept.question is not None:
        st.markdown("The command that repeats it on your own computer, and can guard a build:")
        repeated = command_line(_path(kept.question.model), kept.question.options, kept.question.inputs_name)
        st.code(repeated, language=None, wrap_lines=True)  # the colours of a language are too pale


def _path(model: ModelFile) -> str:
    """Path of an example from the root of the repository; the name of any other file."""
    example = example_of(model)
    return model.name if example is None else f"fp16core/diagnosis/examples/{example.path.name}"


def _report(found: Diagnosis) -> bytes:
    made_by = "the page Your model of the dashboard"
    return make_diagnosis_report(found, diagnosis_document(found), made_by, datetime.now(UTC)).html()
