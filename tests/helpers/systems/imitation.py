"""An interpreter that looks to this project's own code like one on Windows or macOS; libraries see the real system.

What it takes away is what Python's documentation says is missing there. What it cannot show is how those systems behave
otherwise: their schedulers, drivers, file systems and libraries.
"""

import sys

assert sys.platform == "linux"

import builtins
import configparser
import ctypes
import errno
import os
import platform
import resource
import select
import signal
import subprocess
import types
import warnings
from pathlib import Path
from typing import Any

import psutil

from tests.helpers.systems import windows

ROOT = Path(__file__).parents[3]

_OURS = tuple(str(ROOT / place) for place in ("fp16core/", "pages/", "app.py", "tests/helpers/systems/use.py"))

_ABSENT = {
    "win32": {"fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty"},
    "darwin": set[str](),
}
"""Modules."""

_MISSING = configparser.ConfigParser()
_MISSING.read(Path(__file__).with_name("missing.ini"), encoding="utf-8")
_LINUX_OS, _POSIX_OS, _POSIX_SIGNALS = (section["names"].split() for _, section in list(_MISSING.items())[1:])

_HIDDEN: dict[str, dict[types.ModuleType, list[str]]] = {
    "win32": {
        os: _LINUX_OS + _POSIX_OS,
        signal: _POSIX_SIGNALS,
        select: ["poll", "epoll", "EPOLLIN", "EPOLLHUP"],
    },
    "darwin": {os: _LINUX_OS, select: ["epoll", "EPOLLIN", "EPOLLHUP"]},
}


def _usage_in_bytes(who: int) -> types.SimpleNamespace:
    return types.SimpleNamespace(ru_maxrss=resource.getrusage(who).ru_maxrss * 1024)


def _limits_but_those_of_memory(kind: int, limits: tuple[int, int]) -> None:
    if kind not in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        resource.setrlimit(kind, limits)


def _sysctl(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Some lines of what an Apple M1 says of itself."""
    said = "machdep.cpu.brand_string: Apple M1\nhw.optional.arm.FEAT_FP16: 1\nhw.optional.arm.FEAT_FHM: 1\n"
    return subprocess.CompletedProcess(command, 0, said, "")


_LIES: dict[str, dict[types.ModuleType, dict[str, Any]]] = {
    "win32": {
        sys: {"platform": "win32"},
        os: {"name": "nt", "O_BINARY": 0},
        ctypes: {"WinDLL": windows.WinDLL, "WinError": windows.win_error, "get_last_error": lambda: 87},
        platform: {"system": lambda: "Windows", "processor": lambda: "Intel64 Family 6", "machine": lambda: "AMD64"},
        subprocess: {"CREATE_NO_WINDOW": windows.CREATE_NO_WINDOW},
        psutil: {"IDLE_PRIORITY_CLASS": windows.IDLE_PRIORITY_CLASS},
    },
    "darwin": {
        sys: {"platform": "darwin"},
        platform: {"system": lambda: "Darwin", "machine": lambda: "arm64"},
        resource: {"getrusage": _usage_in_bytes, "setrlimit": _limits_but_those_of_memory},
    },
}

_FAKES = {"msvcrt": windows.msvcrt, "winreg": windows.winreg}


def is_ours(depth: int = 2) -> bool:
    """True if the code that calls the caller belongs to this project."""
    try:
        return sys._getframe(depth).f_code.co_filename.startswith(_OURS)
    except ValueError:  # the interpreter itself
        return False


def imitate(system: str) -> None:
    """Make this interpreter look like one on another system, for good."""
    for module in {*_HIDDEN[system], *_LIES[system]}:
        _disguise(module, set(_HIDDEN[system].get(module, ())), _LIES[system].get(module, {}))
    _hide_modules(_ABSENT[system], _FAKES if system == "win32" else {})
    _hide_places(("/proc", "/dev/shm", "/sys", *(("/bin", "/usr") if system == "win32" else ())))  # noqa: S108  # nothing is made there
    if system == "win32":
        windows.behave(is_ours)
    else:
        run = subprocess.run
        subprocess.run = lambda command, *rest, **options: (  # type: ignore[assignment]
            _sysctl(command) if command == ["/usr/sbin/sysctl", "-a"] else run(command, *rest, **options)
        )
    warnings.filterwarnings("error", category=EncodingWarning, module=r"fp16core|pages|app")


def _disguise(module: types.ModuleType, hidden: set[str], lies: dict[str, Any]) -> None:
    """Take names away, and put others in their place, for this project's code alone."""
    real = {name: module.__dict__.pop(name) for name in {*hidden, *lies} if name in module.__dict__}

    class Disguised(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            if is_ours():
                if name in lies:
                    return lies[name]
            elif name in real:
                return real[name]
            raise AttributeError(f"module {module.__name__!r} has no attribute {name!r} here")

    module.__class__ = Disguised


def _hide_modules(absent: set[str], fakes: dict[str, types.ModuleType]) -> None:
    load = builtins.__import__

    def look(name: str, *rest: Any, **more: Any) -> types.ModuleType:
        if is_ours():
            if name in absent:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
            if name in fakes:
                return fakes[name]
        return load(name, *rest, **more)

    builtins.__import__ = look


def _hide_places(places: tuple[str, ...]) -> None:
    """Let this project's code find none of the other system's places."""

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("open", "os.listdir", "os.scandir", "subprocess.Popen") and arguments:
            path = os.fspath(arguments[0]) if isinstance(arguments[0], str | os.PathLike) else ""
            if isinstance(path, str) and path.startswith(places) and _is_asked_by_us():
                raise FileNotFoundError(errno.ENOENT, "there is no such place on this system", path)

    sys.addaudithook(heard)


def _is_asked_by_us() -> bool:
    """True if the nearest caller outside of the standard library belongs to this project."""
    frame: types.FrameType | None = sys._getframe(2)
    library = str(Path(os.__file__).parent)
    while frame is not None and (
        (frame.f_code.co_filename.startswith((library, "<frozen")) and "site-packages" not in frame.f_code.co_filename)
        or frame.f_code.co_filename == __file__
    ):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_OURS)
