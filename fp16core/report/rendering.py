"""Rendering of templates as one HTML file, which needs no network, server or other file."""

import base64
import hashlib
import re
import unicodedata
import zlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from fp16core.glossary import term
from fp16core.text import bytes_text, count_text, percent_text, points_text, small_text

_FOLDER = Path(__file__).parent

_LIBRARY = "<plotly.js>"
"""Placeholder of plotly.js. No text from outside can imitate it, as its brackets are escaped."""


@dataclass(frozen=True)
class Report:
    """A report, compressed without plotly.js, which is the same in all reports and most of the file.

    Attributes
    ----------
    file_name
        Name of the file, in letters that any file system accepts.
    size_bytes
        Size of the whole file.
    """

    file_name: str
    size_bytes: int
    _packed: bytes = field(repr=False)

    def html(self) -> bytes:
        """Return the contents of the file."""
        return zlib.decompress(self._packed).replace(_LIBRARY.encode(), _plotly())


def rendered(template: str, subject: str, **context: Any) -> Report:
    """Render a template of this folder.

    Parameters
    ----------
    template
        Name of the template.
    subject
        Name of what the report is about, for the name of the file.
    context
        Values for the template, which besides gets our own style and scripts, and their digests.
    """
    script = _read("page.js")
    text = (
        _templates()
        .get_template(template)
        .render(
            style=Markup(_read("page.css")),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - our own file
            library=Markup(_LIBRARY),  # noqa: S704 - our own text
            library_bytes=len(_plotly()),
            script_digests=[_plotly_digest(), _digest(script.encode())],
            **context,
        )
    )
    packed = text.encode()
    return Report(
        f"half-the-bits-{_file_name(subject)}.html",
        len(packed) - len(_LIBRARY) + len(_plotly()),
        zlib.compress(packed),
    )


@cache
def _templates() -> Environment:
    templates = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {"zip": zip, "definition": term}
    for words in (bytes_text, count_text, percent_text, points_text, small_text):
        templates.filters[words.__name__] = words
    return templates


@cache
def _read(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8")


@cache
def _plotly() -> bytes:
    """Contents of plotly.js, kept: reading it for every report would take three times its size in memory each time."""
    return str(get_plotlyjs()).encode()


@cache
def _plotly_digest() -> str:
    return _digest(_plotly())


def _digest(script: bytes) -> str:
    """Source expression by which a content security policy allows a script."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}"


def _file_name(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.]+", "-", ascii_only.lower())[:60].strip("-.") or "report"
