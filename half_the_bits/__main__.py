"""The command ``half-the-bits``: starts the dashboard from any folder, and opens it in a browser."""

import argparse
import sys
import threading
import time
import urllib.request
import webbrowser
from pathlib import Path

import fp16core
from fp16core.preflight.checks import USER_ERROR, check_dashboard, check_python

check_python()  # before imports for which an old Python has only a traceback

from fp16core.vocabulary import SettingError
from half_the_bits import ports

_PATIENCE_S = 120.0
"""The longest wait for the server before its browser is opened."""


def app_file() -> Path:
    """The dashboard's script: inside of this package where it is installed, beside it in a checkout."""
    here = Path(__file__).parent
    installed = here / "dashboard" / "app.py"
    return installed if installed.exists() else here.parent / "app.py"


def main(arguments: list[str] | None = None) -> int:
    """Start the dashboard and serve it until it is stopped; return the exit status."""
    options = _parser().parse_args(arguments)
    check_dashboard()
    try:
        port = ports.chosen_port(options.address, options.port)
    except SettingError as error:
        print(f"error: {error}", file=sys.stderr)
        return USER_ERROR

    from streamlit.web import cli

    flags = [f"--server.address={options.address}", f"--server.port={port}"]
    if options.browser:
        threading.Thread(target=_open_when_ready, args=(ports.url(options.address, port),), daemon=True).start()
    else:
        flags.append("--server.headless=true")
    cli.main(["run", str(app_file()), *flags], prog_name="half-the-bits")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="half-the-bits",
        description="Start the dashboard of Half the Bits and open it in a browser; Ctrl-C stops it.",
        epilog="Streamlit's other options can be set as environment variables, such as STREAMLIT_THEME_BASE=dark.",
    )
    parser.add_argument("--version", action="version", version=f"half-the-bits {fp16core.__version__}")
    parser.add_argument(
        "--port",
        type=_port,
        metavar="N",
        help=f"port to serve on (default: the first free one from {ports.FIRST_PORT} on)",
    )
    parser.add_argument(
        "--address",
        default=ports.LOCAL,
        metavar="A",
        help=f"address to serve on (default: {ports.LOCAL}, for this computer only; 0.0.0.0 for all networks)",
    )
    parser.add_argument("--no-browser", dest="browser", action="store_false", help="do not open a browser")
    return parser


def _port(text: str) -> int:
    try:
        return ports.port_number(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _open_when_ready(url: str) -> None:
    """Open the browser as soon as the server answers, unless there is no screen for one.

    Streamlit itself opens none for an app that brings its own middleware.
    """
    from streamlit import config

    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()  # noqa: S310  # our own server
        except OSError:
            time.sleep(0.1)
        else:
            if not config.get_option("server.headless"):
                webbrowser.open(url)
            return


if __name__ == "__main__":
    sys.exit(main())
