"""What jobs do: open, segment, save. No Qt and no window here; arrays come as copies or are given away."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from scipy import ndimage

from cpsam_core.errors import ImageError
from cpsam_core.progress import silent

from .box import Box
from .compose import compose
from .files import PROJECT, earlier_work
from .history import ObjectRecord, Origin
from .palette import CHANNEL_COLOURS, COLOURS, separate
from .project import read_project, write_project
from .view import ChannelView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_core.segment import Segmentation, Settings

    from .history import Labels
    from .snapshot import Snapshot

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
    found: Found | None = None
    """Masks that were saved beside the image."""
    masks_from: Path | None = None
    problem: str = ""
    """Why the saved masks could not be read."""


@dataclass(frozen=True, slots=True)
class Found:
    """The result of a run or of an import, ready to be swapped into the document."""

    labels: Labels
    records: dict[int, ObjectRecord]
    flows: NDArray[np.float32] | None = None
    logits: NDArray[np.float32] | None = None
    diameter: float | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kept:
    """Objects that survive a run: the labels that hold them, their rows, and the first free id."""

    labels: Snapshot | None = None
    records: Mapping[int, ObjectRecord] = field(default_factory=dict)
    first_id: int = 1


def open_image(path: Path, progress: Progress, *, shipped: bool = False) -> Opened:
    """Read an image, the masks saved beside it, and work out how its channels are shown first."""
    from cpsam_core.images import read_image

    progress(0, 3, "Reading")
    image = read_image(path)
    progress(1, 3, "Measuring brightness")
    opened = prepare(image)
    progress(2, 3, "Reading masks")
    if shipped:
        return replace(opened, image=replace(image, path=None))
    earlier = earlier_work(path)
    if earlier is None:
        return opened
    try:
        return replace(opened, found=read_masks(earlier, image.pixels.shape[:3], silent), masks_from=earlier)
    except ImageError as error:
        return replace(opened, problem=str(error))


def thumbnail(path: Path, size: int) -> NDArray[np.uint8] | None:
    """Return a small RGB picture (y, x, 3) of an image file; None where it cannot be read."""
    import cv2

    from cpsam_core.images import picture_of, read_image

    try:
        image = read_image(path)
    except ImageError:
        return None
    step = max(1, max(image.pixels.shape[1:3]) // (4 * size))
    middle = image.pixels.shape[0] // 2
    small = replace(image, pixels=image.pixels[middle : middle + 1, ::step, ::step])
    picture = picture_of(small)
    scale = size / max(picture.shape[:2])
    shape = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, shape, interpolation=cv2.INTER_AREA), np.uint8)


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


def records_with(labels: Labels, fields: Mapping[int, dict[str, Any]]) -> dict[int, ObjectRecord]:
    """Return the object table of labels (z, y, x) with stored fields such as class and origin put back."""
    records = records_of(labels, Origin.EDITED)
    return {number: record.changed(**fields.get(number, {})) for number, record in records.items()}


def segment(
    image: Image, settings: Settings, load: Callable[[Progress], Segments], kept: Kept, progress: Progress
) -> Found:
    """Run the network on an image and make the object table of the result."""
    progress(0, 1, "Loading the model")
    segmenter = load(progress)
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
    before = kept.labels.array() if kept.labels is not None else np.zeros((), np.uint32)
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


def save(
    path: Path, still: Snapshot, records: Mapping[int, ObjectRecord], extra: Saved, progress: Progress
) -> Path:
    """Write labels (z, y, x): as a project with all that is known, as a label image, or as `_seg.npy`.

    The kind follows from the ending of `path`. The file appears under its name only when it is complete.
    """
    from cpsam_core.images import write_labels

    progress(0, 1, "Saving")
    labels = still.array()
    flat = labels[0] if labels.shape[0] == 1 else labels
    if path.suffix == PROJECT:
        write_project(
            path, labels, records, extra.settings, extra.image.name if extra.image is not None else ""
        )
    elif path.name.endswith("_seg.npy"):
        _save_seg(path, flat, records, extra)
    else:
        write_labels(path, flat)
    progress(1, 1, "")
    return path


def _save_seg(path: Path, labels: Labels, records: Mapping[int, ObjectRecord], extra: Saved) -> None:
    from cpsam_core.images import SegFile, write_seg

    ids = sorted(records)
    fits = extra.logits is not None and extra.logits.shape == labels.shape
    seg = SegFile(
        labels,
        flows=extra.flows if fits else None,
        logits=extra.logits if fits else None,
        ismanual=np.array([records[number].origin is not Origin.MODEL for number in ids], bool),
        colours=np.array([COLOURS[records[n].colour % len(COLOURS)] for n in ids], np.uint8).reshape(-1, 3),
        filename=str(extra.image) if extra.image is not None else None,
        flow_threshold=extra.settings.get("flow_threshold"),
        cellprob_threshold=extra.settings.get("cellprob_threshold"),
        diameter=extra.settings.get("diameter"),
    )
    write_seg(path, seg)


@dataclass(frozen=True, slots=True)
class Saved:
    """What is saved beside the masks."""

    image: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    flows: NDArray[np.float32] | None = None
    logits: NDArray[np.float32] | None = None


def read_masks(path: Path, shape: tuple[int, ...], progress: Progress) -> Found:
    """Read labels for an open image of `shape` (z, y, x) from a project, a label image or a `_seg.npy`."""
    progress(0, 1, "Reading masks")
    if path.suffix == PROJECT:
        project = read_project(path)
        labels = _fitting(path, project.labels, shape)
        return Found(labels, records_with(labels, project.objects), settings=project.settings)
    if path.name.endswith("_seg.npy"):
        return _read_seg(path, shape)
    from cpsam_core.images import read_labels

    labels = _fitting(path, read_labels(path), shape)
    return Found(labels, records_of(labels, Origin.EDITED))


def _read_seg(path: Path, shape: tuple[int, ...]) -> Found:
    from cpsam_core.images import read_seg

    seg = read_seg(path)
    labels = _fitting(path, seg.masks, shape)
    records = records_of(labels)
    if seg.ismanual is not None:
        for number, manual in zip(seg.ids.tolist(), seg.ismanual.tolist(), strict=True):
            if manual and number in records:
                records[number] = records[number].changed(origin=Origin.HAND)
    names = ("diameter", "flow_threshold", "cellprob_threshold")
    settings = {name: value for name in names if (value := getattr(seg, name)) is not None}
    return Found(labels, records, seg.flows, seg.logits, settings=settings)


def _fitting(path: Path, labels: Labels, shape: tuple[int, ...]) -> Labels:
    labels = np.ascontiguousarray(labels, np.uint32)
    labels = labels[None] if labels.ndim == 2 else labels
    if labels.shape != tuple(shape):
        raise ImageError(
            f"The masks in {path.name} are {_size(labels.shape)} pixels, the open image is {_size(shape)}. "
            "Open the image that these masks belong to first."
        )
    return labels


def _size(shape: tuple[int, ...]) -> str:
    lengths = shape[1:] if len(shape) == 3 and shape[0] == 1 else shape
    return " x ".join(str(length) for length in lengths)


def demo_path() -> Path:
    """Return the shipped image."""
    from cpsam_core.demo import demo_image

    return demo_image()
