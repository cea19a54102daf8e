"""The command line as a user calls it, and processes that tests interrupt."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from fp16core.runs.pair import BUNDLED
from tests.helpers.places import ROOT

REFERENCE, TARGET = BUNDLED / "mnist_model.tflite", BUNDLED / "mnist_model_quant_f16.tflite"


def cli(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "fp16core", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def document(done: subprocess.CompletedProcess[str]) -> Any:
    """Standard output as one JSON document, and nothing else."""
    return json.loads(done.stdout)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The error of a call that must end with status 2, no traceback, nothing on standard output."""
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


FILLING = """
import sys, time
from pathlib import Path
from fp16core.atomic_output import new_folder
with new_folder(Path(sys.argv[1])) as folder:
    (folder / "half.bin").write_bytes(b"half")
    print(folder, flush=True)
    time.sleep(600)
"""


def train(out: Path, dataset: Path, *options: object, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "fp16core", "train", "--out", str(out), *map(str, options)],
        cwd=ROOT,
        env=os.environ | {"HALFBITS_MNIST": str(dataset)} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background jobs ignore Ctrl-C, and their children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
