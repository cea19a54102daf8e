"""Limits on a diagnosis in a process of its own: few on one's own computer, tight where strangers ask for it."""

from fp16core.jobs.spec import Limits

MAX_FILE_BYTES, MAX_FILE_BYTES_AT_HOME = 25_000_000, 500_000_000
"""Largest model on a hosted server, and on one's own computer."""

CPU_S, CPU_S_AT_HOME = 120, 3_600
"""Processor time, in seconds; MobileNetV2 with its cures takes about ten."""

_WALL_S, _WALL_S_AT_HOME = 1_200, 7_200
_LEAST_BYTES, _TIMES, _MOST_BYTES = 300_000_000, 30, 1_500_000_000
_TIMES_AT_HOME = 60


def limits_for(files_bytes: int, is_hosted: bool) -> Limits:
    """Limits on the diagnosis of files of this total size."""
    if not is_hosted:
        return Limits(_WALL_S_AT_HOME, max(_MOST_BYTES, _TIMES_AT_HOME * files_bytes), CPU_S_AT_HOME)
    return Limits(_WALL_S, min(_LEAST_BYTES + _TIMES * files_bytes, _MOST_BYTES), CPU_S)


def max_file_bytes(is_hosted: bool) -> int:
    """Largest model that is taken."""
    return MAX_FILE_BYTES if is_hosted else MAX_FILE_BYTES_AT_HOME
