"""Settings read from environment variables, among them hosted mode, which opens the server to strangers."""

import os

import psutil

from fp16core.system.limits import SYSTEM_CONFINES
from fp16core.vocabulary import SettingError

HOSTED = "HALFBITS_HOSTED"
MEMORY = "HALFBITS_MEMORY_MB"

HOSTED_MEMORY_MB = 1_073
"""Default memory of a hosted server, in million bytes: 1 GiB."""

_SERVER_BYTES = 500_000_000
"""Memory reserved for the server's own process and its in-memory files; see docs/hosting.md."""

_FEWEST_CHILD_BYTES = 320_000_000
"""Least memory for child processes: the limit on decoding one picture."""

_ON, _OFF = ("1", "on", "true"), ("0", "off", "false")


def switch(name: str, usual: bool) -> bool:
    """Value of a boolean environment variable.

    Parameters
    ----------
    name
        Name of the variable; ``1``, ``on`` and ``true`` turn it on, ``0``, ``off`` and ``false`` turn it off.
    usual
        Default if the variable is unset or empty.

    Raises
    ------
    SettingError
        If the variable has any other value.
    """
    text = os.environ.get(name, "").strip().lower()
    if text in _ON or text in _OFF:
        return text in _ON
    if text:
        raise SettingError(f"{name} is {text!a:.100}; set it to on or off, or unset it.")
    return usual


def is_hosted() -> bool:
    """Return whether strangers use the server (``HALFBITS_HOSTED``).

    Raises
    ------
    SettingError
        If the variable is neither on nor off, or on where the system does not confine processes well enough.
    """
    is_on = switch(HOSTED, usual=False)
    if is_on and not SYSTEM_CONFINES:
        raise SettingError(
            f"{HOSTED} is on, but only Linux confines strangers' files well enough; host on Linux, or unset it."
        )
    return is_on


def memory_bytes() -> int:
    """Memory limit of the server including its child processes (``HALFBITS_MEMORY_MB``).

    The default is the memory of the machine, or `HOSTED_MEMORY_MB` in hosted mode.

    Raises
    ------
    SettingError
        If the variable is not a number, or too small for the server itself.
    """
    text = os.environ.get(MEMORY, "").strip()
    if not text:
        return HOSTED_MEMORY_MB * 1_000_000 if is_hosted() else psutil.virtual_memory().total
    least = (_SERVER_BYTES + _FEWEST_CHILD_BYTES) // 1_000_000
    if not (text.isascii() and text.isdecimal() and int(text) >= least):
        raise SettingError(f"{MEMORY} is {text!a:.100}; set it to a number of million bytes, {least} or more.")
    return int(text) * 1_000_000


def child_memory_bytes() -> int:
    """Memory limit of all child processes together; raises as `memory_bytes`."""
    return max(memory_bytes() - _SERVER_BYTES, _FEWEST_CHILD_BYTES)


def upload_bytes() -> int:
    """Memory limit of all visitors' files, uploaded or stored; raises as `memory_bytes`."""
    return memory_bytes() // 10
