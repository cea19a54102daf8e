"""Reader of `deploy/Containerfile`, to run it without a container engine."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Image:
    """The part of a container's description that matters when it runs.

    Attributes
    ----------
    folder
        Working directory of the command.
    user
        Number of the user and of the group.
    environment
        Variables it sets.
    copies
        Paths in the repository, and their paths in the image.
    command, health
        The command line, and that of the health check.
    """

    folder: str = "/"
    user: int = 0
    environment: dict[str, str] = field(default_factory=dict)
    copies: list[tuple[str, str]] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)


def read_image(path: Path) -> Image:
    """Read a Containerfile as simple as ours.

    Raises
    ------
    ValueError
        If a line is not understood: guessing would be wrong.
    """
    image = Image()
    text = path.read_text("utf-8").replace("\\\n", " ")
    for line in (line.strip() for line in text.splitlines()):
        if not line or line.startswith("#"):
            continue
        word, rest = line.split(maxsplit=1)
        match word:
            case "FROM" | "RUN" | "VOLUME" | "EXPOSE" | "STOPSIGNAL":
                continue  # about building, or a hint to the engine
            case "WORKDIR":
                image.folder = rest
            case "USER":
                image.user = _number(rest)
            case "ENV":
                name, value = shlex.split(rest)[0].split("=", 1)
                image.environment[name] = value
            case "COPY":
                source, target = rest.split()
                name = source if target.endswith("/") else ""
                image.copies.append((source, f"{image.folder}/{target.removeprefix('./')}{name}"))
            case "CMD":
                image.command = json.loads(rest)
            case "HEALTHCHECK":
                image.health = json.loads(rest.split("CMD", 1)[1])
            case _:
                raise ValueError(f"{path.name}: {word!r} is not understood here; teach deploy/containerfile.py")
    return image


def _number(user: str) -> int:
    match = re.fullmatch(r"(\d+):\1", user)
    if match is None:
        raise ValueError(f"USER {user!r}: give the number of the user and the same for the group, as 10001:10001")
    return int(match[1])
