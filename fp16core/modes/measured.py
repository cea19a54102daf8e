"""Day and files of a measurement, which its document begins with."""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from fp16core.runs.record import FileRecord
from fp16core.tflite.model_file import ModelFile, ModelPair

FORMAT = 1
"""Version of the schema that documents follow: ``fp16core/recordings/recording.schema.json``."""


@dataclass(frozen=True)
class MeasuredPair:
    """Name of a pair, and size and digest of each file; it keeps no file alive."""

    name: str
    reference: FileRecord
    target: FileRecord


def measured_pair(pair: ModelPair) -> MeasuredPair:
    """Name and digests of a pair."""
    return MeasuredPair(pair.name, *map(_record, pair.files))


def document_header(kind: str, pair: MeasuredPair, day: date) -> dict[str, Any]:
    """First fields of a document of measurements.

    Parameters
    ----------
    kind
        Value of a `fp16core.recordings.recording.Kind`.
    pair
        The files that were measured.
    day
        Day of the measurement, UTC.
    """
    return {
        "format": FORMAT,
        "kind": kind,
        "day": day.isoformat(),
        "pair": pair.name,
        "files": {"reference": asdict(pair.reference), "target": asdict(pair.target)},
    }


def today() -> date:
    """The day, UTC."""
    return datetime.now(UTC).date()


def _record(model: ModelFile) -> FileRecord:
    return FileRecord(model.size_bytes, model.sha256)
