"""Driving pages through Streamlit's own test driver, and reading what they show."""

import json
from typing import Any

import numpy as np
from streamlit.testing.v1 import AppTest

from tests.helpers.files.made import file_of
from tests.helpers.places import ROUTER, TestSet, page_file

OF_NO_PAIR = ("train", "your_model")
"""Pages that do not show the active pair, and so work without one."""


def visit(page: str = "start") -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=60).run()
    if page != "start":
        app.switch_page(page_file(page)).run()
    return app


def words(app: AppTest) -> str:
    return "\n".join(block.value for kind in (app.title, app.markdown, app.caption) for block in kind)


def errors(app: AppTest) -> list[str]:
    """The sentences in red, without what keeps Markdown from reading them its way."""
    return [error.value.replace("\\", "") for error in app.error]


def charts(app: AppTest) -> list[dict[str, Any]]:
    return [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]


def upload(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    return app.file_uploader[0].set_value([(name, data, "image/png") for name, data in files]).run()


def try_digit(source: str) -> AppTest:
    app = visit("try_digit")
    app.segmented_control(key="source").set_value(source).run()
    assert not app.exception
    return app


def reads(app: AppTest) -> list[str]:
    return [metric.value for metric in app.metric if metric.label in ("float32 reads", "float16 reads")]


def picture(test_set: TestSet, *indices: int) -> bytes:
    """Test images side by side, as dark ink on light paper, enlarged."""
    return file_of(255 - np.kron(np.hstack(list(test_set[0][list(indices)])), np.ones((4, 4), np.uint8)))
