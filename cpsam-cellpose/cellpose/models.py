"""`CellposeModel(...).eval(...)` gives masks, flows and styles."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cellpose.core import assign_device
from cellpose.settings import axes_of, settings_of, without_single_axes
from cpsam_core import Segmentation, Segmenter, Settings
from cpsam_core.images import flow_picture
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.settings import NATIVE_DIAMETER_PX
from cpsam_core.weights import PUBLISHED, list_models, published_folders

__all__ = ["MODEL_DIR", "MODEL_NAMES", "CellposeModel", "get_user_models", "model_path"]

log = logging.getLogger("cellpose")

MODEL_NAMES = list(PUBLISHED)
MODEL_DIR = published_folders()[0]
DEFAULT = PUBLISHED[0]
OLD_NAMES = (
    "cyto",
    "cyto2",
    "cyto3",
    "nuclei",
    "tissuenet_cp3",
    "livecell_cp3",
    "yeast_PhC_cp3",
    "general",
    "None",
    "False",
    "0",
)
"""Models of Cellpose 1 to 3 and words for training from scratch: Cellpose 4 takes its default model for them."""

STYLES = 256
"""Length of the vector of styles, which networks of this kind do not have: callers unpack it all the same."""

Flows = list[NDArray[Any]]


def model_path(model_type: str, model_index: int = 0) -> str:
    """Return the file of a model, which is fetched where it is not here yet."""
    from cpsam_core.weights import find

    return str(find(model_type))


def name_of(pretrained_model: str | os.PathLike[str] | None) -> str:
    """Return the name or file of a model, the default's for the names that Cellpose 4 does not know any more."""
    name = str(pretrained_model or DEFAULT)
    if name in OLD_NAMES:
        log.warning("%s is not a model of Cellpose 4; %s is used instead", name, DEFAULT)
        return DEFAULT
    return name


def get_user_models() -> list[str]:
    """Return the names of the user's own models."""
    return [model.name for model in list_models() if model.kind == "own"]


