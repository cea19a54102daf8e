"""The memory that this server has for its child processes."""

from fp16core.settings import child_memory_bytes
from fp16core.singleton import singleton
from fp16core.worker.child_memory import ChildMemory


@singleton
def memory() -> ChildMemory:
    """The one budget of all of them; raises `SettingError` if the server's settings are wrong."""
    return ChildMemory(child_memory_bytes())
