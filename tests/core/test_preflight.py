"""Bad environments are answered with one sentence, by whatever starts the program."""

import ast
import importlib
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from benchmarks.server import free_port
from fp16core.preflight import checks
from tests.helpers.places import ROOT

FIRST_READ = (
    "fp16core/__init__.py",
    "fp16core/preflight/__init__.py",
    "fp16core/preflight/checks.py",
    "half_the_bits/__init__.py",
)
"""Files that an old Python reads before it is told that it is too old."""

STARTS = {
    "app.py": "runpy.run_path('app.py')",
    "half-the-bits": "runpy.run_module('half_the_bits', run_name='__main__')",
    "python -m fp16core": "sys.argv.append('compare'); runpy.run_module('fp16core', run_name='__main__')",
}

NO_DLL = (
    "DLL load failed while importing _pywrap_tensorflow_interpreter_wrapper: The specified module could not be found."
)


def refusal(start: str, before: str) -> str:
    """The only line that a start prints in an interpreter that a program has prepared."""
    program = f"import runpy, sys\nsys.argv = ['started']\n{before}\n{STARTS[start]}"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    (line,) = done.stderr.splitlines()
    return line


@pytest.mark.parametrize("path", [*FIRST_READ, "app.py", "fp16core/__main__.py", "half_the_bits/__main__.py"])
def test_an_old_python_can_read_the_check_and_those_that_call_it(path: str) -> None:
    ast.parse((ROOT / path).read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("path", FIRST_READ)
def test_the_check_evaluates_nothing_that_an_old_python_lacks(path: str) -> None:
    """Annotations are evaluated when a function is defined: list[str] and str | None fail there unless quoted."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    imported = {name.name for node in tree.body if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module) for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert imported <= {"pathlib", "platform", "re", "sys"}
    annotations = [node.annotation for node in ast.walk(tree) if isinstance(node, ast.arg) and node.annotation]
    annotations += [node.returns for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.returns]
    assert all(isinstance(annotation, ast.Name | ast.Constant) for annotation in annotations)


@pytest.mark.parametrize("start", STARTS)
def test_a_python_that_is_too_old_is_named_with_those_that_would_do(start: str) -> None:
    line = refusal(start, "sys.version_info = (3, 9, 2, 'final', 0)")
    assert f"Half the Bits needs Python 3.11 to 3.14, and {sys.executable} is Python 3.9; install a newer one" in line


def test_every_python_from_the_oldest_on_may_try() -> None:
    assert checks.python_trouble((3, 10))
    assert not checks.python_trouble(checks.OLDEST)
    assert not checks.python_trouble((3, 15))


def test_the_supported_versions_are_those_of_the_package() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    assert f'requires-python = ">={checks.OLDEST[0]}.{checks.OLDEST[1]}"' in project
    last = [line for line in project.splitlines() if "Programming Language :: Python :: 3." in line][-1]
    assert f"3.{checks.NEWEST[1]}" in last


@pytest.mark.parametrize("start", ["app.py", "half-the-bits"])
def test_a_package_that_is_missing_is_named_with_the_command_that_installs_it(start: str) -> None:
    missing = (
        "from importlib import metadata\nfind = metadata.Distribution.from_name.__func__\n"
        "def found(cls, name):\n"
        "    if name == 'pillow': raise metadata.PackageNotFoundError(name)\n"
        "    return find(cls, name)\n"
        "metadata.Distribution.from_name = classmethod(found)"
    )
    line = refusal(start, missing)
    assert (
        line
        == f"error: {sys.executable} lacks pillow; install with: {sys.executable} -m pip install -r requirements.txt"
    )


def test_the_command_line_names_a_package_that_is_missing_when_it_is_needed() -> None:
    line = refusal("python -m fp16core", "sys.modules['ml_dtypes'] = sys.modules['ai_edge_litert'] = None")
    assert "lacks ai-edge-litert; install with: " in line


@pytest.mark.parametrize("start", STARTS)
def test_windows_without_the_c_runtime_is_told_what_to_install(start: str) -> None:
    finder = (
        "class Finder:\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name.startswith('ai_edge_litert.'): raise ImportError({NO_DLL!r}, name=name)\n"
        "sys.meta_path.insert(0, Finder())"
    )
    line = refusal(start, finder)
    assert line.startswith(
        "error: ai-edge-litert cannot be loaded, because Windows lacks the C runtime; install Microsoft"
    )
    assert "vc_redist.x64.exe" in line or "vc_redist.arm64.exe" in line
    assert NO_DLL in line


def test_a_package_that_is_too_old_is_named_with_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    find = metadata.version
    monkeypatch.setattr(metadata, "version", lambda name: "1.9.3" if name == "numpy" else find(name))
    assert "lacks numpy 2.4 or newer (1.9.3 is installed); install with:" in checks.package_trouble()


def test_an_installed_program_asks_for_what_its_wheel_requires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_ROOT", tmp_path)
    wanted = ["numpy~=99.0", "scipy~=1.0", 'uvloop~=99; sys_platform != "win32"', 'pytest~=99; extra == "dev"']
    monkeypatch.setattr(metadata, "requires", {"half-the-bits": wanted}.get)
    assert checks.package_trouble().endswith(f"install with: {sys.executable} -m pip install numpy~=99.0")


def test_a_python_newer_than_all_packages_is_told_which_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 15, 0, "final", 0))
    trouble = checks.import_trouble(ModuleNotFoundError("No module named 'ai_edge_litert'", name="ai_edge_litert"))
    assert trouble.endswith(
        "lacks ai-edge-litert; packages are known to exist for Python 3.11 to 3.14: use one of these."
    )


def test_a_bug_of_ours_is_no_missing_package() -> None:
    with pytest.raises(ImportError) as caught:
        importlib.import_module("fp16core.nothing")
    assert not checks.import_trouble(caught.value)


def test_every_requirement_of_all_systems_is_checked() -> None:
    lines = (ROOT / "requirements-dashboard.txt").read_text().splitlines()
    plain = [line for line in lines if line and not line.startswith("#") and ";" not in line]
    assert [f"{name}~={version}" for name, version in checks.requirements()] == plain


@pytest.mark.slow
def test_streamlit_run_prints_the_sentence_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nclass Finder:\n    def find_spec(self, name, path, target=None):\n"
        f"        if name.startswith('ai_edge_litert.'): raise ImportError({NO_DLL!r}, name=name)\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={free_port()}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "install Microsoft Visual C++ Redistributable" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
