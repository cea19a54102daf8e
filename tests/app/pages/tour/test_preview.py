"""The preview by the visitor's own GPU: what is sent to the browser, and when."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fp16core.images import mnist_format
from fp16core.images.drawings.drawing import CANVAS_SIDE, PICTURE_SIDE_PX
from fp16core.tflite.chain import read_chain
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import IMAGE_SIDE, ModelFileError
from fp16core.webgpu.plan import plan
from pages.digits.preview import preview
from pages.shared.session import own_gpu
from tests.helpers.apps.driving import digits_of, words

OPENED = own_gpu._OPENED


def sent_by(app: AppTest) -> Any:
    (found,) = [each.proto for each in app.get("bidi_component") if each.proto.component_name == "gpu_preview"]
    return found


def test_no_bytes_are_sent_before_the_gpu_was_opened_and_the_network_afterwards(pair: ModelPair) -> None:
    app = digits_of("Draw")
    assert json.loads(sent_by(app).json) == [[]]
    app.session_state[OPENED] = True
    app.run()
    assert sent_by(app).bytes == plan(read_chain(pair.target)).drawing_message
    assert "with all steps" not in words(app)
    app.pills(key="without").set_value(["centre"]).run()
    assert "Your browser reads the drawing with all steps." in words(app)


def test_a_network_that_no_browser_runs_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise ModelFileError("the network ends in an array of 7; expected 10 logits.")

    monkeypatch.setattr(own_gpu, "plan", refuse)
    app = digits_of("Draw")
    app.session_state[OPENED] = True
    app.run()
    assert not app.exception
    assert "Your browser cannot read the drawing: the network ends in an array of 7; expected 10 logits." in words(
        app
    ).replace("\\", "")
    assert not [each for each in app.get("bidi_component") if each.proto.component_name == "gpu_preview"]


def test_the_browsers_stages_have_the_servers_sizes() -> None:
    text = Path(preview.__file__).with_name("stages.js").read_text()
    found = {name: float(value) for name, value in re.findall(r"\b([A-Z_]+) = ([\d.]+)[,;]", text)}
    low, high = mnist_format.STROKE_RANGE_PX
    expected = {
        "CANVAS_SIDE": CANVAS_SIDE,
        "PICTURE_SIDE": PICTURE_SIDE_PX,
        "IMAGE_SIDE": IMAGE_SIDE,
        "BOX_SIDE": mnist_format.BOX_SIDE_PX,
        "FINE_SIDE": mnist_format.FINE_SIDE_PX,
        "MARGIN": mnist_format.MARGIN_PX,
        "GROWTH": mnist_format.GROWTH_PX,
        "STROKE_LOW": low,
        "STROKE_HIGH": high,
        "STROKE_USUAL": mnist_format.STROKE_USUAL_PX,
    }
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("sent", "opened"), [("yes", True), ("no", False), (True, False), ({"yes": "yes"}, False), (None, False)]
)
def test_only_a_plain_yes_opens_the_gpu(sent: Any, opened: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    session: dict[str, Any] = {preview.KEY: {"wanted": sent}}
    monkeypatch.setattr(st, "session_state", session)
    preview._wanted()
    assert session[OPENED] is opened
