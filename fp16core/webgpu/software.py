"""Software drivers among the adapters that browsers name: they compute on the processor."""

import re

FALLBACK = "a software driver"
"""Word for an adapter that a browser marks as its fallback, where no other word tells."""

_NAMES = re.compile(
    r"swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|\bsoftware\b",
    re.IGNORECASE,
)
"""Names of such drivers; Chromium calls Mesa's ``mesa, software`` and Direct3D's ``microsoft, warp``."""


def is_software(adapter: str) -> bool:
    """Return whether an adapter, by the browser's words for it, is a software driver."""
    return _NAMES.search(adapter) is not None
