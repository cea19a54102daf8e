"""A drawing on the pages: from the canvas, from a link, within the rate limits; and what no canvas and no link says."""

from collections.abc import Collection
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from fp16core.images.drawings.stroke_code import stroke_code, strokes_of_code
from fp16core.images.prepare import prepare_image
from fp16core.images.stages import PreparedPicture, StageName
from fp16core.reading.reading import Reading, read_picture
from fp16core.vocabulary import BusyError, DatasetError
from pages.shared.digit import answer_card
from pages.shared.server import rate_limits
from tests.helpers.apps.driving import component, reads
from tests.helpers.apps.visits import only
from tests.helpers.places import ROUTER, page_file

pytestmark = pytest.mark.usefixtures("cold_caches")

SEVEN = [{"width": 22, "points": [70, 70, 200, 70, 120, 230]}]
ONE = [{"width": 22, "points": [140, 60, 140, 220]}]

NINE = (
    "ARpPqAWAAwAfAx8HHwsbDxcTFxcTFwsbCxsAHwAbCBcIGxQTFBMYCxwLHAMgACAEIAggDBwUGBQUGBQcDBwIHAQcAxwHHAsYDxQXEB"
    "cQGwgfBB8AHwAUABwAIAMcBxwDHAccCxgHGAsYDxQLFBMQDxATDBMMFwgXBBcEFwQHBwMDBwMDAwcDAwcHAwMDBwMDAwcDAwcHAwMD"
    "BwMDAwcHAwMDAw"
)
"""A round 9 with a curled tail, which the tutorial's network reads as 2."""


def follow(page: str = "digits", **asked: str) -> AppTest:
    """A new visit that begins with a link."""
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    app.switch_page(page_file(page))
    for key, value in asked.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def code_of(strokes: list[dict[str, Any]]) -> str:
    text = stroke_code(strokes)
    assert text is not None
    return text


def told(app: AppTest) -> list[str]:
    return [toast.value.replace("\\", "") for toast in app.toast]


@pytest.mark.parametrize("page", ["digits", "start"])
def test_a_drawing_in_a_link_is_on_the_canvas_and_read(page: str) -> None:
    app = follow(page, source="Draw", drawing=code_of(SEVEN), enlarge="12.5")
    assert component(app, "canvas")["strokes"] == SEVEN
    assert reads(app) == ["7", "7"]
    assert component(app, "answer_card")["factor"] == 12.5
    assert app.query_params["drawing"] in (code_of(SEVEN), [code_of(SEVEN)])
    assert app.query_params["enlarge"] in ("12.5", ["12.5"])
    assert not told(app)


@pytest.mark.parametrize("page", ["digits", "start"])
def test_a_card_says_what_the_other_bundled_pairs_read_and_whose_fault_a_mistake_is(page: str) -> None:
    app = follow(page, source="Draw", drawing=NINE)
    card = component(app, "answer_card")
    assert reads(app) == ["2", "2"]
    assert card["others"] == [["Five epochs", "9", "9", "differs"], ["Good network", "9", "9", "differs"]]
    not_to_blame = "float16 is not to blame: float32 reads"
    assert card["fault"] == (
        f"{not_to_blame} 2, too. After five epochs the same network reads 9, and the good network reads 9, too."
    )
    app.sidebar.selectbox(key="model").select("Bundled pair, five epochs").run()
    assert not app.exception
    card = component(app, "answer_card")
    assert reads(app) == ["9", "9"]
    assert card["others"] == [["One epoch", "2", "2", "differs"], ["Good network", "9", "9", ""]]
    assert card["fault"] == (
        f"{not_to_blame} 9, too. After one epoch the same network reads 2, and the good network reads 9, too."
    )


def test_a_test_image_is_read_by_all_bundled_pairs() -> None:
    card = component(follow(image="18"), "answer_card")
    assert card["others"] == [["Five epochs", "5", "5", "wrong"], ["Good network", "3", "3", ""]]
    assert card["fault"] == (
        "float32 and float16 read 3, which is right. After five epochs the same network reads 5, and the good network "
        "reads 3, too."
    )


@pytest.mark.parametrize("text", ["!", "AQ", "A" * 1_999, "infinity", "é", "<script>", code_of(SEVEN)[:-3]])
def test_a_link_to_what_is_no_drawing_says_so_once_and_shows_an_empty_canvas(text: str) -> None:
    app = follow(source="Draw", drawing=text)
    assert component(app, "canvas")["strokes"] == []
    assert reads(app) == []
    (toast,) = told(app)
    assert toast == "The drawing in this link is damaged; ask for the link again."
    assert "drawing" not in app.query_params
    assert not told(app.run())


@pytest.mark.parametrize("text", ["nan", "1e999", "-3", "none", "0.5e300", "1e12", "0x10", "٣.٥", "9" * 400])
def test_a_link_to_no_enlargement_of_this_image_says_so_once(text: str) -> None:
    app = follow(image="1242", enlarge=text)
    assert component(app, "answer_card")["factor"] == 1
    assert len(told(app)) == 1
    assert "enlarge" not in app.query_params


def test_another_image_is_not_enlarged() -> None:
    app = follow(image="1242", enlarge="1.5")
    assert component(app, "answer_card")["factor"] == 1.5
    app.number_input(key="image").set_value(7).run()
    assert component(app, "answer_card")["factor"] == 1
    assert "enlarge" not in app.query_params


