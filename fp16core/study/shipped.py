"""The study on show: the one that ships with the package, or the one that ``HALFBITS_STUDY`` names."""

import os
from pathlib import Path

from fp16core.study.rows_file import ROWS_FILE, Study, read_study

ENVIRONMENT_VARIABLE = "HALFBITS_STUDY"

SHIPPED = Path(__file__).with_name("shipped") / ROWS_FILE
"""Rows of the study that ships with the package."""

COMMANDS = (
    "python -m fp16core study --seeds 0-199 --out DIR",
    "python -m fp16core study --seeds 0-5 --epochs 1,3,5 --filters 4,12,32 --kernel-size 3,5 --out DIR",
)
"""Commands that wrote them, one after the other into the same folder."""


def study_path() -> Path:
    """File or folder of the study on show."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named) if named else SHIPPED


def study_name(path: Path) -> str:
    """Name of the study on screen, never a path."""
    return "the study that ships with Half the Bits" if path == SHIPPED else path.name


def load_study(path: Path) -> Study:
    """Read the study on show; raises `StudyError` if it cannot be used."""
    found = read_study(path)
    return Study(study_name(path), found.rows, found.cut_off_bytes)
