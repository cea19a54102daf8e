"""A visitor's own files are let go when others need the memory: at once, completely, and with a message."""

import weakref
from typing import cast

import pytest

from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.worker.model_host import ModelHost
from pages.shared.session.files import OwnFiles
from pages.shared.session.subject import Subject
from tests.helpers.apps.driving import errors, visit
from tests.helpers.apps.your_files import MODELS, held, is_freed, tried, turn_to, upload
from tests.helpers.children.processes import PATIENCE_S

pytestmark = pytest.mark.usefixtures("cold_caches")


class Host:
    """A host whose answers have this size."""

    def __init__(self, answered_bytes: int) -> None:
        self.answered_bytes = answered_bytes

    def close(self) -> None:
        """Nothing to end."""


def test_answers_on_other_test_images_count_as_long_as_pages_keep_them() -> None:
    one, other = Subject("mine", "a", "mnist", own_pair=True), Subject("mine", "a", "fashion", own_pair=True)
    mine = OwnFiles(
        ModelPair("mine", ModelFile(bytes(10)), ModelFile(bytes(5))), host=(one, cast(ModelHost, Host(100)))
    )
    assert mine.size_bytes == 15 + 100
    mine.close_host(are_answers_kept=True)
    assert mine.size_bytes == 15 + 100
    mine.host = other, cast(ModelHost, Host(40))
    assert mine.size_bytes == 15 + 140
    mine.close_host(are_answers_kept=True)
    mine.host = one, cast(ModelHost, Host(30))
    assert mine.size_bytes == 15 + 140, "what comes again of the same images replaces what was kept"
    mine.close_host(are_answers_kept=False)
    assert mine.size_bytes == 15 + 15


def test_a_trial_that_was_let_go_is_a_sentence(pair: ModelPair) -> None:
    """Though its answer is there already."""
    app = upload(visit("your_model"), MODELS, ("mine.tflite", pair.reference.contents))
    app.button(key="own-try").click().run()
    attempt = app.session_state["own-attempt"]
    assert attempt.ticket.wait(PATIENCE_S)
    attempt.release()
    app = turn_to(app, "your_model")
    assert app.error[0].value.startswith("Your files were dropped because other visitors needed the memory")
    assert held(app) == {}


def test_a_pair_that_was_let_go_is_gone_from_memory_and_pages_say_so(
    pair: ModelPair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if another visitor's upload comes between the router and the page."""
    app = turn_to(tried(visit("your_model"), ("mine.tflite", pair.reference.contents)), "bits")
    mine = app.session_state["own-files"]
    watched = weakref.ref(mine.pair)
    monkeypatch.setattr("pages.shared.frame.casting.say_if_not_float16", mine.release)
    app.run()
    assert mine.size_bytes == 0
    assert not app.exception
    assert "Your model files were dropped" in errors(app)[0]
    assert is_freed(watched)
