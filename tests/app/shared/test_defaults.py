"""Defaults that depend on other choices: what is shown stays in the address when its default changes."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from fp16core.runs.pair import BUNDLED_PAIRS
from tests.helpers.places import ROUTER, page_file

FIVE_EPOCHS = next(name for name in BUNDLED_PAIRS if "five epochs" in name)


def numbered() -> None:
    """A page with a number, whose default and largest value its tests set."""
    import streamlit as st

    from pages.shared.address import defaults

    default, most = st.session_state.setdefault("begin", (3, 9))
    st.number_input("Number", 0, most, defaults.note("at", default, range(most + 1)), key="at", bind="query-params")


def said(app: AppTest) -> str | None:
    """The number in the address."""
    assert not app.exception
    found = app.query_params.get("at")
    return found[-1] if isinstance(found, list) else found


def test_a_number_whose_default_changes_enters_the_address() -> None:
    app = AppTest.from_function(numbered).run()
    assert said(app) is None
    app.session_state["begin"] = 5, 9
    assert app.run().number_input(key="at").value == 3
    assert said(app) == "3"
    assert said(app.run()) == "3"


def test_a_number_that_becomes_the_default_leaves_the_address() -> None:
    app = AppTest.from_function(numbered)
    app.query_params["at"] = "5"
    assert said(app.run()) == "5"
    app.session_state["begin"] = 5, 9
    assert app.run().number_input(key="at").value == 5
    assert said(app) is None


def test_a_number_that_is_no_choice_any_longer_becomes_the_default() -> None:
    app = AppTest.from_function(numbered).run()
    app.session_state["begin"] = 1, 2
    assert app.run().number_input(key="at").value == 1
    assert said(app) is None


def visit(page: str, **asked: str) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.switch_page(page_file(page))
    for key, value in asked.items():
        app.query_params[key] = value
    return app.run()


def bit(app: AppTest) -> object:
    return app.selectbox(key="bits_tensor").value, app.number_input(key="bits_index").value


@pytest.mark.usefixtures("cold_caches")
@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("digits", lambda app: app.number_input(key="image").value),
        ("answers", lambda app: app.number_input(key="point").value),
        ("layers", lambda app: app.number_input(key="layer_image").value),
        ("bits", bit),
    ],
)
def test_another_pair_leaves_the_choice_in_the_address(page: str, shown: Callable[[AppTest], object]) -> None:
    """What is shown after the change is what the address leads to, and not where this pair begins."""
    app = visit(page)
    app.sidebar.selectbox(key="model").select(FIVE_EPOCHS).run()
    assert not app.exception
    assert shown(visit(page, model=FIVE_EPOCHS)) != shown(app)
    asked = {key: value[-1] if isinstance(value, list) else value for key, value in app.query_params.items()}
    # The pair is what a browser puts there.
    assert shown(visit(page, **asked | {"model": FIVE_EPOCHS})) == shown(app)
