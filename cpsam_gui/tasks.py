"""What jobs do: open, segment, save. No Qt and no window here; arrays come as copies or are given away."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from scipy import ndimage

from .box import Box
from .compose import compose
from .history import ObjectRecord, Origin
from .palette import CHANNEL_COLOURS, separate
from .view import ChannelView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_core.segment import Segmentation, Settings

    from .history import Labels

RGB = ((255, 0, 0), (0, 255, 0), (0, 0, 255))
SHOWN = 6  # channels that are visible at first; more would only be white
SAMPLE = 1 << 18  # pixels looked at for the brightness levels: quick, and plenty for percentiles


class Segments(Protocol):
    """What the window needs of a segmenter; tests bring their own."""

    def segment(self, image: Any, settings: Settings, progress: Progress) -> Segmentation:
        """Segment an image."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """An image ready to be shown."""

    image: Image
    channels: tuple[ChannelView, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a run or of an import, ready to be swapped into the document."""

    labels: Labels
    records: dict[int, ObjectRecord]
    flows: NDArray[np.float32] | None = None
    logits: NDArray[np.float32] | None = None
    diameter: float | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Objects that survive a run: their labels (z, y, x), their rows, and the first free id."""

    labels: Labels | None = None
    records: Mapping[int, ObjectRecord] = field(default_factory=dict)
    first_id: int = 1


def open_image(path: Path, progress: Progress) -> Opened:
    """Read an image and work out how its channels are shown first."""
    from cpsam_core.images import read_image

    progress(0, 2, "Reading")
    image = read_image(path)
    progress(1, 2, "Measuring brightness")
    opened = prepare(image)
    progress(2, 2, "")
    return opened


def prepare(image: Image) -> Opened:
    """Choose colours and brightness levels for the channels of an image."""
    count = image.pixels.shape[-1]
    colours = RGB if image.is_rgb else ((255, 255, 255),) if count == 1 else CHANNEL_COLOURS
    channels = []
    for index, name in enumerate(image.channel_names):
        plain = image.is_rgb and image.pixels.dtype == np.uint8
        low, high = (0.0, 255.0) if plain else levels(image.pixels[..., index])
        channels.append(ChannelView(name, colours[index % len(colours)], low, high, visible=index < SHOWN))
    return Opened(image, tuple(channels))


def levels(channel: NDArray[Any], low: float = 0.5, high: float = 99.8) -> tuple[float, float]:
    """Return the brightness percentiles of a channel, from a sample of its finite pixels."""
    step = max(1, round((channel.size / SAMPLE) ** (1 / max(channel.ndim, 1))))
    sample = channel[tuple(slice(None, None, step if size > step else 1) for size in channel.shape)]
    values = np.asarray(sample, np.float32).ravel()
    values = values[np.isfinite(values)]
    if values.size == 0:
        return 0.0, 1.0
    bottom, top = (float(value) for value in np.percentile(values, (low, high)))
    return bottom, top if top > bottom else bottom + 1.0


def records_of(
    labels: Labels, origin: Origin = Origin.MODEL, kept: Mapping[int, ObjectRecord] | None = None
) -> dict[int, ObjectRecord]:
    """Return the object table of a label volume (z, y, x): areas, boxes and colours; `kept` rows stay."""
    kept = kept or {}
    areas = np.bincount(labels.ravel())
    boxes = ndimage.find_objects(labels.view(np.int32))
    ids = np.flatnonzero(areas[1:]) + 1
    places = [boxes[number - 1] for number in ids]
    centres = np.array([[(part.start + part.stop) / 2 for part in place] for place in places]).reshape(-1, 3)
    colours = separate(ids, centres, {number: row.colour for number, row in kept.items()})
    return {
        number: kept[number] if number in kept else ObjectRecord(
            int(areas[number]),
            Box(z.start, z.stop, y.start, y.stop, x.start, x.stop),
            origin,
            colour=colours[number],
        )
        for number, (z, y, x) in zip(ids.tolist(), places, strict=True)
    }  # fmt: skip


def segment(
    image: Image, settings: Settings, load: Callable[[], Segments], kept: Kept, progress: Progress
) -> Found:
    """Run the network on an image and make the object table of the result."""
    progress(0, 1, "Loading the model")
    segmenter = load()
    return combine(segmenter.segment(image, settings, progress), kept, image.pixels.shape[:3])


def mask_again(
    flows: NDArray[np.float32],
    logits: NDArray[np.float32],
    settings: Settings,
    kept: Kept,
    progress: Progress,
) -> Found:
    """Make objects of the flows of an earlier run, with other thresholds."""
    from cpsam_core.segment import masks_of

    shape = logits.shape if logits.ndim == 3 else (1, *logits.shape)
    return combine(masks_of(flows, logits, settings, progress=progress), kept, shape)


def combine(result: Segmentation, kept: Kept, shape: tuple[int, ...]) -> Found:
    """Put a result of the engine together with the objects that stay, and make the object table."""
    found = np.asarray(result.labels, np.uint32).reshape(shape)
    before = kept.labels if kept.labels is not None else np.zeros((), np.uint32)
    labels = compose(found, before, list(kept.records), kept.first_id)
    records = records_of(labels, kept=kept.records)
    scores = _scores(result.objects)
    numbers = np.zeros(int(labels.max(initial=0)) + 1, np.int64)  # the engine's number of each object
    numbers[labels.ravel()] = found.ravel()
    for number, record in records.items():
        if number not in kept.records:
            records[number] = record.changed(**scores.get(int(numbers[number]), {}))
    return Found(labels, records, result.flows, result.logits, result.diameter)


def _scores(table: Any) -> dict[int, dict[str, float]]:
    """Return flow error and probability by id from the engine's table."""
    scores: dict[int, dict[str, float]] = {}
    for column, name in (("flow_errors", "flow_error"), ("probabilities", "probability")):
        values = getattr(table, column, None)
        if values is None:
            continue
        for number, value in zip(np.asarray(table.ids).tolist(), np.asarray(values).tolist(), strict=True):
            if value == value:
                scores.setdefault(int(number), {})[name] = float(value)
    return scores


def save_masks(path: Path, labels: Labels, progress: Progress) -> Path:
    """Write labels (z, y, x) as a label image; the file appears under its name only when it is complete."""
    from cpsam_core.images import write_labels

    progress(0, 1, "Saving")
    write_labels(path, labels[0] if labels.shape[0] == 1 else labels)
    progress(1, 1, "")
    return path


def read_masks(path: Path, shape: tuple[int, int, int], progress: Progress) -> Found:
    """Read labels for an open image of `shape` (z, y, x)."""
    from cpsam_core.errors import ImageError
    from cpsam_core.images import read_labels

    progress(0, 1, "Reading masks")
    labels = np.ascontiguousarray(read_labels(path), np.uint32)
    if labels.ndim == 2:
        labels = labels[None]
    if labels.shape != shape:
        raise ImageError(
            f"The masks in {path.name} are {_size(labels.shape)} pixels, the open image is {_size(shape)}. "
            "Open the image that these masks belong to first."
        )
    return Found(labels, records_of(labels, Origin.EDITED))


def _size(shape: tuple[int, ...]) -> str:
    lengths = shape[1:] if len(shape) == 3 and shape[0] == 1 else shape
    return " x ".join(str(length) for length in lengths)


def demo_path() -> Path:
    """Return the shipped image."""
    from cpsam_core.demo import demo_image

    return demo_image()


def masks_path(image: Path) -> Path:
    """Return where the masks of an image are saved: beside it, with ``_masks`` before the ending."""
    return image.with_name(f"{image.stem}_masks.tif")
