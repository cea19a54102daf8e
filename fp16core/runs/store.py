"""Every run kept: a store on disk with a folder for each training run, verified whenever it is listed or loaded.

Several servers and their visitors may share a store. Whole runs appear in it by a rename, and leave it by one.
"""

import contextlib
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import platformdirs

from fp16core.runs.limits import StoreLimits
from fp16core.runs.record import REFERENCE_FILE, RUN_FILE, TARGET_FILE
from fp16core.runs.run import Run, Skipped, default_name, distinctly_named, tidy_name, zip_files
from fp16core.runs.run_folder import Signature, read_run_folder, signature, write_label
from fp16core.runs.store_folder import (
    FOLDER_VARIABLE,
    changing,
    remove_folder,
    remove_half_deleted,
    remove_partials,
    visible_folders,
)
from fp16core.tflite.model_file import ModelFile, ModelPair
from fp16core.vocabulary import RunError

__all__ = ["Run", "RunStore", "Skipped"]


class RunStore:
    """Training runs on disk.

    Parameters
    ----------
    folder
        Their folder; by default the one that ``HALFBITS_RUNS`` names, or ``half-the-bits/runs`` in the user's
        data folder. It need not exist yet.
    max_runs, max_bytes
        Number and total size of the runs that `make_room` leaves; by default ``HALFBITS_RUNS_MAX``, or 50, and
        ``HALFBITS_RUNS_MAX_MB`` million bytes, or 200.

    Attributes
    ----------
    folder
        The same, absolute.
    limits
        Number and total size of the runs that `make_room` leaves.

    Raises
    ------
    SettingError
        If an environment variable is not what it should be.
    """

    def __init__(self, folder: Path | None = None, max_runs: int | None = None, max_bytes: int | None = None) -> None:
        named = os.environ.get(FOLDER_VARIABLE)
        default = Path(named).expanduser() if named else platformdirs.user_data_path("half-the-bits") / "runs"
        self.folder = (folder or default).absolute()
        self.limits = StoreLimits.configured(max_runs, max_bytes)
        self._lock = threading.RLock()
        self._known: dict[str, tuple[Signature, Run | Skipped]] = {}

    def runs(self) -> tuple[Run, ...]:
        """All whole runs, newest first; raises `RunError` if the store's folder cannot be listed."""
        runs = [found for found in self._look() if isinstance(found, Run)]
        return distinctly_named(sorted(runs, key=lambda run: (run.created, run.id), reverse=True))

    def skipped(self) -> tuple[Skipped, ...]:
        """Folders in the store that are not whole runs; raises `RunError` if the store's folder cannot be listed."""
        skipped = [found for found in self._look() if isinstance(found, Skipped)]
        return tuple(sorted(skipped, key=lambda found: found.folder))

    def run(self, id: str) -> Run:
        """One run; raises `RunError` if there is none of this id, or no whole one."""
        for run in self.runs():
            if run.id == id:
                return run
        for skipped in self.skipped():
            if skipped.folder == id:
                raise RunError(f"{self.folder / id}: {skipped.reason}")
        raise RunError(f"{id!a:.100} is no run in {self.folder}; it may have been deleted. Choose another one.")

    def load(self, id: str) -> ModelPair:
        """A run's float32 and float16 model, verified; raises `RunError` if they are not there or altered."""
        run, files = self.run(id), self.files(id)
        return ModelPair(
            name=run.name,
            reference=ModelFile(files[REFERENCE_FILE], REFERENCE_FILE),
            target=ModelFile(files[TARGET_FILE], TARGET_FILE),
            run=run.record,
        )

    def files(self, id: str) -> Mapping[str, bytes]:
        """Contents of all of a run's files by name, verified; raises `RunError` as `load`."""
        folder = self.path(id)
        try:
            return read_run_folder(folder).files
        except RunError as error:
            raise RunError(f"{folder}: {error}") from error
        except OSError as error:
            raise RunError(f"{folder}: the run cannot be read ({error.strerror}); choose another one.") from error

    def zip(self, id: str) -> bytes:
        """All of a run's files as a zip file with one folder, always the same; raises `RunError` as `load`."""
        return zip_files(self.run(id).file_name, self.files(id))

    def new_id(self) -> str:
        """An id that no run has: the time, UTC, and four digits against coincidence."""
        while True:
            id = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
            if not os.path.lexists(self.folder / id):
                return id

    def path(self, id: str) -> Path:
        """A run's folder, whether it exists or not; raises `RunError` for an id that would lead elsewhere."""
        if not id or id.startswith(".") or Path(id).name != id or "\0" in id:
            raise RunError(f"{id!a:.100} cannot be the id of a run: ids are names of folders.")
        return self.folder / id

    def check_name(self, name: str, but: str | None = None) -> str:
        """A name as it would be stored.

        Parameters
        ----------
        name
            Name wanted for a run.
        but
            Id of the run that it is for, if that exists.

        Raises
        ------
        RunError
            If it is empty, longer than 60 characters, cannot be seen, or another run has it.
        """
        tidy = tidy_name(name)
        if any(run.name.casefold() == tidy.casefold() and run.id != but for run in self.runs()):
            raise RunError(f"Another run is called “{tidy}”; choose another name.")
        return tidy

    def rename(self, id: str, name: str) -> None:
        """Rename a run.

        Raises
        ------
        RunError
            As `run` and `check_name`.
        OutputError
            If the store cannot be changed.
        """
        with self._changing():
            write_label(self.path(id), self.check_name(name, but=id), self.run(id).pinned)

    def set_pinned(self, id: str, pinned: bool) -> None:
        """Keep a run when room is made, or no longer; raises `RunError` and `OutputError` as `rename`."""
        with self._changing():
            write_label(self.path(id), self.run(id).name, pinned)

    def delete(self, id: str) -> None:
        """Remove a run, pinned or not; raises `RunError` and `OutputError` as `rename`."""
        with self._changing():
            remove_folder(self.path(self.run(id).id))

    def make_room(self) -> tuple[str, ...]:
        """Remove the oldest runs until number and bytes are within the limits, as far as `StoreLimits` allows.

        Returns
        -------
        tuple of str
            Names of the removed runs, oldest first.

        Raises
        ------
        RunError, OutputError
            If the store cannot be listed or changed.
        """
        if self.limits.admit(self.runs()):
            return ()
        with self._changing():
            removed = self.limits.to_remove(self.runs())
            for run in removed:
                remove_folder(self.path(run.id))
        return tuple(run.name for run in removed)

    def overfull(self) -> str | None:
        """Return a sentence if the runs exceed the limits and `make_room` cannot change that, otherwise `None`."""
        return self.limits.overfull(self.runs())

    def remove_partials(self, id: str) -> None:
        """Remove the unfinished run of a worker that has ended."""
        remove_partials(self.folder, of=id)

    def remove_stale_partials(self) -> None:
        """Remove what killed workers and servers left behind; runs that are being written stay."""
        remove_partials(self.folder)
        remove_half_deleted(self.folder)

    def _look(self) -> list[Run | Skipped]:
        """Everything in the store; files are read only if they are new or have changed."""
        with self._lock:
            looked = {entry.name: self._look_at(entry) for entry in visible_folders(self.folder)}
            self._known = {name: found for name, found in looked.items() if found is not None}
            return [found for _, found in self._known.values()]

    def _look_at(self, entry: os.DirEntry[str]) -> tuple[Signature, Run | Skipped] | None:
        folder = Path(entry.path)
        seen: Signature = ()
        try:
            if entry.is_symlink():
                raise RunError("it is a link to somewhere else, and links are not followed.")
            if not entry.name.isprintable():
                raise RunError("its name holds characters that cannot be seen; give the folder another one.")
            if not os.path.lexists(folder / RUN_FILE):
                raise RunError(f"it holds no {RUN_FILE}, so it is no run; take it out of the store.")
            seen = signature(folder)
            known = self._known.get(entry.name)
            return known if known and known[0] == seen else (seen, _read(entry.name, folder))
        except (RunError, OSError) as error:
            if not os.path.lexists(folder):
                return None  # deleted while it was looked at
            reason = str(error) if isinstance(error, RunError) else f"it cannot be listed ({error.strerror})."
            return seen, Skipped("".join(c if c.isprintable() else "�" for c in entry.name), reason)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Nobody else changes the store meanwhile, neither in this process nor in another."""
        with self._lock, changing(self.folder):
            yield


def _read(id: str, folder: Path) -> Run:
    found = read_run_folder(folder)
    size_bytes = sum(map(len, found.files.values()))
    name = found.name or default_name(id)
    record = found.record
    return Run(id, name, found.pinned, record.created, record.recipe, record.document, size_bytes)
