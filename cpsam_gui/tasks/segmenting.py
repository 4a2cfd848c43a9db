"""Running the network, and making objects of stored flows with other thresholds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from cpsam_gui.compose import compose

from .records import Found, Kept, records_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_core.segment import Segmentation, Settings


class Segments(Protocol):
    """What the window needs of a segmenter; tests bring their own."""

    def segment(self, image: Any, settings: Settings, progress: Progress) -> Segmentation:
        """Segment an image."""
        ...


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
