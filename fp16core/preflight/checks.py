"""Checks of what the program runs in: Python's version, the packages, the C runtime; each failure is one sentence.

The entry points call these before they import anything else of ours. An old Python must get as far as its sentence:
this module needs Python 3.6 and the standard library, no more.
"""

import platform
import re
import sys
from pathlib import Path

OLDEST = (3, 11)
NEWEST = (3, 14)
"""Python versions that Half the Bits is made for; a newer one may lack packages."""

USER_ERROR = 2
"""Exit status of a user error, the one argparse uses for wrong options."""

_ROOT = Path(__file__).parents[2]

_OWN = ("app", "benchmarks", "fp16core", "half_the_bits", "pages", "tests")
"""Modules whose absence is a bug, not a package to install."""

_PACKAGES = {"PIL": "pillow", "google": "protobuf", "skimage": "scikit-image"}
"""Names of packages that differ from those of their modules by more than a hyphen."""

_REQUIREMENT = re.compile(r"([\w.-]+)~=([\d.]+)")


def check_python() -> None:
    """End the process, with a sentence, if this Python is too old."""
    _end_if(python_trouble(sys.version_info[:2]))


def check_dashboard() -> None:
    """End the process, with a sentence, if the dashboard's packages are missing, too old, or cannot be loaded."""
    check_python()
    _end_if(package_trouble())
    import importlib

    try:
        importlib.import_module("ai_edge_litert.interpreter")
    except ImportError as error:
        _end_if(import_trouble(error))
        raise


def python_trouble(version: "tuple[int, int]") -> str:
    """Sentence about a Python version that is too old; empty if it is not."""
    if version >= OLDEST:
        return ""
    return (
        f"Half the Bits needs Python {_dotted(OLDEST)} to {_dotted(NEWEST)}, and {sys.executable} is Python "
        f"{_dotted(version)}; install a newer one (https://www.python.org/downloads/) and make the environment with it."
    )


def package_trouble() -> str:
    """Sentence about required packages that are missing or too old; empty if there are none."""
    from importlib import metadata

    lacking = []
    wanted = []
    for name, version in requirements():
        try:
            installed = metadata.version(name)
        except metadata.PackageNotFoundError:
            lacking.append(name)
        else:
            if _numbers(installed) >= _numbers(version):
                continue
            lacking.append(f"{name} {version} or newer ({installed} is installed)")
        wanted.append(f"{name}~={version}")
    if not lacking:
        return ""
    return f"{sys.executable} lacks {', '.join(lacking)}; {_remedy(wanted)}"


def requirements() -> "list[tuple[str, str]]":
    """Name and oldest version of each package that is required on every system."""
    from importlib import metadata

    listed = _ROOT / "requirements-dashboard.txt"
    if listed.is_file():
        lines = listed.read_text(encoding="utf-8").splitlines()
    else:
        lines = metadata.requires("half-the-bits") or []
    matches = (_REQUIREMENT.fullmatch(line.strip()) for line in lines)
    return [(match[1], match[2]) for match in matches if match]


def import_trouble(error: ImportError) -> str:
    """Sentence about a package that is missing or cannot be loaded; empty if the error is a bug of ours."""
    while isinstance(error.__cause__, ImportError):
        error = error.__cause__  # packages wrap the loader's error in pages of advice
    module = (error.name or "").split(".")[0]
    if not module or module in _OWN:
        return ""
    package = _PACKAGES.get(module, module.replace("_", "-"))
    if "DLL load failed" in str(error):
        system = "arm64" if platform.machine().upper() == "ARM64" else "x64"
        return (
            f"{package} cannot be loaded, because Windows lacks the C runtime; install Microsoft Visual C++ "
            f"Redistributable (https://aka.ms/vs/17/release/vc_redist.{system}.exe) and start again. ({error})"
        )
    if isinstance(error, ModuleNotFoundError):
        return package_trouble() or f"{sys.executable} lacks {package}; {_remedy([package])}"
    trouble = f"{package} cannot be loaded ({error}); reinstall it: {_pip()} --force-reinstall {package}"
    return package_trouble() or trouble


def _remedy(wanted: "list[str]") -> str:
    """Advice on installing packages: all that a checkout lists, or those that an installation lacks."""
    if sys.version_info[:2] > NEWEST:
        return f"packages are known to exist for Python {_dotted(OLDEST)} to {_dotted(NEWEST)}: use one of these."
    listed = (_ROOT / "requirements.txt").is_file()
    return f"install with: {_pip()} {'-r requirements.txt' if listed else ' '.join(wanted)}"


def _pip() -> str:
    return f"{sys.executable} -m pip install"


def _dotted(version: "tuple[int, int]") -> str:
    return ".".join(map(str, version))


def _numbers(version: str) -> "list[int]":
    """Leading numbers of a version, for comparison."""
    return [int(number) for number in re.findall(r"\d+", version)[:3]]


def _end_if(trouble: str) -> None:
    if trouble:
        print(f"error: {trouble}", file=sys.stderr)
        sys.exit(USER_ERROR)
