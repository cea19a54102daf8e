"""The parts of the page *Your files*."""

from typing import Any

import streamlit as st

from fp16core.convert.keras_archive import MAX_FILE_BYTES as MAX_KERAS_BYTES
from fp16core.data.custom import MAX_FILE_BYTES, MAX_TEST_IMAGES, MAX_TRAINING_IMAGES
from fp16core.runs.pair import BUNDLED, REFERENCE_FILE, read_model_file
from fp16core.text import bytes_text, count_text, percent_text, points_text, size_text, small_text
from fp16core.training.recipe import python_for_tensorflow
from fp16core.worker.training.settings import has_tensorflow
from fp16core.worker.trial import keras_file, trial
from fp16core.worker.trial.inspection import MAX_FILE_BYTES as MAX_MODEL_BYTES
from pages.shared.server import hosted, uploads
from pages.shared.session import casting, files, state, trials
from pages.shared.session.subject import default_name, subject
from pages.shared.ui.headline import headline, number
from pages.shared.ui.words import plain

_TICK_S = 0.5
"""How often the page polls a trial."""

_MB = 1_000_000


def bring_models() -> None:
    """The uploader for models, and what it takes."""
    st.markdown("**Your model**")
    with_keras = has_tensorflow()
    brought = st.file_uploader(
        "A float32 .tflite, or that and its float16 .tflite" + (", or a .keras" if with_keras else ""),
        ["tflite", "keras"] if with_keras else ["tflite"],
        accept_multiple_files=True,
        key=_uploader_key("models"),
        max_upload_size=(MAX_KERAS_BYTES if with_keras else MAX_MODEL_BYTES) // _MB,
    )
    row = st.container(horizontal=True, vertical_alignment="center")
    row.button(
        "Try it",
        icon=":material/science:",
        type="primary",
        key="own-try",
        disabled=not brought,
        on_click=_try_models,
        help="Opens the files in a process of their own, quantizes what has to be, and lets both models read test "
        "images. What passes becomes your active pair.",
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
    st.caption(
        "It takes float32 images of 28 × 28 (or 28 × 28 × 1) from 0 to 1 and gives ten scores. A float32 file alone is "
        f"quantized by LiteRT Quantizer. At most {size_text(MAX_MODEL_BYTES)} for a .tflite file; a trial ends after "
        f"{trial.CPU_S} seconds of processor time."
    )
    st.caption(
        f"A .keras file, of at most {size_text(MAX_KERAS_BYTES)}, is loaded in Keras’s safe mode and converted by "
        f"TensorFlow, in up to {keras_file.LIMITS.cpu_seconds:.0f} seconds of processor time. Code of its own, as in "
        "a Lambda layer, is not run."
        if with_keras
        else "A .keras file would need TensorFlow, which this server does not have: run the dashboard at home, with "
        f"pip install -r requirements.txt{python_for_tensorflow()}, or convert the file to .tflite there."
    )


def bring_dataset() -> None:
    """The uploader for data sets, and what it takes."""
    most_bytes = min(MAX_FILE_BYTES, uploads.FILE_BYTES) if hosted.is_hosted() else MAX_FILE_BYTES
    st.markdown("**Your test images**")
    st.file_uploader(
        "A data set as .npz in the layout of Keras’s MNIST, such as Fashion-MNIST",
        ["npz"],
        key=_uploader_key("dataset"),
        max_upload_size=most_bytes // _MB,
        on_change=_take_dataset,
    )
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
                ", and training images besides."
                if dataset.has_training
                else "; no training images, so it serves to evaluate only."
            )
        )


def show_progress() -> None:
    """What the trial does, as long as there is one, or why it ended badly."""
    if (error := trials.error()) is not None:
        st.error(plain(error), icon=":material/error:")
    trying = trials.attempt() is not None
    st.fragment(_watch, run_every=_TICK_S if trying else None)(trying)


