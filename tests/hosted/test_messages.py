"""Messages that no page of ours sends, to a real server among strangers: what comes of them, and what it tells."""

import itertools
import json
import math
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import NewSession
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.client.session import is_rerun
from benchmarks.client.visitor import PATIENCE_S, Visitor
from tests.helpers.browser.browsing import served
from tests.helpers.files.stores import add_full_run
from tests.helpers.places import PAGES, ROOT

SKILLS = ("install_skills", "dismiss_skills_nudge")
"""Requests that would write to the server's disk, if Streamlit took the visitor for its developer."""


class Stranger(Visitor):
    """Sends what no browser would, and keeps what comes."""

    told: NewSession

    def rerun(self, *states: WidgetState, page: str = "", fragment: str = "") -> list[Element]:
        """Elements, exceptions among them, of a run with these values."""
        self.send(self.session.rerun(page, states, fragment=fragment))
        for answer in self._answers():
            self.session.take(answer)
            match answer.WhichOneof("type"):
                case "new_session":
                    self.told = answer.new_session
                case "script_finished" if not is_rerun(answer):
                    break
        return self.session.elements

    def until_quiet(self) -> list[str]:
        """Kinds of what still comes: before the answers to two questions, the second asked after the first answer."""
        kinds: list[str] = []
        for _ in range(2):
            self.send(BackMsg(app_heartbeat=True))
            coming = (str(answer.WhichOneof("type")) for answer in self._answers())
            kinds += itertools.takewhile(lambda kind: kind != "heartbeat_ack", coming)
        return kinds

    def _answers(self) -> Iterator[ForwardMsg]:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            yield self.received(deadline)


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory, small_dataset: Path) -> Iterator[str]:
    """A server among strangers with two kept runs and few test images, which somebody has visited."""
    runs = tmp_path_factory.mktemp("runs")
    for number in range(2):
        add_full_run(runs, f"run-{number}", name=f"run {number}")
    with ExitStack() as server:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HALFBITS_HOSTED", "1")
            patch.setenv("HALFBITS_RUNS", str(runs))
            patch.setenv("HALFBITS_MNIST", str(small_dataset))
            url = server.enter_context(served(tmp_path_factory.mktemp("hosted") / "server.log"))
        Visitor(url).__exit__()
        yield url


def test_a_session_tells_neither_paths_nor_versions_nor_who_installed_it(hosted: str) -> None:
    with Stranger(hosted) as stranger:
        stranger.rerun()
        told = stranger.told
    assert told.main_script_path == "router.py"
    assert told.initialize.session_id == stranger.session.id
    assert not told.initialize.user_info.ListFields()
    assert [field.name for field, _ in told.initialize.environment_info.ListFields()] == ["streamlit_version"]
    text = str(told)
    assert str(ROOT) not in text
    assert str(Path.home()) not in text


def answers(url: str, *kinds: str) -> list[str]:
    """Kinds of what comes in answer to messages of these kinds."""
    with Stranger(url) as stranger:
        stranger.until_quiet()  # the first run's last words
        for kind in kinds:
            message = BackMsg()
            if kind in SKILLS:
                message.backend_operation_request.session_id = stranger.session.id
                getattr(message.backend_operation_request, kind).SetInParent()
            else:
                setattr(message, kind, True)
            stranger.send(message)
        return stranger.until_quiet()


_ONCE = "halfTheBits"
"""In the script that a page sends once."""


def forgets(url: str) -> bool:
    """True if a visit that asks for caches to be cleared starts anew, and draws again what it draws once."""
    with Stranger(url) as stranger:
        stranger.rerun()
        assert _ONCE not in str(stranger.rerun())
        stranger.send(BackMsg(clear_cache=True))
        return _ONCE in str(stranger.rerun())


def test_messages_of_streamlits_menu_do_nothing_among_strangers(hosted: str, warm: str) -> None:
    """At home they do, which shows that the test would notice."""
    assert forgets(warm)
    assert not forgets(hosted)
    assert answers(warm, "set_run_on_save", *SKILLS) == ["session_status_changed", *["backend_operation_response"] * 2]
    assert answers(hosted, "set_run_on_save", "load_git_info", *SKILLS) == []


def test_rates_and_queues_outlive_emptied_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server whose caches a message does empty."""
    monkeypatch.setenv("HALFBITS_HOSTED", "1")
    with served(tmp_path / "server.log", "tests/helpers/apps/limits_app.py") as url, Stranger(url) as stranger:
        seen = [lines(stranger) for _ in range(3)]
        stranger.send(BackMsg(clear_cache=True))
        seen.append(lines(stranger))
    assert [limit for _, limit, *_ in seen] == ["allowed", "allowed", "wait", "wait"]
    assert seen[3][0] != seen[2][0] == seen[0][0], "the cache was emptied"
    assert seen[3][2:] == seen[0][2:]


def lines(stranger: Stranger) -> list[str]:
    """Those of a page in a new run."""
    stranger.rerun()
    return stranger.text().split("\n")


def candidates() -> Iterator[dict[str, Any]]:
    """Values of every kind, hardly any of which a widget has."""
    yield {"trigger_value": True}
    yield {"bool_value": True}
    for number in (math.nan, math.inf, -1.5, 1e308):
        yield {"double_value": number}
    for whole in (-(2**63), -1, 2**63 - 1):
        yield {"int_value": whole}
    rows = {"selection": {"rows": [99], "points": 1}}
    for text in ("", "x", "9" * 5_000, "\x00", "{", "[]", json.dumps({"selection": 1}), json.dumps(rows)):
        yield {"string_value": text}
        yield {"json_value": text}
        yield {"json_trigger_value": text}
    values = {"picked": "x", "pasted": 1, "png": "x", "value": {"picked": []}}
    for value in (None, 1, "x", [1], values, {"picked": 1e99}):
        yield {"json_value": json.dumps(value)}
        yield {"json_trigger_value": json.dumps([{"event": "picked", "value": value}])}
    yield {"double_array_value": [math.nan, math.inf, 3]}
    yield {"double_array_value": []}
    yield {"int_array_value": [-1, 2**62]}
    yield {"string_array_value": ["x", "", "\x00"]}
    yield {"string_array_value": []}
    yield {"bytes_value": b"\xff"}
    yield {"chat_input_value": None}


def wrong(identity: str, value: dict[str, Any]) -> WidgetState:
    ((kind, content),) = value.items()
    state = WidgetState(id=identity)
    if kind == "chat_input_value":
        state.chat_input_value.data = "x"
    elif kind.endswith("_array_value"):
        getattr(state, kind).data.extend(content)
    else:
        setattr(state, kind, content)
    return state


def identities(elements: list[Element]) -> list[str]:
    """Of all widgets among them."""
    shown = [getattr(element, str(element.WhichOneof("type")), None) for element in elements]
    return [identity for each in shown if (identity := getattr(each, "id", ""))]


@pytest.mark.parametrize("page", PAGES)
def test_values_that_no_widget_sends_end_in_a_sentence(page: str, hosted: str) -> None:
    """Every kind of value for all widgets of a page at once; afterwards the page is as it was."""
    with Stranger(hosted) as stranger:
        name = "" if page == "start" else page
        before = stranger.rerun(page=name)
        told = 0
        for value in candidates():
            elements = stranger.rerun(*(wrong(identity, value) for identity in identities(before)), page=name)
            assert not [element for element in elements if element.WhichOneof("type") == "exception"], value
            told += any("this page does not offer" in element.toast.body for element in elements)
        assert told
        after = stranger.rerun(page=name)
        assert {element.heading.body for element in before} <= {element.heading.body for element in after}
