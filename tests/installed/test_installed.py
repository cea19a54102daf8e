"""The installed package: its files, and its commands in a folder that is not the checkout's."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import Config, NewSession

import fp16core
from benchmarks.client.visitor import Visitor
from benchmarks.server import end
from tests.helpers.installing import LEFT_LYING, Installed, install
from tests.helpers.places import PAGES, ROOT

pytestmark = pytest.mark.slow

SHOWN = re.compile(r"URL: (http://\S+)")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The package in an environment of its own."""
    return install(tmp_path_factory.mktemp("installed"))


class Told(Visitor):
    """A visitor that keeps what the server says of its configuration."""

    told: NewSession

    def received(self, deadline: float) -> ForwardMsg:
        """Next message of the server."""
        answer = super().received(deadline)
        if answer.WhichOneof("type") == "new_session":
            self.told = answer.new_session
        return answer


def ours(*places: str, root: Path = ROOT) -> set[str]:
    """Files of the repository at these places, by path."""
    files = [path for place in places for path in [root / place, *(root / place).rglob("*")] if path.is_file()]
    return {path.relative_to(root).as_posix() for path in files if "__pycache__" not in path.parts}


@contextmanager
def started(installed: Installed, folder: Path, *options: str, **environment: str) -> Iterator[tuple[str, list[str]]]:
    """A dashboard started in a folder: its URL, and what it has printed until it shows that."""
    command = [installed.command("half-the-bits"), *options]
    with subprocess.Popen(
        command, cwd=folder, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        try:
            printed: list[str] = []
            for line in server.stdout or ():
                printed.append(line)
                if found := SHOWN.search(line):
                    yield found[1], printed
                    break
            else:
                pytest.fail("".join(printed))
        finally:
            end(server, signal.SIGTERM, 20)


def visitor(url: str) -> Told:
    """A visitor, as soon as the server answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return Told(url)
        except OSError:
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)


def test_the_wheel_holds_all_that_runs_and_puts_two_names_at_the_top(installed: Installed) -> None:
    files = {name for name in installed.files() if "__pycache__" not in name}
    tops = {name.split("/")[0] for name in files}
    assert tops == {"fp16core", "half_the_bits", f"half_the_bits-{fp16core.__version__}.dist-info", "dependencies.pth"}
    assert {name for name in files if name.startswith("fp16core/")} == ours("fp16core")
    dashboard = {f"half_the_bits/dashboard/{name}" for name in ours("app.py", "pages", ".streamlit/config.toml")}
    assert {name for name in files if name.startswith("half_the_bits/")} == ours("half_the_bits") | dashboard


def test_the_source_distribution_is_the_repository(installed: Installed) -> None:
    places = ("app.py", "benchmarks", "deploy", "docs", "fp16core", "half_the_bits", "pages", "requirements", "tests")
    kept = ours(
        *places, ".ci", ".github", ".streamlit/config.toml", "README.md", "requirements-dashboard.txt", "LICENSE"
    )
    found = ours(".", root=installed.source)
    assert kept <= found
    assert not {*LEFT_LYING} & found


def test_every_page_opens_from_another_folder_and_nothing_is_written_to_the_package(
    installed: Installed, tmp_path: Path, small_dataset: Path
) -> None:
    """On few test images, as *Limits* runs the model in 168 formats."""
    before = installed.files()
    few = {"HALFBITS_MNIST": str(small_dataset)}
    with started(installed, tmp_path, "--no-browser", **few) as (url, _), visitor(url) as reader:
        assert {page or "start" for page in reader.session.pages} == {*PAGES}
        for page in reader.session.pages:
            reader.show(page)
        assert reader.told.config.toolbar_mode == Config.MINIMAL, "as .streamlit/config.toml has it"
        assert reader.told.config.gather_usage_stats is False
    assert installed.files() == before
    assert not [*tmp_path.iterdir()]


@pytest.mark.skipif(os.name != "posix", reason="elsewhere, no variable names the browser")
def test_the_browser_is_opened_at_the_first_free_port(installed: Installed, tmp_path: Path) -> None:
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" >"{opened}"\n')
    browser.chmod(0o755)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        done = subprocess.run(
            [installed.command("half-the-bits"), "--port", str(taken)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 2
        assert done.stderr.startswith(f"error: Port {taken} is in use by another program")
    settings = {"BROWSER": str(browser), "STREAMLIT_SERVER_HEADLESS": "false"}
    with started(installed, tmp_path, **settings) as (url, _):
        deadline = time.monotonic() + 60
        while not (opened.exists() and opened.read_text()):
            assert time.monotonic() < deadline, "no browser was opened"
            time.sleep(0.1)
    assert opened.read_text().strip() == url


def test_the_command_line_works_from_another_folder(installed: Installed, tmp_path: Path) -> None:
    halfbits = installed.command("halfbits")

    def run(*arguments: str) -> str:
        done = subprocess.run([halfbits, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "usage: halfbits" in run("--help")
    assert run("--version").strip() == f"Half the Bits {fp16core.__version__}"
    assert json.loads(run("compare", "--limit", "10", "--json"))["images"] == 10
    run("runtimes", "--limit", "10", "--no-latency")  # in processes of their own
    run("report", "--limit", "10", "--out", "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