def test_a_drawing_leaves_the_address_with_its_source_and_returns(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read once, however often it is shown."""
    done: list[str] = []

    def counted(*given: Any) -> Reading:
        done.append("read")
        return read_picture(*given)

    monkeypatch.setattr("fp16core.reading.reading.read_picture", counted)
    app = follow(source="Draw", drawing=code_of(SEVEN))
    app.run()
    assert done == ["read"]
    app.segmented_control(key="source").set_value("Test image").run()
    assert "drawing" not in app.query_params
    app.segmented_control(key="source").set_value("Draw").run()
    assert reads(app) == ["7", "7"]
    assert app.query_params["drawing"] in (code_of(SEVEN), [code_of(SEVEN)])


def test_a_step_that_a_link_leaves_out_is_left_out() -> None:
    whole = component(follow(source="Draw", drawing=code_of(ONE)), "answer_card")
    without = follow(source="Draw", drawing=code_of(ONE), without="Scale to 20 pixels")
    assert component(without, "answer_card")["reference"] != whole["reference"]
    assert any("Without “Scale to 20 pixels”" in caption.value for caption in without.caption)


def test_a_drawing_is_prepared_once_with_steps_left_out_and_once_with_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else of the page is changed, and however often the page runs."""
    done: list[Collection[str]] = []
    charged: list[str] = []

    def counted(picture: Image.Image, name: str, off: Collection[StageName], *given: Any) -> PreparedPicture:
        done.append(sorted(off))
        return prepare_image(picture, name, off, *given)

    monkeypatch.setattr("fp16core.images.prepare.prepare_image", counted)
    monkeypatch.setattr(rate_limits, "allow", lambda kind, *_: charged.append(kind))
    app = follow(source="Draw", drawing=code_of(ONE), without="Scale to 20 pixels")
    both = [[StageName.SCALE], []]
    assert done == both
    for _ in range(2):
        app.run()
    assert done == both
    assert charged == ["picture"] * 2
    app.pills(key="without").set_value([StageName.CENTRE]).run()
    app.run()
    assert done == [*both, [StageName.CENTRE]], "that with all steps is kept"
    assert not app.exception


@pytest.mark.parametrize("asked", [{"source": "Draw", "drawing": code_of(SEVEN)}, {"image": "1242"}])
def test_test_images_that_are_let_go_under_a_card_are_a_sentence(
    asked: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A card may run by itself, without the router that looks after them."""
    app = follow(**asked)

    def dropped() -> None:
        raise DatasetError("Your test images were dropped.")

    monkeypatch.setattr(answer_card, "state", SimpleNamespace(test_set=dropped))
    app.run()
    assert not app.exception
    if "image" in asked:
        assert [error.value for error in app.error] == ["Your test images were dropped\\."]
    else:
        assert component(app, "answer_card")["words"] == "Your test images were dropped."


def drawn() -> None:
    """A page that receives what a canvas has sent, reads it, and says how that went."""
    import streamlit as st

    from fp16core.vocabulary import HalfBitsError
    from pages.shared.digit import own_drawing

    for sent in st.session_state["sent"]:
        st.session_state["canvas"] = {"drawing": sent}
        own_drawing.receive("canvas")
        try:
            reading = own_drawing.read()
        except HalfBitsError as error:
            st.text(str(error))
        else:
            st.text("nothing" if reading is None else reading.reference_text)


def outcomes(*sent: Any) -> list[str]:
    app = AppTest.from_function(drawn, default_timeout=60)
    app.session_state["sent"] = sent
    app.run()
    assert not app.exception
    return [text.value for text in app.text]


def message(strokes: Any, live: bool = False, number: Any = 1) -> dict[str, Any]:
    return {"strokes": strokes, "width": 22, "live": live, "number": number}


def test_what_no_canvas_sends_is_a_sentence_and_the_next_drawing_is_read() -> None:
    strange = [
        7,
        {},
        message("x"),
        message([{}]),
        message([{"width": 22, "points": [1, "2"]}]),
        message(SEVEN, number={}),
    ]
    *refused, read = outcomes(*strange, message(SEVEN))
    assert read == "7"
    assert all("draw again" in words for words in refused), refused


def linked() -> None:
    """A page whose canvas has sent nonsense, before a link asks for a drawing."""
    import streamlit as st

    from fp16core.images.drawings.stroke_code import stroke_code
    from pages.shared.digit import own_drawing

    st.session_state["canvas"] = {"drawing": 7}
    own_drawing.receive("canvas")
    st.query_params["drawing"] = str(stroke_code([{"width": 22, "points": [140, 60, 140, 220]}]))
    own_drawing.follow_link()
    reading = own_drawing.read()
    st.text("nothing" if reading is None else reading.reference_text)


def test_a_refusal_ends_where_a_link_or_back_brings_another_drawing() -> None:
    app = AppTest.from_function(linked, default_timeout=60).run()
    assert not app.exception
    assert app.text[0].value == "1"


def test_a_drawing_too_long_for_a_link_is_read_all_the_same() -> None:
    points = [value for turn in range(4_000) for value in (140, 60 + 160 * (turn % 2))]
    assert stroke_code([{"width": 22, "points": points}]) is None
    assert outcomes(message([{"width": 22, "points": points}])) == ["1"]


def test_an_empty_canvas_is_not_read() -> None:
    assert outcomes(message(SEVEN), message([])) == ["7", "nothing"]


def test_beyond_its_rate_an_unfinished_drawing_keeps_its_answer_and_a_finished_one_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HALFBITS_HOSTED", "1")
    only(monkeypatch, "drawing", 1)
    assert outcomes(message(SEVEN, live=True), message(ONE, live=True), message(ONE)) == ["7", "7", "1"]
    with pytest.raises(BusyError, match="Rate limit for unfinished drawings reached"):
        rate_limits.allow("drawing")


def test_what_is_read_is_what_a_link_shows() -> None:
    fine = [{"width": 22.4, "points": [70.26, 70.1, 200.3, 70.4, 119.9, 229.8]}]
    assert outcomes(message(fine)) == outcomes(message(strokes_of_code(code_of(fine))))
