"""Teach a trained network how large cells are: its features stay as they are, a small read-out of them is fitted.

So flows and logits do not change, and it takes minutes.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import fastremap
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from cpsam_core.data.augment import Augmentation, Example, augment
from cpsam_core.data.dataset import TrainingSet
from cpsam_core.errors import SettingsError
from cpsam_core.network.vit import FlowVit
from cpsam_core.preprocess.resample import NATIVE_DIAMETER
from cpsam_core.progress import Progress, silent

log = logging.getLogger(__name__)

OCTAVES = (-2.5, 2.5)
"""Sizes of the cells in crops, as log2 of their diameter over 30 pixels."""

CROPS = 2000  # that are looked at
CODES_PER_OCTAVE = 25  # steps in which diameters are stored in a map of bytes: 2.8 %
FITTING_EPOCHS, FITTING_BATCH, FITTING_RATE = 12, 16, 1.5e-3


@dataclass(frozen=True, eq=False)
class _Crops:
    """Features (n, channels, rows, columns) and log2(diameter / 30 pixels) (n, rows, columns), NaN beside cells."""

    features: Tensor
    sizes: Tensor


def with_size_head(
    model: FlowVit,
    data: TrainingSet,
    augmentation: Augmentation,
    crops: int | None = None,
    seed: int = 0,
    precision: torch.dtype = torch.float32,
    progress: Progress = silent,
) -> FlowVit:
    """Return a copy of a small network that also tells sizes.

    Parameters
    ----------
    model : FlowVit
        Trained; on the CPU, not changed.
    data : TrainingSet
        Images that the network was trained on.
    augmentation : Augmentation
        Intensities of crops; their size and scale are the head's own.
    crops : int, optional
        How many are drawn; `CROPS` unless given.
    seed : int
        Of what is drawn.
    precision : torch.dtype
        In which the features are computed.
    progress : Progress
        Called after each crop; may raise Cancelled.

    Raises
    ------
    SettingsError
        If the network is not one of this project's own.
    """
    if not model.config.small:
        raise SettingsError("only small networks tell sizes by a read-out of their own")
    torch.manual_seed(seed)
    sized = FlowVit(replace(model.config, size_head=True)).eval()
    sized.load_state_dict(model.state_dict(), strict=False)
    assert sized.size is not None
    sized.requires_grad_(False)
    seen = _collected(sized, data, augmentation, crops or CROPS, seed, precision, progress)
    _fit(sized.size, seen, seed, precision)
    return sized.requires_grad_(True)


def _collected(
    model: FlowVit,
    data: TrainingSet,
    augmentation: Augmentation,
    crops: int,
    seed: int,
    precision: torch.dtype,
    progress: Progress,
) -> _Crops:
    features, sizes = [], []
    for number in range(crops):
        rng = np.random.default_rng((seed, number))
        tile, wanted = sized_crop(data.draw(rng), augmentation, model.config.tile, rng)
        if np.isfinite(wanted).any():
            given = torch.from_numpy(tile[None]).contiguous(memory_format=torch.channels_last)
            with torch.no_grad(), torch.autocast("cpu", precision, enabled=precision != torch.float32):
                found, _ = model.encoder(given)
            features.append(found[0].to(precision))
            sizes.append(torch.from_numpy(wanted))
        progress(number + 1, crops)
    return _Crops(torch.stack(features), torch.stack(sizes))


def token_weights(sizes: Tensor) -> Tensor:
    """Return what tokens count so that cells count alike, given log2(diameter / 30 pixels); at most 1."""
    return (2.0 ** (-2 * sizes) / 4).clamp_max(1.0)


def sized_crop(
    example: Example, augmentation: Augmentation, side: int, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return a crop (c, side, side) and the size of the cell at each token (side / 8, side / 8), NaN beside cells."""
    scale = float(NATIVE_DIAMETER / max(example.diameter, 1.0) * 2 ** rng.uniform(*OCTAVES))
    settings = replace(augmentation, crop=side, scale=(scale, scale), diameter=None, resize=1.0)
    coded = replace(example, classes=coded_diameters(example.labels), zoom=None)
    sample = augment(coded, settings, rng)
    assert sample.classes is not None
    codes = sample.classes[4::8, 4::8]
    sizes = (codes - 1) / CODES_PER_OCTAVE + np.log2(scale / NATIVE_DIAMETER)
    return sample.tile, np.where(codes > 0, sizes, np.nan).astype(np.float32)


def coded_diameters(labels: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return a map (y, x) of 1 + 25 log2(diameter in pixels) of each object, 0 on the ground."""
    ids, counts = fastremap.unique(labels, return_counts=True)
    octaves = np.log2(np.maximum(2 * np.sqrt(counts / np.pi), 1))
    codes = np.clip(1 + np.round(CODES_PER_OCTAVE * octaves), 1, 254) * (ids != 0)
    result: NDArray[np.uint8] = codes.astype(np.uint8)[np.searchsorted(ids, labels)]
    return result


def _fit(head: torch.nn.Module, seen: _Crops, seed: int, precision: torch.dtype) -> None:
    head.requires_grad_(True).train()
    optimiser = torch.optim.AdamW(head.parameters(), lr=FITTING_RATE, weight_decay=0.01)
    steps = max(1, FITTING_EPOCHS * len(seen.sizes) // FITTING_BATCH)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, FITTING_RATE, total_steps=steps + 1)
    generator, mean = torch.Generator().manual_seed(seed), 0.0
    for _ in range(steps):
        chosen = torch.randint(len(seen.sizes), (FITTING_BATCH,), generator=generator)
        with torch.autocast("cpu", precision, enabled=precision != torch.float32):
            found = head(seen.features[chosen].to(memory_format=torch.channels_last))
        loss = size_loss(found.float(), seen.sizes[chosen])
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rates.step()
        mean += (float(loss.detach()) - mean) * 0.05
    log.info("the size head of %d crops ends with a loss of %.3f", len(seen.sizes), mean)
    head.eval()


def size_loss(found: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean over crops of the mean over cells of the error in octaves, of (b, rows, columns) each."""
    known = torch.isfinite(wanted)
    target = torch.where(known, wanted, 0.0)
    weights = token_weights(target) * known
    errors = F.smooth_l1_loss(found, target, reduction="none", beta=0.25) * weights
    return (errors.sum(dim=(1, 2)) / weights.sum(dim=(1, 2)).clamp_min(1e-6)).mean()
