"""Names by strangers on every page: shown as they are, so that no browser fetches or follows what they hold."""

import functools
import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import flatbuffers
import pytest
from ai_edge_litert import schema_py_generated as schema
from google.protobuf.message import Message  # type: ignore[import-untyped]
from streamlit.testing.v1 import AppTest

from fp16core.data.custom import read_custom_dataset
from fp16core.reading.rule_check import RuleCheck
from fp16core.tflite.model_file import ModelFile, ModelPair
from pages.shared.session.files import OwnFiles
from pages.shared.ui.inert import inert
from tests.helpers.files.made import digit_file, packed
from tests.helpers.files.stores import add_full_run
from tests.helpers.places import PAGES, ROUTER, TestSet, page_file

pytestmark = pytest.mark.usefixtures("cold_caches")

MARK = "zqx"

HOSTILE = (
    f"![{MARK}](http://{MARK}.example/x)<img src=//{MARK}.example>",
    f"[{MARK}](x) www.{MARK}.example {MARK}@x.example :smile: ${MARK}$",
)
"""Names that would make a browser fetch, link or draw something, if they were taken for what they look like."""

UNSEEN = ("customdata", "ids", "parents")
"""Of a chart: what no template of ours names, and what tells boxes apart."""

LINKED = f"https://{MARK}.example/linked"
"""Value that a link asks for."""

PLAIN = {
    "Selectbox": {"options", "raw_value"},
    "MultiSelect": {"options", "raw_values"},
    "TextInput": {"default", "value"},
    "Code": {"code_text"},
    "Dataframe": {"columns"},
    "GraphVizChart": {"spec"},
    "PlotlyChart": {"spec"},
    "BidiComponent": {"json", "mixed"},
    "Page": {"url_pathname"},
}
"""Fields in which Streamlit interprets nothing; Plotly's are looked into."""


def strings(message: Message) -> Iterator[tuple[str, str]]:
    """All texts in a message except those of `PLAIN`, and their fields."""
    kind = message.DESCRIPTOR.name
    for field, value in message.ListFields():
        if field.name in PLAIN.get(kind, ()) or field.name == "id":
            continue
        values = value if field.is_repeated else [value]
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        for each in values:
            if isinstance(each, Message):
                yield from strings(each)
            elif isinstance(each, str):
                yield f"{kind}.{field.name}", each


def elements(app: AppTest) -> Iterator[Any]:
    for block in (app.main, app.sidebar):
        yield from block


def interpreted(app: AppTest) -> list[tuple[str, str]]:
    """Texts with a stranger's mark that are not inert: what holds more of a hostile name than its inert form."""
    names = (*HOSTILE, LINKED)
    inerts, escaped = [inert(name) for name in names], [html.escape(name) for name in names]
    found = []
    for element in elements(app):
        if isinstance(proto := getattr(element, "proto", None), Message):
            for place, text in strings(proto):
                harmless = escaped if place == "Html.body" else inerts
                text = re.sub(r"data:image/png;base64,[\w+/=]+", "", text)  # whose bytes may spell the mark
                if MARK in functools.reduce(lambda left, known: left.replace(known, ""), harmless, text):
                    found.append((place, text))
    return found


def markup(app: AppTest) -> list[str]:
    """Tags that Plotly would make of names, in all that it shows."""
    found = []
    for chart in app.get("plotly_chart"):
        spec = json.loads(chart.proto.spec)
        shown = [{key: trace[key] for key in trace if key not in UNSEEN} for trace in spec["data"]]
        found += re.findall(r"<(?:a|img)\b[^>]*", json.dumps([shown, spec["layout"]]))
    return found


def shown(app: AppTest) -> str:
    return "\n".join(str(element.proto) for element in elements(app) if hasattr(element, "proto"))


def with_hostile_tensors(model: ModelFile) -> ModelFile:
    """The same model with other names of tensors, and another description."""
    tree = schema.ModelT.InitFromPackedBuf(model.contents)
    tree.description = HOSTILE[0].encode()
    for number, tensor in enumerate(tree.subgraphs[0].tensors):
        tensor.name = f"<a href='//{MARK}.example'>{number}</a>{HOSTILE[number % 2]}".encode()
    builder = flatbuffers.Builder(model.size_bytes)
    builder.Finish(tree.Pack(builder), b"TFL3")
    return ModelFile(bytes(builder.Output()), model.name)


@pytest.fixture
def visit(
    pair: ModelPair, test_set: TestSet, small_dataset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AppTest:
    """Of somebody among hostile runs, with hostile files of their own, come by a hostile link."""
    monkeypatch.setenv("HALFBITS_RUNS", str(tmp_path))
    monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))
    monkeypatch.setattr("pages.digits.pictures.check_rule", lambda *_: RuleCheck(1, 1, 1, 1, 1))
    for number, name in enumerate(HOSTILE):
        add_full_run(tmp_path, f"run-{number}", name=name)
    (tmp_path / HOSTILE[1]).mkdir()
    app = AppTest.from_file(str(ROUTER), default_timeout=120)
    mine = OwnFiles(
        replace(
            pair,
            name=HOSTILE[0],
            reference=with_hostile_tensors(pair.reference),
            target=with_hostile_tensors(pair.target),
        )
    )
    mine.dataset = read_custom_dataset(packed(x_test=test_set[0][:100], y_test=test_set[1][:100]), HOSTILE[1])
    app.session_state["own-files"], app.session_state["next-model"] = mine, mine.pair_name
    app.session_state["own-error"] = f"{HOSTILE[0]}: no model. {HOSTILE[1]}"
    app.session_state["own-remarks"] = HOSTILE
    app.query_params["model"] = LINKED
    return app.run()


@pytest.mark.parametrize("page", PAGES)
def test_a_name_is_shown_as_it_is(page: str, visit: AppTest) -> None:
    visit.switch_page(page_file(page)).run()
    assert not visit.exception
    assert MARK in shown(visit)
    assert not interpreted(visit)
    assert not markup(visit)


def test_a_pictures_name_is_shown_as_it_is(visit: AppTest) -> None:
    visit.switch_page("digits/digits.py").run()
    visit.segmented_control(key="source").set_value("Upload").run()
    names = [f"{HOSTILE[0]}.png", f"{HOSTILE[1]}.png", f"{HOSTILE[1]}.txt"]
    files = [(name, b"x" if name.endswith("txt") else digit_file(), "image/png") for name in names]
    visit.file_uploader[0].set_value(files).run()
    assert not visit.exception
    assert len(visit.session_state["gallery"].pictures) == 2
    assert len(visit.session_state["gallery"].refusals) == 1
    assert not interpreted(visit)
