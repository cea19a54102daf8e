"""Driving pages through Streamlit's own test driver, and reading what they show."""

import html
import json
import re
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import NumberInput

from tests.helpers.files.made import file_of
from tests.helpers.places import ROUTER, TestSet, page_file

OF_NO_PAIR = ("luck", "train", "your_model")
"""Pages that do not show the active pair, and so work without one."""


def visit(page: str = "start") -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=60).run()
    if page != "start":
        app.switch_page(page_file(page)).run()
    return app


def words(app: AppTest) -> str:
    """All that is written on a page: Markdown as it is, HTML without its tags."""
    written = [block.value for kind in (app.title, app.markdown, app.caption) for block in kind]
    bodies = (re.sub(r"<style>.*?</style>", "", block.proto.body, flags=re.DOTALL) for block in app.get("html"))
    return "\n".join([*written, *(html.unescape(re.sub(r"<[^>]*>", "", body)) for body in bodies)])


def errors(app: AppTest) -> list[str]:
    """The sentences in red, without what keeps Markdown from reading them its way."""
    return [error.value.replace("\\", "") for error in app.error]


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def ranges(field: NumberInput) -> list[str]:
    """Ranges of numbers that a field's label or its help name."""
    in_label = re.findall(r", (\d\S*\sto\s\d\S*)", field.label)
    return in_label + re.findall(r"From (\S*\d\S* to \S*\d\S*)\.", field.help)


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    return app.file_uploader[0].set_value([(name, data, "image/png") for name, data in files]).run()


def digits_of(source: str) -> AppTest:
    """The page Digits with digits from a source."""
    app = visit("digits")
    app.segmented_control(key="source").set_value(source).run()
    assert not app.exception
    return app


def component(app: AppTest, name: str) -> dict[str, Any]:
    """Data of a component of ours."""
    (found,) = [each.proto for each in app.get("bidi_component") if each.proto.component_name == name]
    data: dict[str, Any] | list[dict[str, Any]] = json.loads(found.json)
    return data[0] if isinstance(data, list) else data


def reads(app: AppTest) -> list[str]:
    """Both models' answers to the digit that the answer card shows; nothing for an empty card."""
    read: list[str] = component(app, "answer_card").get("answers", [])
    return read


def picture(test_set: TestSet, *indices: int) -> bytes:
    """Test images side by side, as dark ink on light paper, enlarged."""
    return file_of(255 - np.kron(np.hstack(list(test_set[0][list(indices)])), np.ones((4, 4), np.uint8)))
