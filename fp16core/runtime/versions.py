"""Versions of what computes here."""

import importlib.metadata
import platform

_PACKAGES = ("ai-edge-litert", "numpy")


def versions() -> dict[str, str]:
    """Python, the packages that compute, and the system they run on."""
    found = {name: importlib.metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **found, "system": f"{platform.system()} {platform.machine()}"}
