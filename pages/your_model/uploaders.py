"""Uploaders for models and for test images, with what each accepts."""

from typing import Any

import streamlit as st

from fp16core.convert.keras_archive import MAX_FILE_BYTES as MAX_KERAS_BYTES
from fp16core.data.custom import MAX_FILE_BYTES, MAX_TEST_IMAGES, MAX_TRAINING_IMAGES
from fp16core.runs.pair import BUNDLED, read_model_file
from fp16core.runs.record import REFERENCE_FILE
from fp16core.text import count_text, size_text
from fp16core.training.recipe import python_for_tensorflow
from fp16core.worker.training.settings import has_tensorflow
from fp16core.worker.trial import keras_file, trial
from fp16core.worker.trial.inspection import MAX_FILE_BYTES as MAX_MODEL_BYTES
from pages.shared.server import hosted, upload_limits
from pages.shared.session import files, trials
from pages.shared.ui.words import plain

_MB = 1_000_000


def upload_models() -> None:
    """Show the uploader for models, the button that starts the trial, and what a model must be like."""
    st.markdown("**Your model**")
    with_keras = has_tensorflow()
    uploaded = st.file_uploader(
        "A float32 .tflite, or that and its float16 .tflite" + (", or a .keras" if with_keras else ""),
        ["tflite", "keras"] if with_keras else ["tflite"],
        accept_multiple_files=True,
        key=_key("models"),
        max_upload_size=(MAX_KERAS_BYTES if with_keras else MAX_MODEL_BYTES) // _MB,
    )
    row = st.container(horizontal=True, vertical_alignment="center")
    row.button(
        "Try it",
        icon=":material/science:",
        type="primary",
        key="own-try",
        disabled=not uploaded,
        on_click=_try_models,
        help="Opens the files in a process of their own, quantizes what is not yet quantized, and runs both models on "
        "test images. A pair that passes becomes your active pair.",
    )
    row.download_button(
        "No file at hand? Take ours",
        lambda: read_model_file(BUNDLED / REFERENCE_FILE),
        file_name=REFERENCE_FILE,
        mime="application/octet-stream",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help="The float32 model of the bundled pair.",
    )
    with st.expander("What a model must be like", icon=":material/rule:"):
        _model_rules(with_keras)


def _model_rules(with_keras: bool) -> None:
    st.caption(
        "The input must be float32 images of 28 × 28 (or 28 × 28 × 1) from 0 to 1, the output ten logits. A float32 "
        f"file alone is quantized by LiteRT Quantizer. At most {size_text(MAX_MODEL_BYTES)} for a .tflite file; a "
        f"trial ends after {trial.CPU_S} seconds of processor time. A file from outside may be damaged: in a process "
        "of its own, a crash costs no more than an error message."
    )
    st.caption(
        f"A .keras file, of at most {size_text(MAX_KERAS_BYTES)}, is loaded in Keras’s safe mode and converted by "
        f"TensorFlow, in up to {keras_file.LIMITS.cpu_seconds:.0f} seconds of processor time. Code inside the file, as "
        "in a Lambda layer, is not run."
        if with_keras
        else "A .keras file needs TensorFlow, which this server does not have: run the dashboard on your own computer, "
        f"with pip install -r requirements.txt{python_for_tensorflow()}, or convert the file to .tflite there."
    )


def upload_dataset() -> None:
    """Show the uploader for test images, what a data set must be like, and the one in use."""
    most_bytes = min(MAX_FILE_BYTES, upload_limits.FILE_BYTES) if hosted.is_hosted() else MAX_FILE_BYTES
    st.markdown("**Your test images**")
    st.file_uploader(
        "A data set as .npz in the layout of Keras’s MNIST, such as Fashion-MNIST",
        ["npz"],
        key=_key("dataset"),
        max_upload_size=most_bytes // _MB,
        on_change=_take_dataset,
    )
    with st.expander("What a data set must be like", icon=":material/rule:"):
        st.caption(
            "`x_test`, grey levels as uint8 of shape (n, 28, 28), and `y_test`, n classes from 0 to 9; `x_train` and "
            "`y_train` as well, if you want to train on it. `numpy.savez_compressed` makes such a file. At most "
            f"{size_text(most_bytes)}, {MAX_TEST_IMAGES:,} test and {MAX_TRAINING_IMAGES:,} training images."
        )
    dataset = files.files().dataset
    if dataset is not None:
        st.markdown(
            f":material/check: **{plain(dataset.name)}**: {count_text(len(dataset.images), 'test image')}"
            + (
                ", and training images."
                if dataset.has_training
                else "; no training images, so it can only be used for evaluation."
            )
        )


def _key(kind: str) -> str:
    """Key of an uploader; a new one after each delivery, as the old widget would keep its copies of the files."""
    return f"own-{kind}-{st.session_state.get(f'own-{kind}-deliveries', 0)}"


def _delivered(kind: str) -> Any:
    """Contents of an uploader, which a new one replaces."""
    uploaded = st.session_state[_key(kind)]
    st.session_state[f"own-{kind}-deliveries"] = st.session_state.get(f"own-{kind}-deliveries", 0) + 1
    return uploaded


def _try_models() -> None:
    """Hand in the uploaded models; if that must wait, they stay in the uploader."""
    if trials.may_begin():
        trials.begin(_delivered("models"))


def _take_dataset() -> None:
    if (upload := _delivered("dataset")) is not None:
        trials.take_dataset(upload)
