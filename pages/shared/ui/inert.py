"""Strangers' text as Markdown in which nothing is interpreted."""

import re
import unicodedata

_SPLIT = ":small[]"
"""An empty span. Streamlit looks for links, mail addresses, icons, emoji and arrows in what is left of a text once its
escapes are resolved, one uninterrupted piece of text at a time, so that no escape keeps it from finding them."""

_SPLIT_AT = re.compile(
    r"""
    (?<=:)(?=\S)            # http://, :material/home:, :smile:
    | (?<=@)(?=\S)          # name@example.org
    | (?<=[Ww]{3})(?=\.)    # www.example.org
    | (?<=[-<>~])(?=[-<>=]) # ->, <-, --, >=, <=, ~=
    """,
    re.VERBOSE,
)

_ESCAPED = frozenset("\\`*_{}[]()<>#+-.!|$:~&")
"""Characters that may begin or end markup, in Markdown and in Streamlit's extensions of it."""

_BIDIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reorder the letters around them, including those of our own sentences."""

_UNSHOWN = "\N{REPLACEMENT CHARACTER}"


def inert(text: str) -> str:
    """Markdown that shows a text as it is, anywhere in a line, without a link, image, icon, formula or block.

    Line breaks and spaces at either end become character references, which begin no block. Characters that cannot
    be shown (control characters, half a surrogate pair) or that reorder the letters around them are replaced.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    body = lines.strip(" ")
    start = len(lines) - len(lines.lstrip(" "))
    end = len(lines) - start - len(body)
    pieces = _SPLIT_AT.split(body)
    return "&#32;" * start + _SPLIT.join("".join(map(_inert_sign, piece)) for piece in pieces) + "&#32;" * end


def _inert_sign(sign: str) -> str:
    if sign in _ESCAPED:
        return "\\" + sign
    if sign in "\n\t":
        return f"&#{ord(sign)};"
    if sign in _BIDIRECTIONAL or unicodedata.category(sign) in ("Cc", "Cs"):
        return _UNSHOWN
    return sign
