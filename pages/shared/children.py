"""The memory that this server has for its child processes."""

import functools

from fp16core.settings import child_memory_bytes
from fp16core.worker.child_memory import ChildMemory


@functools.cache
def memory() -> ChildMemory:
    """The one budget of all of them; raises `SettingError` if the server's settings are wrong."""
    return ChildMemory(child_memory_bytes())
