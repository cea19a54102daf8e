"""Versions of the software that computes."""

import importlib.metadata
import platform

_PACKAGES = ("ai-edge-litert", "numpy")


def versions() -> dict[str, str]:
    """Versions of Python and the computing packages, and the operating system and architecture."""
    found = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **found, "system": f"{platform.system()} {platform.machine()}"}
