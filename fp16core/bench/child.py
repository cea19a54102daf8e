"""Runs a module as ``python -m`` would, and leaves its peak memory behind.

The peak is read in the process itself: what the system reports to a parent would include the
parent's own memory at the moment of the fork.
"""

import os
import resource
import runpy
import sys
from pathlib import Path

PEAK_FILE = "HALFBITS_BENCH_PEAK_FILE"
"""Environment variable with the file that receives the peak resident memory in bytes."""


def peak_bytes() -> int:
    """Largest resident memory of this process so far."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, which has no /proc


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    finally:
        Path(os.environ[PEAK_FILE]).write_text(str(peak_bytes()))
