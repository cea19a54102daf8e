"""Confined child processes that all visitors share, and the memory for all there are."""

from fp16core.serving.child_memory import ChildMemory
from fp16core.settings import child_memory_bytes
from fp16core.singleton import singleton
from fp16core.worker.decoder import PictureDecoder


@singleton
def memory() -> ChildMemory:
    """The one budget of all of them; raises `SettingError` if the server's settings are wrong."""
    return ChildMemory(child_memory_bytes())


@singleton
def pictures() -> PictureDecoder:
    """What decodes all visitors' pictures, one after another, so that large ones do not add up."""
    return PictureDecoder(memory=memory())
