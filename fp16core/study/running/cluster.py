"""Dask's cluster: one embedded in this process, or any existing one. Dask is imported when a study runs."""

import contextlib
import importlib.util
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fp16core.text import first_line
from fp16core.vocabulary import DependencyError, WorkerError

if TYPE_CHECKING:
    from distributed import Client

ATTEMPTS = 3
"""Times that a task is tried before its row says that it failed."""

DEFAULT_WORKERS = 2
"""Workers of the embedded cluster."""

CONNECT_S = 10

_SETTINGS = {
    "distributed.scheduler.allowed-failures": ATTEMPTS - 1,
    # A worker gets its next task when it has finished one: a worker that dies takes no other with it.
    "distributed.scheduler.worker-saturation": 1.0,
    # The profile of all stacks that TensorFlow goes through would take 10 MB for each training, up to 300 MB.
    "distributed.worker.profile.enabled": False,
    # A heap for each of a worker's threads would keep what is freed in it.
    "distributed.nanny.pre-spawn-environ.MALLOC_ARENA_MAX": 1,
}


@contextlib.contextmanager
def connected(scheduler: str | None, workers: int | None, dashboard: bool = False) -> Iterator["Client"]:
    """A client of an existing cluster, or of one that exists for the block.

    Parameters
    ----------
    scheduler
        Address of an existing scheduler, such as ``tcp://10.0.0.1:8786``.
    workers
        Number of worker processes otherwise.
    dashboard
        Whether the embedded cluster has Dask's dashboard.

    Raises
    ------
    DependencyError
        If Dask is not installed, or the dashboard's package.
    WorkerError
        If the scheduler does not answer, its workers lack something, or a number of workers is named with it.
    """
    if scheduler is not None and workers is not None:
        raise WorkerError(f"--workers is for a cluster of this command's own; the one at {scheduler} has its workers.")
    require("distributed", "a study")
    import dask

    with dask.config.set(_SETTINGS):
        if scheduler is None:
            if dashboard:
                require("bokeh", "Dask's dashboard")
            with _embedded(workers or DEFAULT_WORKERS, dashboard) as client:
                yield client
        else:
            with _existing(scheduler) as client:
                yield client


def require(package: str, purpose: str) -> None:
    """Raise `DependencyError` if a package is not installed."""
    if importlib.util.find_spec(package) is None:
        raise DependencyError(f"{package} is not installed; {purpose} requires it (pip install {package}).")


@contextlib.contextmanager
def _embedded(workers: int, dashboard: bool) -> Iterator["Client"]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,  # one training at a time; TensorFlow has threads of its own
            host="127.0.0.1",
            dashboard_address="127.0.0.1:8787" if dashboard else "127.0.0.1:0",
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@contextlib.contextmanager
def _existing(scheduler: str) -> Iterator["Client"]:
    from distributed import Client

    try:
        client = Client(scheduler, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        raise WorkerError(
            f"No scheduler answers at {scheduler} ({first_line(error)}); start one with dask scheduler, or leave "
            "--scheduler out."
        ) from error
    with client:
        _check_workers(client)
        yield client


def _check_workers(client: "Client") -> None:
    """Ask the workers that are there whether they can train; those that join later show it in their rows."""

    def lacking() -> str:
        # Defined here, so that it travels by value: a worker may lack this module.
        import importlib.util

        needed = {"fp16core": "half-the-bits", "tensorflow": "tensorflow"}
        return next((name for module, name in needed.items() if importlib.util.find_spec(module) is None), "")

    for address, lacks in client.run(lacking).items():
        if lacks:
            raise WorkerError(
                f"The worker {address} has no {lacks}. Install the same there as here, and start it again."
            )
