"""The proof on the page of answers, of a pair for which it takes long: its progress, and how it is stopped."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from fp16core.data.mnist import load_mnist
from fp16core.evaluate.comparison import compare
from fp16core.lab.guarantee import guarantee
from fp16core.numerics.weight_rounding import rounding_errors
from fp16core.runs.pair import GOOD_NETWORK, load_pair
from fp16core.text import percent_text
from pages.shared.session.measuring import lab
from pages.shared.session.subject import default_subject
from tests.helpers.apps.driving import charts, errors, visit, words
from tests.helpers.places import page_file

pytestmark = pytest.mark.usefixtures("cold_caches", "good_network")

COUNTS = tuple(range(4, 201, 4))
"""First images after each of 50 parts."""


@pytest.fixture
def good_network(small_dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 200 images."""
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    monkeypatch.setenv("HALFBITS_PAIR", str(GOOD_NETWORK))


def numbers(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_a_complete_proof_leaves_no_trace_of_its_progress(small_dataset: Path) -> None:
    app = visit("answers")
    pair, (images, labels) = load_pair(GOOD_NETWORK), load_mnist("test", small_dataset)
    found = guarantee(pair, rounding_errors(pair), images, compare(pair, images, labels).reference)
    assert numbers(app)["Proven unchangeable"] == f"{found.proven_images:,}"
    assert f"On **{percent_text(found.proven_share)}** of the images" in words(app)
    assert "parts of the proof" not in words(app)
    assert [button.label for button in app.button if button.label in ("Stop", "Continue")] == []


def test_a_stopped_proof_leaves_the_rest_of_the_page_and_goes_on_when_asked() -> None:
    app = visit()
    app.session_state["proof-sweep"] = (hash((default_subject(), *COUNTS)), 0, True)
    app.switch_page(page_file("answers")).run()
    assert not app.exception
    assert not errors(app)
    assert "float16 changed" in words(app)
    assert "it cannot change the answer" not in words(app)
    assert numbers(app)["Proven unchangeable"] == numbers(app)["Worst case"] == "…"
    (bar,) = [each.proto for each in app.get("progress")]
    assert bar.text == "1 of 50 parts of the proof, each of 4 images, stopped"
    drawn = len(charts(app))
    app.segmented_control(key="answers-view").set_value("What could have happened at most").run()
    assert len(charts(app)) == drawn - 1
    assert "Shown once the proof is complete." in words(app)
    app.button(key="proof-on").click().run()
    assert len(charts(app)) == drawn
    assert "it cannot change the answer" in words(app)


def test_a_proof_that_takes_longer_fills_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is drawn again and again until all parts are done, each of them bounded once."""
    bounded, prove = [], lab._prove

    def slowly(count: int) -> int:
        bounded.append(count)
        return prove(count)

    monkeypatch.setattr(lab, "_prove", slowly)
    monkeypatch.setattr("pages.shared.session.measuring.sweep._SLICE_S", 0.02)
    app = visit("answers")
    assert not app.exception
    assert bounded.count(COUNTS[0]) > 1, "in more than one drawing"
    assert bounded[-1] == COUNTS[-1]
    assert numbers(app)["Proven unchangeable"] != "…"
