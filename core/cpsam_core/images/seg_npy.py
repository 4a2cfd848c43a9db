"""`_seg.npy`: the file in which Cellpose keeps masks, flows and settings of an image."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import fastremap
import numpy as np
import numpy.typing as npt
from scipy.special import expit

from cpsam_core.errors import ImageError
from cpsam_core.images.colours import flow_picture, object_colours
from cpsam_core.images.files import AnyPath, check_readable, saving
from cpsam_core.images.object_npy import write_object_npy
from cpsam_core.images.safe_pickle import load_npy_object
from cpsam_core.labels import outlines as outline_pixels

__all__ = ["SegFile", "read_seg", "write_seg"]


@dataclass(frozen=True, eq=False)
class SegFile:
    """What a `_seg.npy` file holds.

    Attributes
    ----------
    masks
        uint32 (y, x) or (z, y, x), 0 = background.
    flows
        float32 (2 or 3, ...), five times the unit flow (y, x) or (z, y, x); None where not stored.
    logits
        float32, shape of `masks`, the cell probability before the sigmoid; None where not stored.
    ismanual
        bool (n,), outlined by hand, for each of `ids`; None where not stored.
    classes
        int64 (n,), class of each of `ids`; None without. Cellpose ignores it.
    colours
        uint8 (n, 3), colour of each of `ids`; None where not stored.
    filename
        Image that the masks belong to, as it was written there.
    model_path
        Model that made the masks, None where unknown.
    diameter
        Pixels, None where not given.
    flow_threshold, cellprob_threshold
        Settings of the last run, None where unknown.
    normalize_params
        Settings of the normalisation under the names that Cellpose uses.
    outlines
        Older files only: (m, 2) arrays of x, y, one an object. Else empty: outlines follow from the masks.
    manual_changes
        What Cellpose logged of changes by hand.
    image
        The image itself where an older file carries it.
    """

    masks: npt.NDArray[np.uint32]
    flows: npt.NDArray[np.float32] | None = None
    logits: npt.NDArray[np.float32] | None = None
    ismanual: npt.NDArray[np.bool_] | None = None
    classes: npt.NDArray[np.int64] | None = None
    colours: npt.NDArray[np.uint8] | None = None
    filename: str | None = None
    model_path: str | None = None
    diameter: float | None = None
    flow_threshold: float | None = None
    cellprob_threshold: float | None = None
    normalize_params: Mapping[str, Any] = field(default_factory=dict)
    outlines: tuple[npt.NDArray[Any], ...] = ()
    manual_changes: tuple[Any, ...] = ()
    image: npt.NDArray[Any] | None = None

    @cached_property
    def ids(self) -> npt.NDArray[np.uint32]:
        """Numbers of the objects, ascending, uint32 (n,)."""
        found = fastremap.unique(self.masks)
        return np.asarray(found[found > 0], np.uint32)


def read_seg(path: AnyPath) -> SegFile:
    """Read a `_seg.npy` of Cellpose (window or command line, any version) without running anything in it.

    Parameters
    ----------
    path
        File.

    Returns
    -------
    SegFile
        Flows and logits only where they have the size of the masks.

    Raises
    ------
    ImageError
        Unreadable, damaged, not a saved segmentation, or holding something that could run code.
    """
    path = check_readable(path)
    data = load_npy_object(path)
    if not isinstance(data, dict) or not ("masks" in data or "outlines" in data):
        raise ImageError(f"{path} is not a segmentation saved by Cellpose: it holds no masks.")
    masks, numbers = _masks_of(data, path)
    found = fastremap.unique(masks)
    rows = found[found > 0].astype(np.int64) - 1
    flows, logits = _flows_of(data.get("flows"), masks.shape)
    outlines = data.get("outlines")
    image = data.get("img")
    return SegFile(
        masks=masks if numbers is None else numbers[masks],
        flows=flows,
        logits=logits,
        ismanual=_rows_of(data.get("ismanual"), rows, np.bool_),
        classes=_rows_of(data.get("classes"), rows, np.int64),
        colours=_rows_of(data.get("colors"), rows, np.uint8, (3,)),
        filename=_text(data.get("filename")),
        model_path=_text(data.get("model_path")),
        diameter=_number(data.get("diameter")),
        flow_threshold=_number(data.get("flow_threshold")),
        cellprob_threshold=_number(data.get("cellprob_threshold")),
        normalize_params=_settings(data.get("normalize_params")),
        outlines=tuple(map(np.asarray, outlines)) if isinstance(outlines, list) else (),
        manual_changes=tuple(data["manual_changes"]) if isinstance(data.get("manual_changes"), list) else (),
        image=image if isinstance(image, np.ndarray) and image.dtype.kind in "buif" else None,
    )


def write_seg(path: AnyPath, seg: SegFile) -> None:
    """Write a `_seg.npy` in the layout of Cellpose's window, in one step.

    Cellpose numbers objects from 1 without gaps, so they are renumbered in order here; their own numbers are
    kept under the key ``ids``, which :func:`read_seg` puts back and Cellpose ignores.

    Parameters
    ----------
    path
        Ends in ``_seg.npy``; Cellpose looks for it beside the image under the image's name without suffix.
    seg
        What to write.

    Raises
    ------
    ImageError
        Flows or tables that do not fit the masks, or writing failed; nothing was overwritten.
    """
    path = Path(path)
    ids = seg.ids
    _check_fits(seg, ids)
    count = len(ids)
    masks: npt.NDArray[Any] = seg.masks
    if count and ids[-1] != count:
        masks = np.searchsorted(np.concatenate(([0], ids)), masks)
    small = masks.astype(np.uint16 if count < 65535 else np.uint32)
    colours = object_colours(ids) if seg.colours is None else seg.colours
    data: dict[str, Any] = {
        "outlines": small * outline_pixels(small),
        "colors": np.asarray(colours, np.uint8).reshape(count, 3),
        "masks": small,
        "filename": seg.filename or path.name.removesuffix("_seg.npy"),
        "flows": _window_flows(seg),
        "ismanual": np.zeros(count, bool) if seg.ismanual is None else seg.ismanual,
        "manual_changes": list(seg.manual_changes),
        "model_path": seg.model_path or 0,
        "flow_threshold": seg.flow_threshold,
        "cellprob_threshold": seg.cellprob_threshold,
        "normalize_params": {"percentile": [1.0, 99.0]} | dict(seg.normalize_params),
        "restore": None,
        "ratio": 1.0,
        "diameter": seg.diameter,
        "ids": ids,
    }
    if masks.ndim == 3:
        data["zdraw"] = [None] * count
    if seg.classes is not None:
        data["classes"] = seg.classes
    with saving(path) as temporary, temporary.open("wb") as file:
        write_object_npy(file, data)


def _masks_of(
    data: dict[str, Any], path: Path
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32] | None]:
    """Return the stored masks, and the table of the numbers that their objects had, where there is one."""
    masks = data.get("masks")
    if not isinstance(masks, np.ndarray) or masks.dtype.kind not in "iub" or masks.size == 0:
        raise ImageError(f"{path} holds no masks in a form that is known.")
    if masks.ndim > 2:
        masks = masks.reshape([n for n in masks.shape[:-2] if n > 1] + list(masks.shape[-2:]))
    if masks.ndim not in (2, 3):
        raise ImageError(f"{path} holds masks with {masks.ndim} axes (shape {masks.shape}).")
    lowest = int(masks.min())
    # Very old files: background is -1.
    if lowest == -1:
        masks = masks.astype(np.int64) + 1
    elif lowest < 0:
        raise ImageError(f"{path} holds negative numbers of objects.")
    largest = int(masks.max())
    if largest > max(1 << 26, masks.size):
        raise ImageError(f"{path} holds object numbers up to {largest}, which make no sense.")
    ids = data.get("ids")
    # Only where they still fit: another program may have changed the masks and kept the key.
    if isinstance(ids, np.ndarray) and ids.shape == (largest,) and ids.dtype == np.uint32:
        numbers = np.concatenate(([0], ids))
        if (np.diff(numbers) > 0).all() and largest != numbers[-1]:
            return masks.astype(np.uint32), numbers.astype(np.uint32)
    return masks.astype(np.uint32), None


def _flows_of(
    stored: Any, shape: tuple[int, ...]
) -> tuple[npt.NDArray[np.float32] | None, npt.NDArray[np.float32] | None]:
    """Find flows and logits in either layout: apart (window) or stacked in the fifth entry (command line)."""
    parts = [np.squeeze(part) if _is_float(part) else None for part in stored] if _is_list(stored) else []
    # An image of one row or column has lost that axis too; it comes back with the shape of the masks.
    squeezed = tuple(length for length in shape if length > 1)
    flows, logits = None, None
    if len(parts) > 4 and parts[4] is not None and parts[4].shape[1:] == squeezed:
        flows, logits = parts[4][:-1], parts[4][-1]
    elif len(parts) > 3:
        flows, logits = parts[2], parts[3]
    if flows is None or logits is None or not flows.shape[1:] == logits.shape == squeezed:
        return None, None
    if len(flows) not in (2, 3):
        return None, None
    return flows.reshape(-1, *shape).astype(np.float32), logits.reshape(shape).astype(np.float32)


def _window_flows(seg: SegFile) -> list[Any]:
    """Return pictures of flow and probability, flow and logit, with a leading axis for a single plane."""
    if seg.flows is None or seg.logits is None:
        return [[], [], [], [], [[]]]
    probability = (expit(seg.logits) * 255).astype(np.uint8)
    entries: list[npt.NDArray[Any]] = [
        flow_picture(seg.flows[-2:]),
        probability,
        np.asarray(seg.flows),
        np.asarray(seg.logits),
    ]
    if seg.logits.ndim == 3:
        return [*entries, np.zeros(seg.logits.shape, np.uint8)]
    return [entry[np.newaxis] for entry in entries]


def _check_fits(seg: SegFile, ids: npt.NDArray[np.uint32]) -> None:
    for name, table in (("ismanual", seg.ismanual), ("classes", seg.classes), ("colours", seg.colours)):
        if table is not None and len(table) != len(ids):
            raise ImageError(f"{name} has {len(table)} entries, and there are {len(ids)} objects.")
    for name, stored in (("The flows", seg.flows), ("The logits", seg.logits)):
        if stored is not None and stored.shape[-seg.masks.ndim :] != seg.masks.shape:
            raise ImageError(
                f"{name} and the masks differ in size: {stored.shape} against {seg.masks.shape}."
            )


def _rows_of(
    stored: Any, rows: npt.NDArray[np.int64], dtype: type[Any], rest: tuple[int, ...] = ()
) -> npt.NDArray[Any] | None:
    """Return the rows of a stored table (row k-1 is object k) that belong to the objects there are."""
    if not isinstance(stored, np.ndarray) or stored.dtype.kind not in "buif":
        return None
    if stored.shape != (rows.max(initial=-1) + 1, *rest):
        return None
    chosen: npt.NDArray[Any] = stored[rows].astype(dtype)
    return chosen


def _is_list(stored: Any) -> bool:
    return isinstance(stored, (list, tuple)) or (isinstance(stored, np.ndarray) and stored.dtype == object)


def _is_float(entry: Any) -> bool:
    return isinstance(entry, np.ndarray) and entry.dtype.kind == "f" and entry.size > 0


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _number(value: Any) -> float | None:
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.item()
    if not isinstance(value, (int, float, np.number)) or isinstance(value, np.complexfloating):
        return None
    try:
        number = float(value)
    except OverflowError:
        # Whole numbers of any length can be pickled.
        return None
    return number if math.isfinite(number) else None


def _settings(value: Any) -> dict[str, Any]:
    return {str(key): entry for key, entry in value.items()} if isinstance(value, dict) else {}
