"""Uploading pictures, and choosing one of many."""

from collections.abc import Sequence

import streamlit as st

from fp16core.figures.base.pictures import row_height_px, row_url, row_width_px
from fp16core.images.colours import upright_png
from fp16core.images.picture import Picture
from fp16core.images.picture_file import (
    FORMATS,
    MAX_FILE_BYTES,
    MAX_JPEG_PIXELS,
    MAX_PIXELS,
    MAX_WEBP_PIXELS,
    data_of_url,
)
from fp16core.reading.gallery_picture import GalleryPicture
from fp16core.reading.reading import accuracy, table, table_csv
from fp16core.text import count_text, megapixels_text, percent_text, size_text
from fp16core.vocabulary import BusyError, ImageError
from pages.digits import pictures
from pages.digits.paste import paste
from pages.shared.server import uploads
from pages.shared.ui.charts import index_of
from pages.shared.ui.terms import hint
from pages.shared.ui.words import plain

_SURE = hint("probability", more="Of the answer; of the least sure digit, if there are several.")

_PICTURE_MB = MAX_FILE_BYTES // 1_000_000
"""Largest picture file; the server accepts larger files, for data sets."""

_TEXT_PX = 140
"""Width of the first two columns; a longer text is shown in full when its cell is opened."""

_TALL_ROWS = 10
_TALL_PX = 400
"""Rows from which on the table scrolls, and its height then."""


def take_files() -> None:
    """Show an uploader and a paste button."""
    st.file_uploader(
        "Pictures of digits, one or many",
        accept_multiple_files=True,
        key=_uploader_key(),
        max_upload_size=_PICTURE_MB,
        on_change=_uploaded,
        help=f"{', '.join(FORMATS)}. Begin a file's name with its true digit, as in 7.png, to see the accuracy. "
        "The models were trained on handwriting only, not on printed digits.",
    )
    paste(key="paste", on_paste=_pasted)
    bounds = pictures.gallery().bounds
    st.caption(
        f"At most {bounds.files_at_once} files and {size_text(bounds.bytes_at_once)} at once, each of "
        f"{size_text(MAX_FILE_BYTES)} and {megapixels_text(MAX_PIXELS)} (JPEG: {megapixels_text(MAX_JPEG_PIXELS)}, "
        f"WebP: {megapixels_text(MAX_WEBP_PIXELS)}); up to {bounds.pictures} pictures are kept for your visit."
    )


def take_photograph() -> None:
    """Show the camera."""
    st.camera_input("Photograph a digit on paper", key="photograph", on_change=_photographed)


def show_refusals(chosen: GalleryPicture | None) -> None:
    """Show why files were not read, the picture shown instead, and a button that removes all pictures."""
    gallery = pictures.gallery()
    still = f"Still shown: **{plain(chosen.reading.name)}**." if chosen and not gallery.has_new else ""
    if gallery.refusals:
        lines = "\n".join(f"- {plain(refusal)}" for refusal in gallery.refusals)
        st.error(f"{lines}\n\n{still}".rstrip(), icon=":material/error:")
    elif still and gallery.waiting:
        st.caption(still)
    if gallery.refusals or gallery.pictures:
        st.button(
            "Remove all pictures",
            icon=":material/delete:",
            type="tertiary",
            key="remove",
            on_click=pictures.forget_pictures,
        )


def choose(shown: Sequence[GalleryPicture]) -> GalleryPicture:
    """Show a table if there are several pictures; returns the one chosen in it, initially the last."""
    readings = [picture.reading for picture in shown]
    if (right := accuracy(readings)) is not None:
        st.markdown(
            f"Accuracy on the {count_text(right[0].total, 'readable picture')} whose name begins with the true digit: "
            f"float32 **{percent_text(right[0].value)}**, float16 **{percent_text(right[1].value)}**."
        )
    if len(shown) == 1:
        return shown[0]
    columns, most = table(readings), max(reading.answers.images for reading in readings)
    first = {name: columns.pop(name) for name in ("file", "float32 reads")}  # what a phone has room for
    event = st.dataframe(
        {**first, "picture": [row_url(reading.prepared.images, most) for reading in readings], **columns},
        column_config={
            "file": st.column_config.TextColumn(width=_TEXT_PX),
            "float32 reads": st.column_config.TextColumn(width=_TEXT_PX),
            "picture": st.column_config.ImageColumn(width=row_width_px(most)),
            "float32 sure": st.column_config.NumberColumn(format="percent", help=_SURE),
            "float16 sure": st.column_config.NumberColumn(format="percent", help=_SURE),
            "largest logit change": st.column_config.NumberColumn(format="%.5f"),
            "doubted": st.column_config.CheckboxColumn(help="Whether a digit does not look like one; see below"),
            "true": st.column_config.TextColumn(help="The digit that the file's name begins with"),
        },
        row_height=row_height_px(most),
        height=_TALL_PX if len(shown) >= _TALL_ROWS else "content",
        key=f"table-{len(shown)}",
        on_select="rerun",
        selection_mode="single-row-required",
        selection_default={"selection": {"rows": [len(shown) - 1]}},
    )
    st.download_button(
        "CSV",
        lambda: table_csv(readings),
        file_name="digits.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        help="The table, with the preparation of each picture",
        on_click="ignore",
    )
    row = index_of(next(iter(event.selection.rows), None), len(shown))
    chosen = shown[-1 if row is None else row]
    st.caption(f"Shown: **{plain(chosen.reading.name)}**. Choose a row to see another.")
    return chosen


def show_original(picture: Picture, name: str) -> None:
    """Show the picture itself, with its name."""
    st.image(upright_png(picture), caption=plain(name), alt="Your picture", width=360)


def _uploader_key() -> str:
    """Key of the uploader; a new one after each delivery, as the old widget would keep its copies of the files."""
    return f"uploader-{st.session_state.get('uploads', 0)}"


def _uploaded() -> None:
    _deliver(uploads.take(st.session_state.get(_uploader_key()) or []))
    st.session_state.uploads = st.session_state.get("uploads", 0) + 1


def _photographed() -> None:
    if (photograph := st.session_state.photograph) is not None:
        _deliver([(f"photograph {len(pictures.gallery().pictures) + 1}", photograph.getvalue())])


def _pasted() -> None:
    if (url := st.session_state["paste"].get("pasted")) is not None:
        gallery = pictures.gallery()
        name = f"pasted picture {len(gallery.pictures) + 1}"
        try:
            _deliver([(name, data_of_url(url, name))])
        except ImageError as error:
            gallery.refuse(str(error))


def _deliver(files: list[tuple[str, bytes]]) -> None:
    try:
        uploads.check_room(sum(len(data) for _, data in files))
    except BusyError as error:
        pictures.gallery().refuse(str(error))
    else:
        pictures.gallery().deliver(files)
