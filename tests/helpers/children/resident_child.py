"""A child of the tests' own, which does what a confined child should survive or be ended for."""

import os
import pickle
import time
from typing import Any

import numpy as np

from fp16core.resident.child import serve_calls
from fp16core.resident.wire import ANSWER, HEADER, REFUSAL
from fp16core.vocabulary import ImageError

answers = 1
"""File descriptor of this child's answers."""


def echo(value: Any) -> Any:
    return value


def double(array: Any) -> Any:
    return array * 2


def refuse(sentence: str) -> None:
    raise ImageError(sentence)


def fail() -> None:
    raise RuntimeError("a bug")


def burn() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(600)


def swell() -> int:
    held = [np.ones(1_000_000) for _ in range(1_000)]
    return len(held)


def crash() -> None:
    os.abort()


def long_answer(size_bytes: int) -> bytes:
    return bytes(size_bytes)


class Evil:
    """Would have its reader run a command."""

    def __reduce__(self) -> Any:
        return os.system, ("exit 3",)


def evil() -> Evil:
    return Evil()


def answer_twice() -> str:
    """Answer twice, so that the next caller would take the second for its own."""
    for _ in range(2):
        body = pickle.dumps("somebody else's", pickle.HIGHEST_PROTOCOL)
        os.write(answers, HEADER.pack(ANSWER, len(body)) + body)
    time.sleep(600)
    return ""


def no_refusal() -> None:
    """A refusal that is no error."""
    body = pickle.dumps(5, pickle.HIGHEST_PROTOCOL)
    os.write(answers, HEADER.pack(REFUSAL, len(body)) + body)
    time.sleep(600)


def chatter(lines: int) -> str:
    for _ in range(lines):
        os.write(1, b"noise\n" * 10)
    return "quiet"


if __name__ == "__main__":
    answers = os.dup(1)
    served = (
        answer_twice,
        no_refusal,
        echo,
        double,
        refuse,
        fail,
        burn,
        sleep,
        swell,
        crash,
        long_answer,
        evil,
        chatter,
    )
    serve_calls({function.__name__: function for function in served})
