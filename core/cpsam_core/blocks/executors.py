"""Who computes: this process, workers on this machine, or a cluster; the seam is `concurrent.futures.Executor`."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpsam_core.errors import ClusterError, SettingsError

__all__ = ["Where", "executor_for", "own_card", "said_in_words"]

RETRIES = 3
"""How often a block is begun anew whose worker died."""

CLUSTERS = ("SLURM", "LSF", "PBS", "SGE", "HTCondor", "OAR", "Moab")


@dataclass(frozen=True)
class Where:
    """Where blocks are computed; nothing given is this process.

    Attributes
    ----------
    workers
        Processes on this machine; with as many graphics cards each has one of its own.
    address
        Of a dask scheduler that runs already: ``tcp://host:8786``.
    cluster
        A JSON file that describes jobs of a queue, for dask-jobqueue: ``{"kind": "SLURM", "jobs": 4, "options":
        {"cores": 8, "memory": "32GB", "queue": "gpu"}}``.
    """

    workers: int = 0
    address: str = ""
    cluster: Path | None = None


@contextlib.contextmanager
def executor_for(where: Where) -> Iterator[Executor | None]:
    """Lend an executor; None stands for this process.

    Raises
    ------
    SettingsError
        dask is not installed, the file of the cluster makes no sense, or the scheduler does not answer.
    """
    if not (where.workers or where.address or where.cluster):
        yield None
        return
    distributed = _imported("distributed")
    with contextlib.ExitStack() as stack:
        if where.address:
            target: Any = where.address
        elif where.cluster is not None:
            target = stack.enter_context(_queue(where.cluster))
        else:
            target = stack.enter_context(
                # One thread each: the network uses all cores (or the card) of its process by itself.
                distributed.LocalCluster(
                    n_workers=where.workers,
                    threads_per_worker=1,
                    processes=True,
                    host="127.0.0.1",
                    # Any free port of this machine: without an address it would listen to the whole network.
                    dashboard_address="127.0.0.1:0",
                    worker_dashboard_address="127.0.0.1:0",
                    silence_logs=40,
                )
            )
        try:
            client = stack.enter_context(distributed.Client(target, timeout="30s"))
        except (OSError, TimeoutError, ValueError) as error:
            raise SettingsError(f"No dask scheduler answers at {where.address}: {error}.") from error
        yield stack.enter_context(client.get_executor(pure=False, retries=RETRIES))


def own_card(device: str | None) -> str | None:
    """Return the device of this process: with several graphics cards and workers on one machine, a card each.

    Parameters
    ----------
    device
        What is asked for; a card that is named stays.
    """
    distributed: Any = sys.modules.get("distributed")
    if device not in (None, "cuda") or distributed is None:
        return device
    try:
        # Workers of this machine are called by their number; those of a queue have the cards of their job.
        name = str(distributed.get_worker().name)
    except ValueError:
        return device
    import torch

    cards = torch.cuda.device_count()
    return f"cuda:{int(name) % cards}" if cards > 1 and name.isdecimal() else device


@contextlib.contextmanager
def said_in_words(folder: Path) -> Iterator[None]:
    """Turn what a scheduler or its workers raise inside the block into an error in words.

    Raises
    ------
    ClusterError
        Workers died again and again at one block, or the scheduler is gone. What is done stays.
    """
    goes_on = f"What is done is kept in {folder}, and the same command goes on from there."
    killed, gone = _errors_of_dask()
    try:
        yield
    except killed as error:
        raise ClusterError(
            f"Workers died {RETRIES} times at one block, most likely because the memory was not enough: allow the "
            f"workers more of it, or take smaller blocks in another folder. {goes_on}",
            options="--max-memory, --blocks",
        ) from error
    except gone as error:
        raise ClusterError(f"The dask scheduler is gone, or was restarted. {goes_on}") from error


def _errors_of_dask() -> tuple[tuple[type[Exception], ...], tuple[type[Exception], ...]]:
    """Return what dask raises where workers die, and where the scheduler is gone; without dask nothing of its own."""
    # Not imported for this: whoever works with another executor may not have it.
    distributed: Any = sys.modules.get("distributed")
    if distributed is None:
        return (), (CancelledError,)
    client = distributed.client
    cancelled = getattr(client, "FutureCancelledError", CancelledError)
    return (
        (distributed.scheduler.KilledWorker,),
        (CancelledError, cancelled, distributed.comm.CommClosedError),
    )


def _queue(path: Path) -> Any:
    """Return the cluster of jobs that a file describes."""
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        kind, jobs = described["kind"], int(described["jobs"])
        options = dict(described.get("options", {}))
    except OSError as error:
        raise SettingsError(f"Cannot read {path}: {error.strerror or error}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f'{path} does not describe a cluster ({error}); for example {{"kind": "SLURM", "jobs": 4, "options": '
            '{"cores": 8, "memory": "32GB"}}.'
        ) from error
    if kind not in CLUSTERS:
        raise SettingsError(f"{path} names the queue {kind!r}; {', '.join(CLUSTERS)} are known.")
    jobqueue = _imported("dask_jobqueue")
    cluster = getattr(jobqueue, f"{kind}Cluster")(**options)
    cluster.scale(jobs=jobs)
    return cluster


def _imported(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise SettingsError(
            f"Work on several processes or machines needs the library {name.replace('_', '-')}, which is not "
            'installed. Install it with: pip install "cpsam-gui[cluster]"'
        ) from error
