"""Switches in the environment, and the one that says whether this server is open to strangers."""

import os

from fp16core.vocabulary import SettingError

HOSTED = "HALFBITS_HOSTED"

_ON, _OFF = ("1", "on", "true"), ("0", "off", "false")


def switch(name: str, usual: bool) -> bool:
    """What a variable says that is either on or off.

    Parameters
    ----------
    name
        Of the variable; ``1``, ``on`` and ``true`` turn it on, ``0``, ``off`` and ``false`` turn it off.
    usual
        What holds if it is unset or empty.

    Raises
    ------
    SettingError
        If it is anything else.
    """
    text = os.environ.get(name, "").strip().lower()
    if text in _ON or text in _OFF:
        return text in _ON
    if text:
        raise SettingError(f"{name} is {text!a:.100}; set it to on or off, or unset it.")
    return usual


def is_hosted() -> bool:
    """Whether strangers use this server, by ``HALFBITS_HOSTED``; raises `SettingError` if it is neither on nor off."""
    return switch(HOSTED, usual=False)
