"""Owners of jobs: the visitors who asked for one, and the single rule by which they count as gone."""

import time

GONE_S = 90.0
"""Seconds without a request after which a visitor counts as gone; browsers may poll a hidden page once a minute."""


class Owners:
    """Visitors who asked for the same job, with the time when each was last seen.

    Parameters
    ----------
    owner
        The first of them; `None` for a job of the server's own.
    """

    def __init__(self, owner: str | None = None) -> None:
        self._seen: dict[str, float] = {}
        if owner is not None:
            self.add(owner)

    def __contains__(self, visitor: str) -> bool:
        return visitor in self._seen

    def add(self, visitor: str) -> None:
        """Add an owner, who is present now."""
        self._seen[visitor] = time.monotonic()

    def touch(self, visitor: str) -> None:
        """Note that a visitor is present; ignored unless the visitor is an owner."""
        if visitor in self._seen:
            self.add(visitor)

    def remove(self, visitor: str) -> None:
        """Remove a visitor who no longer wants the job."""
        self._seen.pop(visitor, None)

    @property
    def names(self) -> tuple[str, ...]:
        """Current owners, in the order in which they asked."""
        return tuple(self._seen)

    @property
    def are_gone(self) -> bool:
        """True if no owner has been seen within `GONE_S`, or none is left."""
        now = time.monotonic()
        return all(now - seen_s > GONE_S for seen_s in list(self._seen.values()))

    def may_stop(self, visitor: str) -> bool:
        """Return whether a visitor may stop the job: owners may, and anybody once all owners are gone."""
        return visitor in self or self.are_gone
