"""Parts of Windows that this project's code calls, acted on Linux; and what Windows refuses that Linux allows."""

import sys

assert sys.platform == "linux"

import contextlib
import ctypes
import errno
import fcntl
import os
import re
import resource
import shutil
import struct
import subprocess
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

CREATE_NO_WINDOW = 0x08000000
IDLE_PRIORITY_CLASS = 0x40

msvcrt = types.ModuleType("msvcrt")
winreg = types.ModuleType("winreg")


def _locking(descriptor: int, mode: int, size_bytes: int) -> None:
    if (mode, size_bytes) != (2, 1) or os.lseek(descriptor, 0, os.SEEK_CUR):
        raise NotImplementedError("only LK_NBLCK on the first byte is acted")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise PermissionError(errno.EACCES, "Permission denied") from error


msvcrt.__dict__.update(LK_NBLCK=2, locking=_locking)


class _Key:
    def __enter__(self) -> "_Key":
        return self

    def __exit__(self, *_error: object) -> None:
        pass


winreg.__dict__.update(
    HKEY_LOCAL_MACHINE=0x80000002,
    OpenKey=lambda _root, _path: _Key(),
    QueryValueEx=lambda _key, name: (f"A processor of Windows's own ({name}) ", 1),
)


def win_error(code: int) -> OSError:
    """The error that `ctypes.WinError` makes of a code."""
    return OSError(errno.EINVAL, f"The parameter is incorrect ({code})")


class WinDLL:
    """The functions of ``kernel32`` for job objects.

    The layout of the limits is read by the offsets that Windows documents for 64 bits, not by the project's structure.
    """

    _OWN = -1

    def __init__(self, name: str, use_last_error: bool) -> None:
        assert (name, use_last_error) == ("kernel32", True)
        self._jobs: dict[int, list[int]] = {}
        self._limits: dict[int, int | None] = {}
        kernel: dict[str, Callable[..., int]] = {
            "CreateJobObjectW": self._create,
            "SetInformationJobObject": self._set,
            "AssignProcessToJobObject": self._assign,
            "TerminateJobObject": self._terminate,
            "CloseHandle": lambda _handle: 1,
            "GetCurrentProcess": lambda: self._OWN,
            "SetErrorMode": lambda mode: int(mode == 3),
        }
        for title, function in kernel.items():
            setattr(self, title, _callable(function))

    def _create(self, attributes: None, name: None) -> int:
        assert attributes is name is None
        handle = len(self._jobs) + 1
        self._jobs[handle], self._limits[handle] = [], None
        return handle

    def _set(self, handle: int, kind: int, limits: Any, size_bytes: int) -> int:
        if (kind, size_bytes) != (9, 144):
            return 0
        contents = ctypes.string_at(ctypes.addressof(limits._obj), size_bytes)
        (flags,) = struct.unpack_from("<I", contents, 16)
        (process_memory,) = struct.unpack_from("<Q", contents, 112)
        assert flags & 0x2000, "a job object that does not end its processes would leave them behind"
        self._limits[handle] = process_memory if flags & 0x100 else None
        return 1

    def _assign(self, handle: int, process: int) -> int:
        limit_bytes = self._limits[handle]
        if process == self._OWN:
            process = os.getpid()
            if limit_bytes is not None:
                resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))
        self._jobs[handle].append(process)
        return 1

    def _terminate(self, handle: int, status: int) -> int:
        assert status
        for pid in self._jobs[handle]:
            try:
                process = psutil.Process(pid)
                for member in (*process.children(recursive=True), process):
                    member.kill()
            except psutil.NoSuchProcess:
                continue
        return 1


def _callable(function: Callable[..., int]) -> Callable[..., int]:
    """A function that takes ``argtypes`` and ``restype``, as those of ctypes do."""

    def called(*arguments: Any) -> int:
        return function(*arguments)

    return called


def behave(is_ours: Callable[[int], bool]) -> None:
    """Refuse what Windows refuses: start options, names of files, and changes to what is open."""
    _start_as_windows_does()
    _measure_as_windows_does(is_ours)
    _refuse_names()
    _refuse_changes_to_what_is_open()


