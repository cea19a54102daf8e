"""A visitor's own models and data: kept for the visit, in memory, and shown to nobody else."""

import hashlib
import threading
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import streamlit as st

from fp16core.runs.run import YOURS
from fp16core.tflite.model_file import ModelPair
from fp16core.vocabulary import DatasetError, ModelFileError
from fp16core.worker.model_host import ModelHost
from pages.shared.server import children, uploads, visits
from pages.shared.session.cache import forget_private
from pages.shared.session.subject import Subject, default_name

_STATE = "own-files"


class Dataset(Protocol):
    """Test images that are not the server's."""

    @property
    def name(self) -> str:
        """What to call it."""

    @property
    def images(self) -> npt.NDArray[np.uint8]:
        """Test images, shape (n, 28, 28)."""

    @property
    def labels(self) -> npt.NDArray[np.uint8]:
        """Their labels, shape (n,)."""

    @property
    def contents(self) -> bytes:
        """The file, as it was uploaded."""

    @property
    def has_training(self) -> bool:
        """Whether it holds training images, too."""

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""

    @property
    def size_bytes(self) -> int:
        """Memory that it takes: the file, and the test images unpacked."""


@dataclass(eq=False)
class OwnFiles:
    """What one visitor has brought along.

    Another visitor's thread may let go of it at any time.
    """

    pair: ModelPair | None = None
    dataset: Dataset | None = None
    host: tuple[Subject, ModelHost] | None = None
    _answered: dict[Subject, int] = field(default_factory=dict, repr=False)
    """Bytes that hosts which are closed have answered of the pair, by what they measured: pages keep the answers."""

    @property
    def pair_name(self) -> str | None:
        """What the sidebar calls the pair, which nothing else of the server is called."""
        pair = self.pair
        return None if pair is None else f"{pair.name}{YOURS}"

    @property
    def size_bytes(self) -> int:
        """Memory that it takes in this process, with what has been measured of the pair."""
        pair, host, dataset = self.pair, self.host, self.dataset
        models = 0 if pair is None else pair.size_bytes
        answered = dict(self._answered)
        if host is not None:
            answered[host[0]] = max(host[1].answered_bytes, answered.get(host[0], 0))
        # Its weights, once more, and both models' answers will be among what pages keep of it.
        measured = max(models, sum(answered.values()))
        return models + measured + (0 if dataset is None else dataset.size_bytes)

    def let_go(self) -> None:
        """Forget everything at once, as others need the room; whoever asks for it again is told so.

        The process that measures the pair ends soon afterwards: that may have to wait for a measurement.
        """
        host = self.host
        self.host = self.pair = self.dataset = None
        self._answered = {}
        if host is not None:
            threading.Thread(target=host[1].close, daemon=True).start()

    def hosted(self, now: Subject) -> ModelHost | None:
        """Where the pair is measured, if that is on these test images."""
        host = self.host
        return host[1] if host is not None and host[0] == now else None

    def close_host(self, are_answers_kept: bool) -> None:
        """End the process that measures the pair, if there is one; pages may keep what it has answered."""
        host, self.host = self.host, None
        if host is not None:
            host[1].close()
            self._answered[host[0]] = max(host[1].answered_bytes, self._answered.get(host[0], 0))
        if not are_answers_kept:
            self._answered = {}

    def pair_in_use(self) -> ModelPair:
        """The pair; raises `ModelFileError` if it is gone."""
        pair = self.pair
        if pair is None:
            raise ModelFileError("Your model files were forgotten; upload them again, or choose another pair.")
        return pair

    def dataset_in_use(self) -> Dataset:
        """The data set; raises `DatasetError` if it is gone."""
        dataset = self.dataset
        if dataset is None:
            raise DatasetError("Your data set was forgotten; upload it again, or choose the server's test images.")
        return dataset


def files() -> OwnFiles:
    """What the visitor has brought along."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = OwnFiles()
        uploads.count(st.session_state[_STATE])
    kept: OwnFiles = st.session_state[_STATE]
    return kept


def digest(pair: ModelPair) -> str:
    """SHA-256 of both files' SHA-256."""
    return hashlib.sha256(b"".join(bytes.fromhex(model.sha256) for model in pair.files)).hexdigest()


def host(now: Subject, pair: ModelPair, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> ModelHost:
    """Where the visitor's pair is measured on these test images."""
    mine = files()
    found = mine.hosted(now)
    if found is None:
        mine.close_host(are_answers_kept=True)
        found = ModelHost(children.memory(), pair, images, labels, visits.presence())
        mine.host = now, found
    return found


def close_host() -> None:
    """End the process that measures the visitor's pair, if there is one; nothing is kept of its answers."""
    files().close_host(are_answers_kept=False)


def set_pair(pair: ModelPair) -> None:
    """Make a pair the visitor's own, and the one that all pages show from the next run on."""
    forget_private()
    close_host()
    files().pair = pair
    choose_pair(str(files().pair_name))


def set_dataset(dataset: Dataset) -> None:
    """Make a data set the visitor's own, and the one that all pages use from the next run on."""
    forget_private()
    close_host()
    files().dataset = dataset
    choose_dataset(dataset.name)


def forget_pair() -> None:
    """Drop the visitor's own models, and all that was computed from them."""
    forget_private()
    close_host()
    files().pair = None
    choose_pair(default_name())


def forget_dataset() -> None:
    """Drop the visitor's own data set, and all that was computed from it."""
    forget_private()
    close_host()
    files().dataset = None


def choose_pair(name: str) -> None:
    """Show the pair that the sidebar calls so, from the next run on."""
    st.session_state["next-model"] = name


def choose_dataset(name: str) -> None:
    """Use the test images that the sidebar calls so, from the next run on."""
    st.session_state["next-dataset"] = name
