"""Parameters of our own components: asked by links and by *Back*, not by what the page itself has written earlier."""

from streamlit.testing.v1 import AppTest


def counted() -> None:
    """A page with one parameter, which it takes from the address, counts up and writes back."""
    import streamlit as st

    from pages.shared.address import parameter

    if parameter.is_asked("at"):
        st.session_state["count"] = int(st.query_params["at"])
        st.text("asked")
    elif st.session_state.pop("more", False):
        st.session_state["count"] = st.session_state.get("count", 0) + 1
    count = st.session_state.get("count", 0)
    parameter.write("at", str(count) if count else None)
    st.text(str(count))


def texts(app: AppTest) -> list[str]:
    assert not app.exception
    return [text.value for text in app.text]


def test_a_link_is_taken_once() -> None:
    app = AppTest.from_function(counted)
    app.query_params["at"] = "7"
    assert texts(app.run()) == ["asked", "7"]
    assert texts(app.run()) == ["7"]


def test_the_default_is_not_in_the_address() -> None:
    app = AppTest.from_function(counted).run()
    assert "at" not in app.query_params


def test_a_text_that_arrives_late_is_not_asked_but_another_one_is() -> None:
    """A fast visitor's browser sends the address before last."""
    app = AppTest.from_function(counted).run()
    for _ in range(3):
        app.session_state["more"] = True
        app.run()
    assert app.query_params["at"] in ("3", ["3"])
    app.query_params["at"] = "2"
    assert texts(app.run()) == ["3"]
    app.query_params["at"] = "9"
    assert texts(app.run()) == ["asked", "9"]
