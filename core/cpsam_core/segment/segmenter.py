"""Image to labels: the engine's front door."""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.errors import SettingsError
from cpsam_core.images import Image, arrange
from cpsam_core.preprocess.normalize import normalize, select_channels
from cpsam_core.progress import Progress, named, silent
from cpsam_core.segment.confidence import certainty, doubts
from cpsam_core.segment.diameter import look_for_diameter, measure_diameter
from cpsam_core.segment.masks import Segmentation, masks_of, output_of, resized_masks
from cpsam_core.segment.output import NetworkOutput
from cpsam_core.segment.predict import TileNetwork, device_of, predict_planes, resize_flows, scaled_shape
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX, Settings
from cpsam_core.segment.taught import channel_remark
from cpsam_core.segment.volume import predict_volume_maps
from cpsam_core.segment.volume_remarks import volume_remarks

if TYPE_CHECKING:
    from cpsam_core.network.network import Network

log = logging.getLogger(__name__)

__all__ = ["NetworkOutput", "Segmentation", "Segmenter", "Settings", "masks_of"]

FloatArray = NDArray[np.float32]


class Segmenter:
    """A network and the way from an image to labels through it; keep one for many images.

    Examples
    --------
    >>> segmenter = Segmenter.load("cpsam-lite")          # doctest: +SKIP
    >>> segmenter.segment(image, Settings()).labels       # doctest: +SKIP
    """

    def __init__(self, network: TileNetwork) -> None:
        self.network = network

    @classmethod
    def load(
        cls,
        name_or_path: str | os.PathLike[str],
        device: str | None = None,
        precision: str | None = None,
        progress: Progress = silent,
    ) -> Segmenter:
        """Load a model by name, path or Hugging Face id; see `weights.load_network` for the parameters and errors."""
        from cpsam_core.weights import load_network

        network: Network = load_network(name_or_path, device, precision, progress)
        return cls(network)

    def segment(
        self, image: NDArray[Any] | Image, settings: Settings | None = None, progress: Progress | None = None
    ) -> Segmentation:
        """Find every cell.

        Parameters
        ----------
        image : array of 2 to 5 dimensions, or Image
            Any number type; `settings.axes` says what the axes of an array are where that is not plain.
        settings : Settings, optional
            How to segment.
        progress : Progress, optional
            Called after each batch of tiles and between the steps of following the flows; may raise Cancelled.

        Returns
        -------
        Segmentation

        Raises
        ------
        ImageError
            The image has no pixels, no finite values or axes that cannot be arranged.
        SettingsError
            A setting does not fit the image.
        """
        settings, report = settings or Settings(), progress or silent
        stack = image if isinstance(image, Image) else arrange(image, settings.axes)
        if settings.do_3D and not stack.is_stack:
            raise SettingsError("do_3D needs a stack of planes; this image has one plane only")
        pixels = self._prepare(stack, settings)
        taught = getattr(self.network, "channels", ())
        remarks = [channel_remark(taught, stack, settings.channels, self.network.in_channels)]
        diameter = settings.diameter
        # Left open: as the model's card says, where the network has one.
        if diameter is None:
            diameter = getattr(self.network, "diameter", None)
        if diameter == "auto":
            # It looks at the same image as the run, which begins afterwards.
            looking = named(report, "cell size")
            measured = look_for_diameter(self.network, pixels[len(pixels) // 2], settings, looking)
            log.info("%s", measured.text)
            remarks.append(measured.doubt)
            diameter = NATIVE_DIAMETER_PX if measured.diameter is None else measured.diameter
        settings = replace(settings, diameter=diameter)
        said = tuple(filter(None, remarks))
        if settings.do_3D:
            if not settings.resample:
                log.warning("resample is for planes: the flows of a volume are brought to its full size")
            found = self._volume(pixels, stack, settings, report)
            remarks_3d = volume_remarks(
                getattr(self.network, "name", ""),
                getattr(self.network, "judged_in_3d", True),
                found.objects.areas,
                found.diameter,
                settings.anisotropy or stack.plane_distance,
            )
            return replace(found, notes=(*said, *remarks_3d))
        found = self._planes(pixels, settings, report)
        return replace(found, notes=(*said, *self._doubts(found)))

    def _doubts(self, found: Segmentation) -> tuple[str, ...]:
        """Return what is to be said of a result of the small network, for which alone it was measured."""
        config = getattr(self.network, "config", None)
        if config is None or not config.small:
            return ()
        return doubts(getattr(self.network, "name", ""), certainty(found.output.flows, found.output.logits))

    def measure(
        self, image: NDArray[Any] | Image, settings: Settings | None = None, progress: Progress | None = None
    ) -> float | None:
        """Return the diameter in pixels of typical cells of the middle plane, None where no cell is seen.

        What `diameter="auto"` does first; parameters and errors are those of `segment`.
        """
        settings, report = settings or Settings(), progress or silent
        stack = image if isinstance(image, Image) else arrange(image, settings.axes)
        pixels = self._prepare(stack, settings)
        return measure_diameter(self.network, pixels[len(pixels) // 2], settings, report)

    def _prepare(self, image: Image, settings: Settings) -> FloatArray:
        chosen = select_channels(
            image.pixels, image.channel_names, settings.channels, self.network.in_channels
        )
        options = settings.normalize
        if not settings.do_3D and settings.stitch_threshold == 0 and image.is_stack:
            # Planes of their own are normalised on their own.
            options = replace(options, norm3D=False)
        return normalize(chosen, options)

    def _volume(self, pixels: FloatArray, image: Image, settings: Settings, report: Progress) -> Segmentation:
        maps = predict_volume_maps(
            self.network,
            pixels,
            batch_size=settings.batch_size,
            tile_overlap=settings.tile_overlap,
            augment=settings.augment,
            scale=_scale(settings),
            progress=report,
            anisotropy=settings.anisotropy or image.plane_distance or 1.0,
        )
        return masks_of(output_of(maps, 3, device_of(self.network)), settings, report)

    def _planes(self, pixels: FloatArray, settings: Settings, report: Progress) -> Segmentation:
        planes, height, width = (int(n) for n in pixels.shape[:3])
        predictions = predict_planes(
            self.network,
            pixels,
            batch_size=settings.batch_size,
            tile_overlap=settings.tile_overlap,
            augment=settings.augment,
            scale=_scale(settings),
            progress=report,
        )
        if not settings.resample and scaled_shape((height, width), _scale(settings)) != (height, width):
            small = np.stack(list(predictions), axis=1)
            return resized_masks(small, (height, width), settings, report, device_of(self.network))
        # Used as it is; putting it into a stack would copy it.
        if planes == 1:
            together = resize_flows(next(predictions), (height, width))
        else:
            together = np.empty((self.network.out_channels, planes, height, width), np.float32)
            for z, prediction in enumerate(predictions):
                together[:, z] = resize_flows(prediction, (height, width))
        # Asked now: without memory for a single tile it has left its device.
        return masks_of(output_of(together, device=device_of(self.network)), settings, report)


def _scale(settings: Settings) -> float:
    return NATIVE_DIAMETER_PX / settings.diameter if isinstance(settings.diameter, float) else 1.0
