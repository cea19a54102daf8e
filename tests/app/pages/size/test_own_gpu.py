"""The section on the visitor's own GPU, with answers that a browser would send."""

import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fp16core.numerics.emulation.summation import Summation
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import HalfBitsError
from fp16core.webgpu.answer import read_answer
from fp16core.webgpu.wgsl import Adding
from pages.shared.session.subject import default_subject
from pages.size import own_gpu
from tests.helpers.apps.driving import errors, visit, words
from tests.helpers.gpu_answers import DIGEST, FUSES, answer_of

IMAGES = 25


def section() -> AppTest:
    app = visit("size")
    app.segmented_control(key="size-view").set_value("Speed and accuracy").run()
    return app.segmented_control(key="runtimes-section").set_value("Your own GPU").run()


def answered(
    pair: ModelPair, inputs: npt.NDArray[np.float32], sums: Mapping[Adding, Summation] | None, **changed: Any
) -> AppTest:
    sent = answer_of(pair.target, inputs[:IMAGES], sums, **changed)
    app = section()
    app.session_state["gpu-answer"] = default_subject(), read_answer(sent, IMAGES, DIGEST)
    return app.run()


def sent_by(app: AppTest) -> Any:
    (found,) = [each.proto for each in app.get("bidi_component") if each.proto.component_name == "gpu_run"]
    return found


def test_nothing_but_a_button_is_there_before_a_click() -> None:
    app = section()
    assert not app.exception
    assert json.loads(sent_by(app).json) == [[]]
    assert "The images travel once, compressed, after the click." in words(app)


@pytest.mark.parametrize(("asked", "count"), [(1_000, 1_000), (10_000, 10_000)])
def test_as_many_images_are_sent_as_were_wanted(asked: int, count: int) -> None:
    app = section()
    app.session_state["gpu-wanted"] = asked
    app.run()
    data = sent_by(app).bytes
    assert count * 150 < len(data) < 100_000 + count * 200, "about 165 bytes an image"


@pytest.mark.parametrize("asked", [None, 5, {"images": 10**9}, {"images": True}, {"images": "1000"}, {}])
def test_other_numbers_of_images_are_not_prepared(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    session: dict[str, Any] = {}
    monkeypatch.setattr(own_gpu, "sent", lambda _name: asked)
    monkeypatch.setattr(st, "session_state", session)
    own_gpu._wanted()
    assert session == {}


def test_a_gpu_that_is_understood_is_said_to_be(pair: ModelPair, inputs: npt.NDArray[np.float32]) -> None:
    app = answered(pair, inputs, FUSES)
    assert not app.exception
    text = words(app)
    assert "**Your GPU is predicted bit for bit**: all float16 logits of 25 images are those of an emulation" in text
    assert "With these shaders, float16 is faster" in text


def test_a_software_driver_with_float16_is_nowhere_called_this_gpu(
    pair: ModelPair, inputs: npt.NDArray[np.float32]
) -> None:
    text = words(answered(pair, inputs, FUSES, adapter={"vendor": "mesa", "architecture": "software"}))
    assert "computes on the processor (mesa, software, a software driver), not on a GPU" in text
    assert "The emulations, in NumPy, know nothing of this driver." in text
    assert not re.search("(this|your) GPU", text)


def test_the_advice_says_what_was_measured_there(pair: ModelPair, inputs: npt.NDArray[np.float32]) -> None:
    before = words(section())
    assert "with this model it has not been measured on this server." in before
    assert "On **your own GPU**" not in before
    text = words(answered(pair, inputs, FUSES, adapter={"vendor": "a *star*"}))
    assert r"- On **your own GPU** (a \*star\*), measured in your browser: float16 arithmetic changed 0 of 25" in text
    assert "offers no float16 arithmetic there" in words(answered(pair, inputs, None))


def test_an_adapters_name_is_shown_as_it_is(pair: ModelPair, inputs: npt.NDArray[np.float32]) -> None:
    app = answered(pair, inputs, None, adapter={"vendor": "[x](http://evil) **bold**"})
    assert r"\[x\]\(http" in words(app)
    assert "offers the browser no float16 arithmetic" in words(app)


def test_findings_on_one_pair_are_not_shown_of_another(pair: ModelPair, inputs: npt.NDArray[np.float32]) -> None:
    app = answered(pair, inputs, None)
    kept = app.session_state["gpu-answer"]
    app.session_state["gpu-answer"] = "another pair", kept[1]
    assert "offers the browser no float16 arithmetic" not in words(app.run())


def test_an_answer_that_cannot_be_read_is_a_sentence() -> None:
    app = section()
    with pytest.raises(HalfBitsError) as refused:
        read_answer({"plan": DIGEST}, IMAGES, DIGEST)
    app.session_state["gpu-error"] = str(refused.value)
    app.run()
    assert errors(app) == [
        "Your browser's answer cannot be read: the number of images is not as expected; load the page anew, run again."
    ]
