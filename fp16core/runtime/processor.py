"""Half-precision features of this machine's processor."""

import contextlib
import platform
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fp16core.system.processes import usable_cores

if sys.platform == "win32":
    import winreg

_ARM = ("arm", "aarch64")


@dataclass(frozen=True)
class Feature:
    """A processor feature.

    Attributes
    ----------
    name
        Common name of the feature.
    meaning
        What it means for half precision.
    is_there
        Whether the processor has it; ``None`` if the system does not tell.
    """

    name: str
    meaning: str
    is_there: bool | None


@dataclass(frozen=True)
class Processor:
    """The processor of this machine.

    Attributes
    ----------
    name
        Model name, or the architecture if the system gives none.
    cores
        Number of cores available to this process.
    features
        Features relevant to half precision.
    """

    name: str
    cores: int
    features: tuple[Feature, ...]


@dataclass(frozen=True)
class _KnownFeature:
    """A feature relevant to float16, its meaning, and its names in Linux and macOS."""

    name: str
    meaning: str
    flags: frozenset[str]


_X86_FEATURES = (
    _KnownFeature(
        "AVX2",
        "256-bit vectors; with F16C, XNNPACK's requirement for float16 arithmetic",
        frozenset({"avx2", "AVX2"}),
    ),
    _KnownFeature("F16C", "converts between float16 and float32 in hardware", frozenset({"f16c", "F16C"})),
    _KnownFeature(
        "AVX512-FP16",
        "float16 arithmetic in hardware, fused multiply-adds included",
        frozenset({"avx512_fp16"}),
    ),
    _KnownFeature("AMX-FP16", "float16 matrix products, accumulated in float32", frozenset({"amx_fp16"})),
)

_ARM_FEATURES = (
    _KnownFeature(
        "FP16", "scalar float16 arithmetic in hardware (FEAT_FP16)", frozenset({"fphp", "hw.optional.arm.FEAT_FP16"})
    ),
    _KnownFeature(
        "FP16 vectors",
        "the same for vectors of eight (asimdhp), which XNNPACK uses",
        frozenset({"asimdhp", "hw.optional.arm.FEAT_FP16"}),
    ),
    _KnownFeature(
        "FP16 products",
        "float16 products accumulated in float32 (FEAT_FHM)",
        frozenset({"asimdfhm", "hw.optional.arm.FEAT_FHM"}),
    ),
)


def read_processor() -> Processor:
    """Read the processor's properties from the operating system."""
    system = platform.system()
    if system == "Linux":
        return linux_processor(Path("/proc/cpuinfo").read_text("utf-8", "replace"), platform.machine(), usable_cores())
    name, flags = _mac() if system == "Darwin" else (_windows_name(), None)
    return _processor(name, flags, platform.machine(), usable_cores())


def linux_processor(cpuinfo: str, machine: str, cores: int) -> Processor:
    """Parse ``/proc/cpuinfo``.

    Parameters
    ----------
    cpuinfo
        Contents of the file.
    machine
        Architecture as reported by ``uname -m``.
    cores
        Number of cores available to this process.
    """
    lines = dict(line.split(":", 1) for line in reversed(cpuinfo.splitlines()) if ":" in line)
    said = {key.strip(): value.strip() for key, value in lines.items()}
    flags = said.get("flags", said.get("Features"))
    return _processor(said.get("model name", ""), None if flags is None else flags.split(), machine, cores)


def _processor(name: str, flags: Iterable[str] | None, machine: str, cores: int) -> Processor:
    known = _ARM_FEATURES if machine.lower().startswith(_ARM) else _X86_FEATURES
    found = None if flags is None else set(flags)
    features = tuple(
        Feature(feature.name, feature.meaning, None if found is None else not found.isdisjoint(feature.flags))
        for feature in known
    )
    return Processor(name or machine, cores, features)


def _windows_name() -> str:
    """Name of the processor in Windows's registry; the architecture's on any other system."""
    name = platform.processor()
    if sys.platform == "win32":
        with (
            contextlib.suppress(OSError),
            winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"HARDWARE\DESCRIPTION\System\CentralProcessor\0") as key,
        ):
            name = str(winreg.QueryValueEx(key, "ProcessorNameString")[0]).strip()
    return name


def _mac() -> tuple[str, list[str] | None]:
    done = subprocess.run(
        ["/usr/sbin/sysctl", "-a"], capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    if not said:
        return "", None
    flags = [key for key, value in said.items() if key.startswith("hw.optional.arm.") and value == "1"]
    for key in ("machdep.cpu.features", "machdep.cpu.leaf7_features"):
        flags += said.get(key, "").split()
    return said.get("machdep.cpu.brand_string", ""), flags
