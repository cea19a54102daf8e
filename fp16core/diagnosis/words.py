"""Names of operators and tensors in sentences."""

from fp16core.text import visible

_LONGEST = 60
"""Most characters of a name in a sentence."""


def operator_text(operator: int, kind: str) -> str:
    """An operator: ``operator 5 (MUL)``."""
    return f"operator {operator} ({kind})"


def name_text(name: str) -> str:
    """The name of a tensor, in quotation marks: its end, which tells most, if it is long."""
    shown = visible(name)
    return f"'{shown if len(shown) <= _LONGEST else '…' + shown[-_LONGEST:]}'"


def capitalized(sentence: str) -> str:
    """The same sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]
