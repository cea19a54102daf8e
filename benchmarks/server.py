"""A Streamlit server of one's own, and what it costs."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[1]

_PATIENCE_S = 120.0


@dataclass(frozen=True)
class Server:
    """A running server; `started_at` by `time.perf_counter`."""

    address: str
    process: psutil.Process
    started_at: float

    def cpu_s(self) -> float:
        """Processor time so far, of the process and all that it started and that has ended or is its child."""
        times = self.process.cpu_times()
        own = times.user + times.system + times.children_user + times.children_system
        running = [child.cpu_times() for child in self.process.children(recursive=True)]
        return float(own + sum(child.user + child.system for child in running))

    def resident_bytes(self) -> int:
        """Resident memory of the process and its children just now."""
        return int(sum(each.memory_info().rss for each in (self.process, *self.process.children(recursive=True))))


@dataclass(frozen=True)
class Fleet:
    """Servers of one app, on which visitors are spread in turn as a proxy would."""

    servers: tuple[Server, ...]

    def address(self, number: int) -> str:
        """Address of the server for the visitor of that number."""
        return self.servers[number % len(self.servers)].address

    def cpu_s(self) -> float:
        """Processor time so far of all servers."""
        return sum(server.cpu_s() for server in self.servers)

    def resident_bytes(self) -> int:
        """Resident memory of all servers just now."""
        return sum(server.resident_bytes() for server in self.servers)


class ServerError(Exception):
    """A server did not start; the message holds the end of its log."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(app: Path, log: Path | None = None, folder: Path | None = None) -> Iterator[Server]:
    """``streamlit run`` of an app on a free port of this machine alone; ended, and gone, afterwards.

    Parameters
    ----------
    app
        Script to run.
    log
        File for all that the server prints; a temporary one by default.
    folder
        Folder to run it in, whose settings of Streamlit hold; the script's own by default.

    Raises
    ------
    ServerError
        If it ends, or does not answer within two minutes.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}", "--server.fileWatcherType=none"]
    quiet = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    text: dict[str, Any] = {"mode": "w+", "encoding": "utf-8", "errors": "replace"}
    with tempfile.TemporaryFile(**text) if log is None else log.open(**text) as output:
        started_at = time.perf_counter()
        child = subprocess.Popen(  # noqa: S603 - our own interpreter
            command,
            cwd=folder or app.parent,
            env=quiet,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            address = f"127.0.0.1:{port}"
            while not _is_healthy(address):
                if child.poll() is not None or time.perf_counter() - started_at > _PATIENCE_S:
                    output.seek(0)
                    raise ServerError(f"{app.name} did not start:\n{output.read()[-2000:]}")
                time.sleep(0.02)
            yield Server(address, psutil.Process(child.pid), started_at)
        finally:
            end(child, signal.SIGINT, 10)


def end(child: "subprocess.Popen[Any]", by: signal.Signals, patience_s: float) -> None:
    """End a server, by force if it is still there after so many seconds."""
    child.send_signal(by)
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _is_healthy(address: str) -> bool:
    try:
        urllib.request.urlopen(f"http://{address}/_stcore/health", timeout=2).close()
    except OSError:
        return False
    return True
