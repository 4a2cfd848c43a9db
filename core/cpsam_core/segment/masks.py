"""From what a network gave to objects: labels, their table and classes, for planes and volumes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cpsam_core.dynamics import ChosenMasks, Masks, clean_masks, find_masks
from cpsam_core.labels import ObjectTable, clear_border, object_table
from cpsam_core.labels.classes import majority_classes
from cpsam_core.preprocess.resample import resize_labels
from cpsam_core.progress import Progress, silent
from cpsam_core.segment.mask_memory import MaskMemory
from cpsam_core.segment.output import NetworkOutput
from cpsam_core.segment.predict import resize_flows
from cpsam_core.segment.settings import DEFAULT_STEPS, NATIVE_DIAMETER_PX, Settings
from cpsam_core.segment.volume import stitch

Labels = NDArray[np.uint32]
FloatArray = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Segmentation:
    """What a run found.

    Attributes
    ----------
    labels : (y, x) or (z, y, x) uint32
        0 is background; objects are numbered from 1, over all planes of a stack.
    output : NetworkOutput
        What the network gave; thresholds can be changed without running it again (see `masks_of`).
    objects : ObjectTable
        Place, size, flow error and mean probability of each object.
    classes : (n,) int64 or None
        Class of each object by the majority of its pixels, from 1; objects that are background were removed.
    notes : tuple of str
        What the user should know of this result: that a small model is unsure (see `confidence`), that the model was
        taught with other channels, or that the size of the cells is doubtful.
    """

    labels: Labels
    output: NetworkOutput
    objects: ObjectTable
    classes: NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()

    @property
    def flows(self) -> FloatArray:
        """The network's flows; see `NetworkOutput`."""
        return self.output.flows

    @property
    def logits(self) -> FloatArray:
        """Cell logits, of the shape of the labels, float32."""
        return self.output.logits

    @property
    def diameter(self) -> float:
        """Diameter in pixels that was used; 30 where the image was not resized."""
        return self.output.diameter or NATIVE_DIAMETER_PX


def masks_of(
    output: NetworkOutput,
    settings: Settings,
    progress: Progress = silent,
    memory: MaskMemory | None = None,
) -> Segmentation:
    """Turn what a network gave into objects, for example with other thresholds than those of its run.

    Parameters
    ----------
    output
        A stack with flows of two components is taken plane by plane. Its diameter, where it has one, decides on the
        steps along the flows, so that they are those of its run.
    settings
        The thresholds; whatever the network saw is not looked at.
    progress
        Called as the work goes on; may raise `Cancelled`.
    memory
        Given again with the same output of a plane, it answers at once where only the choice of objects changes.
    """
    settings, logits = _as_in_the_run(settings, output), output.logits
    plain = _is_plain(output, settings)
    if logits.ndim == 2:
        memory = memory or output.memory or MaskMemory()
        chosen = memory.find(output.flows, logits, settings, progress, output.device)
        labels, errors, objects = chosen.labels, chosen.objects.flow_errors, chosen.objects
    else:
        planes = _plane_by_plane if output.by_plane else _find
        found = planes(output, settings, progress)
        labels, errors = found.labels, found.flow_errors
    if settings.exclude_on_edges:
        inner = clear_border(labels)
        kept = np.unique(inner[inner > 0])
        labels, errors = _renumber(inner, kept), errors[kept - 1]
    classes = None
    if output.class_logits is not None:
        classes = majority_classes(
            labels, output.class_logits, np.arange(1, len(errors) + 1, dtype=np.uint32)
        )
        kept = (np.flatnonzero(classes) + 1).astype(np.uint32)
        labels, errors, classes = _renumber(labels, kept), errors[kept - 1], classes[kept - 1]
    if not plain:
        objects = object_table(labels, logits, errors)
    return Segmentation(labels, _known(output, settings, memory), objects, classes)


def choose_again(
    output: NetworkOutput, settings: Settings, progress: Progress, memory: MaskMemory
) -> tuple[ChosenMasks, NetworkOutput] | None:
    """Return what `masks_of` does without painting the labels; None where it is no mere choice among candidates."""
    settings = _as_in_the_run(settings, output)
    if not _is_plain(output, settings):
        return None
    chosen = memory.find(output.flows, output.logits, settings, progress, output.device)
    return chosen, _known(output, settings, memory)


def _as_in_the_run(settings: Settings, output: NetworkOutput) -> Settings:
    """Return settings with the diameter of the run, which decides on the steps along the flows."""
    return settings if output.diameter is None else replace(settings, diameter=float(output.diameter))


