"""A hosted replica with the documented memory, all its bounds filled at once by hostile visitors: it serves on."""

import contextlib
import io
import os
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.client.visitor import Visitor
from benchmarks.server import free_port
from deploy.memory import Limit, memory_limit
from fp16core.bench.strangers.hostile_models import sized_by_likeness
from fp16core.bench.strangers.hostile_pictures import HOSTILE, heic_of_one_tile, jpeg_of_empty_scans, tiff_in_parts
from fp16core.data.mnist import load_mnist
from fp16core.runs.pair import BUNDLED
from fp16core.runs.record import REFERENCE_FILE
from tests.helpers.networks.strangers import large_model
from tests.helpers.places import ROOT

LIMIT_BYTES = 2**30
"""Memory of a container with ``--memory 1g``."""

PATIENCE_S = 600
"""Hostile visitors wait for each other; only the one who is not has to be served soon."""

READING_S = 1.0
"""Time that the one who is not hostile takes for a page."""

ASKING_S = 1.0
"""Time between two looks at a trial; each makes the server run the page once."""

FACTORS = "limits-view=Larger and smaller weights&factors=powers of 10&images=500"
"""What *Limits* shows soon; the map takes minutes on a full server, and so do all powers of 2."""

UPLOADS = 4
"""Files that each of six visitors uploads, two from each address; an address may hold less than three."""

FILE = bytes(19_000_000)


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[bytes], Limit]]:
    """Without the second line of defence, so that hostile models get as far as they can."""
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}"]
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "helpers" / "children" / "unguarded")])
    environment = os.environ | {"HALFBITS_HOSTED": "1", "PYTHONPATH": path, "HALFBITS_RUNS": str(tmp_path / "runs")}
    with memory_limit(LIMIT_BYTES) as limit, (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, preexec_fn=limit.enter, start_new_session=True
        )
        try:
            deadline = time.monotonic() + 60
            while True:
                with contextlib.suppress(OSError):
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
                    break
                assert server.poll() is None
                assert time.monotonic() < deadline
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", server, limit
        finally:
            server.terminate()
            server.wait(30)
            print((tmp_path / "server.log").read_text()[-40_000:])


def picture_file(kind: str, width: int, height: int, mode: str) -> bytes:
    """A picture as large as may be read."""
    file = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 255, (height // 50, width // 50), np.uint8)
    Image.fromarray(noise).resize((width, height)).convert(mode).save(file, kind, quality=30, compress_level=1)
    return file.getvalue()


def hand_in(visitor: Visitor, label: str, name: str, contents: bytes) -> None:
    """Put a file into an uploader, as soon as other visitors' files leave room for it."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            visitor.hand_in(label, name, contents)
        except AssertionError as refusal:
            if refusal.args != (503,) or time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def try_model(visitor: Visitor, name: str, model: bytes) -> str:
    """Hand a model in and wait for the outcome of its trial; the page's words."""
    visitor.show("your_model")
    hand_in(visitor, "A float32 .tflite", name, model)
    visitor.show("your_model")
    visitor.press("your_model", "Try it")
    deadline = time.monotonic() + PATIENCE_S
    while True:
        visitor.show("your_model")
        if "to you alone" in visitor.text() or any(e.WhichOneof("type") == "alert" for e in visitor.session.elements):
            return visitor.text()
        assert time.monotonic() < deadline, visitor.text()
        time.sleep(ASKING_S)


def send_pictures(url: str, address: str, pictures: dict[str, bytes]) -> None:
    """Have pictures read, one after another, whatever comes of it."""
    with Visitor(url, address, PATIENCE_S) as visitor:
        visitor.show("digits", query="source=Upload")
        for name, contents in pictures.items():
            hand_in(visitor, "Pictures of digits", name, contents)
            visitor.show("digits", query="source=Upload")


def fill_uploads(url: str, address: str) -> None:
    """Upload more than an address may hold; the server must refuse some of it."""
    with Visitor(url, address, PATIENCE_S) as visitor:
        visitor.show("your_model")
        statuses = [visitor.upload(FILE) for _ in range(UPLOADS)]
        assert {413, 503}.intersection(statuses), statuses


def use_model(url: str, address: str, model: bytes, factors: bool) -> None:
    """Have a model tried, and walk it through the pages that compute most, perhaps with a process for each factor."""
    with Visitor(url, address, PATIENCE_S) as visitor:
        assert "to you alone" in try_model(visitor, "mine.tflite", model)
        for page in ("start", "layers", "answers", "size"):
            visitor.show(page)
        if factors:
            visitor.show("limits", query=FACTORS)


def use_hostile_model(url: str, address: str, model: bytes, told: list[str]) -> None:
    """It behaves on all images but one that its trial does not have; then the process that runs it is ended."""
    with Visitor(url, address, PATIENCE_S) as visitor:
        told.append(try_model(visitor, "likeness.tflite", model))
        visitor.clear_caches()
        visitor.show("")


def test_a_replica_outlives_all_of_it_and_serves_another_visitor(
    replica: tuple[str, subprocess.Popen[bytes], Limit],
) -> None:
    url, server, limit = replica
    usual = (BUNDLED / REFERENCE_FILE).read_bytes()
    large = large_model()
    sized = sized_by_likeness("FILL", load_mnist("test")[0][5_000], 2_000_000_000)
    photographs = {
        "large.png": picture_file("PNG", 5_000, 5_000, "RGBA"),
        "large.webp": picture_file("WEBP", 4_000, 3_500, "RGBA"),
        "large.jpg": picture_file("JPEG", 5_000, 5_000, "RGB"),
    }
    hostile = {
        "strips.tiff": tiff_in_parts(4_000_000),
        "scans.jpg": jpeg_of_empty_scans(9_900, 10_000, 5_000),
        "tiles.heic": heic_of_one_tile((1_024, 1_024), (1_024, 1_024), (15, 17), (1_700, 1_500)),
        **{f"{number}.bin": make() for number, make in enumerate(HOSTILE.values()) if number % 3 == 0},
    }
    told: list[str] = []
    attacks: list[Callable[[], None]] = [
        *[lambda address=f"8.8.{n % 3}.1": fill_uploads(url, address) for n in range(6)],
        lambda: use_model(url, "8.9.1.1", large, factors=True),
        lambda: use_model(url, "8.9.2.1", usual, factors=True),
        lambda: use_model(url, "8.9.3.1", usual, factors=False),
        lambda: use_hostile_model(url, "8.9.4.1", sized, told),
        lambda: send_pictures(url, "8.9.5.1", photographs | hostile),
        lambda: send_pictures(url, "8.9.6.1", photographs),
    ]
    troubles: list[str] = []

    def carried_out(attack: Callable[[], None]) -> None:
        try:
            attack()
        except BaseException as error:  # told below
            troubles.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=carried_out, args=(attack,)) for attack in attacks]
    with Visitor(url, "9.9.9.9") as visitor:
        for thread in threads:
            thread.start()
        seen = 0
        while any(thread.is_alive() for thread in threads):
            for page in ("", "answers", "bits", "layers"):
                visitor.show(page)
                seen += 1
                time.sleep(READING_S)
        for page in visitor.session.pages:
            visitor.show(page, query=FACTORS if page == "limits" else "")
    assert server.poll() is None, "the replica is alive"
    assert seen >= 10
    assert not troubles, "\n\n".join(troubles)
    assert any(words in told[0] for words in ("FILL", "was ended")), told
    assert not limit.killed(), "the bounds add up, so that the system has had to end nobody"
