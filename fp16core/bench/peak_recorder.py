"""Runs a module as ``python -m`` would and records its peak memory.

The peak is read in the process itself: what the system reports to a parent would include the
parent's own memory at the moment of the fork.
"""

import os
import runpy
import sys
from pathlib import Path

from fp16core.system.memory import peak_bytes

PEAK_FILE = "HALFBITS_BENCH_PEAK_FILE"
"""Environment variable with the file that receives the peak resident memory in bytes."""


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    finally:
        Path(os.environ[PEAK_FILE]).write_text(str(peak_bytes()), "ascii")
