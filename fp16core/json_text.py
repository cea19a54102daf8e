"""Values that JSON can represent, and their texts in sentences."""

import json
import math
from typing import Any

from fp16core.text import visible

_LONGEST_QUOTE = 60
"""Characters of a value that a sentence quotes."""


def nonfinite_as_null(value: Any) -> Any:
    """Copy of a document with infinities and NaN, which JSON cannot represent, replaced by None."""
    if isinstance(value, dict):
        return {key: nonfinite_as_null(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [nonfinite_as_null(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def quoted(value: Any) -> str:
    """Value of a document as its author wrote it: ``null``, ``[1, 2]``; a long one is cut."""
    text = visible(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
