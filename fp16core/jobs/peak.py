"""Peak memory of a process."""

import resource
from pathlib import Path


def peak_bytes() -> int:
    """Largest resident memory of this process so far."""
    found = peak_bytes_of("self")
    # Bytes on macOS, which has no /proc.
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss if found is None else found


def peak_bytes_of(process: int | str) -> int | None:
    """Largest resident memory of a process so far, by its number; `None` if it is gone, or the system does not say."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) * 1024 if lines else None
