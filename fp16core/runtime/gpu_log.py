"""Parsing of the log of LiteRT's GPU accelerator, which reports adapters and failures in no other way."""

import re
from dataclasses import dataclass

_ADAPTER = re.compile(
    r"Selected adapter: (?P<name>.+?), arch=(?P<architecture>[^,]*), vendor=(?P<vendor>[^,]*), "
    r"backend=(?P<backend>[^,]*), adapterType=(?P<kind>.+)"
)
_REFUSED = re.compile(r"Warning: (?P<reason>.+?)\.?\n - While initializing adapter")
_UNSUPPORTED = re.compile(r"^(?P<operator>[A-Z0-9_]+): Operation is not supported", re.MULTILINE)
_LISTED = re.compile(r"not supported by GPU delegate:\n(?P<operators>(?:[A-Z0-9_]+: .+\n)+)")
_ERROR = re.compile(r"ERROR: (?:\[[^\]]*\] )?(?P<message>.+)")


@dataclass(frozen=True)
class Adapter:
    """A WebGPU adapter: a GPU, or a software implementation of one.

    Attributes
    ----------
    name
        Name given by the driver.
    backend
        Graphics API: ``"Vulkan"``, ``"Metal"``, …
    kind
        Adapter type: ``"Discrete GPU"``, ``"CPU / Software"``, …
    driver
        The driver and its version; empty if the system does not tell.
    """

    name: str
    backend: str
    kind: str
    driver: str = ""

    @property
    def is_software(self) -> bool:
        """True if the adapter emulates a GPU on the processor."""
        return "software" in self.kind.lower() or self.kind.upper().startswith("CPU")

    @property
    def title(self) -> str:
        """Name, backend and type."""
        kind = "a software driver, which computes on the processor" if self.is_software else self.kind
        return f"{self.name} ({self.backend}; {kind})"


def selected_adapter(log: str) -> Adapter | None:
    """Adapter that a log reports as selected last, if any."""
    found = list(_ADAPTER.finditer(log))
    if not found:
        return None
    last = found[-1]
    return Adapter(last["name"], last["backend"], last["kind"].strip())


def refusal(log: str) -> str | None:
    """Reason, in a sentence, why the GPU accelerator could not run a model; ``None`` if the log gives none."""
    refused = _REFUSED.search(log)
    if refused is not None:
        return (
            f"The graphics driver of this machine lacks what LiteRT's GPU accelerator needs ({refused['reason']}). "
            "Install a newer one."
        )
    if "No adapters found" in log:
        return (
            "This machine has no GPU with a driver that LiteRT's accelerator can use: it found no adapter. It needs "
            "Vulkan on Linux, Metal on macOS or Direct3D 12 on Windows."
        )
    unsupported = dict.fromkeys(found["operator"] for found in _UNSUPPORTED.finditer(log))
    if unsupported:
        return f"LiteRT's GPU accelerator does not support this network's operators {', '.join(unsupported)}."
    listed = _LISTED.search(log)
    if listed is not None:
        reasons = "; ".join(dict.fromkeys(listed["operators"].strip().splitlines()))
        return f"LiteRT's GPU accelerator does not support some of this network's operators ({reasons})."
    error = _ERROR.search(log)
    return None if error is None else f"LiteRT's GPU accelerator reports: {error['message']}."
