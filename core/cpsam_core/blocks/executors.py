"""Who computes: this process, workers on this machine, or a cluster; the seam is `concurrent.futures.Executor`."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpsam_core.errors import SettingsError

__all__ = ["Where", "executor_for"]

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
