"""Parts of the sentences on cures."""

_LONGEST_NAME = 60
"""Characters of a tensor's name that a sentence shows."""

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def short_name(name: str) -> str:
    """A tensor's name, cut off if it is long."""
    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]}…"


def power_text(exponent: int) -> str:
    """A power of two: ``2⁻¹⁰``."""
    return f"2{str(exponent).translate(_SUPERSCRIPTS)}"
