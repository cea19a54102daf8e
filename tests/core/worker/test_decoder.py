"""Strangers' pictures are decoded in a confined process, whatever they are made of."""

import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from fp16core.bench.strangers.hostile_pictures import (
    HOSTILE,
    digit_photograph,
    heic_of_one_tile,
    jpeg_of_empty_scans,
    tiff_in_parts,
)
from fp16core.bench.uploads.photographs import photograph
from fp16core.images import picture_file
from fp16core.images.picture_file import MAX_FILE_BYTES, MAX_PIXELS, MAX_WEBP_PIXELS, open_picture
from fp16core.resident.endings import CallLimits
from fp16core.serving.child_memory import ChildMemory, Share
from fp16core.vocabulary import BusyError, ImageError
from fp16core.worker.decoder import LIMITS, PictureDecoder
from tests.helpers.files.made import GREY, file_of
from tests.helpers.places import LINUX_ONLY

pytestmark = pytest.mark.slow

UNBOUNDED = "tests.helpers.children.unbounded_decoding"
GOOD = digit_photograph()
TIGHT = CallLimits(cpu_s=0.5, wall_s=60, memory_bytes=LIMITS.memory_bytes, answer_bytes=LIMITS.answer_bytes)
PATIENCE_S = 60


@pytest.fixture(scope="module")
def decoder() -> Iterator[PictureDecoder]:
    """As the server has it."""
    opened = PictureDecoder()
    yield opened
    pid = opened.pid
    opened.close()
    assert pid is None or not psutil.pid_exists(pid)


@pytest.fixture
def unbounded() -> Iterator[PictureDecoder]:
    """Without bounds on a file's structure, so that only the limits of the process hold."""
    opened = PictureDecoder(TIGHT, PATIENCE_S, UNBOUNDED)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "data",
    [
        file_of(GREY),
        file_of(GREY.astype(np.uint16) * 257 + 5),
        file_of(np.dstack([GREY, GREY.T, GREY, GREY])),
        file_of(Image.fromarray(GREY).convert("LA")),
        file_of((GREY / 255).astype(np.float32), "TIFF"),
        photograph("7", "ruled", np.random.default_rng(0), (1600, 1200)),
    ],
    ids=["L", "16 bit", "RGBA", "LA", "float", "photograph"],
)
def test_a_picture_comes_back_as_it_is_decoded_here(decoder: PictureDecoder, data: bytes) -> None:
    here, there = open_picture(data, "picture"), decoder.open(data, "picture")
    assert (there.turn, there.decision, there.is_original) == (here.turn, here.decision, here.is_original)
    assert (there.image.mode, there.image.size) == (here.image.mode, here.image.size)
    assert there.image.tobytes() == here.image.tobytes()


def test_the_process_stays_and_nothing_is_decoded_here(
    decoder: PictureDecoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture_file, "_decoded", None)
    decoder.open(GOOD, "first")
    pid = decoder.pid
    assert pid is not None
    decoder.open(GOOD, "second")
    with pytest.raises(ImageError, match=r"^text: this is not an image in a known format"):
        decoder.open(b"text", "text")
    assert decoder.pid == pid
    if sys.platform == "linux":
        assert psutil.Process(pid).rlimit(psutil.RLIMIT_DATA)[1] == LIMITS.memory_bytes


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"", "the file is empty"), (bytes(MAX_FILE_BYTES + 1), r"has 20\.000001 MB; at most 20 MB are read")],
)
def test_what_is_refused_by_its_size_alone_starts_no_process(data: bytes, words: str) -> None:
    decoder = PictureDecoder()
    with pytest.raises(ImageError, match=words):
        decoder.open(data, "file")
    assert decoder.pid is None


@pytest.mark.parametrize("kind", HOSTILE)
def test_every_hostile_file_ends_within_the_limits_and_the_next_picture_is_read(
    kind: str, decoder: PictureDecoder
) -> None:
    """In a sentence, or as the picture in it where that costs little."""
    spent: list[float] = []
    data, sentence = HOSTILE[kind](), f"{kind}: read."
    try:
        decoder.open(data, kind, spent.append)
    except ImageError as error:
        sentence = str(error)
    assert re.match(rf"{kind}: .*\.$", sentence, re.DOTALL)
    assert sum(spent) <= 2 * LIMITS.cpu_s
    assert decoder.open(GOOD, "good").image.size == (512, 384)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: tiff_in_parts(1_000_000), "processor time|memory"),
        (lambda: jpeg_of_empty_scans(9_000, 10_000, 2_000), "more than 0.5 seconds of processor time; save it again"),
        (
            lambda: heic_of_one_tile((2_048, 2_048), (2_048, 2_048), (15, 17), (1_700, 1_500)),
            "more than 0.5 seconds of processor time; save it again",
        ),
        (lambda: b"crash", "failed, and ended the process that tried; save it again, as PNG"),
    ],
    ids=["TIFF", "JPEG", "HEIC", "crash"],
)
def test_without_bounds_on_structure_the_limits_of_the_process_hold(
    make: Callable[[], bytes], words: str, unbounded: PictureDecoder
) -> None:
    unbounded.open(GOOD, "good")
    with pytest.raises(ImageError, match=f"^mine: decoding the image .*({words})"):
        unbounded.open(make(), "mine")
    assert unbounded.pid is None
    assert unbounded.open(GOOD, "good").image.size == (512, 384)


