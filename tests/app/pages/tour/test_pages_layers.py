"""The page on layers through Streamlit's own test driver."""

import io
import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fp16core.data.custom import read_custom_dataset
from fp16core.data.mnist import normalise
from fp16core.evaluate.comparison import Comparison
from fp16core.numerics.propagation import PairActivations, PairRecorder, weights_error
from fp16core.numerics.weight_rounding import weight_roundings
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE, TARGET_FILE, file_record
from fp16core.text import decibels_text, small_text
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import BusyError
from fp16core.workbench import measures
from pages.shared.session import state
from pages.shared.session.files import OwnFiles
from pages.shared.session.measuring import propagation
from tests.helpers.apps.driving import charts, visit, words
from tests.helpers.networks.edited import overflowed
from tests.helpers.places import ROUTER, TestSet

pytestmark = pytest.mark.usefixtures("cold_caches")


def shown(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def folder_of(pair: ModelPair, folder: Path) -> Path:
    """A pair on disk whose record fits."""
    shutil.copytree(BUNDLED, folder)
    run = json.loads((folder / "run.json").read_text())
    for name, model in ((REFERENCE_FILE, pair.reference), (TARGET_FILE, pair.target)):
        (folder / name).write_bytes(model.contents)
        run["files"][name] = file_record(model.contents)
    (folder / "run.json").write_text(json.dumps(run))
    return folder


def test_one_image_is_measured_by_itself(comparison: Comparison, pair: ModelPair, test_set: TestSet) -> None:
    app = visit("layers")
    app.number_input(key="layer_image").set_value(42).run()
    assert not app.exception
    found = PairRecorder(pair).record(normalise(test_set[0][42:43])).propagation()
    assert shown(app) == {
        "SNR of the weights": decibels_text(weights_error(weight_roundings(pair).values()).snr_db),
        "Lowest SNR": decibels_text(found.noisiest.error.snr_db),
        "SNR of the logits": decibels_text(found.logits.error.snr_db),
        "Largest logit change": small_text(comparison.report(42).max_abs_logit_delta),
    }
    assert "bit for bit the same as without, in both models" in words(app)
    assert len(charts(app)) == 4
    assert len(app.dataframe[0].value) == 5


def test_the_page_opens_at_the_image_whose_answer_changed_or_comes_closest(comparison: Comparison) -> None:
    """As Digits does."""
    app = visit("layers")
    assert app.number_input(key="layer_image").value == comparison.closest_image
    assert comparison.changed[comparison.closest_image]
    assert "On image 1,242, the relative error is largest after" in words(app)
    assert "float16 changed this answer" in words(app)


def test_many_images_end_in_the_largest_change_of_all(comparison: Comparison) -> None:
    app = visit("layers")
    app.segmented_control(key="layer_over").set_value("first 1000").run()
    assert not app.exception
    largest = comparison.abs_logit_delta[:1_000].max()
    assert shown(app)["Largest logit change"] == small_text(float(largest))
    assert "On 1,000 images" in words(app)
    app.segmented_control(key="layer_over").set_value("first 100").run()
    largest = comparison.abs_logit_delta[:100].max()
    assert shown(app)["Largest logit change"] == small_text(float(largest))


def test_a_menu_chooses_the_images_that_it_names(comparison: Comparison) -> None:
    app = visit("layers")
    app.menu_button(key="layer-special").click("Largest change").run()
    assert app.number_input(key="layer_image").value == int(comparison.abs_logit_delta.argmax())
    app.menu_button(key="layer-special").click("Closest to changing").run()
    assert app.number_input(key="layer_image").value == comparison.closest_image
    app.menu_button(key="layer-special").click("At random").run()
    assert not app.exception


def test_each_channel_has_a_card_with_its_pattern_both_maps_and_the_difference() -> None:
    app = visit("layers")
    cards = next(block.proto.body for block in app.get("html") if 'class="channels"' in block.proto.body)
    assert cards.count("<figure") == 12
    assert cards.count("data:image/png") == 12 * 4
    assert 'alt="Channel 11, difference"' in cards
    assert "**12 channels of the convolution.**" in words(app)


def test_equal_models_have_no_error_and_no_differences(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    twins = ModelPair("twins", pair.reference, pair.reference)
    monkeypatch.setenv("HALFBITS_PAIR", str(folder_of(twins, tmp_path / "twins")))
    app = visit("layers")
    assert not app.exception
    assert "both models compute **the same activations**" in words(app)
    assert "no differences to see" in words(app)
    app.segmented_control(key="layer_over").set_value("first 100").run()
    assert not app.exception


def test_an_overflowed_model_is_described_and_not_a_traceback(
    pair: ModelPair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFBITS_PAIR", str(folder_of(overflowed(pair), tmp_path / "overflowed")))
    app = visit("layers")
    assert not app.exception
    assert "infinite or not numbers after the operator **Convolution + ReLU**" in words(app)
    app.segmented_control(key="layer_over").set_value("all").run()
    assert not app.exception


def test_a_small_data_set_offers_only_as_many_images_as_it_has(
    small_dataset: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    app = visit("layers")
    assert app.segmented_control(key="layer_over").options == ["the image", "first 100", "all"]
    app.segmented_control(key="layer_over").set_value("all").run()
    assert "On 200 images" in words(app)


def test_an_address_out_of_range_is_the_image_shown_first(comparison: Comparison) -> None:
    app = visit("layers")
    app.query_params["layer_image"] = "1000000"
    app.query_params["layer_over"] = "nonsense"
    app.run()
    assert not app.exception
    assert app.number_input(key="layer_image").value == comparison.closest_image


def test_a_process_that_begins_anew_again_and_again_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when others need its memory between any two of its calls."""
    monkeypatch.setattr(state, "measure", lambda *_: measures.Followed(20, 100, None))
    with pytest.raises(BusyError, match="need the memory at the moment"):
        propagation.propagation(100)


@pytest.mark.parametrize("own", ["nothing", "models", "images"])
def test_activations_can_be_had_when_no_page_is_drawn(
    own: str, pair: ModelPair, test_set: TestSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a download does, in a thread without a session."""
    kept: list[Callable[[], PairActivations]] = []
    usual = propagation.recording

    def recording(index: int) -> Callable[[], PairActivations]:
        kept.append(usual(index))
        return kept[-1]

    monkeypatch.setattr(propagation, "recording", recording)
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    images = test_set[0][::-1][:50] if own == "images" else test_set[0]
    if own == "models":
        mine = OwnFiles(replace(pair, name="mine"))
        app.session_state["own-files"], app.session_state["next-model"] = mine, mine.pair_name
    if own == "images":
        file = io.BytesIO()
        np.savez(file, x_test=images, y_test=test_set[1][::-1][:50])
        dataset = read_custom_dataset(file.getvalue(), "mine.npz")
        app.session_state["own-files"], app.session_state["next-dataset"] = OwnFiles(dataset=dataset), dataset.name
    app.run().switch_page("layers/layers.py").run()
    assert not app.exception
    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(kept[-1]).result(60)
    shown = int(app.number_input(key="layer_image").value or 0)
    expected = PairRecorder(pair).record(normalise(images[shown : shown + 1]))
    for one, other in zip(found.target, expected.target, strict=True):
        assert np.array_equal(one, other)