def show_summary() -> None:
    """What float16 did to the visitor's model, in four numbers, and where to see more."""
    pair = files.files().pair
    if pair is None:
        return
    st.header(f"What float16 did to {plain(pair.name)}", anchor="summary")
    if not subject().own_pair:
        st.markdown("You are looking at another pair at present.")
        st.button(
            "Show mine on all pages",
            icon=":material/visibility:",
            key="own-show",
            on_click=files.choose_pair,
            args=(files.files().pair_name,),
        )
        return
    with state.explained():
        found = state.results()
        comparison = found.comparison
        said = casting.say_first(comparison)
    file = "float16 file" if found.evidence.target_holds_float16 else "target file"
    reference, target = comparison.reference, comparison.target
    st.markdown(
        f"The {file} has **{percent_text(comparison.size_share)}** of the size, and "
        f"**{comparison.changed_predictions:,} of {comparison.images:,}** answers differ. All pages now show this "
        "pair, to you alone."
    )
    for column, label, value, remark, hint in zip(
        headline(4),
        ("File size, float16", "Accuracy, float16", "Changed answers", "Largest logit change"),
        (
            bytes_text(target.size_bytes),
            percent_text(target.accuracy.value),
            f"{comparison.changed_predictions:,}",
            small_text(comparison.max_abs_logit_delta),
        ),
        (
            f"{bytes_text(comparison.size_delta_bytes, signed=True)} against float32",
            f"{points_text(comparison.accuracy_delta)} against float32",
            f"of {comparison.images:,} test images",
            f"median top-1 margin {small_text(comparison.median_margin)}",
        ),
        (
            f"Bytes of the .tflite file. float32: {bytes_text(reference.size_bytes)}.",
            f"Share of the test images read right. float32: {percent_text(reference.accuracy.value)}.",
            "Images on which the two models answer differently.",
            "The largest change of a raw score on any image, beside the usual lead of the best score.",
        ),
        strict=True,
    ):
        number(column, label, value, remark, hint)
    if remarks := [remark for remark in trials.remarks() if remark not in said]:
        st.markdown("**Worth knowing**\n\n" + "\n".join(f"- {plain(remark)}" for remark in remarks))
    links = st.container(horizontal=True)
    for page, label in (
        ("overview/overview.py", "The tutorial’s claims, checked on it"),
        ("files/files.py", "Inside both files"),
        ("digits/digits.py", "Image by image"),
    ):
        links.page_link(page, label=label, icon=":material/arrow_forward:")


def show_held() -> None:
    """What the server holds for the visitor, and how to be rid of it."""
    st.markdown("**What this server holds for you**")
    held = trials.held()
    if held:
        st.table(
            {
                "what": [*map(plain, held), "all together"],
                "size": [bytes_text(size) for size in (*held.values(), sum(held.values()))],
            },
            hide_index=True,
        )
    else:
        st.markdown("Nothing.")
    row = st.container(horizontal=True)
    mine = files.files()
    if mine.pair is not None:
        row.button("Forget my models", icon=":material/delete:", key="own-forget", on_click=trials.forget_models)
        if subject().own_pair:
            row.button(
                f"Back to the {default_name()[0].lower()}{default_name()[1:]}",
                icon=":material/undo:",
                key="own-back",
                on_click=files.choose_pair,
                args=(default_name(),),
            )
    if mine.dataset is not None:
        row.button(
            "Forget my data set", icon=":material/delete:", key="own-forget-data", on_click=trials.forget_dataset
        )
    st.caption(
        "In memory, for this visit alone: shown to nobody else, and gone when you close or reload this page in your "
        "browser."
    )
    _upload_bounds()


def _upload_bounds() -> None:
    """What a hosted server takes, as Streamlit's uploader says a number only."""
    if hosted.is_hosted():
        most = uploads.holdings()
        st.caption(
            f"Until they are tried or read, at most {size_text(uploads.visit_bytes())} of a visit's files are "
            f"held (beyond: error 413); of all that is held for visitors, {size_text(most.most_bytes)} together and "
            f"{size_text(most.most_bytes_each)} from one network address (error 503)."
        )


def _uploader_key(what: str) -> str:
    """A new uploader for each delivery: the old one would keep its copies of the files."""
    return f"own-{what}-{st.session_state.get(f'own-{what}-deliveries', 0)}"


def _delivered(what: str) -> Any:
    """What an uploader holds; another one takes its place."""
    brought = st.session_state[_uploader_key(what)]
    st.session_state[f"own-{what}-deliveries"] = st.session_state.get(f"own-{what}-deliveries", 0) + 1
    return brought


def _try_models() -> None:
    """Hand the uploaded models in; if that must wait, they stay in the uploader."""
    if trials.may_begin():
        trials.begin(_delivered("models"))


def _take_dataset() -> None:
    """Use the uploaded data set."""
    if (upload := _delivered("dataset")) is not None:
        trials.take_dataset(upload)


def _watch(ticking: bool) -> None:
    """Progress of the trial, and a button to stop it; ``ticking`` says whether the page looks here by itself."""
    current = trials.attempt()
    going = current is not None and not current.ticket.is_over
    if ticking != going:
        st.rerun()  # the whole page: only it can begin and end the ticking, and takes the outcome
    if current is None:
        return
    ticket = current.ticket
    if ticket.job is None:
        text = f"{plain(current.names)} waits until the server has tried what came before" + (
            f": {count_text(ticket.ahead, 'other visitor')} first." if ticket.ahead else "."
        )
    else:
        text = f"{plain(current.names)}: {ticket.what} …"
    st.progress(ticket.done, text=text)
    st.button("Stop", icon=":material/stop_circle:", key="own-stop", on_click=trials.stop)
