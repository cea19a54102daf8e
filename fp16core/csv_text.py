"""Tables as comma-separated values, in which no text can become a formula."""

import csv
import io
import unicodedata
from collections.abc import Iterable
from typing import Any

_FORMULA_SIGNS = frozenset("=+-@")
_DROPPED = frozenset("\t\r\n")
"""Some spreadsheets drop these from the front of a cell before they interpret it."""


def csv_text(rows: Iterable[Iterable[Any]]) -> str:
    """Rows of numbers and texts as CSV.

    Texts are quoted, so that a text with a semicolon stays one cell where spreadsheets separate cells by
    semicolons. A text that a spreadsheet might run as a formula gets an apostrophe in front.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writerows(map(_harmless, row) for row in rows)
    return file.getvalue()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and _may_be_formula(cell) else cell


def _may_be_formula(text: str) -> bool:
    visible = next((sign for sign in text if not _is_invisible(sign)), "")
    # Compatibility characters count as the characters that they represent: "＝" and "﹦" as "=".
    return text[:1] in _DROPPED or unicodedata.normalize("NFKC", visible) in _FORMULA_SIGNS


def _is_invisible(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf")
