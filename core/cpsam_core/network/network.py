"""A network on its device, ready for tiles, that survives running out of memory."""

from __future__ import annotations

import logging
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray

from cpsam_core.errors import CpsamError
from cpsam_core.network.config import VitConfig
from cpsam_core.network.devices import choose_precision, keep_freed_memory
from cpsam_core.network.vit import FlowVit

log = logging.getLogger(__name__)

FloatArray = NDArray[np.float32]


class Network:
    """Predicts tiles (batch, channel, tile, tile) as maps (batch, map, tile, tile), both float32 arrays.

    When memory runs out, the batch is halved and the work goes on; when even one tile does not fit on the
    accelerator, the network moves to the processor. Each step is said once, as a warning, and remembered.

    Parameters
    ----------
    model : FlowVit
        Taken over: moved to `device` in `precision`, in evaluation mode.
    config : VitConfig
        Its architecture.
    device, precision
        Where to compute and in what.
    name : str
        The model's name, for messages and results.
    diameter : float, "auto" or None
        What `Settings.diameter` is taken to be where the user leaves it open; from the model's card.
    channels : tuple of str
        Channels that the model was taught with, by name; from its card.
    judged_in_3d : bool
        Whether it is known how good the model is on volumes.
    """

    def __init__(
        self,
        model: FlowVit,
        config: VitConfig,
        device: torch.device,
        precision: torch.dtype,
        name: str = "",
        diameter: float | Literal["auto"] | None = None,
        channels: tuple[str, ...] = (),
        judged_in_3d: bool = True,
    ) -> None:
        self.config, self.name, self.diameter, self.channels = config, name, diameter, channels
        self.judged_in_3d = judged_in_3d
        self.device, self.precision = device, precision
        self.model = model.eval().requires_grad_(False)
        # Tiles at once, when memory of the device has been short.
        self._limit: int | None = None
        try:
            self._settle(device, precision)
        except RuntimeError as error:
            if not is_out_of_memory(error):
                raise
            short = True
        else:
            short = False
        if short:
            self._leave_device()

    @property
    def tile(self) -> int:
        """Edge of a tile in pixels."""
        return self.config.tile

    @property
    def in_channels(self) -> int:
        """Channels that the network takes."""
        return self.config.in_channels

    @property
    def out_channels(self) -> int:
        """Maps that it returns; the last three are flow y, flow x and the cell logit."""
        return self.config.out_channels

    def __call__(self, tiles: FloatArray) -> FloatArray:
        """Predict tiles, in as many passes as memory asks for."""
        result = np.empty((len(tiles), self.out_channels, *tiles.shape[2:]), np.float32)
        start = 0
        while start < len(tiles):
            count = min(self._limit or len(tiles), len(tiles) - start)
            try:
                result[start : start + count] = self._predict(tiles[start : start + count])
            except RuntimeError as error:
                if not is_out_of_memory(error):
                    raise
                # Handled below: in here the error keeps the failed pass's memory alive.
                short = True
            else:
                short, start = False, start + count
            if short:
                self._use_less(count)
        return result

    def _predict(self, tiles: FloatArray) -> FloatArray:
        with torch.inference_mode():
            maps: FloatArray = self.model(self._given(tiles)).float().cpu().numpy()
        return maps

    def _given(self, tiles: FloatArray) -> torch.Tensor:
        # A copy: torch would warn of arrays that it may not write to, and tiles are reused by their maker.
        given = torch.tensor(tiles, device=self.device, dtype=self.precision)
        return given.contiguous(memory_format=torch.channels_last) if self.config.small else given

    def _use_less(self, count: int) -> None:
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        if count > 1:
            self._limit = count // 2
            log.warning(
                "%s is out of memory with %d tiles at once; going on with %d", self.device, count, self._limit
            )
            return
        self._leave_device()

    def _leave_device(self) -> None:
        """Move to the processor where the accelerator cannot hold the network and one tile."""
        if self.device.type == "cpu":
            raise CpsamError(
                "There is not enough memory for a single tile of this network. "
                "Close other programs, or take a smaller model."
            )
        log.warning(
            "not enough memory for a single tile on %s; continuing on the CPU, which is slower", self.device
        )
        cpu = torch.device("cpu")
        # Whoever computed in full precision goes on in it; reduced precision is worth what the processor makes of it.
        full = self.precision == torch.float32
        self._settle(cpu, torch.float32 if full else choose_precision(cpu))

    def _settle(self, device: torch.device, precision: torch.dtype) -> None:
        self.device, self.precision = device, precision
        self._limit = None
        if device.type == "cpu":
            keep_freed_memory()
        self.model.to(device, precision)
        if self.config.small:
            self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        log.info(
            "%s computes on %s in %s",
            self.name or "the network",
            device,
            str(precision).removeprefix("torch."),
        )


def is_out_of_memory(error: RuntimeError) -> bool:
    """Whether memory ran out: CUDA has a type for it; its libraries, MPS and the processor use words."""
    words = ("out of memory", "alloc_failed", "can't allocate memory", "not enough memory")
    return isinstance(error, torch.OutOfMemoryError) or any(text in str(error).lower() for text in words)
