"""Python 3.14, without TensorFlow: everything else works, and each feature that requires it gives the reason."""

import json
import platform
import re
from pathlib import Path

import pytest

from fp16core.runs.pair import BUNDLED
from fp16core.training.recipe import python_for_tensorflow
from tests.helpers.apps.driving import visit, words
from tests.helpers.commands import REFERENCE, cli, refused, train
from tests.helpers.places import ROOT, needs_linux, unavailable

pytestmark = pytest.mark.slow

REASON = "in Python 3.11 to 3.13, because there is no TensorFlow for Python 3.14"


@pytest.fixture
def python_3_14(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Child processes without TensorFlow that report Python 3.14."""
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as util, platform\nfind = util.find_spec\n"
        "util.find_spec = lambda name, *rest: None if name == 'tensorflow' else find(name, *rest)\n"
        "platform.python_version_tuple = lambda: ('3', '14', '0')\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))


@pytest.mark.parametrize(
    ("version", "expected"),
    [("3.11.9", ""), ("3.13.0", ""), ("3.14.0", f" {REASON}"), ("3.15.0rc1", f" {REASON[:-1]}5")],
)
def test_advice_names_another_python_only_where_this_one_has_no_tensorflow(
    version: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "python_version_tuple", lambda: tuple(version.split(".")))
    assert python_for_tensorflow() == expected


def test_the_requirements_leave_tensorflow_out_from_the_same_version_on() -> None:
    (line,) = re.findall(r"^tensorflow.*$", (ROOT / "requirements" / "train.txt").read_text(), re.MULTILINE)
    assert line.endswith('; python_version < "3.14"')


def test_what_cannot_run_here_is_left_out_by_a_stated_rule() -> None:
    assert unavailable("linux", "") == {}
    assert [*unavailable("darwin", "")] == ["linux"]
    assert unavailable("win32", f" {REASON}")["tensorflow"] == f"TensorFlow {REASON}"
    assert needs_linux(ROOT / "tests" / "hosted" / "test_proxy.py", ())
    assert needs_linux(ROOT / "tests" / "core" / "worker" / "test_modes.py", ("tmp_path", "mesa"))
    assert not needs_linux(ROOT / "tests" / "core" / "worker" / "test_modes.py", ("tmp_path",))


@pytest.mark.usefixtures("python_3_14")
def test_training_and_keras_files_say_which_python_they_need(tmp_path: Path, small_dataset: Path) -> None:
    run = train(tmp_path / "run", small_dataset)
    output, said = run.communicate(timeout=60)
    assert (run.returncode, output) == (2, "")
    for error in (said, refused(cli("convert", BUNDLED / "mnist_model.keras", "--out", tmp_path / "converted"))):
        assert "Traceback" not in error
        assert "TensorFlow is not installed; training and reading .keras files require it (pip install -r " in error
        assert f"requirements.txt {REASON}). A float32 .tflite can be quantized without it." in error
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "converted").exists()


@pytest.mark.usefixtures("python_3_14")
def test_comparing_and_quantizing_work_there(tmp_path: Path) -> None:
    done = cli("convert", REFERENCE, "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    files = json.loads(done.stdout)
    done = cli("compare", "--reference", files["reference"], "--target", files["target"], "--limit", 10, "--json")
    assert json.loads(done.stdout)["images"] == 10


def test_pages_that_need_tensorflow_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "python_version_tuple", lambda: ("3", "14", "0"))
    # First where it was imported to: an import that came later would take the false one for the true one, and keep it.
    monkeypatch.setattr("pages.your_model.uploaders.has_tensorflow", lambda: False)
    monkeypatch.setattr("fp16core.worker.training.settings.has_tensorflow", lambda: False)
    assert REASON in words(visit("train"))
    assert REASON in words(visit("your_model"))
