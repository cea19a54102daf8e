"""Numbers as they appear everywhere, on screen and in the terminal."""

import math
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

_PATH = re.compile(r"(?:file://|(?<![\w.:/\\]))~?/[^\s'\"“”]+")
"""A path from the root, or from home: in a text, it begins after a blank, a quote or a bracket."""

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Unicode's categories of control and format characters, line separators, and what is no character."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def bytes_text(size_bytes: float, signed: bool = False) -> str:
    """A number of bytes: ``85,376 B``."""
    return _minus(format(size_bytes, "+,.0f" if signed else ",.0f")) + " B"


def size_text(size_bytes: float, digits: int = 3) -> str:
    """A number of bytes as a person would say it: ``10 MB``, ``85.4 kB``; a MB is a million bytes."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if float(f"{size_bytes:.{digits}g}") >= unit:
            scaled = size_bytes / unit
            text = f"{scaled:,.{max(0, digits - len(str(int(scaled))))}f}"
            return (text.rstrip("0").rstrip(".") if "." in text else text) + f" {name}"
    return f"{size_bytes:,.0f} B"


def excess_text(size_bytes: int, limit_bytes: int) -> str:
    """A number of bytes beyond a limit, with as many digits as tell them apart: ``10.2 MB; at most 10 MB``."""
    limit = size_text(limit_bytes)
    texts = (size_text(size_bytes, digits) for digits in range(3, 12))
    return f"{next(text for text in texts if text != limit)}; at most {limit}"


def percent_text(share: float) -> str:
    """A share of 1 as a percentage to two decimals: ``96.11 %``."""
    if not math.isfinite(share):
        return small_text(share)
    return f"{share * 100:.2f} %"


def share_text(share: float) -> str:
    """A share of 1 as a rounded percentage: ``8 %``."""
    return f"{share * 100:.0f} %"


def points_text(share: float) -> str:
    """A difference of two shares in percentage points, signed: ``−0.01 points``."""
    return _minus(f"{share * 100:+.2f}") + " points"


def small_text(value: float, signed: bool = False) -> str:
    """A logit, weight or error: three digits, as ``0.769`` from 0.01 up and ``2.52 × 10⁻³`` below."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "−infinite"
    sign = "+" if signed else ""
    if value == 0 or 0.01 <= abs(value) < 9999.5:
        return _minus(format(value, f"{sign}.3g" if abs(value) < 999.5 else f"{sign},.0f"))
    mantissa, exponent = format(value, f"{sign}.2e").split("e")
    return f"{_minus(mantissa)} × {power_text(10, int(exponent))}"


def power_text(base: int, exponent: int) -> str:
    """A power: ``2⁻¹⁴``."""
    return f"{base}{str(exponent).translate(_SUPERSCRIPTS)}"


def weight_text(value: float) -> str:
    """A single weight: ``65,504`` if it is a whole number that can be read, else as `small_text`."""
    return bytes_text(value).removesuffix(" B") if value.is_integer() and abs(value) < 1e7 else small_text(value)


def factor_text(factor: float) -> str:
    """How many times: two significant digits below 10, whole numbers above."""
    if factor < 0.01 or not math.isfinite(factor):
        return small_text(factor)
    return f"{factor:.2g}" if factor < 9.95 else f"{factor:,.0f}"


def decibels_text(decibels: float) -> str:
    """A signal-to-noise ratio: ``72.7 dB``."""
    return f"{_minus(format(decibels, '.1f'))} dB" if math.isfinite(decibels) else small_text(decibels)


def near_one_text(distance: float) -> str:
    """A number below 1 by its distance from 1, in which its news is: ``1 − 2.61 × 10⁻⁸``."""
    if distance == 0:
        return "1"
    return f"1 − {small_text(distance)}" if 0 < distance < 0.01 else small_text(1 - distance)


def duration_text(seconds: float) -> str:
    """A time as a person would say it: ``4 s``, ``2 min 5 s``."""
    whole = math.ceil(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")


def count_text(count: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 epoch``, ``2 epochs``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def first_line(error: Exception) -> str:
    """What an error says first, or its kind if it says nothing."""
    return str(error).strip().split("\n")[0] or type(error).__name__


def visible(text: str) -> str:
    r"""A text in which whatever cannot be seen is written out: ``\x1b``, ``\n``, ``\u202e``.

    A terminal obeys control characters, and characters that set the direction of writing make names look like others.
    """
    if text.isprintable():
        return text
    return "".join(
        sign.encode("unicode_escape").decode() if unicodedata.category(sign) in _INVISIBLE else sign for sign in text
    )


def names_only(text: str, folders: Iterable[str] = ()) -> str:
    """A text with the names of files and folders, and not where they lie.

    Parameters
    ----------
    text
        What may hold paths.
    folders
        Paths known to occur, whatever signs they hold; of others, only those from the root are recognised,
        up to the first blank or quote.
    """
    for folder in sorted({folder.rstrip("/") for folder in folders}, key=len, reverse=True):
        if "/" in folder:
            text = text.replace(f"{folder}/", "").replace(folder, PurePath(folder).name)
    return _PATH.sub(lambda path: PurePath(path[0]).name, text)


def _minus(number: str) -> str:
    return number.replace("-", "−")
