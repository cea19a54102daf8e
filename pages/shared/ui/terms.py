"""Hints that define the glossary's terms."""

from urllib.parse import quote_plus

from fp16core.glossary import term


def hint(*names: str, more: str = "") -> str:
    """Text for ``help=``: the definitions of terms, each with a link to the glossary, and what else there is to say.

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
    return " ".join([*map(_definition, names), more]).strip()


def _definition(name: str) -> str:
    """A definition behind its term; the link holds below every page's address, whatever the server's own is."""
    return f"[{_capitalised(name)}](claims?word={quote_plus(name)}): {term(name).definition}"


def _capitalised(name: str) -> str:
    """The name as it begins a sentence; formats keep their small first letter."""
    return name if any(sign.isdigit() for sign in name) else name[0].upper() + name[1:]
