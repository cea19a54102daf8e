"""Checks a replica from inside its sandbox: does the confinement hold, does it serve? Prints one JSON document.

`deploy/sandbox` starts it, as the user that the replica runs as, with the command lines of the replica and of its
health check.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.client.visitor import Visitor  # found only now

ADDRESS = "http://127.0.0.1:8501"
PATIENCE_S = 180
MODEL = Path("/app/fp16core/runs/bundled/mnist_model.tflite")


def status(process: int) -> dict[str, str]:
    """The status that Linux reports for a process."""
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def wait_until_well(replica: subprocess.Popen[bytes], health: list[str]) -> float:
    """Wait for the health check to pass; seconds that took."""
    start = time.monotonic()
    while subprocess.run(health, capture_output=True, check=False).returncode:
        if replica.poll() is not None or time.monotonic() > start + PATIENCE_S:
            raise SystemExit("the replica did not start")
        time.sleep(0.2)
    return time.monotonic() - start


def writable() -> list[str]:
    """All folders in which this user can create a file; subfolders of such folders are left out."""
    found: list[str] = []
    for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines():
        mounted = Path(line.split()[4])
        if not mounted.is_dir() or mounted.is_relative_to("/proc"):
            continue
        if sys.platform != "win32" and os.statvfs(mounted).f_flag & os.ST_RDONLY:
            continue
        for folder, folders, _ in os.walk(mounted):
            with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=folder):
                found.append(folder)
                folders.clear()
    return sorted(found)


def files_in(top: str) -> list[str]:
    """All files in a folder, without other mounts below it."""
    found: list[str] = []
    for folder, folders, files in os.walk(top):
        folders[:] = [name for name in folders if not os.path.ismount(Path(folder, name))]
        found += [str(Path(folder, name)) for name in files]
    return found


def try_a_model(visitor: Visitor) -> None:
    """Submit a model as a visitor does, and wait until it has passed its trial."""
    visitor.show("your_model")
    visitor.hand_in("A float32 .tflite", MODEL.name, MODEL.read_bytes())
    visitor.show("your_model")
    visitor.press("your_model", "Try it")
    deadline = time.monotonic() + PATIENCE_S
    while "to you alone" not in visitor.text():
        if time.monotonic() > deadline:
            raise SystemExit(f"the model was not accepted; the page says:\n{visitor.text()}")
        time.sleep(1)
        visitor.show("your_model")


def ask(replica: subprocess.Popen[bytes], health: list[str]) -> dict[str, Any]:
    """All findings except the exit status."""
    found: dict[str, Any] = {"seconds_until_well": round(wait_until_well(replica, health), 1)}
    linux = status(replica.pid)
    found["users"], found["groups"] = linux["Uid"].split(), linux["Gid"].split() + linux["Groups"].split()
    found["capabilities"] = int(linux["CapEff"], 16) | int(linux["CapPrm"], 16) | int(linux["CapBnd"], 16)
    found["no_new_privileges"] = linux["NoNewPrivs"] == "1"
    found["networks"] = [name for _, name in socket.if_nameindex()]
    with Visitor(ADDRESS) as visitor:
        found["pages"] = sorted(visitor.session.pages)
        for page in visitor.session.pages:
            visitor.show(page)
        try_a_model(visitor)
    found["writable"] = writable()
    found["left_behind"] = sorted(path for folder in found["writable"] for path in files_in(folder))
    found["replica_peak_bytes"] = int(status(replica.pid)["VmHWM"].split()[0]) * 1024
    return found


def end(replica: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Tell it to end while a visitor is there: its exit status, and the code that closed the visitor's session."""
    with Visitor(ADDRESS) as visitor:
        replica.send_signal(signal.SIGTERM)
        return {"session_close_code": visitor.close_code(), "exit_status": replica.wait(PATIENCE_S)}


def main() -> None:
    """Start the replica, check everything, and stop it."""
    command, health = json.loads(sys.argv[1])
    with subprocess.Popen(command, stdout=sys.stderr) as replica:
        try:
            print(json.dumps(ask(replica, health) | end(replica)))
        finally:
            replica.kill()


if __name__ == "__main__":
    main()
