"""Pairs on disk: verified on load, refused in words."""

import json
import shutil
from pathlib import Path

import pytest

from fp16core.runs.pair import BUNDLED, BUNDLED_NAME, BUNDLED_PAIRS, load_pair, read_pair
from fp16core.vocabulary import ModelFileError


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BUNDLED, tmp_path / "copy"))


def test_the_bundled_record_holds_all_that_a_repeat_needs() -> None:
    run = json.loads((BUNDLED / "run.json").read_text())
    assert run["recipe"] == {"epochs": 1, "seed": 0, "batch_size": 32}
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= run["history"].keys()
    assert {"tensorflow", "keras", "numpy", "ai-edge-litert"} <= run["packages"].keys()
    for name, record in run["files"].items():
        assert (BUNDLED / name).stat().st_size == record["size_bytes"]


def test_a_runs_folder_is_a_pair(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_PAIR", str(copy))
    pair = load_pair()
    assert pair.name == "copy"
    assert [file.name for file in pair.files] == ["mnist_model.tflite", "mnist_model_quant_f16.tflite"], "no folders"
    assert pair.reference.contents == (BUNDLED / "mnist_model.tflite").read_bytes()


@pytest.mark.parametrize("name", ["mnist_model.tflite", "mnist_model_quant_f16.tflite"])
def test_missing_truncated_and_altered_files_are_named(copy: Path, name: str) -> None:
    path = copy / name
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    with pytest.raises(ModelFileError, match=rf"{name} was altered or cut off: {len(whole) - 1:,} bytes"):
        load_pair(copy)
    path.write_bytes(whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:])
    with pytest.raises(ModelFileError, match=rf"{name} was altered"):
        load_pair(copy)
    path.unlink()
    with pytest.raises(ModelFileError, match=rf"{name}: the file cannot be read .*train it again"):
        load_pair(copy)


@pytest.mark.parametrize(
    "change",
    [{"recipe": None}, {"recipe": []}, {"recipe": {"epochs": "one", "seed": 0}}, {"files": []}, {"dataset": None}],
)
def test_records_with_settings_of_another_kind_are_named(copy: Path, change: dict[str, object]) -> None:
    path = copy / "run.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelFileError, match=r"run.json is not a run's record"):
        load_pair(copy)


@pytest.mark.parametrize(
    "text", ["[" * 100_000, "", "{", "[]", "{}", '{"files": {}}', '{"files": {"mnist_model.tflite": 3}}', "\xff"]
)
def test_records_that_are_none_are_named(copy: Path, text: str) -> None:
    (copy / "run.json").write_text(text, encoding="latin-1")
    with pytest.raises(ModelFileError, match=r"run.json is not a run's record"):
        load_pair(copy)


def test_the_cure_for_the_bundled_pair_is_to_restore_it(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BUNDLED_PAIRS, BUNDLED_NAME, copy)
    (copy / "mnist_model.tflite").write_bytes(b"")
    with pytest.raises(ModelFileError, match="restore the bundled pair"):
        load_pair(copy)


def test_any_two_files_are_a_pair_without_a_record(tmp_path: Path) -> None:
    pair = read_pair(BUNDLED / "mnist_model.tflite", BUNDLED / "mnist_model_quant_f16.tflite")
    assert pair.run == {}
    with pytest.raises(ModelFileError, match=r"absent.tflite: the file cannot be read \(No such file"):
        read_pair(tmp_path / "absent.tflite", BUNDLED / "mnist_model.tflite")
