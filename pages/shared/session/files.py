"""A visitor's own models and data, kept in memory for the visit and shown to nobody else."""

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
        """The data set's name, as shown to the visitor."""

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
        """True if it also holds training images."""

    @property
    def digest(self) -> str:
        """SHA-256 of the file."""

    @property
    def size_bytes(self) -> int:
        """Memory of the file and of the unpacked test images."""


@dataclass(eq=False)
class OwnFiles:
    """One visitor's own pair and data set.

    Another visitor's thread may let go of them at any time.
    """

    pair: ModelPair | None = None
    dataset: Dataset | None = None
    host: tuple[Subject, ModelHost] | None = None
    _answered: dict[Subject, int] = field(default_factory=dict, repr=False)
    """Bytes of the answers of closed hosts, by subject: pages keep these answers."""

    @property
    def pair_name(self) -> str | None:
        """Name of the pair in the sidebar, unique on the server."""
        pair = self.pair
        return None if pair is None else f"{pair.name}{YOURS}"

    @property
    def size_bytes(self) -> int:
        """Memory in this process, including the measurements of the pair."""
        pair, host, dataset = self.pair, self.host, self.dataset
        models = 0 if pair is None else pair.size_bytes
        answered = dict(self._answered)
        if host is not None:
            answered[host[0]] = max(host[1].answered_bytes, answered.get(host[0], 0))
        # Pages will keep at least a copy of its weights, and both models' answers.
        measured = max(models, sum(answered.values()))
        return models + measured + (0 if dataset is None else dataset.size_bytes)

    def release(self) -> None:
        """Forget everything at once, as others need the memory; `pair_in_use` and `dataset_in_use` raise from then on.

        The process that measures the pair ends soon afterwards, if need be after a measurement.
        """
        host = self.host
        self.host = self.pair = self.dataset = None
        self._answered = {}
        if host is not None:
            threading.Thread(target=host[1].close, daemon=True).start()

    def hosted(self, now: Subject) -> ModelHost | None:
        """The host that measures the pair, if it does so on these test images."""
        host = self.host
        return host[1] if host is not None and host[0] == now else None

    def close_host(self, are_answers_kept: bool) -> None:
        """End the process that measures the pair, if there is one; pages may keep its answers."""
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
            raise ModelFileError("Your model files were dropped; upload them again, or choose another pair.")
        return pair

    def dataset_in_use(self) -> Dataset:
        """The data set; raises `DatasetError` if it is gone."""
        dataset = self.dataset
        if dataset is None:
            raise DatasetError("Your data set was dropped; upload it again, or choose the server's test images.")
        return dataset


def files() -> OwnFiles:
    """The visitor's own files."""
    if _STATE not in st.session_state:
        st.session_state[_STATE] = OwnFiles()
        uploads.count(st.session_state[_STATE])
    kept: OwnFiles = st.session_state[_STATE]
    return kept


def digest(pair: ModelPair) -> str:
    """SHA-256 of both files' SHA-256."""
    return hashlib.sha256(b"".join(bytes.fromhex(model.sha256) for model in pair.files)).hexdigest()


def host(now: Subject, pair: ModelPair, images: npt.NDArray[np.uint8], labels: npt.NDArray[np.uint8]) -> ModelHost:
    """The host that measures the visitor's pair on these test images, started if need be."""
    mine = files()
    found = mine.hosted(now)
    if found is None:
        mine.close_host(are_answers_kept=True)
        found = ModelHost(children.memory(), pair, images, labels, visits.presence())
        mine.host = now, found
    return found


def close_host() -> None:
    """End the process that measures the visitor's pair, if there is one; its answers are forgotten."""
    files().close_host(are_answers_kept=False)


def set_pair(pair: ModelPair) -> None:
    """Make a pair the visitor's own, shown on all pages from the next run on."""
    forget_private()
    close_host()
    files().pair = pair
    choose_pair(str(files().pair_name))


def set_dataset(dataset: Dataset) -> None:
    """Make a data set the visitor's own, used on all pages from the next run on."""
    forget_private()
    close_host()
    files().dataset = dataset
    choose_dataset(dataset.name)


def forget_pair() -> None:
    """Forget the visitor's own models, and all that was computed from them."""
    forget_private()
    close_host()
    files().pair = None
    choose_pair(default_name())


def forget_dataset() -> None:
    """Forget the visitor's own data set, and all that was computed from it."""
    forget_private()
    close_host()
    files().dataset = None


def choose_pair(name: str) -> None:
    """Show the pair with this name in the sidebar from the next run on."""
    st.session_state["next-model"] = name


def choose_dataset(name: str) -> None:
    """Use the test images with this name in the sidebar from the next run on."""
    st.session_state["next-dataset"] = name
