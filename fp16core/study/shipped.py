"""The study on show: the one that ships with the package, or the one that ``HALFBITS_STUDY`` names."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fp16core.study.distribution import rows_like
from fp16core.study.rows.file import Study, parse_study, read_study
from fp16core.study.rows.row import Row

ENVIRONMENT_VARIABLE = "HALFBITS_STUDY"

SHIPPED = Path(__file__).with_name("shipped")
"""Folder of the study that ships with the package, in parts."""

COMMANDS = {
    "seeds.jsonl": "python -m fp16core study --seeds 0-199 --out DIR",
    "recipes.jsonl": "python -m fp16core study --seeds 0-5 --epochs 1,3,5 --filters 4,12,32 --kernel-size 3,5 "
    "--out DIR",
}
"""Commands that wrote its rows, one after the other into the same folder, by the parts that hold them."""


def study_path() -> Path:
    """File or folder of the study on show."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(named) if named else SHIPPED


def study_name(path: Path) -> str:
    """Name of the study on screen, never a path."""
    return "The study that ships with Half the Bits" if path == SHIPPED else path.name


def trainings_like(run: Mapping[str, Any]) -> tuple[Row, ...]:
    """Trained rows of the study on show that have a run's recipe, whatever their seeds.

    Raises
    ------
    StudyError
        If the study cannot be used.
    """
    return rows_like(run, load_study(study_path()).trained) if run else ()


def load_study(path: Path) -> Study:
    """Read the study on show; raises `StudyError` if it cannot be used."""
    name = study_name(path)
    if path == SHIPPED:
        return parse_study(b"".join((SHIPPED / part).read_bytes() for part in COMMANDS), name)
    found = read_study(path)
    return Study(name, found.rows, found.cut_off_bytes)
