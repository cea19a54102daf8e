"""What this machine's processor can do with half-precision numbers."""

import os
import platform
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_FEATURES = {
    "x86": {
        "AVX2": "256-bit vectors; with F16C what XNNPACK asks for before it computes in float16",
        "F16C": "converts between float16 and float32 in hardware",
        "AVX512-FP16": "multiplies and adds float16 numbers themselves; XNNPACK then sums in float16, too",
        "AMX-FP16": "multiplies matrices of float16 numbers, sums in float32",
    },
    "arm": {
        "FP16": "multiplies and adds float16 numbers themselves, one at a time (FEAT_FP16)",
        "FP16 vectors": "the same for eight at a time (asimdhp), which XNNPACK uses",
        "FP16 products": "float16 products summed in float32 (FEAT_FHM)",
    },
}
"""What of a processor matters to float16, and why."""

_FLAGS = {
    "AVX2": {"avx2", "AVX2"},
    "F16C": {"f16c", "F16C"},
    "AVX512-FP16": {"avx512_fp16"},
    "AMX-FP16": {"amx_fp16"},
    "FP16": {"fphp", "hw.optional.arm.FEAT_FP16"},
    "FP16 vectors": {"asimdhp", "hw.optional.arm.FEAT_FP16"},
    "FP16 products": {"asimdfhm", "hw.optional.arm.FEAT_FHM"},
}
"""What Linux and macOS call them."""

_ARM = ("arm", "aarch64")


@dataclass(frozen=True)
class Feature:
    """Something a processor has or lacks; `None` where the system does not tell."""

    name: str
    meaning: str
    is_there: bool | None


@dataclass(frozen=True)
class Processor:
    """The processor of this machine.

    Attributes
    ----------
    name
        As it calls itself, or the architecture.
    cores
        That this process may use.
    features
        Those that matter to half precision.
    """

    name: str
    cores: int
    features: tuple[Feature, ...]


def read_processor() -> Processor:
    """Ask the system."""
    system = platform.system()
    if system == "Linux":
        return linux_processor(Path("/proc/cpuinfo").read_text(), platform.machine(), len(os.sched_getaffinity(0)))
    name, flags = _mac() if system == "Darwin" else (platform.processor(), None)
    return _processor(name, flags, platform.machine(), os.cpu_count() or 1)


def linux_processor(cpuinfo: str, machine: str, cores: int) -> Processor:
    """What ``/proc/cpuinfo`` says.

    Parameters
    ----------
    cpuinfo
        Its contents.
    machine
        The architecture, as ``uname -m`` calls it.
    cores
        That may be used.
    """
    lines = dict(line.split(":", 1) for line in reversed(cpuinfo.splitlines()) if ":" in line)
    said = {key.strip(): value.strip() for key, value in lines.items()}
    flags = said.get("flags", said.get("Features"))
    return _processor(said.get("model name", ""), None if flags is None else flags.split(), machine, cores)


def _processor(name: str, flags: Iterable[str] | None, machine: str, cores: int) -> Processor:
    kind = "arm" if machine.lower().startswith(_ARM) else "x86"
    has = None if flags is None else set(flags)
    features = tuple(
        Feature(feature, meaning, None if has is None else not has.isdisjoint(_FLAGS[feature]))
        for feature, meaning in _FEATURES[kind].items()
    )
    return Processor(name or machine, cores, features)


def _mac() -> tuple[str, list[str] | None]:
    done = subprocess.run(["/usr/sbin/sysctl", "-a"], capture_output=True, text=True, check=False)
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    if not said:
        return "", None
    flags = [key for key, value in said.items() if key.startswith("hw.optional.arm.") and value == "1"]
    for key in ("machdep.cpu.features", "machdep.cpu.leaf7_features"):
        flags += said.get(key, "").split()
    return said.get("machdep.cpu.brand_string", ""), flags
