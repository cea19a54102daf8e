"""All recordings at hand: those that ship with the package, and those in the folder of whoever runs the server."""

import os
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import orjson

from fp16core.files import read_regular
from fp16core.recordings.reading import LARGEST_BYTES, read_recording, recording_of
from fp16core.recordings.recording import Origin, Recording
from fp16core.vocabulary import RecordingError

ENVIRONMENT_VARIABLE = "HALFBITS_RECORDINGS"

SHIPPED = Path(__file__).with_name("shipped")
"""Folder of the recordings that ship with the package."""

MOST_FILES = 100
"""Files of a folder that are read, the first by name."""


@dataclass(frozen=True)
class Gallery:
    """Recordings, and the files that could not be read.

    Attributes
    ----------
    recordings
        Those that ship with the package, real GPUs first; then those of the folder by name.
    refused
        A sentence for each file or folder that could not be used, with the remedy.
    """

    recordings: tuple[Recording, ...]
    refused: tuple[str, ...] = ()


def all_recordings() -> Gallery:
    """Recordings that ship with the package, and those in the folder that ``HALFBITS_RECORDINGS`` names.

    A file is read again only if it has changed.
    """
    named = os.environ.get(ENVIRONMENT_VARIABLE, "").strip()
    if not named:
        return Gallery(shipped_recordings())
    own, refused = _in_folder(Path(named))
    return Gallery((*shipped_recordings(), *own), refused)


@cache
def shipped_recordings() -> tuple[Recording, ...]:
    """Recordings that ship with the package, those of real GPUs first, then by name; tests hold them to the schema."""
    paths = sorted(SHIPPED.glob("*.json"))
    found = [recording_of(orjson.loads(path.read_bytes()), path.name, Origin.SHIPPED) for path in paths]
    return tuple(sorted(found, key=lambda recording: recording.by_software or not recording.adapters))


def _in_folder(folder: Path) -> tuple[tuple[Recording, ...], tuple[str, ...]]:
    """Recordings of a folder, and a sentence for each file that is none."""
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix == ".json")
    except OSError as error:
        named = f"{ENVIRONMENT_VARIABLE} is {str(folder)!a:.200}"
        return (), (f"{named}, which cannot be read ({error.strerror}); name a folder of recordings, or unset it.",)
    found, refused = list[Recording](), list[str]()
    for path in paths[:MOST_FILES]:
        try:
            status = path.stat()
            found.append(_read(path, status.st_mtime_ns, status.st_size))
        except OSError as error:
            refused.append(f"{path.name} cannot be read ({error.strerror}); check its permissions, or remove it.")
        except RecordingError as error:
            refused.append(str(error))
    if len(paths) > MOST_FILES:
        refused.append(
            f"{ENVIRONMENT_VARIABLE} names a folder with {len(paths):,} recordings; the first {MOST_FILES} by name are "
            "read: move the others to another folder."
        )
    return tuple(found), tuple(refused)


@lru_cache(maxsize=MOST_FILES)
def _read(path: Path, _changed_ns: int, _size_bytes: int) -> Recording:
    return read_recording(read_regular(path, LARGEST_BYTES), path.name, Origin.OWN)