def test_memory_is_limited_in_the_process_and_told() -> None:
    """25 million pixels of four bytes, with room for 150 MB; and a file whose coefficients take 200 MB."""
    decoder = PictureDecoder(CallLimits(20, PATIENCE_S, 150_000_000), PATIENCE_S, UNBOUNDED)
    with pytest.raises(ImageError, match=r"^mine: decoding the image takes more than 150 MB of memory; scale it"):
        decoder.open(file_of(np.zeros((5_000, 5_000, 4), np.uint8), compress_level=1), "mine")
    with pytest.raises(ImageError, match=r"^mine: "):
        decoder.open(jpeg_of_empty_scans(9_900, 10_000, 2), "mine")
    assert decoder.open(GOOD, "good").image.size == (512, 384)
    decoder.close()


def test_what_others_left_in_memory_costs_the_next_picture_nothing() -> None:
    """Two pictures leave 150 MB each behind; a third that needs room gets a fresh process."""
    decoder = PictureDecoder(CallLimits(20, PATIENCE_S, 400_000_000), PATIENCE_S, UNBOUNDED)
    large = file_of(np.zeros((4_000, 4_000, 4), np.uint8), compress_level=1)
    for _ in range(2):
        with pytest.raises(ImageError, match="not an image"):
            decoder.open(b"hoard", "hoard")
    pid = decoder.pid
    assert decoder.open(large, "large").image.size == (512, 512)
    assert decoder.pid not in (None, pid)
    decoder.close()


def test_a_bug_in_a_library_is_a_sentence_and_the_process_stays(unbounded: PictureDecoder) -> None:
    with pytest.raises(ImageError, match=r"^mine: the image cannot be read; save it again, as PNG\.$"):
        unbounded.open(b"fail", "mine")
    assert unbounded.pid is not None


@pytest.mark.parametrize(
    "answer",
    [
        b"another type",
        b"too many pixels",
        b"too few bytes",
        b"another mode",
        b"no size",
        b"not a number",
        b"a novel",
        b"no turn",
    ],
)
def test_an_answer_that_is_no_picture_within_bounds_is_not_believed(answer: bytes, unbounded: PictureDecoder) -> None:
    """As a decoder could send that a stranger's picture has taken over."""
    with pytest.raises(ImageError, match=r"^mine: decoding the image failed"):
        unbounded.open(answer, "mine")
    assert unbounded.pid is None
    assert unbounded.open(GOOD, "good").image.size == (512, 384)


def test_others_wait_for_a_hostile_picture_no_longer_than_its_limit(unbounded: PictureDecoder) -> None:
    hostile = jpeg_of_empty_scans(9_000, 10_000, 2_000)
    unbounded.open(GOOD, "good")
    refusals: list[str] = []

    def attack() -> None:
        try:
            unbounded.open(hostile, "hostile")
        except ImageError as error:
            refusals.append(str(error))

    attacker = threading.Thread(target=attack)
    attacker.start()
    pid = unbounded.pid
    assert unbounded.open(GOOD, "good").image.size == (512, 384)
    attacker.join(PATIENCE_S)
    assert len(refusals) == 1
    assert pid is not None
    assert not psutil.pid_exists(pid), "nothing goes on with the hostile picture"


def test_whoever_waits_too_long_is_told_so() -> None:
    decoder = PictureDecoder(CallLimits(3, PATIENCE_S, LIMITS.memory_bytes), 0.05, UNBOUNDED)
    decoder.open(GOOD, "good")

    def attack() -> None:
        with pytest.raises(ImageError):
            decoder.open(jpeg_of_empty_scans(9_000, 10_000, 5_000), "hostile")

    attacker = threading.Thread(target=attack)
    attacker.start()
    with pytest.raises(BusyError, match="busy for more than 0 seconds; try again"):  # noqa: PT012  # it may come first
        while attacker.is_alive():
            decoder.open(GOOD, "good")
            time.sleep(0.01)
    attacker.join(PATIENCE_S)
    decoder.close()