def _start_as_windows_does() -> None:
    start = subprocess.Popen.__init__

    def begin(self: Any, args: Any, *rest: Any, **options: Any) -> None:
        ours = options.pop("creationflags", None) is not None
        for name in ("preexec_fn", "pass_fds"):
            if options.get(name):
                raise ValueError(f"{name} is not supported on Windows platforms")
        if ours:
            assert not options.get("start_new_session"), "Windows has no sessions of this kind"
            environment = dict(options["env"])
            args = [environment.pop("__PYVENV_LAUNCHER__", args[0]), *args[1:]]
            options |= {"env": environment, "start_new_session": True}  # as a child without a console of ours
        start(self, args, *rest, **options)
        self._handle = self.pid

    subprocess.Popen.__init__ = begin  # type: ignore[method-assign]


def _measure_as_windows_does(is_ours: Callable[[int], bool]) -> None:
    measure, nice = psutil.Process.memory_info, psutil.Process.nice

    def memory_info(self: psutil.Process) -> Any:
        found = measure(self)
        if not is_ours(2):
            return found
        status = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        peaks = [int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM:")]
        private = self.memory_full_info().uss if peaks else 0
        return types.SimpleNamespace(rss=found.rss, vms=found.vms, peak_wset=sum(peaks), private=private)

    def give_way(self: psutil.Process, value: int | None = None) -> Any:
        return nice(self, 19 if value == IDLE_PRIORITY_CLASS else value)

    psutil.Process.memory_info = memory_info  # type: ignore[method-assign]
    psutil.Process.nice = give_way  # type: ignore[method-assign]


def _refuse_names() -> None:
    illegal = re.compile(r'[<>:"|?*\x00-\x1f]|[ .]$|^(con|nul|prn|aux|com\d|lpt\d)(\..*)?$', re.IGNORECASE)

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in ("open", "os.mkdir", "os.rename") and isinstance(arguments[0], str | os.PathLike):
            path = str(arguments[0])
            if not path.startswith(("/proc", "/dev", "/sys", "<")):
                for part in Path(path).parts:
                    if illegal.search(part):
                        raise OSError(errno.EINVAL, "The filename, directory name, or volume label is incorrect", path)

    sys.addaudithook(heard)


def _refuse_changes_to_what_is_open() -> None:
    shutil._use_fd_functions = False  # type: ignore[attr-defined]  # Windows has none
    for name in ("rename", "replace", "unlink", "remove", "rmdir"):
        setattr(os, name, _refusing(getattr(os, name), name))


def _refusing(change: Callable[..., None], name: str) -> Callable[..., None]:
    def changed(path: Any, *rest: Any, **options: Any) -> None:
        if options.get("dir_fd") is None and options.get("src_dir_fd") is None:
            source = str(Path(path).parent.resolve() / Path(path).name)
            for opened in _open_files():
                if opened == source or opened.startswith(source + os.sep):
                    raise PermissionError(errno.EACCES, "The process cannot access the file: it is in use", str(path))
            if name in ("rename", "replace") and os.path.lexists(rest[0]):
                if Path(rest[0]).is_dir():
                    raise PermissionError(errno.EACCES, "Access is denied", str(path))
                if name == "rename":
                    raise FileExistsError(errno.EEXIST, "The file exists already", str(path))
                if os.path.realpath(rest[0]) in _open_files():
                    raise PermissionError(errno.EACCES, "The process cannot access the file: it is in use", str(path))
        change(path, *rest, **options)

    return changed


def _open_files() -> set[str]:
    """Paths that this process, the one that started it, or one that it started holds open."""
    me = psutil.Process()
    found = set()
    for pid in {me.pid, me.ppid(), *(child.pid for child in me.children(recursive=True))}:
        with contextlib.suppress(OSError):  # gone, or closed since
            for entry in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    found.add(str(entry.readlink()))
    return found
