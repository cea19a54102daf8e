"""Software drivers among the adapters that browsers name: they compute on the processor."""

import re

FALLBACK = "a software driver"
"""Word for an adapter that a browser marks as its fallback, where no other word tells."""

NAMES = r"swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b|\bsoftware\b"
"""Names of such drivers, as a regular expression of Python and of JavaScript that ignores case.

Chromium calls Mesa's ``mesa, software`` and Direct3D's ``microsoft, warp``.
"""


def is_software(adapter: str) -> bool:
    """Return whether an adapter, by the browser's words for it, is a software driver."""
    return re.search(NAMES, adapter, re.IGNORECASE) is not None
