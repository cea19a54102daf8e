"""The address and the port that ``half-the-bits`` serves on."""

import socket
from collections.abc import Iterator

import pytest

from fp16core.vocabulary import SettingError
from half_the_bits import ports
from half_the_bits.__main__ import main


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody serves on all networks."""
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))  # noqa: S104
        other.listen()
        yield other.getsockname()[1]


def test_a_port_in_use_is_passed_over_or_named(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "FIRST_PORT", taken)
    assert ports.chosen_port("localhost", None) > taken
    for address in ("localhost", "127.0.0.1", "0.0.0.0"):  # noqa: S104
        with pytest.raises(SettingError, match=f"Port {taken} is in use by another program"):
            ports.chosen_port(address, taken)


def test_ports_that_are_all_in_use_are_named(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "FIRST_PORT", taken)
    monkeypatch.setattr(ports, "_TRIES", 1)
    with pytest.raises(SettingError, match=f"The ports {taken} to {taken} are all in use; name a free one with --port"):
        ports.chosen_port("localhost", None)


@pytest.mark.parametrize("address", ["192.0.2.1", "nosuch.invalid"])
def test_an_address_of_another_computer_is_named(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--address", address]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: The address '{address}' cannot be served on (")
    assert said.endswith("name one of this computer's with --address, or leave --address out.\n")


@pytest.mark.parametrize("text", ["0", "65536", "-1", "٨", "http"])
def test_what_is_no_port_is_named(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([f"--port={text}"])
    assert "is not a port, a whole number from 1 to 65,535" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("localhost", "http://localhost:8501"),
        ("0.0.0.0", "http://localhost:8501"),  # noqa: S104
        ("::", "http://localhost:8501"),
        ("::1", "http://[::1]:8501"),
    ],
)
def test_the_browser_is_sent_to_this_computer(address: str, url: str) -> None:
    assert ports.url(address, 8501) == url
