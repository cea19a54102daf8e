"""Reading a report with a parser that knows nothing of how it was written."""

import base64
import io
import json
from html.parser import HTMLParser
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image


class Parsed(HTMLParser):
    """Contents of a file as a browser sees them: its tags with their attributes, its scripts, and its words."""

    def __init__(self, contents: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.scripts: list[tuple[dict[str, str], str]] = []
        self._words: list[str] = []
        self._within: list[str] = []
        self.feed(contents.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag in ("script", "style"):
            self._within.append(tag)
        if tag == "script":
            self.scripts.append((found, ""))

    def handle_endtag(self, tag: str) -> None:  # noqa: D102
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:  # noqa: D102
        if not self._within:
            self._words.append(data)
        elif self._within[-1] == "script":
            attributes, contents = self.scripts[-1]
            self.scripts[-1] = attributes, contents + data

    @property
    def words(self) -> str:
        """All that is written on the page, with single spaces."""
        return " ".join("".join(self._words).split())

    def json(self, name: str) -> Any:
        """The contents of one of the file's JSON blocks; not a number is none."""
        (text,) = [text for attributes, text in self.scripts if attributes.get("id") == name]

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is not JSON")

        return json.loads(text, parse_constant=refuse)

    def attributes(self, tag: str) -> list[dict[str, str]]:
        """Attributes of all tags of a kind."""
        return [attributes for name, attributes in self.tags if name == tag]


def pixels(source: str) -> npt.NDArray[np.uint8]:
    """The picture in a data address."""
    kind, contents = source.split(",")
    assert kind == "data:image/png;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(contents))))


def points(axis: Any) -> int:
    """Number of values of an axis of a trace."""
    if isinstance(axis, list):
        return len(axis)
    return len(np.frombuffer(base64.b64decode(axis["bdata"]), np.dtype(axis["dtype"])))
