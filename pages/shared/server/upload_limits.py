"""Limits on what a hosted server holds of its visitors' files."""

from fp16core.serving.memory_budget import MemoryBudget
from fp16core.settings import upload_bytes
from fp16core.singleton import singleton

FILE_BYTES = 25_000_000
"""Largest file that a hosted server accepts."""

_VISIT_SHARE, _ADDRESS_SHARE = 0.4, 0.5
"""Shares of the memory for visitors' files on a hosted server: uploads of one visit that no page has taken yet, and
all files of the visitors from one address."""


@singleton
def memory_budget() -> MemoryBudget:
    """Budget of what the server holds for all visitors, apart from uploads that no page has taken yet."""
    most = upload_bytes()
    return MemoryBudget(most, round(most * _ADDRESS_SHARE))


def visit_bytes() -> int:
    """Limit on the uploads of one visit that no page has taken yet, on a hosted server."""
    return round(memory_budget().most_bytes * _VISIT_SHARE)
