"""Each page through Streamlit's own test driver: what it says, what it does with bad input."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fp16core.evaluate import Comparison, check_claims, gather_evidence
from fp16core.models.pair import BUNDLED
from fp16core.text import count_text, percent_text
from fp16core.vocabulary import ModelPair
from tests.conftest import ROOT

PAGES = ("overview", "digits", "accuracy", "weights")


@pytest.fixture(autouse=True)
def cold_caches() -> Iterator[None]:
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def visit(page: str = "overview") -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    if page != "overview":
        app.switch_page(f"pages/{page}.py").run()
    return app


def words(app: AppTest) -> str:
    return "\n".join(block.value for kind in (app.title, app.markdown, app.caption) for block in kind)


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_an_error(page: str) -> None:
    app = visit(page)
    assert not app.exception
    assert not app.error
    assert len(app.title) == 1
    assert charts(app)


def test_overview_shows_the_measured_numbers_and_every_verdict(
    comparison: Comparison, pair: ModelPair, test_set: Any
) -> None:
    app = visit()
    shown = {metric.label: metric.value for metric in app.metric}
    assert shown["File size, float16"] == f"{(BUNDLED / 'mnist_model_quant_f16.tflite').stat().st_size:,} B"
    assert shown["Accuracy, float16"] == percent_text((comparison.target.logits.argmax(1) == test_set[1]).mean())
    assert shown["Changed answers"] == str(comparison.changed_predictions)
    text = words(app)
    for claim in check_claims(gather_evidence(pair, comparison, test_set[0])):
        assert claim.claim in text
        assert claim.measured in text or claim.measured == "—"
        assert claim.rule in text


def test_overview_offers_both_files() -> None:
    labels = [button.proto.label for button in visit().get("download_button")]
    assert any("mnist_model.tflite" in label for label in labels)
    assert any("mnist_model_quant_f16.tflite" in label for label in labels)


def test_the_sidebar_names_the_active_pair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Bundled pair" in "\n".join(block.value for block in visit().sidebar.markdown)
    monkeypatch.setenv("HALFBITS_PAIR", str(shutil.copytree(BUNDLED, tmp_path / "my-run")))
    assert "my-run" in "\n".join(block.value for block in visit().sidebar.markdown)


def test_digits_filters_and_chooses_the_first_match(comparison: Comparison) -> None:
    app = visit("digits")
    app.selectbox(key="true").select("3").run()
    first = int((comparison.labels == 3).argmax())
    assert app.number_input(key="image").value == first
    assert f"{(comparison.labels == 3).sum():,} images" in words(app)
    app.number_input(key="image").set_value(1242).run()
    probabilities = charts(app)[-2]
    assert [bar["name"] for bar in probabilities["data"]] == ["float32", "float16"]
    assert not app.exception


def test_digits_says_so_when_nothing_fits(comparison: Comparison) -> None:
    absent = next(d for d in range(10) if comparison.reference.confusion[0, d] + comparison.target.confusion[0, d] == 0)
    app = visit("digits")
    app.selectbox(key="true").select("0").run()
    app.selectbox(key="predicted").select(str(absent)).run()
    assert "No image fits these filters" in words(app)
    assert not app.exception


def test_digits_lists_the_images_where_models_differ(comparison: Comparison) -> None:
    app = visit("digits")
    app.segmented_control[0].set_value("models differ").run()
    assert not app.exception
    assert count_text(comparison.changed_predictions, "image") in words(app)


def test_weights_shows_the_chosen_tensor() -> None:
    app = visit("weights")
    app.segmented_control[0].set_value("conv_2d.bias").run()
    assert "12 biases" in words(app)
    assert "equal NumPy's own float16 cast" in words(app)


@pytest.mark.parametrize("page", PAGES)
def test_an_altered_pair_is_a_sentence_on_every_page(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Path(shutil.copytree(BUNDLED, tmp_path / "broken"))
    (broken / "mnist_model_quant_f16.tflite").write_bytes(b"TFL3")
    monkeypatch.setenv("HALFBITS_PAIR", str(broken))
    app = visit(page)
    assert not app.exception
    (error,) = app.error
    assert "mnist_model_quant_f16.tflite: the file was altered or cut off" in error.value
    assert len(app.title) == 1


def test_a_wrong_data_set_leaves_the_weights_page_working(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALFBITS_MNIST", str(tmp_path / "absent.npz"))
    assert "absent.npz: there is no such file" in visit().error[0].value
    assert "absent.npz" in visit("digits").error[0].value
    weights = visit("weights")
    assert not weights.error
    assert not weights.exception
