"""Layout of an operator graph in rows: one operator a row, and the paths of its results in lanes beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from fp16core.diagnosis.outcome import OperatorReading

MOST_LANES = 10
"""Lanes that are told apart; paths beyond them share the last one."""


@dataclass(frozen=True)
class Lanes:
    """Operators in rows and lanes.

    Attributes
    ----------
    lanes
        Lane of each operator, in order.
    paths
        Corners of the path from an operator to each reader of its result, as (lane, operator).
    """

    lanes: tuple[int, ...]
    paths: tuple[tuple[tuple[int, int], ...], ...]

    @property
    def width(self) -> int:
        """Number of lanes."""
        return 1 + max(self.lanes, default=0)


def lanes(nodes: Sequence[OperatorReading]) -> Lanes:
    """Lay out operators as a version history is: a result keeps its lane until its last reader has read it.

    An operator that is the last to read one of its inputs goes on in that input's lane, otherwise it takes the first
    that is free. So a chain is a straight line, and a branch runs beside it until both meet.
    """
    rows = {node.operator: row for row, node in enumerate(nodes)}
    last_reader: dict[int, int] = {}
    for row, node in enumerate(nodes):
        for source in node.reads:
            last_reader[source] = row
    lane_of: dict[int, int] = {}
    busy: dict[int, int] = {}  # the operator whose result is in a lane
    paths = []
    for row, node in enumerate(nodes):
        sources = [source for source in node.reads if source in rows]
        ended = [source for source in sources if last_reader[source] == row and busy.get(lane_of[source]) == source]
        for source in ended:
            del busy[lane_of[source]]
        free = [lane_of[source] for source in ended] or [lane for lane in range(MOST_LANES) if lane not in busy]
        lane = min(free, default=MOST_LANES - 1)
        lane_of[node.operator] = lane
        if node.operator in last_reader:
            busy[lane] = node.operator
        for source in sources:
            paths.append(_path((lane_of[source], source), (lane, node.operator)))
    return Lanes(tuple(lane_of[node.operator] for node in nodes), tuple(paths))


def _path(start: tuple[int, int], end: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """Corners of a path that leaves its lane just before its end."""
    (lane, maker), (end_lane, reader) = start, end
    if lane == end_lane or reader - maker == 1:
        return start, end
    return start, (lane, reader - 1), end
