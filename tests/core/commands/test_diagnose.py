"""The command that diagnoses any model, as a user calls it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fp16core.__main__ import main
from fp16core.tflite.model_file import ModelFile
from fp16core.tflite.packing import packed, unpacked
from fp16core.tflite.reader import read_tflite
from fp16core.worker.diagnosis import apart
from tests.helpers.commands import cli, document, refused
from tests.helpers.places import ROOT
from tests.networks.diagnosis.verdicts import FOLDER, samples

Captured = pytest.CaptureFixture[str]

MASK, EMBEDDINGS = FOLDER / "mask_1e30.tflite", FOLDER / "embeddings.tflite"


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three samples of both inputs of the embeddings."""
    path = tmp_path_factory.mktemp("inputs") / "given.npz"
    inputs: dict[str, Any] = {
        name: np.stack([kind[name] for kind in list(samples("embeddings").values())[:3]])
        for name in ("words", "features")
    }
    np.savez(path, **inputs)
    return path


def test_a_model_that_breaks_ends_with_status_1_and_the_sentence_comes_first() -> None:
    done = cli("diagnose", MASK, "--range", "keep=0:1")
    assert done.returncode == 1
    first = done.stdout.splitlines()[0]
    assert first.startswith("Not safe in float16. Operator 2 (MUL) computes −1.00 × 10³⁰ in 'far'")
    for words in ("file: safe", "range: breaks", "'keep': float32 1 × 1 × 8, from 0 to 1", "minus_1e30"):
        assert words in done.stdout
    assert not done.stderr.strip()


def test_a_cured_model_and_its_recipe_and_document_are_written(tmp_path: Path, capfd: Captured) -> None:
    out = tmp_path / "new" / "diagnosed"
    arguments = ["diagnose", str(MASK), "--range", "keep=0:1", "--cure", "--out", str(out)]
    assert main(arguments) == 1  # about the model as it is
    shown = capfd.readouterr().out
    assert {path.name for path in out.iterdir()} == {
        "model_f16.tflite",
        "cured_f32.tflite",
        "cured_f16.tflite",
        "recipe.json",
        "diagnosis.json",
    }
    assert all(str(path) in shown for path in out.iterdir())
    found = json.loads((out / "diagnosis.json").read_text("utf-8"))
    assert found["cure"]["finding"] == "nothing found"
    constants = {t.name: t for t in read_tflite((out / "cured_f16.tflite").read_bytes()).tensors if t.is_constant}
    assert -65_504 <= constants["minus_1e30"].values.item() < 0
    assert isinstance(json.loads((out / "recipe.json").read_text("utf-8")), list)
    assert main(["diagnose", str(out / "cured_f32.tflite"), "--range", "keep=0:1"]) == 0
    assert main(arguments) == 2
    assert "exists already" in capfd.readouterr().err


def test_a_tolerance_decides_and_classes_are_counted(given: Path, capfd: Captured) -> None:
    arguments = ["diagnose", str(EMBEDDINGS), "--inputs", str(given), "--classes", "answer", "--json"]
    assert main([*arguments, "--tolerance", "answer=0.1"]) == 0
    safe = json.loads(capfd.readouterr().out)
    assert safe["finding"] == "safe"
    assert safe["has_real_inputs"]
    assert safe["samples"] == 3
    assert safe["arithmetic"][0]["outputs"][0]["same_argmax"] == 3
    assert main([*arguments, "--tolerance", "answer=1e-9"]) == 1
    assert json.loads(capfd.readouterr().out)["finding"] == "breaks"


def test_json_is_all_that_is_printed() -> None:
    done = cli("diagnose", EMBEDDINGS, "--json")
    assert done.returncode == 0
    assert document(done)["finding"] == "nothing found"
    assert not done.stderr.strip()


def test_a_file_that_crashes_litert_gets_a_sentence(tmp_path: Path) -> None:
    """RESHAPE whose shape is left out, which LiteRT reads all the same."""
    content = unpacked(ModelFile(EMBEDDINGS.read_bytes(), "embeddings"))
    reshape = content.subgraphs[0].operators[2]
    reshape.inputs = [reshape.inputs[0], -1]
    (tmp_path / "crashing.tflite").write_bytes(packed(content))
    words = refused(cli("diagnose", tmp_path / "crashing.tflite", "--out", tmp_path / "out"))
    assert "crashing.tflite: LiteRT crashed on it (SIG" in words
    assert [path.name for path in tmp_path.iterdir()] == ["crashing.tflite"]


def test_a_process_that_ends_by_itself_is_not_called_a_crash_of_litert(
    monkeypatch: pytest.MonkeyPatch, capfd: Captured
) -> None:
    monkeypatch.setattr(apart, "_MODULE", "fp16core.worker.diagnosis.absent")
    assert main(["diagnose", str(MASK)]) == 2
    words = capfd.readouterr().err
    assert f"{MASK.name}: the process that diagnosed it ended with status 1: " in words
    assert "No module named fp16core.worker.diagnosis.absent" in words
    assert "LiteRT" not in words


def test_a_script_that_has_no_main_block_can_have_a_model_diagnosed(tmp_path: Path) -> None:
    """Its own lines must run once, not again in the process that diagnoses."""
    script = tmp_path / "script.py"
    script.write_text(
        "from pathlib import Path\n"
        "from fp16core.diagnosis.options import DiagnosisOptions\n"
        "from fp16core.tflite.model_file import ModelFile\n"
        "from fp16core.worker.diagnosis.apart import diagnosed\n"
        f"model = Path({str(EMBEDDINGS)!r})\n"
        "print('started')\n"
        "found = diagnosed(ModelFile(model.read_bytes(), model.name), DiagnosisOptions(), lambda step, done: None)\n"
        "print(found.name)\n",
        "utf-8",
    )
    done = subprocess.run(
        [sys.executable, script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=99,
    )
    assert done.stdout.split() == ["started", EMBEDDINGS.name], done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["README.md"], "is not a LiteRT model"),
        (["absent.tflite"], "absent.tflite: the file cannot be read"),
        ([str(MASK), "--range", "unknown=0:1"], "unknown"),
        ([str(MASK), "--shape", "keep=2,2"], "keep"),
        ([str(MASK), "--inputs", str(MASK)], "mask_1e30.tflite"),
        ([str(MASK), "--target", str(EMBEDDINGS)], "embeddings.tflite"),
    ],
)
def test_what_does_not_fit_is_named_in_a_sentence(arguments: list[str], words: str, capfd: Captured) -> None:
    assert main(["diagnose", *arguments]) == 2
    shown = capfd.readouterr()
    assert shown.out == ""
    assert shown.err.strip().startswith("error: ")
    assert words in shown.err
    assert "Traceback" not in shown.err