def _is_plain(output: NetworkOutput, settings: Settings) -> bool:
    """Whether the objects of a plane are those that the thresholds choose, and all of them."""
    return output.logits.ndim == 2 and output.class_logits is None and not settings.exclude_on_edges


def _known(output: NetworkOutput, settings: Settings, memory: MaskMemory | None) -> NetworkOutput:
    diameter = settings.diameter if isinstance(settings.diameter, float) else NATIVE_DIAMETER_PX
    return replace(output, diameter=float(diameter), memory=memory)


def output_of(maps: FloatArray, components: int = 2, device: str = "cpu") -> NetworkOutput:
    """Return the maps of a network (map, ..., y, x) by their names: class maps, `components` of the flows, logits."""
    first = len(maps) - 1 - components
    classes = maps[:first] if first else None
    return NetworkOutput(maps[first:-1], maps[-1], class_logits=classes, device=device)


def resized_masks(
    maps: FloatArray, shape: tuple[int, int], settings: Settings, progress: Progress, device: str = "cpu"
) -> Segmentation:
    """Make the masks of maps (map, z, y, x) at the network's size, and bring all to the image's `shape` (y, x)."""
    part = maps.shape[2] * maps.shape[3] / (shape[0] * shape[1])
    small = replace(settings, min_size=int(settings.min_size * part), niter=settings.niter or DEFAULT_STEPS)
    maps = maps[:, 0] if maps.shape[1] == 1 else maps
    found = masks_of(output_of(maps, device=device), small, progress)
    labels = resize_labels(found.labels, shape)
    # The smallest may lose their last pixel where the image was enlarged.
    kept = np.unique(labels[labels > 0])
    labels = _renumber(labels, kept)
    planes = maps.reshape(-1, *maps.shape[-2:])
    full = resize_flows(planes, shape).reshape(*maps.shape[:-2], *shape)
    objects = object_table(labels, full[-1], found.objects.flow_errors[kept - 1])
    classes = None if found.classes is None else found.classes[kept - 1]
    output = replace(output_of(full, device=device), diameter=found.diameter)
    return Segmentation(labels, output, objects, classes)


def _find(output: NetworkOutput, settings: Settings, progress: Progress) -> Masks:
    return find_masks(
        output.flows,
        output.logits,
        cellprob_threshold=settings.cellprob_threshold,
        flow_threshold=settings.flow_threshold,
        niter=settings.steps,
        min_size=settings.min_size,
        max_size_fraction=settings.max_size_fraction,
        flow3D_smooth=settings.flow3D_smooth,
        device=output.device,
        progress=progress,
    )


def _plane_by_plane(output: NetworkOutput, settings: Settings, progress: Progress) -> Masks:
    """Number the objects of all planes in one sequence, or join those that overlap from plane to plane.

    A body is thin in its first and last planes, so where planes are joined, the smallest size holds for the body and
    not for its section of a plane.
    """
    flows, logits = output.flows, output.logits
    joins = settings.stitch_threshold > 0 and len(logits) > 1
    of_plane = replace(settings, min_size=0) if joins else settings
    labels = np.zeros(logits.shape, np.uint32)
    errors: list[NDArray[np.float32]] = []
    count = 0
    for z in range(len(logits)):
        found = _find(replace(output, flows=flows[:, z], logits=logits[z]), of_plane, silent)
        labels[z] = np.where(found.labels > 0, found.labels + np.uint32(count), 0)
        count += len(found.flow_errors)
        errors.append(found.flow_errors)
        progress(z + 1, len(logits), "masks of planes")
    apart = np.concatenate(errors)
    if not joins:
        return Masks(labels, apart)
    joined = stitch(labels, settings.stitch_threshold)
    return clean_masks(joined, _mean_errors(labels, joined, apart), min_size=settings.min_size)


def _mean_errors(before: Labels, after: Labels, errors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the flow error of each joined object: the mean over the objects of its planes."""
    _, first = np.unique(before, return_index=True)
    owners = after.ravel()[first][1:] if before.ravel()[first[0]] == 0 else after.ravel()[first]
    inside = owners > 0
    size = int(after.max()) + 1
    total = np.bincount(owners[inside], errors[inside], size)
    number = np.bincount(owners[inside], minlength=size)
    return (total / np.maximum(number, 1))[1:].astype(np.float32)


def _renumber(labels: Labels, kept: NDArray[np.uint32]) -> Labels:
    new = np.zeros(int(labels.max()) + 1, np.uint32)
    new[kept] = np.arange(1, len(kept) + 1)
    return new[labels]
