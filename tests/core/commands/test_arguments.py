"""Arguments of the command line become values, or an error that names the text and shows the form."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from typing import Any

import pytest

from fp16core.commands.shared.arguments import (
    ByName,
    named_range,
    named_shape,
    named_tolerance,
    number,
    positive,
    whole_number,
)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (named_range, "image=0:255", ("image", (0.0, 255.0))),
        (named_range, "serving_default_x:0=-1.5:1e3", ("serving_default_x:0", (-1.5, 1000.0))),
        (named_range, "a=b=2:2", ("a=b", (2.0, 2.0))),
        (named_shape, "image=1,224,224,3", ("image", (1, 224, 224, 3))),
        (named_shape, "x=7", ("x", (7,))),
        (named_tolerance, "logits=0.01", ("logits", 0.01)),
        (named_tolerance, "logits=0", ("logits", 0.0)),
        (whole_number(2, 4), "4", 4),
        (number(0, 1), "0.5", 0.5),
        (positive, "1", 1),
    ],
)
def test_a_text_becomes_a_value(parse: Callable[[str], Any], text: str, value: object) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "words"),
    [
        (named_range, "0:1", "'0:1' is not NAME=LO:HI, as in image=0:1"),
        (named_range, "=0:1", "'=0:1' is not NAME=LO:HI, as in image=0:1"),
        (named_range, "image=1", "'1' is not a range"),
        (named_range, "image=2:1", "'2:1' is not a range, two numbers of which the first is not larger"),
        (named_range, "image=0:nan", "'0:nan' is not a range"),
        (named_range, "image=0:inf", "'0:inf' is not a range"),
        (named_range, "image=0:1:2", "'0:1:2' is not a range"),
        (named_shape, "1,2", "'1,2' is not NAME=SIZE,SIZE,…"),
        (named_shape, "image=1,0", "'1,0' is not a shape, whole numbers from 1 on"),
        (named_shape, "image=", "'' is not a shape"),
        (named_shape, "image=1,,2", "'1,,2' is not a shape"),
        (named_tolerance, "logits", "'logits' is not OUTPUT=ABS"),
        (named_tolerance, "logits=-1", "'-1' is not a tolerance, a number of at least 0"),
        (named_tolerance, "logits=small", "'small' is not a tolerance"),
        (whole_number(2, 4), "5", "'5' is not a whole number from 2 to 4"),
        (number(0, 1), "nan", "'nan' is not a number from 0"),
    ],
)
def test_a_text_that_is_none_is_named(parse: Callable[[str], Any], text: str, words: str) -> None:
    with pytest.raises(ArgumentTypeError) as caught:
        parse(text)
    assert words in str(caught.value)


def test_values_are_collected_by_name_and_a_name_that_is_given_twice_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = ArgumentParser()
    parser.add_argument("--range", action=ByName, default={}, type=named_range)
    assert parser.parse_args(["--range", "a=0:1", "--range", "b=2:3"]).range == {"a": (0, 1), "b": (2, 3)}
    assert parser.parse_args([]).range == {}
    with pytest.raises(SystemExit):
        parser.parse_args(["--range", "a=0:1", "--range", "a=2:3"])
    assert "'a' is given twice" in capsys.readouterr().err
