"""Values that JSON can represent."""

import math
from typing import Any


def nonfinite_as_null(value: Any) -> Any:
    """Copy of a document with infinities and NaN, which JSON cannot represent, replaced by None."""
    if isinstance(value, dict):
        return {key: nonfinite_as_null(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [nonfinite_as_null(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
