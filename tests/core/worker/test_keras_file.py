"""A stranger's ``.keras`` file: looked at, loaded in safe mode, converted and tried, and gone afterwards."""

import io
import json
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fp16core.convert.from_keras import load_keras
from fp16core.convert.keras_archive import MAX_FILE_BYTES, check_archive
from fp16core.jobs.job import Job
from fp16core.jobs.scratch import scratch_folder
from fp16core.lab.conversions import CONVERTER
from fp16core.runs.pair import BUNDLED
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import ModelFileError
from fp16core.worker.trial import keras_file
from tests.helpers.children.processes import PATIENCE_S, is_alive, without_tensorflow
from tests.helpers.places import ROOT
from tests.networks.make import build

pytestmark = pytest.mark.slow

GOOD = (BUNDLED / "mnist_model.keras").read_bytes()


def leftovers() -> set[Path]:
    """Folders of ours in memory and on the disk."""
    places = (Path("/dev/shm"), Path(tempfile.gettempdir()))  # noqa: S108  # only looked at
    return {found for place in places if place.is_dir() for found in place.glob("halfbits-*")}


def offered(contents: bytes, name: str = "mine.keras") -> Job:
    return Job(keras_file.MODULE, keras_file.request_for(name), [contents], keras_file.LIMITS)


@pytest.mark.tensorflow
def test_a_keras_file_becomes_the_pair_that_the_converter_makes_of_it(pair: ModelPair) -> None:
    """The bundled file, whose conversions come with it."""
    before = leftovers()
    job = offered(GOOD)
    job.wait(PATIENCE_S)
    assert job.error is None
    assert job.answer is not None
    found = keras_file.tried_keras(job.answer)
    assert found.pair.name == "mine.keras"
    assert (found.pair.reference.name, found.pair.target.name) == ("mine.tflite", "mine_quant_f16.tflite")
    for made, bundled in ((found.pair.reference, pair.reference), (found.pair.target, pair.target)):
        ours, theirs = made.graph.weights(), bundled.graph.weights()
        assert [tensor.dtype for tensor in ours.values()] == [tensor.dtype for tensor in theirs.values()]
        assert all(np.array_equal(ours[key].values, theirs[key].values) for key in theirs)
    assert found.pair.run == {"converted_by": CONVERTER}
    assert found.remarks == ()
    assert leftovers() == before


def saved(model: Any, folder: Path) -> bytes:
    model.save(folder / "model.keras")
    return (folder / "model.keras").read_bytes()


@pytest.mark.tensorflow
def test_how_a_model_was_trained_need_not_be_known(tmp_path: Path) -> None:
    """A loss of one's own would be code; only what computes answers is loaded."""

    def own_loss(_true: Any, _said: Any) -> float:
        return 0.0

    theirs = build("softmax")
    theirs.compile(loss=own_loss)
    job = offered(saved(theirs, tmp_path))
    job.wait(PATIENCE_S)
    assert job.error is None
    assert "probabilities" in keras_file.tried_keras(job.answer or {}).remarks[0]


