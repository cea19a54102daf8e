"""Confined child processes that all visitors share, and the memory budget of all child processes."""

from fp16core.serving.child_memory import ChildMemory
from fp16core.settings import child_memory_bytes
from fp16core.singleton import singleton
from fp16core.worker.decoder import PictureDecoder


@singleton
def memory() -> ChildMemory:
    """Memory budget of all child processes; raises `SettingError` if the server's settings are wrong."""
    return ChildMemory(child_memory_bytes())


@singleton
def pictures() -> PictureDecoder:
    """Decoder of all visitors' pictures, one after another, so that large ones do not add up."""
    return PictureDecoder(memory=memory())
