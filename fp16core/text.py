"""Text formatting: numbers as they appear on screen and in the terminal, and strings made safe to show."""

import math
import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePath

_PATH = re.compile(r"(?:file://|(?<![\w.:/\\]))~?/[^\s'\"“”]+")
"""An absolute path, or one that starts in the home folder; in a text, it follows whitespace, a quote or a bracket."""

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))
"""Unicode categories of control and format characters, line separators and non-characters."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def bytes_text(size_bytes: float, signed: bool = False) -> str:
    """A number of bytes: ``85,376 B``."""
    return (signed_text(size_bytes, ",.0f") if signed else _minus(format(size_bytes, ",.0f"))) + " B"


def size_text(size_bytes: float, digits: int = 3) -> str:
    """A number of bytes with a decimal prefix: ``10 MB``, ``85.4 kB``; a MB is a million bytes."""
    for unit, name in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")):
        if float(f"{size_bytes:.{digits}g}") >= unit:
            scaled = size_bytes / unit
            text = f"{scaled:,.{max(0, digits - len(str(int(scaled))))}f}"
            return (text.rstrip("0").rstrip(".") if "." in text else text) + f" {name}"
    return f"{size_bytes:,.0f} B"


def megapixels_text(pixels: int) -> str:
    """A number of pixels in millions: ``16.8 megapixels``."""
    return f"{pixels / 1e6:.3g} megapixels"


def excess_text(size_bytes: int, limit_bytes: int) -> str:
    """A size above a limit, with enough digits to distinguish the two: ``10.2 MB; at most 10 MB``."""
    limit = size_text(limit_bytes)
    texts = (size_text(size_bytes, digits) for digits in range(3, 12))
    return f"{next(text for text in texts if text != limit)}; at most {limit}"


def percent_text(share: float) -> str:
    """A fraction as a percentage to two decimals: ``96.11 %``."""
    if not math.isfinite(share):
        return small_text(share)
    return _minus(f"{share * 100:.2f} %")


def share_text(share: float) -> str:
    """A fraction as a rounded percentage: ``8 %``."""
    return f"{share * 100:.0f} %"


def points_text(share: float) -> str:
    """A difference of two fractions in percentage points, with a sign unless it is shown as 0: ``−0.01 points``."""
    return signed_text(share * 100, ".2f") + " points"


def signed_text(value: float, form: str) -> str:
    """A number with its sign: ``+3``, ``−0.01``; without one if all its digits are 0.

    Parameters
    ----------
    form
        Format of the number without its sign.
    """
    shown = format(value, f"+{form}")
    return _minus(shown) if re.search("[1-9a-z]", shown) else shown[1:]


def small_text(value: float, signed: bool = False) -> str:
    """A logit, weight or error to three significant digits: ``0.769``, or ``2.52 × 10⁻³`` below 0.01."""
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "infinite" if value > 0 else "−infinite"
    sign = "+" if signed and value else ""
    if value == 0 or 0.01 <= abs(value) < 9999.5:
        return _minus(format(value, f"{sign}.3g" if abs(value) < 999.5 else f"{sign},.0f"))
    mantissa, exponent = format(value, f"{sign}.2e").split("e")
    return f"{_minus(mantissa)} × {power_text(10, int(exponent))}"


def power_text(base: int, exponent: int) -> str:
    """A power: ``2⁻¹⁴``."""
    return f"{base}{str(exponent).translate(_SUPERSCRIPTS)}"


def weight_text(value: float) -> str:
    """A single weight: ``65,504`` if it is an integer below 10 million, otherwise as `small_text`."""
    return bytes_text(value).removesuffix(" B") if value.is_integer() and abs(value) < 1e7 else small_text(value)


def factor_text(factor: float) -> str:
    """A factor: two significant digits below 10, an integer above."""
    if factor < 0.01 or not math.isfinite(factor):
        return small_text(factor)
    return f"{factor:.2g}" if factor < 9.95 else f"{factor:,.0f}"


def decibels_text(decibels: float) -> str:
    """A signal-to-noise ratio: ``72.7 dB``."""
    return f"{_minus(format(decibels, '.1f'))} dB" if math.isfinite(decibels) else small_text(decibels)


def near_one_text(distance: float) -> str:
    """A number just below 1, given its distance from 1: ``1 − 2.61 × 10⁻⁸``."""
    if distance == 0:
        return "1"
    return f"1 − {small_text(distance)}" if 0 < distance < 0.01 else small_text(1 - distance)


def duration_text(seconds: float) -> str:
    """A duration rounded up to seconds: ``4 s``, ``2 min 5 s``."""
    whole = math.ceil(seconds)
    return f"{whole} s" if whole < 60 else f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")


def count_text(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun in singular or plural: ``1 epoch``, ``2 epochs``."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def dimensions_text(shape: Iterable[int]) -> str:
    """Shape of an array: ``n × 28 × 28``, where n, a negative number in files, is chosen at run time."""
    return " × ".join("n" if size < 0 else str(size) for size in shape) or "a single number"


def sizes_text(shape: Iterable[int]) -> str:
    """Sizes of an array as they are, negative ones included: ``3 × 28 × 28``."""
    return " × ".join(map(str, shape)) or "a single number"


def image_text(index: int, label: int) -> str:
    """Words for a picture of a test image: ``Test image 1,242, a 4``."""
    return f"Test image {index:,}, {article_text(label)}"


def article_text(noun: int | str) -> str:
    """A digit or noun with its article: ``a 4``, ``an 8``."""
    return f"{'an' if str(noun).startswith(('8', 'a', 'e', 'i', 'o')) else 'a'} {noun}"


def first_line(error: Exception) -> str:
    """First line of an error's message, or the name of its class if the message is empty."""
    return str(error).strip().split("\n")[0] or type(error).__name__


def visible(text: str) -> str:
    r"""Escape all invisible characters of a text: ``\x1b``, ``\n``, ``\u202e``.

    Control characters would be obeyed by a terminal, and characters that set the writing direction can disguise names.
    """
    if text.isprintable():
        return text
    return "".join(
        char.encode("unicode_escape").decode() if unicodedata.category(char) in _INVISIBLE else char for char in text
    )


def names_only(text: str, folders: Iterable[str] = ()) -> str:
    """Replace each path in a text by its last component.

    Parameters
    ----------
    text
        Text that may contain paths.
    folders
        Folders known to occur, which may contain any characters. Other paths are recognized only if they are
        absolute, and only up to the first whitespace or quote.
    """
    for folder in sorted({folder.rstrip("/") for folder in folders}, key=len, reverse=True):
        if "/" in folder:
            text = text.replace(f"{folder}/", "").replace(folder, PurePath(folder).name)
    return _PATH.sub(lambda path: PurePath(path[0]).name, text)


def _minus(number: str) -> str:
    return number.replace("-", "−")
