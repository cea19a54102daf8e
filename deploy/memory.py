"""A memory limit for a process and all its children, by the strongest means available."""

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import resource

_CGROUPS = Path("/sys/fs/cgroup")
_PATIENCE_S = 10


@dataclass(frozen=True)
class Limit:
    """A limit in force for every process that enters it.

    Attributes
    ----------
    words
        Description of the limit.
    limit_bytes
        The limit.
    group
        The control group that holds it, or `None` if there is none.
    peak_file
        Name of the group's file with the peak memory.
    """

    words: str
    limit_bytes: int
    group: Path | None = None
    peak_file: str = ""

    def enter(self) -> None:
        """Put this process and its future children under the limit; called between fork and exec."""
        if self.group is not None:
            (self.group / "cgroup.procs").write_text(str(os.getpid()))
        elif sys.platform != "win32":
            resource.setrlimit(resource.RLIMIT_DATA, (self.limit_bytes, self.limit_bytes))

    def peak_bytes(self) -> int | None:
        """Peak memory of all processes together, including files in memory; `None` without a control group."""
        return int((self.group / self.peak_file).read_text("utf-8")) if self.group is not None else None

    def killed(self) -> int | None:
        """Number of processes killed because memory ran out; `None` without a control group."""
        if self.group is None:
            return None
        for name in ("memory.events", "memory.oom_control"):  # version 2, version 1
            file = self.group / name
            for line in file.read_text("utf-8").splitlines() if file.exists() else ():
                what, _, count = line.partition(" ")
                if what == "oom_kill":
                    return int(count)
        return None


@contextlib.contextmanager
def memory_limit(limit_bytes: int) -> Iterator[Limit]:
    """A limit for the block: by a control group if one can be created, otherwise on each process's data."""
    for base, limit_file, peak_file, name in _bases():
        group = base / f"half-the-bits-{os.getpid()}"
        try:
            group.mkdir()
        except OSError:
            continue
        try:
            try:
                (group / limit_file).write_text(str(limit_bytes))
                (group / "cgroup.procs").read_text("utf-8")
            except OSError:
                continue
            words = f"{limit_bytes:,} B for all processes together, held by a control group ({name})"
            yield Limit(words, limit_bytes, group, peak_file)
            return
        finally:
            _remove(group)
    words = (
        f"{limit_bytes:,} B of data for each process (RLIMIT_DATA), not for their sum: no control group can be created"
    )
    yield Limit(words, limit_bytes)


def _bases() -> Iterator[tuple[Path, str, str, str]]:
    """Groups of this process, and the names of their files for limit and peak."""
    for line in Path("/proc/self/cgroup").read_text("utf-8").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "memory":
            base = _CGROUPS / "memory" / path.lstrip("/")
            yield base, "memory.limit_in_bytes", "memory.max_usage_in_bytes", "version 1"
        elif not controllers:
            yield _CGROUPS / path.lstrip("/"), "memory.max", "memory.peak", "version 2"


def _remove(group: Path) -> None:
    """Remove a group as soon as its last process is gone."""
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            group.rmdir()
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
