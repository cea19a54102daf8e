"""Pages are drawn in turns, and what a visit holds is small."""

import gc
import threading
import time

from streamlit.testing.v1 import AppTest

from fp16core.figures.activation_maps import MapSheet
from fp16core.figures.base.lazy_figure import LazyFigure
from fp16core.numerics.propagation import PairActivations
from fp16core.reading.reading import Reading
from pages.shared.server.turns import aside, turn
from tests.helpers.places import ROUTER


class Drawer(threading.Thread):
    """Takes a turn and keeps it until it is told to go on."""

    def __init__(self, steps_aside: bool = False) -> None:
        super().__init__(daemon=True)
        self.drawing, self.may_end, self.steps_aside = threading.Event(), threading.Event(), steps_aside

    def run(self) -> None:
        """Until `may_end`, or for twenty seconds."""
        with turn():
            if self.steps_aside:
                with aside():
                    self.drawing.set()
                    self.may_end.wait(20)
            self.drawing.set()
            self.may_end.wait(20)


def seconds_until_drawing(drawer: Drawer) -> float:
    start = time.monotonic()
    drawer.start()
    assert drawer.drawing.wait(20)
    return time.monotonic() - start


def test_one_waits_for_another_but_not_forever_and_not_for_who_steps_aside() -> None:
    first, second, third = Drawer(), Drawer(), Drawer(steps_aside=True)
    seconds_until_drawing(first)
    assert seconds_until_drawing(second) >= 0.5  # its patience
    for drawer in (first, second):
        drawer.may_end.set()
        drawer.join()
    seconds_until_drawing(third)
    fourth = Drawer()
    fourth.start()
    assert fourth.drawing.wait(20)
    assert third.is_alive()
    for drawer in (third, fourth):
        drawer.may_end.set()
        drawer.join()
    # Every place was given back, once.
    fifth, sixth = Drawer(), Drawer()
    seconds_until_drawing(fifth)
    assert seconds_until_drawing(sixth) >= 0.5
    for drawer in (fifth, sixth):
        drawer.may_end.set()
        drawer.join()


def held(kind: type) -> int:
    gc.collect()
    return sum(isinstance(thing, kind) for thing in gc.get_objects())


def test_a_visit_does_not_hold_what_was_computed_for_its_image() -> None:
    """Callbacks keep a page's names alive until the visit ends; megabytes must not be among them."""
    before = {kind: held(kind) for kind in (PairActivations, MapSheet, Reading)}
    app = AppTest.from_file(str(ROUTER), default_timeout=60).run()
    app.switch_page("layers/layers.py").run()
    assert app.number_input(key="layer_image").label == "Image number, 0 to 9,999"
    app.number_input(key="layer_image").set_value(77).run()
    app.switch_page("digits/digits.py").run()
    app.number_input(key="image").set_value(77).run()
    assert not app.exception
    assert {kind: held(kind) for kind in before} == before
    app.switch_page("layers/layers.py").run()
    figures = held(LazyFigure)
    for image in range(40):  # more than are remembered
        app.number_input(key="layer_image").set_value(image).run()
    assert held(LazyFigure) <= figures + 2 * 16