def repacked(change: Callable[[dict[str, Any]], None]) -> bytes:
    """The bundled file with another description."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as whole, zipfile.ZipFile(file, "w") as changed:
        for name in whole.namelist():
            contents = whole.read(name)
            if name == "config.json":
                config = json.loads(contents)
                change(config["config"]["layers"][2])
                contents = json.dumps(config).encode()
            changed.writestr(name, contents)
    return file.getvalue()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"class_name": "Lambda"}, "contains Python code, such as a Lambda layer, which is not run here"),
        ({"config": {"activation": {"class_name": "__lambda__", "config": {}}}}, "contains Python code"),
        ({"class_name": "TFSMLayer"}, "layer TFSMLayer, which loads a model from another file"),
        ({"class_name": "StringLookup"}, "layer StringLookup, which reads other files"),
        ({"module": "os", "class_name": "system"}, r"layer os\.system, which is not part of Keras"),
        ({"registered_name": "mine>Own"}, "layer mine>Own, which is not part of Keras"),
    ],
)
def test_what_is_not_kerass_own_is_refused_unloaded(change: dict[str, Any], words: str) -> None:
    contents = repacked(lambda layer: layer.update(change))
    with pytest.raises(ModelFileError, match=f"^theirs: |{words}") as caught:
        check_archive(contents, "theirs")
    assert str(caught.value).startswith("theirs ")


@pytest.mark.tensorflow
def test_a_real_lambda_layer_is_refused_here_and_by_keras(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential(
        [keras.layers.InputLayer(shape=(28, 28)), keras.layers.Lambda(lambda x: x * 2), keras.layers.Flatten()]
    )
    contents = saved(model, tmp_path)
    with pytest.raises(ModelFileError, match="Lambda layer"):
        check_archive(contents, "lambda.keras")
    with pytest.raises(ModelFileError, match=r"mine.keras: Keras cannot load .*Lambda"):
        load_keras(tmp_path / "model.keras", "mine.keras")


def packed(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in members.items():
            archive.writestr(name.replace("_json", ".json"), contents)
    return file.getvalue()


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"hello", "cannot be read as a .keras file"),
        (GOOD[:5000], "cannot be read as a .keras file"),
        (packed(weights=b""), r"contains no config\.json"),
        (packed(config_json=b"[1]"), "does not describe a model"),
        (packed(config_json=b"[" * 100_000), "cannot be read"),
        (
            packed(config_json=b"{}", weights=bytes(250_000_000)),
            r"to 250 MB, its config\.json to 2 B; the limits are 200 MB and 5",
        ),
        (b"PK\x01\x02" * 1001, "more than 1,000 files"),
        (bytes(MAX_FILE_BYTES + 1), "has 20.000001 MB; at most 20 MB are accepted"),
    ],
)
def test_files_that_are_none_are_refused_in_words(contents: bytes, words: str) -> None:
    with pytest.raises(ModelFileError, match=words):
        check_archive(contents, "theirs")


def test_a_refusal_costs_no_tensorflow() -> None:
    job = offered(repacked(lambda layer: layer.update(class_name="Lambda")), "code.keras")
    job.wait(PATIENCE_S)
    assert job.was_refused
    assert job.what == "reading the file"
    assert job.error is not None
    assert job.error.startswith("code.keras contains Python code")


def test_without_tensorflow_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_tensorflow(tmp_path, monkeypatch)
    job = offered(GOOD)
    job.wait(PATIENCE_S)
    assert job.error is not None
    assert "TensorFlow is not installed" in job.error
    assert "pip install -r requirements.txt" in job.error


def until(what: str, job: Job) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while job.what != what and job.is_running and time.monotonic() < deadline:
        time.sleep(0.01)
    assert job.what == what


def assert_nothing_is_left(before: set[Path]) -> None:
    deadline = time.monotonic() + 10
    while leftovers() - before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert leftovers() <= before


def test_temporary_files_go_with_the_folder() -> None:
    usual = tempfile.gettempdir()
    with scratch_folder() as folder:
        made = Path(tempfile.mkdtemp())
        assert made.parent == folder
        (made / "weights").write_bytes(b"x")
        assert folder.stat().st_mode & 0o077 == 0, "nobody else may look into it"
    assert not folder.exists()
    assert tempfile.gettempdir() == usual


@pytest.mark.tensorflow
def test_stopping_in_the_middle_leaves_no_file() -> None:
    before = leftovers()
    job = offered(GOOD)
    until("converting it to float32 and float16", job)
    assert len(leftovers() - before) == 1
    job.stop()
    assert job.was_stopped
    assert_nothing_is_left(before)


@pytest.mark.tensorflow
def test_a_killed_server_leaves_neither_child_nor_file() -> None:
    before = leftovers()
    program = (
        "import time\nfrom pathlib import Path\nfrom fp16core.worker.trial import keras_file\n"
        "from fp16core.jobs.job import Job\nfrom fp16core.runs.pair import BUNDLED\n"
        "job = Job(keras_file.MODULE, keras_file.request_for('m'), [(BUNDLED / 'mnist_model.keras').read_bytes()])\n"
        "while job.is_running and not job.what.startswith('converting'): time.sleep(0.01)\n"
        "print(job._child.pid, job.what, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        number, what = server.stdout.readline().split(maxsplit=1)
        server.kill()
    assert what.startswith("converting")
    child = int(number)
    deadline = time.monotonic() + 10
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(child)
    assert_nothing_is_left(before)
