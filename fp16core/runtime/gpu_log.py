"""What LiteRT's GPU accelerator tells of itself. It has no other way than to print it."""

import re
from dataclasses import dataclass

_ADAPTER = re.compile(
    r"Selected adapter: (?P<name>.+?), arch=(?P<architecture>[^,]*), vendor=(?P<vendor>[^,]*), "
    r"backend=(?P<backend>[^,]*), adapterType=(?P<kind>.+)"
)
_REFUSED = re.compile(r"Warning: (?P<why>.+?)\.?\n - While initializing adapter")
_UNSUPPORTED = re.compile(r"^(?P<operator>[A-Z0-9_]+): Operation is not supported", re.MULTILINE)
_ERROR = re.compile(r"ERROR: (?:\[[^\]]*\] )?(?P<what>.+)")


@dataclass(frozen=True)
class Adapter:
    """What computes when a GPU is asked to.

    Attributes
    ----------
    name
        As its driver calls it.
    backend
        ``"Vulkan"``, ``"Metal"``, …
    kind
        ``"Discrete GPU"``, ``"CPU / Software"``, …
    """

    name: str
    backend: str
    kind: str

    @property
    def is_software(self) -> bool:
        """Whether the processor computes, and no GPU."""
        return "software" in self.kind.lower() or self.kind.upper().startswith("CPU")

    @property
    def title(self) -> str:
        """Its name and what it is."""
        kind = "a software driver, which computes on the processor" if self.is_software else self.kind
        return f"{self.name} ({self.backend}; {kind})"


def selected_adapter(log: str) -> Adapter | None:
    """The adapter that a log names last, if any."""
    found = list(_ADAPTER.finditer(log))
    if not found:
        return None
    last = found[-1]
    return Adapter(last["name"], last["backend"], last["kind"].strip())


def refusal(log: str) -> str | None:
    """Why there is no GPU to compute on, in a sentence, as far as a log tells."""
    refused = _REFUSED.search(log)
    if refused is not None:
        return (
            f"The graphics driver of this machine lacks what LiteRT's GPU accelerator needs ({refused['why']}). "
            "Install a newer one."
        )
    if "No adapters found" in log:
        return (
            "This machine has no GPU with a driver that LiteRT's accelerator could use: it found no adapter. It needs "
            "Vulkan on Linux, Metal on macOS or Direct3D 12 on Windows."
        )
    unsupported = dict.fromkeys(found["operator"] for found in _UNSUPPORTED.finditer(log))
    if unsupported:
        return f"LiteRT's GPU accelerator does not have this network's operators {', '.join(unsupported)}."
    error = _ERROR.search(log)
    return None if error is None else f"LiteRT's GPU accelerator says: {error['what']}."
