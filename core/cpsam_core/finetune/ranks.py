"""Several processes that train one network together, started by torchrun; one process alone needs none of it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import nn

from cpsam_core.errors import SettingsError, TrainingError

# Time for the slowest process; torchrun ends all when one of them fails.
WAITING = timedelta(hours=12)


@dataclass(frozen=True)
class Ranks:
    """Which process is it, and of how many."""

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process saves and speaks for all."""
        return self.rank == 0

    def sums(self, values: Sequence[float], device: torch.device) -> list[float]:
        """Return each value summed over the processes."""
        if self.count == 1:
            return list(values)
        shared = torch.tensor(values, dtype=torch.float64, device=device)
        dist.all_reduce(shared)
        return [float(value) for value in shared]

    def agreed(self, values: Sequence[float], device: torch.device) -> list[float]:
        """Return the leading process's values to all."""
        return self.sums(values if self.leads else [0.0] * len(values), device)

    def meet(self) -> None:
        """Wait until every process is here."""
        if self.count > 1:
            dist.barrier()

    def wrapped(self, model: nn.Module, device: torch.device, unused: bool) -> nn.Module:
        """Return the network as one whose gradients are means over the processes; itself where there is one only.

        `unused` says that a backward pass may leave out weights, as layer drop does.
        """
        if self.count == 1:
            return model
        ids = [device] if device.type == "cuda" else None
        return nn.parallel.DistributedDataParallel(
            model, device_ids=ids, find_unused_parameters=unused, gradient_as_bucket_view=True
        )

    def share(self, batch: int) -> int:
        """Return how many samples of a step of `batch` are this process's.

        Raises
        ------
        SettingsError
            If they cannot be shared out equally.
        """
        if batch % self.count:
            raise SettingsError(
                f"a batch of {batch} cannot be shared equally by {self.count} processes; "
                f"use a multiple of {self.count}",
                options="--batch-size",
            )
        return batch // self.count


def current() -> Ranks:
    """Return this process among those that were joined; alone where there are no others."""
    if not (dist.is_available() and dist.is_initialized()):
        return Ranks()
    return Ranks(dist.get_rank(), dist.get_world_size())


def launched() -> bool:
    """Whether torchrun started this process together with others."""
    return int(os.environ.get("WORLD_SIZE") or "1") > 1 and "RANK" in os.environ


@contextmanager
def joined(device: str | None = None) -> Iterator[str | None]:
    """Join the processes that torchrun started, and part from them in the end; nothing happens without torchrun.

    Parameters
    ----------
    device : str, optional
        The kind of device asked for; with CUDA every process takes a card of its own.

    Yields
    ------
    str or None
        The device of this process.

    Raises
    ------
    TrainingError
        If the others cannot be reached, or there are fewer cards than processes.
    """
    if not launched():
        yield device
        return
    cuda = device in (None, "auto", "cuda") and torch.cuda.is_available()
    place = int(os.environ.get("LOCAL_RANK") or "0")
    if cuda and place >= torch.cuda.device_count():
        raise TrainingError(
            f"torchrun started more processes than the {torch.cuda.device_count()} cards here; lower --nproc-per-node"
        )
    own = f"cuda:{place}" if cuda else device or "cpu"
    if cuda:
        torch.cuda.set_device(place)
    try:
        # While the leading process scores the network on images kept aside, the others wait for it.
        dist.init_process_group("nccl" if cuda else "gloo", timeout=WAITING)
    except (RuntimeError, ValueError) as error:
        raise TrainingError(f"the processes started by torchrun cannot reach each other: {error}") from error
    try:
        yield own
    finally:
        dist.destroy_process_group()