def test_what_a_picture_costs_is_told_whatever_comes_of_it(unbounded: PictureDecoder) -> None:
    spent: list[float] = []
    unbounded.open(file_of(np.zeros((4_000, 4_000, 4), np.uint8), compress_level=1), "large", spent.append)
    assert 0 < sum(spent) < TIGHT.cpu_s
    with pytest.raises(ImageError):
        unbounded.open(jpeg_of_empty_scans(9_000, 10_000, 2_000), "hostile", spent.append)
    assert spent[-1] == TIGHT.cpu_s
    for data in (b"text", b"fail", b"crash"):
        before = len(spent)
        with pytest.raises(ImageError):
            unbounded.open(data, "mine", spent.append)
        assert len(spent) > before
    assert spent[-2] > 0, "a crash costs twice: the process was not fresh"
    assert spent[-1] > 0


def test_the_largest_pictures_that_are_read_fit(decoder: PictureDecoder) -> None:
    """In every format and mode whose pixels take most."""
    side, webp_side = int(MAX_PIXELS**0.5), int(MAX_WEBP_PIXELS**0.5)
    grey = Image.new("L", (side, side), 200)
    grey.paste(30, (side // 4, side // 4, side // 2, side // 2))
    colours = grey.convert("RGBA")
    decoder.open(
        file_of(colours.crop((0, 0, webp_side, webp_side)), "WEBP", lossless=True, quality=0, method=0), "WebP"
    )
    decoder.open(file_of(colours, "PNG", compress_level=1), "RGBA")
    decoder.open(file_of(grey.convert("CMYK"), "TIFF", compression="tiff_adobe_deflate"), "CMYK")
    levels = np.asarray(grey)
    decoder.open(file_of(levels.astype(np.uint16) * 257, "PNG", compress_level=1), "16 bit")
    for kind in (np.float32, np.int32):
        decoder.open(file_of(levels.astype(kind), "TIFF", compression="tiff_adobe_deflate"), "32 bit")
    decoder.open(file_of(grey, "GIF"), "GIF")
    decoder.open(file_of(colours, "TIFF", compression="tiff_adobe_deflate", exif=_on_its_side()), "TIFF")


def _on_its_side() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


@LINUX_ONLY
def test_the_process_that_decodes_needs_no_scipy() -> None:
    """It would take thrice as long to start, and twice the memory."""
    decoder = PictureDecoder()
    decoder.open(GOOD, "good")
    assert decoder.pid is not None
    if sys.platform != "darwin":
        loaded = {Path(each.path).name for each in psutil.Process(decoder.pid).memory_maps()}
        assert not any("_ni_label" in name or "skimage" in name or "interpreter" in name for name in loaded)
    decoder.close()


def test_a_usual_picture_takes_little_of_the_servers_memory_and_a_large_one_all_it_may() -> None:
    """Beside a child at work that holds 200 of 400 MB, the large one must wait; an idle child gives way."""
    memory = ChildMemory(400_000_000)
    decoder = PictureDecoder(patience_s=0.3, memory=memory)
    large = file_of(np.zeros((4_500, 4_500, 4), np.uint8), compress_level=1)
    gone: list[str] = []

    def end() -> None:
        gone.append("given up")
        other.release()

    other = Share(memory, threading.Lock(), end)
    other.acquire(200_000_000)
    assert decoder.open(GOOD, "good").image.size == (512, 384)
    assert decoder.open(photograph("7", "ruled", np.random.default_rng(0), (4_000, 3_000)), "12 MP").image.width == 512
    with pytest.raises(BusyError, match="all of the 400 MB of memory"):
        decoder.open(large, "large")
    assert memory.held_bytes == 200_000_000, "whoever waits lets go of what it has"
    other.keep(200_000_000)
    assert decoder.open(large, "large").image.size == (512, 512)
    assert gone == ["given up"]
    assert 0 < memory.held_bytes < 200_000_000, "what the process holds while it waits"
    decoder.close()
    assert memory.held_bytes == 0


def test_the_process_gives_way_when_others_need_its_memory() -> None:
    memory = ChildMemory(300_000_000)
    decoder = PictureDecoder(memory=memory)
    decoder.open(GOOD, "good")
    pid = decoder.pid
    with memory.reserved(290_000_000, lambda: True):
        assert pid is not None
        assert not psutil.pid_exists(pid)
    assert decoder.limits.memory_bytes == 300_000_000
    assert decoder.open(GOOD, "good").image.size == (512, 384)
    decoder.close()
