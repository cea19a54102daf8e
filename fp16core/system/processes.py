"""Child processes: ended with all that they start, at the lowest priority, and never left behind.

Linux and macOS: a child has a session of its own, whose processes are killed together. Windows: it has a job object,
which ends with this process, too. A child notices by itself when the process that started it is gone: on Linux at once,
because a pipe hangs up; on macOS and Windows, where nothing can wait for that during other work, within a second.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

if sys.platform == "linux":
    import select
else:
    import psutil
if sys.platform == "win32":
    from fp16core.system.job_object import JobObject

_NICE = 19
"""The lowest priority: a visitor's click comes first, whatever a job is doing."""

_LOOK_S = 0.5
"""Interval at which a process looks for the one that started it, where the system does not report its end."""

_KILLED = 1
"""Exit status of processes that a job object ends."""

_WINDOWS_CRASHES = {
    0xC0000005: "access violation",
    0xC000001D: "illegal instruction",
    0xC0000094: "division by zero",
    0xC00000FD: "stack overflow",
    0xC0000135: "missing library",
    0xC0000374: "damaged heap",
    0xC0000409: "abort",
}
"""Exit statuses of processes that Windows has ended because of their own fault."""

_FAULTS = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL")
"""Signals that a process receives because of its own fault."""


class ChildProcess(subprocess.Popen[bytes]):
    """A child process with pipes to it and from it, and with whatever it starts.

    Parameters
    ----------
    command
        Command line; if it begins with `sys.executable`, the child is that interpreter itself, without the
        launcher that an environment has on Windows.
    log
        File for its standard error.
    folder
        Its working directory.
    environment
        Its environment.

    Raises
    ------
    OSError
        If no process can be started.
    """

    def __init__(self, command: Sequence[str], log: IO[bytes], folder: Path, environment: Mapping[str, str]) -> None:
        pipe = subprocess.PIPE
        if sys.platform == "win32":
            program = list(command)
            known = dict(environment)
            base = getattr(sys, "_base_executable", sys.executable)
            if program[0] == sys.executable != base:  # as multiprocessing does
                program[0], known["__PYVENV_LAUNCHER__"] = base, sys.executable
            super().__init__(
                program,
                stdin=pipe,
                stdout=pipe,
                stderr=log,
                cwd=folder,
                env=known,
                creationflags=subprocess.CREATE_NO_WINDOW,
            )
            self._job = JobObject()
            self._job.add(int(self._handle))  # type: ignore[attr-defined]  # as multiprocessing does
        else:
            super().__init__(
                command, stdin=pipe, stdout=pipe, stderr=log, cwd=folder, env=environment, start_new_session=True
            )

    def kill_all(self) -> None:
        """Kill the child, if it is still there, and all that it has started."""
        with contextlib.suppress(ProcessLookupError):  # it may be gone by itself
            if self.poll() is None:
                if sys.platform == "win32":
                    self._job.terminate(_KILLED)
                else:
                    os.killpg(self.pid, signal.SIGKILL)


def give_way() -> None:
    """Leave the processor to whoever waits for an answer."""
    if sys.platform == "win32":
        psutil.Process().nice(psutil.IDLE_PRIORITY_CLASS)
    else:
        os.nice(_NICE)
    if sys.platform == "linux":
        # Linux shares processors among sessions first, and a child has one of its own: there, only the
        # session's niceness counts.
        with contextlib.suppress(OSError):  # not every kernel has it, and some containers hide it
            Path("/proc/self/autogroup").write_text(str(_NICE), "ascii")


def end_with_parent() -> None:
    """From now on, end this process when the one that started it is gone, whatever it is doing then."""
    threading.Thread(target=_end_when_orphaned, daemon=True).start()


def _end_when_orphaned() -> None:
    _wait_until_orphaned()
    os._exit(1)


def _wait_until_orphaned() -> None:
    """Return when the process that started this one is gone, or, on Linux, has closed the pipe to this one's input.

    Standard input is not read, as another thread may do that; on Windows, a thread that waits in a read
    would keep others from loading libraries.
    """
    if sys.platform == "linux":
        hang_up = select.poll()
        hang_up.register(0, 0)
        hang_up.poll()
    else:
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(os.getppid())
            # A number may be given to another process, which psutil notices; an orphan on macOS gets a new parent.
            while parent.is_running() and os.getppid() == parent.pid:
                time.sleep(_LOOK_S)


def crash_name(status: int) -> str | None:
    """Name of the crash that an exit status stands for; `None` if the process did not crash."""
    name = _WINDOWS_CRASHES.get(status & 0xFFFFFFFF) if sys.platform == "win32" else signal_name(status)
    return name if name in {*_FAULTS, *_WINDOWS_CRASHES.values()} else None


def signal_name(status: int) -> str | None:
    """Name of the signal that ended a process, by its exit status; `None` without one, as always on Windows."""
    return signal.Signals(-status).name if status < 0 else None


def usable_cores() -> int:
    """Number of processor cores that this process may use; on macOS, of all."""
    cores = os.cpu_count() or 1
    if sys.platform == "linux":
        cores = len(os.sched_getaffinity(0))
    if sys.platform == "win32":
        cores = len(psutil.Process().cpu_affinity() or range(cores))
    return cores
