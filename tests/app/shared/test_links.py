"""Links to what does not exist: one sentence, once, on every page and for every widget."""

import ast
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.helpers.apps.driving import words
from tests.helpers.files.stores import add_full_run
from tests.helpers.places import ROOT, ROUTER, page_file

pytestmark = pytest.mark.usefixtures("cold_caches")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HALFBITS_RUNS", str(tmp_path))
    return tmp_path


def follow(page: str, **asked: str | list[str]) -> AppTest:
    """A new visit that begins with a link."""
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    if page != "start":
        app.switch_page(page_file(page))
    for key, value in asked.items():
        app.query_params[key] = value
    return app.run()


@pytest.fixture
def few_on_limits(request: pytest.FixtureRequest, small_dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On few images the map of all formats is measured at once; other pages are asked for images by their numbers."""
    if request.getfixturevalue("page") == "limits":
        monkeypatch.setenv("HALFBITS_MNIST", str(small_dataset))


def told(app: AppTest) -> list[str]:
    assert not app.exception
    return [toast.value.replace("\\", "") for toast in app.toast]


def missing(*asked: str) -> list[str]:
    words = " and ".join(filter(None, (", ".join(f"**{each}**" for each in asked[:-1]), f"**{asked[-1]}**")))
    does = "does" if len(asked) == 1 else "do"
    return [f"The link asks for {words}, which {does} not exist here; you see the default instead."]


@pytest.mark.parametrize(
    ("page", "key", "value"),
    [
        ("start", "model", "somebody's (yours)"),
        ("digits", "image", "99999"),
        ("digits", "image", "seven"),
        ("digits", "show", "all imagine"),
        ("digits", "predicted", "10"),
        ("digits", "source", "Telepathy"),
        ("bits", "bits_tensor", "conv_9.kernel"),
        ("bits", "log", "maybe"),
        ("size", "size-view", "Weights"),
        ("bits", "bits_index", "99999999"),
        ("size", "files-weights", "maybe"),
        ("layers", "layer_image", "-1"),
        ("limits", "limits-view", "Fewer bugs"),
        ("limits", "exponent", "40"),
        ("limits", "infinity", "maybe"),
        ("answers", "point", "10000"),
        ("train", "train-epochs", "1e9"),
    ],
)
@pytest.mark.usefixtures("few_on_limits")
def test_a_value_that_is_not_here_is_named_once(page: str, key: str, value: str) -> None:
    app = follow(page, **{key: value})
    assert told(app) == missing(f"{key} = {value}")
    assert not told(app.run()), "and not again"


@pytest.mark.parametrize(
    ("page", "asked"),
    [
        ("start", {"model": "Bundled pair"}),
        ("digits", {"image": "9999", "show": "both wrong", "true": "7", "predicted": "any"}),
        ("digits", {"image": "0", "sheet": "2"}),
        ("bits", {"log": "False"}),
        ("bits", {"bits_of": "Any number", "bits_number": "no number"}),
        ("limits", {"exponent": "5", "mantissa": "3", "infinity": "false", "signed": "true"}),
        ("train", {"compare": ""}),
        ("digits", {"nonsense": "x"}),
    ],
)
@pytest.mark.usefixtures("few_on_limits")
def test_what_is_here_goes_without_saying(page: str, asked: dict[str, str]) -> None:
    app = follow(page, **asked)
    assert not told(app)
    assert not told(app.run())


@pytest.mark.parametrize("fold", ["digits-numbers", "digits-rule", "maybe"])
def test_a_link_opens_the_fold_that_it_names(fold: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.digits.rule.show_rule", lambda: st.caption("The rule."))
    app = follow("digits", **{fold: "true"})
    assert not told(app)
    assert ("Margin of the largest logit" in words(app)) is (fold == "digits-numbers")
    assert ("The rule." in words(app)) is (fold == "digits-rule")


def test_a_fold_that_shows_more_once_it_is_open_is_in_the_address() -> None:
    """On *Train* the choices within a fold are, and open it."""
    calls = [
        call
        for file in (ROOT / "pages").rglob("*.py")
        if file.parent.name != "train"
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call)
    ]
    assert sum(ast.unparse(call.func).endswith("fold_on_demand") for call in calls) == 8
    found = [
        {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        for call in calls
        if ast.unparse(call.func).endswith(".expander")
    ]
    computed = [given for given in found if "on_change" in given]
    assert len(computed) == 1, "in fold_on_demand alone"
    assert [given["key"] for given in computed if given.get("bind") != "'query-params'"] == []


def test_a_choice_after_a_link_is_nobodys_error() -> None:
    app = follow("digits", image="5")
    assert not told(app)
    app.number_input(key="image").set_value(0).run()
    assert not told(app)


def test_several_are_named_together_and_as_they_are() -> None:
    app = follow("digits", image="1e999", show="*all*")
    assert told(app) == missing("image = 1e999", "show = *all*")
    long = "x" * 10_000
    assert told(follow("digits", show=long)) == missing(f"show = {long[:59]}…")


def test_a_run_that_is_gone_is_named(store: Path) -> None:
    gone = "Lost run"
    assert told(follow("train", run=gone, compare=[gone])) == missing(f"run = {gone}", f"compare = {gone}")
    assert told(follow("start", model=gone)) == missing(f"model = {gone}")
    add_full_run(store, "one", name="Kept")
    app = follow("train", run=gone, compare=["Kept", gone])
    assert told(app) == missing(f"run = {gone}", f"compare = {gone}")
    assert app.multiselect(key="compare").value == ["Kept"]
    app = follow("train", compare=gone)
    assert told(app) == missing(f"compare = {gone}")
    assert app.multiselect(key="compare").value == ["Bundled pair", "Kept"]
    assert told(follow("start", model=gone)) == missing(f"model = {gone}")
    assert not told(follow("train", run="Kept", model="Kept"))
