"""The answer card: a digit, both models' answers to it, what they rest on, and float16's error, which can be enlarged.

The card has the same size whatever it shows; on a phone it is small until the first answer. Enlarging happens in the
browser, by the formula of `fp16core.evaluate.enlarging`.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from fp16core.evaluate.enlarging import Enlargement, enlargement
from fp16core.figures.base.pictures import picture_url
from fp16core.figures.base.style import DELTA_COLOUR, REFERENCE_COLOUR, TARGET_COLOUR
from fp16core.text import article_text, count_text, small_text
from pages.shared.address import links, parameter
from pages.shared.session import state
from pages.shared.ui.button_css import BUTTON_CSS
from pages.shared.ui.charts import index_of
from pages.shared.ui.words import flip_sentence

if TYPE_CHECKING:
    from fp16core.reading.opinions import Opinion
    from fp16core.reading.reading import Reading

PARAMETER = "enlarge"

_FACTOR, _ASKED, _PLACE, _ABOUT = "enlarged-by", "enlarged-asked", "place-of-digit", "answer-card-about"
_CHANGED = "answer-card-changed"

_LARGEST = 1e300

_PARTS = Path(__file__).parent

_component = st.components.v2.component(
    "answer_card",
    html=(_PARTS / "answer_card.html").read_text("utf-8"),
    css=BUTTON_CSS + (_PARTS / "answer_card.css").read_text("utf-8"),
    js=(_PARTS / "answer_card.js").read_text("utf-8"),
)


def answer_card(
    reading: "Reading | None",
    key: str,
    about: str = "",
    title: str = "",
    words: str = "",
    truth: str | None = None,
) -> None:
    """Show the card; a page has room for one. Its factor of enlargement belongs to the address.

    Parameters
    ----------
    reading
        Of the digits to show; `None` for a card of the same size with nothing but ``words``.
    key
        The component's key.
    about
        Identity of what was read. When it changes, its first digit is shown, and the error is enlarged from 1 on.
    title
        Name of what was read.
    words
        Shown if there is no reading: an invitation, or the reason why there is none.
    truth
        True digit, if it is known.

    Raises
    ------
    HalfBitsError
        As `state.test_set`.
    """
    if st.session_state.get(_ABOUT) != about:
        st.session_state[_ABOUT] = about
        st.session_state.pop(_PLACE, None)
    if reading is None:
        data: dict[str, Any] = {"about": about, "words": words, "colours": _COLOURS}
        parameter.write(PARAMETER, None)
    else:
        place = place_in(reading)
        factors = enlargement(reading.answers.report(place))
        about = f"{about}#{place}"
        data = _data(reading, place, factors, truth) | {
            "about": about,
            "title": title,
            "factor": _factor(about, factors),
            "asked": st.session_state.get(_ASKED, 0),
            "colours": _COLOURS,
        }
    _component(
        data=(data,),  # in a tuple, as Streamlit would import pandas to look for tables in a dictionary
        key=key,
        on_enlarged_change=lambda: _enlarged(key),
        on_place_change=lambda: _chosen(key),
    )


def place_in(reading: "Reading") -> int:
    """Position of the digit that is shown, of those that were read."""
    chosen: int = st.session_state.get(_PLACE, 0)
    return chosen if chosen < reading.answers.images else 0


def is_another_digit_chosen() -> bool:
    """Return whether another digit of the picture has been chosen since the last call."""
    return bool(st.session_state.pop(_CHANGED, False))


_COLOURS = {"reference": REFERENCE_COLOUR, "target": TARGET_COLOUR, "delta": DELTA_COLOUR}


def _data(reading: "Reading", place: int, factors: Enlargement | None, truth: str | None) -> dict[str, Any]:
    from fp16core.reading.opinions import LABELS, fault
    from pages.shared.digit.readings import all_opinions

    answers, report = reading.answers, reading.answers.report(place)
    chosen, *others = all_opinions(reading, place)
    return {
        "seen": picture_url(reading.prepared.digits[place].image),
        "reference": _numbers(answers.reference.logits[place]),
        "target": _numbers(answers.target.logits[place]),
        "probabilities": [_numbers(each.probabilities[place]) for each in (answers.reference, answers.target)],
        "isSoftmax": answers.reference.are_probabilities,
        "answers": [report.reference_text, report.target_text],
        "flip": report.flip_factor if report.can_flip else None,
        "factors": None
        if factors is None
        else {"low": factors.low, "high": factors.high, "isLogarithmic": factors.is_logarithmic},
        "sentence": flip_sentence(report).replace("**", ""),
        "others": [
            [LABELS[each.folder], each.reference, each.target, _standing(each, chosen, truth)] for each in others
        ],
        "fault": fault(chosen, others, truth),
        "digits": [answers.report(at).reference_text for at in range(answers.images)],
        "doubted": reading.doubted.tolist(),
        "whole": _whole(reading),
        "place": place,
        "likeness": _likeness(reading, place) if report.is_answered else None,
    }


def _standing(other: "Opinion", chosen: "Opinion", truth: str | None) -> str:
    """Standing of another pair's answers: wrong or right where the true digit is known, else whether they differ."""
    if truth is not None:
        return "" if other.reference == other.target == truth else "wrong"
    return "" if (other.reference, other.target) == (chosen.reference, chosen.target) else "differs"


