"""View of bytes: where each goes, and why float16 is not half."""

from functools import partial

import streamlit as st

from fp16core.figures import bytes as figures
from fp16core.figures.base.style import REFERENCE_COLOUR, REFERENCE_NAME, TARGET_COLOUR, TARGET_NAME
from fp16core.text import bytes_text, percent_text
from fp16core.tflite.purposes import PURPOSES
from fp16core.tflite.size_account import SizeAccount, size_account
from pages.shared.session import state
from pages.shared.ui.charts import chart
from pages.shared.ui.headline import cards, headline, number
from pages.shared.ui.tables import show_table


def show() -> None:
    """The view."""
    with state.explained():
        ledgers = state.ledgers()
    account = size_account(*ledgers)

    st.markdown(_answer(account))
    _numbers(account)

    with st.container(border=True):
        st.markdown(f"**Why {percent_text(account.size_share)} and not 50 %**")
        chart(
            partial(figures.beyond_half, account), "beyond-half", "Waterfall chart of the bytes beyond half, by cause"
        )
        st.caption(
            "Casting halves only numbers. Everything else in a file keeps its size, and what turns float16 back into "
            "float32 is added; the larger the network, the less both matter."
        )
    with st.expander("Each byte has one purpose: the table", icon=":material/table_rows:"):
        in_bytes = st.column_config.NumberColumn(format="localized")
        show_table(
            {
                "category": [*account.reference, "whole file"],
                "float32 (B)": [*account.reference.values(), account.reference_bytes],
                "float16 (B)": [*account.target.values(), account.target_bytes],
                "change (B)": [*account.change.values(), account.target_bytes - account.reference_bytes],
                "what for": [
                    *PURPOSES.values(),
                    "the sum of the rows above: no byte is missing, none counted twice",
                ],
            },
            column_config=dict.fromkeys(("float32 (B)", "float16 (B)", "change (B)"), in_bytes),
            height="content",
        )

    everything = st.toggle(
        "Show weights and biases",
        value=False,
        key="files-weights",
        bind="query-params",
        help="They fill nearly all of a file. Without them, the map shows the rest of it.",
    )
    for column, ledger, name, colour in zip(
        cards(2, "cards-maps"),
        ledgers,
        (REFERENCE_NAME, TARGET_NAME),
        (REFERENCE_COLOUR, TARGET_COLOUR),
        strict=True,
    ):
        with column:
            st.markdown(f"**The {name} file, each part as large as its bytes**")
            chart(
                partial(figures.file_map, ledger, name, colour, everything),
                f"map-{name}",
                f"Tree map of the {name} file: categories, and what is in each",
            )
    found = "Coloured: the numbers that training found. " if everything else ""
    st.caption(
        f"Click a part to enlarge it, and the bar on top to go back. {found}Green: what turns float16 into float32. "
        "Grey: descriptions of how to compute with them."
        + ("" if everything else " The numbers that training found are left out.")
    )


def _answer(account: SizeAccount) -> str:
    halved = account.reference_parameter_bytes
    grown = account.growth_bytes
    return (
        f"The float16 file has **{percent_text(account.size_share)}** of the float32 file's size, because only "
        f"weights and biases shrink: from {bytes_text(halved)} to **{bytes_text(account.target_parameter_bytes)}**"
        + (", exactly half. " if account.uncast_bytes == 0 else ". ")
        + f"The other **{bytes_text(account.reference_bytes - halved)}** stay, which is "
        f"{bytes_text(account.unhalved_bytes)} more than their half"
        + (
            f", and **{bytes_text(grown)}** are added, "
            f"{bytes_text(account.upsampling_bytes)} of them for DEQUANTIZE operators."
            if grown > 0
            else "."
        )
    )


def _numbers(account: SizeAccount) -> None:
    row = headline()
    number(
        row,
        "Size, float16",
        percent_text(account.size_share),
        f"{bytes_text(account.target_bytes)} of {bytes_text(account.reference_bytes)}",
        "Bytes of the float16 file as a share of the float32 file's.",
    )
    number(
        row,
        "Weights and biases",
        percent_text(account.target_parameter_bytes / account.reference_parameter_bytes),
        f"{bytes_text(account.target_parameter_bytes)} of {bytes_text(account.reference_parameter_bytes)}",
        "float16 takes two bytes for a number, float32 four.",
    )
    number(
        row,
        "Everything else",
        percent_text(account.target_rest_bytes / account.reference_rest_bytes),
        f"{bytes_text(account.target_rest_bytes)} of {bytes_text(account.reference_rest_bytes)}",
        "The description of the network: operators, tensors, names, metadata. Casting weights does not shrink it.",
    )
    number(
        row,
        "Beyond half",
        bytes_text(account.excess_bytes, signed=True),
        f"{percent_text(account.excess_bytes / account.reference_bytes)} of the float32 file",
        "Size of the float16 file minus half of the float32 file's.",
    )
