"""The proxy of `deploy/nginx`, started as it is shipped but for addresses and folders."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.server import free_port
from tests.helpers.places import ROOT

SHIPPED = ROOT / "deploy" / "nginx"
_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextmanager
def proxied(folder: Path, replicas: Sequence[str]) -> Iterator[str]:
    """The proxy in front of two replicas, given by their addresses; yields its own address. It needs no rights."""
    port, compressor = free_port(), free_port()
    parts = folder / "half-the-bits"
    shutil.copytree(SHIPPED, parts)
    site = (parts / "site.conf").read_text()
    changes = {
        "listen 80": f"listen 127.0.0.1:{port}",
        "/var/lib/nginx/half-the-bits": str(folder / "cache"),
        "8500": str(compressor),
    } | {f"850{number}": replica.rsplit(":", 1)[1] for number, replica in enumerate(replicas, start=1)}
    for shipped, here in changes.items():
        assert shipped in site, f"site.conf has no {shipped!r} any more"
        site = site.replace(shipped, here)
    (parts / "site.conf").write_text(site)
    is_root = sys.platform != "win32" and os.geteuid() == 0
    user = "user root;" if is_root else ""  # root's workers would be somebody who may not read this folder
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}"
        f"events {{ worker_connections 1024; }} http {{ access_log {folder}/access.log;"
        + "".join(f" {name}_temp_path {folder}/{name};" for name in _TEMPORARY)
        + " include half-the-bits/site.conf; }\n"
    )
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    with subprocess.Popen(command) as nginx:
        try:
            _wait(nginx, port, folder / "error.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            nginx.terminate()
            nginx.wait(10)


def _wait(nginx: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if nginx.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"nginx did not start:\n{log.read_text() if log.exists() else 'no log'}")
            time.sleep(0.05)
        else:
            return