def _whole(reading: "Reading") -> str:
    """All digits in one piece, if there are several, and what of the picture is not in them."""
    words = []
    if reading.answers.images > 1:
        target = "" if reading.agree else f", float16: {reading.target_text}"
        words.append(f"Reads {reading.reference_text}{target}")
        if doubted := int(reading.doubted.sum()):
            them = "both" if doubted == 2 else f"all {doubted}"
            of_them = them if reading.doubted.all() else f"{doubted} of these {reading.answers.images}"
            words.append(f"{of_them} may be no digit{'s' if doubted > 1 else ''}")
    if reading.prepared.marks_left_out:
        words.append(f"{count_text(reading.prepared.marks_left_out, 'small mark')} left out")
    return "; ".join(words)


def _likeness(reading: "Reading", place: int) -> Mapping[str, Any] | None:
    distance = float(reading.distances[place])
    if not math.isfinite(distance) or not math.isfinite(reading.limit):
        return None
    digit = reading.answers.report(place).reference_text
    is_doubted, is_barely, is_unsure = (bool(each[place]) for each in (reading.doubted, reading.barely, reading.unsure))
    if is_doubted:
        title = f"Does not look like {article_text(digit)}"
    elif is_barely:
        title = f"Barely looks like {article_text(digit)}"
    elif is_unsure:
        title = f"May be {article_text(digit)}: less than half sure"
    else:
        title = f"Looks like {article_text(digit)}"
    return {
        "nearest": picture_url(state.test_set()[0][reading.nearest[place]]),
        "distance": distance,
        "limit": reading.limit,
        "isDoubted": is_doubted,
        "isReserved": not is_doubted and (is_barely or is_unsure),
        "title": title,
        # A number alone on the last line would look like a slip.
        "words": f"Distance {small_text(distance)} to the most similar {digit} of the test images, "
        f"limit\u00a0{small_text(reading.limit)}",
    }


def _numbers(values: Any) -> list[float | None]:
    """The values for JSON, which knows no infinity."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _factor(about: str, factors: Enlargement | None) -> float:
    last: str
    factor: float
    last, factor = st.session_state.get(_FACTOR, (about, 1.0))
    if parameter.is_asked(PARAMETER):
        factor = _asked(factors)
        st.session_state[_ASKED] = st.session_state.get(_ASKED, 0) + 1
    elif last != about or factors is None or not factors.holds(factor):
        factor = 1.0
    st.session_state[_FACTOR] = about, factor
    parameter.write(PARAMETER, None if factor == 1 else f"{factor:.4g}")
    return factor


def _asked(factors: Enlargement | None) -> float:
    """The factor in the address; 1 if it is none, or none for this image."""
    text = st.query_params.get(PARAMETER)
    if text is None:
        return 1.0
    try:
        factor = float(text)
    except ValueError:
        factor = math.nan
    if factors is not None and factors.holds(factor):
        return factor
    links.miss({PARAMETER: [text]})
    return 1.0


def _enlarged(key: str) -> None:
    sent = st.session_state[key].get("enlarged")
    about, _ = st.session_state.get(_FACTOR, ("", 1.0))
    if isinstance(sent, dict) and sent.get("about") == about:
        factor = sent.get("factor")
        if isinstance(factor, int | float) and 0 <= factor <= _LARGEST:
            st.session_state[_FACTOR] = about, float(f"{float(factor):.4g}")


def _chosen(key: str) -> None:
    chosen = index_of(st.session_state[key].get("place"), 100)
    if chosen is not None:
        st.session_state[_PLACE] = chosen
        st.session_state[_CHANGED] = True
