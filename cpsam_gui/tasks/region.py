"""Running the network on a part of an image, at the scale of what is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from cpsam_gui.operations.region_run import RegionResult
from cpsam_gui.operations.replacing import inside
from cpsam_gui.state.box import Box
from cpsam_gui.tasks.segmenting import run_network, scores_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.images import Image
    from cpsam_core.progress import Progress
    from cpsam_core.segment.segmenter import Settings
    from cpsam_gui.runs.segmenter import Segments
    from cpsam_gui.state.steps import Labels

# Pixels around the region that the network sees too, so that cells at its border look whole.
CONTEXT_PIXELS = 32
# Planes before and after a region of several, likewise.
CONTEXT_PLANES = 6


def segment_region(
    image: Image, region: Box, settings: Settings, load: Callable[[Progress], Segments], progress: Progress
) -> RegionResult:
    """Run the network on a block of an image (z, y, x) as if it were an image of its own.

    Brightness is normalised within the block, and where `settings` leave the diameter to the model the cells of the
    block are what is measured. Objects that lie in the region by more than half are returned whole, those around
    it left out.
    """
    box = region.grow(CONTEXT_PIXELS)
    if region.z1 - region.z0 > 1:
        box = replace(box, z0=box.z0 - CONTEXT_PLANES, z1=box.z1 + CONTEXT_PLANES)
    box = box.clip(image.pixels.shape[:3])
    part = replace(image, pixels=image.pixels[box.slices])
    settings = replace(settings, do_3D=settings.do_3D and part.is_stack)
    result, _ = run_network(part, settings, load, progress)
    labels = np.asarray(result.labels, np.uint32).reshape(box.shape)
    inner = Box(
        region.z0 - box.z0,
        region.z1 - box.z0,
        region.y0 - box.y0,
        region.y1 - box.y0,
        region.x0 - box.x0,
        region.x1 - box.x0,
    )
    return RegionResult(region, box, _only_inside(labels, inner), scores_of(result), result.output)


def _only_inside(labels: Labels, inner: Box) -> Labels:
    """Return `labels` without the objects of which half or more lies outside of `inner`."""
    there = inside(labels, inner.slices)
    kept: Labels = np.where(there, np.arange(there.size, dtype=np.uint32), np.uint32(0))[labels]
    return kept
