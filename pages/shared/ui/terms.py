"""Hints that define the glossary's terms."""

from fp16core.glossary import term


def hint(*names: str, more: str = "") -> str:
    """Text for ``help=``: the definitions of terms, and what there is to say of this place.

    Parameters
    ----------
    names
        Names of terms in `fp16core.glossary`.
    more
        Markdown that follows.

    Raises
    ------
    KeyError
        If the glossary lacks a term.
    """
    return " ".join([*(f"**{_capitalised(name)}:** {term(name).definition}" for name in names), more]).strip()


def _capitalised(name: str) -> str:
    """The name as it begins a sentence; formats keep their small first letter."""
    return name if any(sign.isdigit() for sign in name) else name[0].upper() + name[1:]
