"""Files named by others: regular files are read up to a limit; pipes and devices never block."""

import os
import sys
from pathlib import Path

import numpy as np
import pytest

from fp16core.data.mnist import load_mnist
from fp16core.files import open_regular, read_regular
from fp16core.runs.pair import BUNDLED, load_pair, read_pair
from fp16core.runs.record import MAX_RUN_BYTES, RUN_FILE
from fp16core.vocabulary import DatasetError, ModelFileError
from tests.helpers.commands import REFERENCE, TARGET, cli, refused
from tests.helpers.places import LINUX_ONLY, NOT_ON_WINDOWS

NO_FILE = "it is not a regular file"


def pipe(folder: Path) -> Path:
    if sys.platform != "win32":
        os.mkfifo(folder / "pipe")
    return folder / "pipe"


ODD = [
    pytest.param(lambda _folder: Path("/dev/zero"), id="device", marks=NOT_ON_WINDOWS),
    pytest.param(lambda folder: folder, id="folder"),
    pytest.param(pipe, id="pipe", marks=NOT_ON_WINDOWS),
]


@pytest.fixture(params=ODD)
def odd(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Path of something other than a regular file."""
    made: Path = request.param(tmp_path)
    return made


def test_a_regular_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"0123456789")
    assert read_regular(path, 10) == b"0123456789"
    with pytest.raises(OSError, match="it has 10 B; at most 9 B are read"):
        read_regular(path, 9)


@LINUX_ONLY
def test_a_file_that_grows_while_it_is_read_is_not_read_beyond_the_limit() -> None:
    """Files in ``/proc`` report a size of 0 although they have contents."""
    assert Path("/proc/self/status").stat().st_size == 0
    with pytest.raises(OSError, match="it has 101 B; at most 100 B are read"):
        read_regular(Path("/proc/self/status"), 100)


def test_links_are_followed_unless_forbidden(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"here")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert read_regular(tmp_path / "link", 4) == b"here"
    with pytest.raises(OSError, match="symbolic links"):
        read_regular(tmp_path / "link", 4, follow_links=False)


@LINUX_ONLY
def test_files_that_are_not_regular_are_rejected_and_closed(odd: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(OSError, match=NO_FILE):
        open_regular(odd)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_data_set_or_model_that_is_not_a_regular_file_is_named(odd: Path) -> None:
    with pytest.raises(DatasetError, match=f"{odd}: array 'x_test' cannot be read .*; set HALFBITS_MNIST to"):
        load_mnist("test", odd)
    with pytest.raises(ModelFileError, match=f"{odd}: the file cannot be read"):
        read_pair(REFERENCE, odd)


def test_every_path_that_the_command_line_takes_may_be_a_device(tmp_path: Path) -> None:
    pair = tmp_path / "pair"
    pair.mkdir()
    (pair / RUN_FILE).symlink_to("/dev/zero")
    zero = "/dev/zero"
    assert f"({NO_FILE}); set HALFBITS_MNIST" in refused(cli("compare", HALFBITS_MNIST=zero))
    assert f"{RUN_FILE}: the file cannot be read ({NO_FILE})" in refused(cli("compare", HALFBITS_PAIR=str(pair)))
    assert "cannot be read (Not a directory)" in refused(cli("compare", HALFBITS_PAIR=zero))
    assert f"the file cannot be read ({NO_FILE})" in refused(cli("compare", "--reference", zero, "--target", TARGET))
    (tmp_path / "zero.tflite").symlink_to(zero)
    (tmp_path / "zero.keras").symlink_to(zero)
    for name in ("zero.tflite", "zero.keras"):
        said = refused(cli("convert", tmp_path / name, "--out", tmp_path / "out"))
        assert f"{name}: the file cannot be read ({NO_FILE})" in said
    done = cli("predict", zero)
    assert (done.returncode, done.stderr) == (1, "")
    assert f"{zero}: the file cannot be read ({NO_FILE})" in done.stdout


def test_a_pair_whose_files_are_larger_than_any_run_makes_is_not_read(tmp_path: Path) -> None:
    """A sparse file takes no disk space, but any amount of memory when read."""
    for path in BUNDLED.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    os.truncate(tmp_path / TARGET.name, MAX_RUN_BYTES + 1)
    with pytest.raises(ModelFileError, match="it has 100,000,001 B; at most 100,000,000 B are read"):
        load_pair(tmp_path)


def test_a_data_set_is_read_through_a_link(tmp_path: Path) -> None:
    np.savez(tmp_path / "set.npz", x_test=np.zeros((1, 28, 28), np.uint8), y_test=np.zeros(1, np.uint8))
    (tmp_path / "link.npz").symlink_to(tmp_path / "set.npz")
    assert len(load_mnist("test", tmp_path / "link.npz")[0]) == 1
