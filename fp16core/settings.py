"""Switches in the environment, and the one that says whether this server is open to strangers."""

import os

import psutil

from fp16core.vocabulary import SettingError

HOSTED = "HALFBITS_HOSTED"
MEMORY = "HALFBITS_MEMORY_MB"

HOSTED_MEMORY_MB = 1_073
"""Memory of a hosted server where nothing else is said, in million bytes: 1 GiB."""

_SERVER_BYTES = 500_000_000
"""Memory of the server's own process and its files in memory: see docs/hosting.md."""

_FEWEST_CHILD_BYTES = 320_000_000
"""Memory for decoding a picture."""

_ON, _OFF = ("1", "on", "true"), ("0", "off", "false")


def switch(name: str, usual: bool) -> bool:
    """Read a variable that is either on or off.

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
    """Return whether strangers use this server, by ``HALFBITS_HOSTED``; raises `SettingError` as `switch`."""
    return switch(HOSTED, usual=False)


def memory_bytes() -> int:
    """Memory of the server with all its child processes, by ``HALFBITS_MEMORY_MB``.

    By default it is that of the machine, and of a hosted server `HOSTED_MEMORY_MB`.

    Raises
    ------
    SettingError
        If the variable is no number, or too small for the server itself.
    """
    text = os.environ.get(MEMORY, "").strip()
    if not text:
        return HOSTED_MEMORY_MB * 1_000_000 if is_hosted() else psutil.virtual_memory().total
    least = (_SERVER_BYTES + _FEWEST_CHILD_BYTES) // 1_000_000
    if not (text.isascii() and text.isdecimal() and int(text) >= least):
        raise SettingError(f"{MEMORY} is {text!a:.100}; set it to a number of million bytes, {least} or more.")
    return int(text) * 1_000_000


def child_memory_bytes() -> int:
    """Memory that all child processes may hold together; raises as `memory_bytes`."""
    return max(memory_bytes() - _SERVER_BYTES, _FEWEST_CHILD_BYTES)


def upload_bytes() -> int:
    """Memory for all visitors' files, uploaded or kept; raises as `memory_bytes`."""
    return memory_bytes() // 10
