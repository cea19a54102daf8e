"""Writes the networks of this folder: ``python -m tests.networks.diagnosis.make [FOLDER]``."""

import sys
from pathlib import Path

from tests.networks.diagnosis.networks import NETWORKS
from tests.networks.diagnosis.verdicts import FOLDER, RIGHT


def file_contents(name: str) -> bytes:
    """Contents of the file of that network."""
    return NETWORKS[name]().file(old_codes=RIGHT[name].has_old_codes)


def write(folder: Path) -> None:
    """Write all networks into a folder."""
    for name in NETWORKS:
        (folder / f"{name}.tflite").write_bytes(file_contents(name))


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
