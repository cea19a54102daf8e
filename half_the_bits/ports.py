"""Choice of the address and the port to serve on."""

import errno
import os
import socket

from fp16core.vocabulary import SettingError

LOCAL = "localhost"
"""The address of this computer, which no other can reach."""

FIRST_PORT = 8501
"""Streamlit's own first choice."""

_TRIES = 100
_LAST_PORT = 65_535
_IN_USE = (errno.EADDRINUSE, errno.EACCES)
"""Errors of a port that another program has, or that the system reserves."""

_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104  # what a user may ask for


def chosen_port(address: str, wanted: int | None) -> int:
    """A port that can be served on: the one wanted, or else the first free one from `FIRST_PORT` on.

    Raises
    ------
    SettingError
        If there is none, or if the address does not belong to this computer.
    """
    for port in range(FIRST_PORT, FIRST_PORT + _TRIES) if wanted is None else (wanted,):
        if _is_free(address, port):
            return port
    if wanted is None:
        raise SettingError(
            f"The ports {FIRST_PORT} to {FIRST_PORT + _TRIES - 1} are all in use; name a free one with --port."
        )
    raise SettingError(
        f"Port {wanted} is in use by another program, or reserved; choose another with --port, or leave --port out."
    )


def port_number(text: str) -> int:
    """Parse a port; raises `ValueError` if it is none."""
    if text.isascii() and text.isdecimal() and 1 <= int(text) <= _LAST_PORT:
        return int(text)
    raise ValueError(f"{text!r} is not a port, a whole number from 1 to {_LAST_PORT:,}")


def url(address: str, port: int) -> str:
    """URL at which a browser on this computer finds the server."""
    host = LOCAL if address in _EVERYWHERE else address
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _is_free(address: str, port: int) -> bool:
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
            if os.name != "nt":  # there it would share the port with whoever has it
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
    except OSError as error:
        if error.errno in _IN_USE:
            return False
        raise SettingError(
            f"The address {address!a:.100} cannot be served on ({error.strerror}); name one of this computer's with "
            "--address, or leave --address out."
        ) from error
    try:
        # On some systems a program may bind a port that another one serves at a wider address.
        with socket.create_connection((LOCAL if address in _EVERYWHERE else address, port), timeout=0.2):
            return False
    except OSError:
        return True
