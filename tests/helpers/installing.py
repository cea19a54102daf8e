"""The package, built from a copy of this checkout and installed in an environment of its own."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.places import ROOT

LEFT_LYING = ("notes.py", "report.html", ".streamlit/secrets.toml")
"""Files that a user may have in a checkout, and nobody else is to get."""

_SOURCES = (
    ".ci", ".devcontainer", ".github", ".streamlit", "benchmarks", "deploy", "docs", "fp16core", "half_the_bits",
    "pages", "requirements", "tests",
)  # fmt: skip


@dataclass(frozen=True)
class Installed:
    """An installation.

    Attributes
    ----------
    source
        Its source distribution, unpacked.
    folder
        Folder that holds the packages.
    scripts
        Folder that holds the commands.
    """

    source: Path
    folder: Path
    scripts: Path

    def command(self, name: str) -> str:
        """Path of a command."""
        found = shutil.which(name, path=str(self.scripts))
        assert found, f"{name} is not in {self.scripts}"
        return found

    def files(self) -> set[str]:
        """Everything in the folder of packages, by path."""
        return {path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*") if path.is_file()}


def install(made: Path) -> Installed:
    """Install the package in a new folder, as ``pip`` does, from its source distribution.

    Its dependencies are those of the tests, so that nothing is fetched.
    """
    checkout = made / "a checkout in Köln"
    checkout.mkdir()
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, checkout)
        elif path.name in _SOURCES:
            shutil.copytree(path, checkout / path.name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in LEFT_LYING:
        (checkout / name).write_text("not for others")
    build = f"from setuptools import build_meta; print(build_meta.build_sdist({str(made)!r}))"
    _run(sys.executable, "-c", build, cwd=checkout)
    (archive,) = made.glob("*.tar.gz")
    shutil.unpack_archive(archive, made, filter="data")
    environment = made / "environment"
    venv.create(environment, symlinks=os.name != "nt")
    paths = sysconfig.get_paths(scheme="venv", vars={"base": str(environment), "platbase": str(environment)})
    folder, scripts = Path(paths["purelib"]), Path(paths["scripts"])
    (folder / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    python = str(scripts / Path(sys.executable).name)
    offline = ("--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    _run(sys.executable, "-m", "pip", "--python", python, "install", *offline, str(archive), cwd=made)
    return Installed(made / archive.name.removesuffix(".tar.gz"), folder, scripts)


def _run(*command: str, cwd: Path) -> None:
    plain = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=plain, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
