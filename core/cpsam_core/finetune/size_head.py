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

CROPS = 3000  # that are looked at
TOKENS = 64  # of a crop that are learnt from, at most
CODES_PER_OCTAVE = 25  # steps in which diameters are stored in a map of bytes: 2.8 %
FITTING_STEPS, FITTING_BATCH, FITTING_RATE = 3000, 4096, 2e-3


@dataclass(frozen=True, eq=False)
class _Tokens:
    """Features (n, channels), log2(diameter / 30 pixels) (n,), and what each counts (n,)."""

    features: Tensor
    sizes: Tensor
    weights: Tensor


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
    tokens = _collected(sized, data, augmentation, crops or CROPS, seed, precision, progress)
    _fit(sized.size, tokens, seed)
    return sized.requires_grad_(True)


def _collected(
    model: FlowVit,
    data: TrainingSet,
    augmentation: Augmentation,
    crops: int,
    seed: int,
    precision: torch.dtype,
    progress: Progress,
) -> _Tokens:
    features, sizes, weights = [], [], []
    for number in range(crops):
        rng = np.random.default_rng((seed, number))
        tile, wanted = sized_crop(data.draw(rng), augmentation, model.config.tile, rng)
        rows, columns = np.nonzero(np.isfinite(wanted))
        chosen = rng.permutation(len(rows))[:TOKENS]
        if len(chosen):
            given = torch.from_numpy(tile[None]).contiguous(memory_format=torch.channels_last)
            with torch.no_grad(), torch.autocast("cpu", precision, enabled=precision != torch.float32):
                found, _ = model.encoder(given)
            places = torch.from_numpy(rows[chosen]), torch.from_numpy(columns[chosen])
            features.append(found[0][:, places[0], places[1]].T.float())
            one = torch.from_numpy(wanted[rows[chosen], columns[chosen]])
            sizes.append(one)
            # A large cell fills more tokens than a small one, but is one cell, too.
            weights.append(token_weights(one))
        progress(number + 1, crops)
    return _Tokens(torch.cat(features), torch.cat(sizes), torch.cat(weights))


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


def _fit(head: torch.nn.Module, tokens: _Tokens, seed: int) -> None:
    head.requires_grad_(True).train()
    optimiser = torch.optim.AdamW(head.parameters(), lr=FITTING_RATE, weight_decay=0.01)
    rates = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, FITTING_STEPS)
    generator = torch.Generator().manual_seed(seed)
    for _ in range(FITTING_STEPS):
        chosen = torch.randint(len(tokens.sizes), (FITTING_BATCH,), generator=generator)
        found = head(tokens.features[chosen][:, :, None, None])[:, 0, 0]
        error = F.smooth_l1_loss(found, tokens.sizes[chosen], reduction="none", beta=0.25)
        loss = (error * tokens.weights[chosen]).sum() / tokens.weights[chosen].sum()
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        rates.step()
    log.info("the size head of %d tokens ends with a loss of %.3f", len(tokens.sizes), float(loss.detach()))
    head.eval()
