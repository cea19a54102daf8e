"""The command line, as a user calls it."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fp16core.bench.uploads.photographs import photograph
from fp16core.data.mnist import load_mnist
from fp16core.evaluate.comparison import Comparison
from fp16core.recordings.reading import read_recording
from fp16core.recordings.recording import Origin
from fp16core.runs.pair import BUNDLED, BUNDLED_PAIRS, GOOD_NETWORK, read_pair
from fp16core.runs.record import file_record
from fp16core.tflite.model_file import ModelPair
from fp16core.tflite.replace import replace_values
from tests.helpers.commands import REFERENCE, TARGET, cli, document, refused
from tests.helpers.networks.strangers import FOLDER
from tests.helpers.places import ROOT


def test_compare_reports_the_bundled_pair(comparison: Comparison, pair: ModelPair) -> None:
    done = cli("compare", "--json")
    assert done.returncode == 0
    found = document(done)
    assert found["images"] == 10_000
    assert found["reference_size_bytes"] == REFERENCE.stat().st_size
    assert found["target_size_bytes"] == TARGET.stat().st_size
    assert found["size_ratio"] == pytest.approx(REFERENCE.stat().st_size / TARGET.stat().st_size)
    assert found["reference_accuracy"] == pair.run["reference_accuracy"]
    assert found["target_accuracy"] == pair.run["target_accuracy"]
    assert found["accuracy_delta"] == pytest.approx(found["target_accuracy"] - found["reference_accuracy"])
    assert found["changed_predictions"] == np.count_nonzero(
        comparison.reference.logits.argmax(1) != comparison.target.logits.argmax(1)
    )
    assert found["max_abs_logit_delta"] == pytest.approx(
        np.abs(comparison.target.logits - comparison.reference.logits).max(), rel=1e-3
    )
    assert found["mcnemar_p"] == 1


def test_compare_takes_files_and_a_limit_and_shows_a_table() -> None:
    done = cli("compare", "--reference", TARGET.with_name(REFERENCE.name), "--target", TARGET, "--limit", 7)
    assert done.returncode == 0
    assert "7 images" in done.stdout
    assert "45,244 B" in done.stdout


def test_predict_reads_images_and_names_what_it_cannot(tmp_path: Path, comparison: Comparison) -> None:
    images, labels = load_mnist("test")
    for index in (0, 1):
        Image.fromarray(images[index]).save(tmp_path / f"{index}.png")
    # Brackets in a name are no markup; one bad file is no reason to lose the others.
    (tmp_path / "[red]bad[b].png").write_text("no image")
    paths = [tmp_path / name for name in ("0.png", "[red]bad[b].png", "1.png")]
    done = cli("predict", *paths, "--json")
    assert done.returncode == 1
    first, bad, second = document(done)
    assert [row["file"] for row in (first, bad, second)] == [str(path) for path in paths]
    assert "not an image" in bad["error"]
    assert bad.keys() == {"file", "error"}
    for index, row in enumerate((first, second)):
        assert row["reference"]["digit"] == comparison.reference.logits[index].argmax()
        assert row["target"]["logits"] == pytest.approx(comparison.target.logits[index].tolist())
        assert row["agree"] is True
        assert 0.5 < row["reference"]["probability"] <= 1
        assert [other["pair"] for other in row["others"]] == [*BUNDLED_PAIRS][1:]
        for other in row["others"]:
            assert other["reference"]["digit"] == other["target"]["digit"] == labels[index]
            assert other["reference"]["logits"] != row["reference"]["logits"]
            assert other["agree"] is True
    assert cli("predict", paths[0]).returncode == 0
    table = cli("predict", paths[1])
    assert table.returncode == 1
    assert "[red]" in table.stdout


@pytest.mark.slow
def test_predict_takes_any_picture_and_says_what_it_did(tmp_path: Path) -> None:
    """A large photograph of dark ink on squared paper, and a row of four test images."""
    (tmp_path / "photo.jpg").write_bytes(photograph("5", "squared", np.random.default_rng(1)))
    row = 255 - np.kron(np.hstack(list(load_mnist("test")[0][:4])), np.ones((3, 3), np.uint8))
    Image.fromarray(row).save(tmp_path / "row.webp", lossless=True)
    seven = 255 - np.kron(load_mnist("test")[0][26], np.ones((3, 3), np.uint8))
    Image.fromarray(np.rot90(seven)).save(tmp_path / "sideways.png")
    names = ("photo.jpg", "row.webp", "sideways.png", "absent.png")
    done = cli("predict", *(tmp_path / name for name in names), "--json")
    assert done.returncode == 1
    photo, several, sideways, absent = document(done)
    assert photo["turn"] is several["turn"] is None
    assert (sideways["turn"]["degrees"], sideways["turn"]["text"]) == (270, "7")
    assert [digit["reference"]["digit"] for digit in sideways["digits"]] != [7]
    assert photo["reference"]["digit"] == photo["target"]["digit"] == 5
    assert photo["stages"][0] == "Decode: JPEG, 1,600 × 1,200 pixels, colour, scaled down to 512 × 384"
    assert "Make the ink light: inverted (dark ink on light paper)" in photo["stages"]
    assert [digit["target"]["digit"] for digit in several["digits"]] == [7, 2, 1, 0]
    assert several["agree"] is True
    assert "Separate digits: 4 digits in a row" in several["stages"]
    assert "absent.png: the file cannot be read (No such file or directory)" in absent["error"]
    table = cli("predict", tmp_path / "row.webp", HALFBITS_PAIR=str(GOOD_NETWORK.relative_to(ROOT))).stdout
    assert re.search(r"7\s\(\d+\.\d+\s%\)", table)
    assert table.count("7 2 1 0") == 2, "two other bundled pairs"
    assert "one epoch" in table
    assert "five epochs" in table


def test_a_reader_that_has_enough_is_no_error() -> None:
    command = f"{sys.executable} -m fp16core compare --limit 10 --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


def test_a_model_without_numbers_answers_nothing(tmp_path: Path, pair: ModelPair) -> None:
    """All dense weights infinite: positive and negative activations meet as NaN."""
    tensor = pair.target.graph.weights()["fully_connected.weights"]
    infinite = np.where(np.greater(tensor.values, 0), np.inf, -np.inf).astype(np.float16)
    broken = tmp_path / "broken"
    shutil.copytree(BUNDLED, broken)
    contents = replace_values(pair.target, {tensor.index: infinite}).contents
    (broken / TARGET.name).write_bytes(contents)
    run = json.loads((broken / "run.json").read_text())
    run["files"][TARGET.name] = file_record(contents)
    (broken / "run.json").write_text(json.dumps(run))
    Image.fromarray(load_mnist("test")[0][0]).save(tmp_path / "7.png")
    (row,) = document(cli("predict", tmp_path / "7.png", "--json", HALFBITS_PAIR=str(broken)))
    assert row["target"]["digit"] is None
    assert row["target"]["probability"] is None
    assert row["agree"] is False
    found = document(cli("compare", "--limit", 50, "--json", HALFBITS_PAIR=str(broken)))
    assert found["max_abs_logit_delta"] is None
    assert found["changed_predictions"] == 50


def test_converting_a_tflite_needs_no_tensorflow(tmp_path: Path) -> None:
    """The same bits as NumPy's cast are checked elsewhere; here: the files, and the process's modules."""
    program = (
        "import sys; from fp16core.__main__ import main; "
        f"status = main(['convert', {str(REFERENCE)!r}, '--out', {str(tmp_path / 'out')!r}, '--json']); "
        "assert 'tensorflow' not in sys.modules; sys.exit(status)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = document(done)
    assert found["converted_by"] == "LiteRT Quantizer"
    assert Path(found["target"]).stat().st_size == found["target_size_bytes"]
    compared = document(
        cli("compare", "--reference", found["reference"], "--target", found["target"], "--limit", 500, "--json")
    )
    assert compared["max_abs_logit_delta"] < 0.01


@pytest.mark.tensorflow
@pytest.mark.slow
def test_converting_a_keras_file_reproduces_the_bundled_pair(tmp_path: Path) -> None:
    """Names inside the file may differ; weights and answers may not."""
    done = cli("convert", BUNDLED / "mnist_model.keras", "--out", tmp_path / "out", "--json")
    assert done.returncode == 0, done.stderr
    found = document(done)
    assert found["converted_by"] == "TensorFlow's converter"
    for ours, theirs in ((REFERENCE, found["reference"]), (TARGET, found["target"])):
        compared = document(cli("compare", "--reference", REFERENCE, "--target", theirs, "--limit", 500, "--json"))
        expected = document(cli("compare", "--reference", REFERENCE, "--target", ours, "--limit", 500, "--json"))
        assert compared["max_abs_logit_delta"] == expected["max_abs_logit_delta"]


@pytest.mark.slow
def test_bad_input_ends_with_status_2_and_names_file_and_cure(tmp_path: Path) -> None:
    text = tmp_path / "notes.tflite"
    text.write_text("these are only notes, and not a model")
    assert "error: notes.tflite is not a LiteRT model" in refused(
        cli("compare", "--reference", REFERENCE, "--target", text)
    )
    assert "error: notes.tflite is not a LiteRT model" in refused(
        cli("compare", "--reference", text, "--target", TARGET)
    )
    absent = tmp_path / "absent.tflite"
    assert f"{absent}: the file cannot be read" in refused(cli("compare", "--reference", absent, "--target", TARGET))
    assert "--target is missing" in refused(cli("compare", "--reference", REFERENCE))
    assert "not float32" in refused(cli("compare", "--reference", TARGET, "--target", REFERENCE))
    assert "ending '.txt' is not known" in refused(cli("convert", tmp_path / "a.txt", "--out", tmp_path / "o"))
    assert "a.keras: the file cannot be read (No such file or directory)" in refused(
        cli("convert", tmp_path / "a.keras", "--out", tmp_path / "o")
    )
    assert "is not a LiteRT model" in refused(cli("convert", text, "--out", tmp_path / "o"))
    assert not (tmp_path / "o").exists()
    assert "whole number" in refused(cli("compare", "--limit", 0))
    assert "from 1 to 1,000" in refused(cli("train", "--epochs", 1001, "--out", tmp_path / "o"))
    assert "cannot be written" in refused(cli("convert", REFERENCE, "--out", tmp_path / ("o" * 300)))
    assert "HALFBITS_MNIST" in refused(cli("compare", HALFBITS_MNIST=str(text)))
    broken = Path(shutil.copytree(BUNDLED, tmp_path / "broken"))
    (broken / "mnist_model.tflite").write_bytes(REFERENCE.read_bytes()[:1000])
    assert "altered or cut off" in refused(cli("compare", HALFBITS_PAIR=str(broken)))


def test_an_existing_folder_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine")
    assert "exists already" in refused(cli("train", "--out", tmp_path))
    assert "exists already" in refused(cli("convert", REFERENCE, "--out", tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


@pytest.mark.slow
def test_bench_prints_ratios_with_their_spread() -> None:
    done = cli("bench", "evaluation", "--repeats", 2, "--json")
    assert done.returncode == 0, done.stderr
    (ratio,) = document(done)
    assert ratio["goal"] == 2.5
    assert len(ratio["samples"]) == 2
    assert ratio["minimum"] == min(ratio["samples"])
    assert ratio["minimum"] <= ratio["median"] <= ratio["maximum"]
    assert "is not one of batch" in refused(cli("bench", "nonsense"))


@pytest.mark.slow
def test_runtimes_prints_the_table_of_all_modes(comparison: Comparison) -> None:
    """On a machine without a GPU; the float32 file in float32 is the baseline itself."""
    done = cli("runtimes", "--limit", 40, "--no-latency", "--json", VK_DRIVER_FILES="/nowhere.json")
    found = document(done)
    modes = {mode["mode"]: mode for mode in found["modes"]}
    assert [mode["available"] for mode in modes.values()] == [True, True, True, False, False]
    assert modes["cpu-float32"]["reference"]["max_abs_logit_delta"] == 0
    expected = comparison.abs_logit_delta[:40].max()
    assert modes["cpu-float32"]["target"]["max_abs_logit_delta"] == pytest.approx(expected, rel=1e-6)
    assert "no GPU with a driver" in modes["gpu-float16"]["reason"]
    assert "latency" not in modes["cpu-float32"]
    assert found["processor"]["cores"] >= 1
    if modes["cpu-float16"]["computes_float16"]:
        emulation = modes["cpu-float16"]["emulation"]
        agreeing = [way for way in emulation["emulated"] if way["exact_share"] >= 0.99]
        assert emulation["agrees"] == (agreeing[-1] if agreeing else None)
        assert emulation["images"] == 40


@pytest.mark.slow
def test_runtimes_of_the_wide_network_states_no_accuracy(tmp_path: Path) -> None:
    recording = tmp_path / "wide.json"
    options = "--network", "wide", "--limit", 2, "--no-latency", "--record", recording
    done = cli("runtimes", *options, VK_DRIVER_FILES="/nowhere.json", COLUMNS="100")
    assert done.returncode == 0, done.stderr
    assert "Wide network, 2 images" in done.stdout
    assert "accuracy" not in done.stdout
    found = read_recording(recording.read_bytes(), "wide.json", Origin.OWN)
    assert found.is_wide
    assert [facts.mode.value for facts in found.modes] == ["cpu-float32", "cpu-float16"]
    assert found.sums == ()


@pytest.mark.slow
def test_runtimes_of_two_files_reads_well_in_a_terminal(tmp_path: Path) -> None:
    reference, target = (FOLDER / f"dense_only.{role}.tflite" for role in ("reference", "target"))
    options, recording = (
        ("--limit", 20, "--batch", 10, "--no-latency", "--reference", reference),
        tmp_path / "mine.json",
    )
    done = cli(
        "runtimes", *options, "--target", target, "--record", recording, VK_DRIVER_FILES="/nowhere.json", COLUMNS="100"
    )
    assert done.returncode == 0, done.stderr
    assert "dense_only.reference.tflite and dense_only.target.tflite, 20 images, batches of 10" in done.stdout
    found = read_recording(recording.read_bytes(), "mine.json", Origin.OWN)
    assert f"Recorded in {recording}." in done.stdout.replace("\n", "")
    assert found.is_of(read_pair(reference, target))
    assert {facts.mode.value: facts.images for facts in found.modes}["cpu-float16"] == 20
    assert {mode.value for mode in found.refused} == {"gpu-float32", "gpu-float16"}
    assert "mine.json exists already" in refused(cli("runtimes", "--record", recording))
    assert "--network wide brings its own files" in refused(cli("runtimes", *options, "--network", "wide"))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.json"]
    assert "--target is missing" in refused(cli("runtimes", *options))
    assert "CPU float32" in done.stdout
    assert "CPU, float32 arithmetic: computed in float32" in done.stdout
    assert "GPU, float16 arithmetic: This machine has no GPU with a driver" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a shell closes the streams")
def test_a_process_without_standard_streams_ends_as_any_other() -> None:
    """Services and schedulers may start one so."""
    call = f'"{sys.executable}" -m fp16core predict missing.png >&- <&-'
    done = subprocess.run(["sh", "-c", call], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.linux
def test_results_for_which_the_disk_has_no_room_are_an_error_without_a_traceback() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "fp16core", "predict", "missing.png", "--json"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 2
    assert done.stderr == (
        "error: standard output cannot be written (No space left on device); free some space, or send it elsewhere.\n"
    )