class CellposeModel:
    """A network by name or file.

    Parameters
    ----------
    gpu
        Whether to compute on a graphics card where there is one.
    pretrained_model
        A name of `cpsam models list`, a file, or an id of Hugging Face.
    model_type, diam_mean, nchan
        Taken and not used, as in Cellpose 4.
    device
        A torch device; wins over `gpu`.
    use_bfloat16
        False computes in float32.
    """

    def __init__(
        self,
        gpu: bool = False,
        pretrained_model: str | os.PathLike[str] = DEFAULT,
        model_type: str | None = None,
        diam_mean: float | None = None,
        device: Any = None,
        nchan: int | None = None,
        use_bfloat16: bool = True,
    ) -> None:
        if diam_mean is not None or nchan is not None:
            log.warning("diam_mean and nchan are not used since Cellpose 4: images are resized by `diameter`")
        if model_type is not None:
            log.warning("model_type is not used since Cellpose 4: give the model as pretrained_model")
            pretrained_model = model_type if pretrained_model in (None, DEFAULT) else pretrained_model
        name = name_of(pretrained_model)
        self.device = assign_device(gpu=gpu)[0] if device is None else device
        self.gpu = str(getattr(self.device, "type", self.device)) != "cpu"
        self.diam_mean = NATIVE_DIAMETER_PX
        self.pretrained_model = name
        self.segmenter = Segmenter.load(name, str(self.device), None if use_bfloat16 else "float32")

    @property
    def net(self) -> Any:
        """The network, as `train.train_seg` takes it."""
        return self.segmenter.network.model  # type: ignore[attr-defined]

    def eval(
        self,
        x: Any,
        batch_size: int = 8,
        resample: bool = True,
        channels: Any = None,
        channel_axis: int | None = None,
        z_axis: int | None = None,
        normalize: Any = True,
        rescale: float | Sequence[float] | None = None,
        diameter: float | Sequence[float] | None = None,
        flow_threshold: float = 0.4,
        cellprob_threshold: float = 0.0,
        do_3D: bool = False,
        anisotropy: float | None = None,
        flow3D_smooth: float | Sequence[float] = 0,
        stitch_threshold: float = 0.0,
        min_size: int = 15,
        max_size_fraction: float = 0.4,
        niter: int | None = None,
        augment: bool = False,
        tile_overlap: float = 0.1,
        bsize: int | None = None,
        compute_masks: bool = True,
        progress: Any = None,
        interp: bool = True,
        invert: bool = False,
    ) -> tuple[Any, Any, Any]:
        """Segment an image, or each of a list.

        Parameters are those of Cellpose 4. `channels` and `interp` are not used, as there; tiles have the size that
        the network was trained with, whatever `bsize` says.

        Returns
        -------
        masks : uint16 or uint32 (y, x) or (z, y, x)
            Planes that are not joined are numbered from 1 each.
        flows : list
            RGB picture of the flows (uint8), flows, cell logits.
        styles : (256,) float32
            Zeros: networks of this kind have no styles.
        """
        if isinstance(x, list) or (isinstance(x, np.ndarray) and x.squeeze().ndim == 5):
            return self._each(list(x), {k: v for k, v in locals().items() if k not in ("self", "x")})
        if channels is not None and np.any(channels):
            log.warning("channels are not used since Cellpose 4: the first three channels of the image are")
        array, channel_axis, z_axis = without_single_axes(np.asarray(x), channel_axis, z_axis)
        settings = settings_of(
            diameter=_first(diameter),
            rescale=_first(rescale),
            niter=niter,
            min_size=min_size,
            anisotropy=anisotropy,
            flow_threshold=flow_threshold,
            cellprob_threshold=cellprob_threshold,
            flow3D_smooth=flow3D_smooth,
            stitch_threshold=stitch_threshold,
            do_3D=do_3D,
            normalize=normalize,
            invert=invert,
            axes=axes_of(array.shape, channel_axis, z_axis, do_3D or stitch_threshold > 0),
            batch_size=batch_size,
            resample=resample,
            max_size_fraction=max_size_fraction,
            augment=augment,
            tile_overlap=tile_overlap,
        )
        found = self.segmenter.segment(array, settings, _reporting(progress))
        masks, flows = results_of(found, settings)
        return (masks if compute_masks else np.zeros(0)), flows, np.zeros(STYLES, np.float32)

    def _each(self, images: list[Any], given: dict[str, Any]) -> tuple[list[Any], list[Any], list[Any]]:
        """Segment the images of a list; `diameter` and `rescale` may have an entry for each."""
        diameters = _spread(given.pop("diameter"), len(images))
        scales = _spread(given.pop("rescale"), len(images))
        results = []
        for number, (image, diameter, scale) in enumerate(zip(images, diameters, scales, strict=True), 1):
            results.append(self.eval(image, diameter=diameter, rescale=scale, **given))
            log.info("%s", percent_line(number, len(images)))
        return [r[0] for r in results], [r[1] for r in results], [r[2] for r in results]


def results_of(found: Segmentation, settings: Settings) -> tuple[NDArray[Any], Flows]:
    """Return masks and flows as Cellpose does."""
    labels: NDArray[Any] = found.labels
    if labels.ndim == 3 and not settings.do_3D and settings.stitch_threshold == 0:
        labels = _numbered_by_plane(labels)
    small = labels.astype(np.uint16 if labels.max(initial=0) < 2**16 else np.uint32)
    return small, [flow_picture(found.flows[-2:]), found.flows, found.logits]


def percent_line(done: int, total: int) -> str:
    """Return a line of progress; TrackMate looks for a number, after a space and before a per cent sign."""
    part = done / max(total, 1)
    return f" {round(100 * part):3d}%|{'#' * round(10 * part):<10}| {done}/{total}"


def _numbered_by_plane(labels: NDArray[Any]) -> NDArray[Any]:
    numbered = np.zeros_like(labels)
    for plane, target in zip(labels, numbered, strict=True):
        ids, places = np.unique(plane, return_inverse=True)
        first = 0 if ids[0] == 0 else 1
        target[:] = (places + first).reshape(plane.shape)
    return numbered


def _spread(value: Any, count: int) -> list[Any]:
    if isinstance(value, list | tuple | np.ndarray) and len(value) == count:
        return list(value)
    return [_first(value)] * count


def _first(value: Any) -> Any:
    """Return a number that some callers wrap into a list."""
    return value[0] if isinstance(value, list | tuple | np.ndarray) and len(value) else value


def _reporting(bar: Any) -> Progress:
    """Return a progress that moves the bar of a window."""
    if bar is None or not hasattr(bar, "setValue"):
        return silent

    def report(done: int, total: int, note: str = "") -> None:
        bar.setValue(100 * done // max(total, 1))

    return report
