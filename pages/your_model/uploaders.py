"""Uploaders for models and for test images, with what each accepts."""

from typing import Any

import streamlit as st

from fp16core.convert.keras_archive import MAX_FILE_BYTES as MAX_KERAS_BYTES
from fp16core.data.custom import MAX_FILE_BYTES, MAX_TEST_IMAGES, MAX_TRAINING_IMAGES
from fp16core.runs.pair import BUNDLED, read_model_file
from fp16core.runs.record import REFERENCE_FILE
from fp16core.text import count_text, size_text
from fp16core.training.recipe import python_for_tensorflow
from fp16core.vocabulary import NumberError
from fp16core.worker.diagnosis.limits import limits_for, max_file_bytes
from fp16core.worker.training.settings import has_tensorflow
from fp16core.worker.trial import keras_file, trial
from fp16core.worker.trial.inspection import MAX_FILE_BYTES as MAX_MODEL_BYTES
from pages.shared.server import hosted, upload_limits
from pages.shared.session import diagnoses, files, trials
from pages.shared.ui.words import plain
from pages.your_model.examples import show_examples
from pages.your_model.story.declared import declared, show_fields

_MB = 1_000_000


def upload_models() -> None:
    """Show the uploader for models, the button that starts the trial, and what a model must be like."""
    st.markdown("**Your model**")
    with_keras = has_tensorflow()
    uploaded = st.file_uploader(
        "A float32 .tflite of any network, alone or with its float16 .tflite"
        + (", or a .keras" if with_keras else "")
        + "; and inputs of it as .npz, if you have some",
        ["tflite", "keras", "npz"] if with_keras else ["tflite", "npz"],
        accept_multiple_files=True,
        key=_key("models"),
        max_upload_size=max_file_bytes(hosted.is_hosted()) // _MB,
    )
    row = st.container(horizontal=True, vertical_alignment="center")
    row.button(
        "Try it",
        icon=":material/science:",
        type="primary",
        key="own-try",
        disabled=not uploaded,
        on_click=_try_models,
        help="Opens the files in a process of their own and diagnoses the model. One that reads digits of 28 × 28 "
        "pixels is also quantized and run on test images, and becomes your active pair.",
    )
    row.download_button(
        "Take ours",
        lambda: read_model_file(BUNDLED / REFERENCE_FILE),
        file_name=REFERENCE_FILE,
        mime="application/octet-stream",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        help="The float32 model of the bundled pair, to upload it here.",
    )
    show_examples()
    show_fields()
    with st.expander("What a model must be like", icon=":material/rule:"):
        _model_rules(with_keras)


def _model_rules(with_keras: bool) -> None:
    is_hosted = hosted.is_hosted()
    limits = limits_for(0, is_hosted)
    st.caption(
        f"A .tflite file of at most {size_text(max_file_bytes(is_hosted))}, with any number of inputs and outputs of "
        "float32, int32, int64 or bool, and LiteRT’s own operators. A diagnosis ends after "
        f"{limits.cpu_seconds:,.0f} seconds of processor time. A file from outside may be damaged: in a process of its "
        "own, a crash costs no more than an error message."
    )
    st.caption(
        "To be shown on all pages as well, its input must be float32 images of 28 × 28 (or 28 × 28 × 1) from 0 to 1, "
        f"its output ten logits, and its size at most {size_text(MAX_MODEL_BYTES)}. It is quantized by LiteRT "
        f"Quantizer unless its float16 file comes with it; a trial ends after {trial.CPU_S} seconds of processor time."
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
        try:
            options = declared()
        except NumberError as error:
            diagnoses.fail(str(error))
            return
        trials.begin(_delivered("models"), options)


def _take_dataset() -> None:
    if (upload := _delivered("dataset")) is not None:
        trials.take_dataset(upload)
