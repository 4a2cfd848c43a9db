"""What a run writes: names that never clash, kinds of files, and all files of an image or none."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.cli.inputs import Input
from cpsam_core.cli.kinds import FOLDERS, KINDS, MASKS, ONE_PLANE
from cpsam_core.errors import ImageError
from cpsam_core.images import (
    Image,
    SegFile,
    overlay_picture,
    read_labels,
    write_labels,
    write_object_table,
    write_outlines,
    write_picture,
    write_rois,
    write_seg,
    write_tiff,
)
from cpsam_core.images.companions import Listings, companions
from cpsam_core.images.document_key import WHOLE, DocumentKey
from cpsam_core.images.file_names import normal
from cpsam_core.images.replaceable import check_replaceable
from cpsam_core.images.result_mark import RESULT
from cpsam_core.system.paths import as_given, make_folder

if TYPE_CHECKING:
    from cpsam_core.segment.segmenter import Segmentation
    from cpsam_core.segment.settings import Settings

# The longest file name on all usual file systems.
MAX_NAME_BYTES = 255


@dataclass(frozen=True)
class Target:
    """An image and the files to write for it, by kind.

    Attributes
    ----------
    image
        Its file.
    files
        What is written.
    kept
        What an earlier run wrote before it was interrupted, and stays as it is.
    key
        Which scene and time point of the file.
    stem
        What its results are called, before their endings.
    """

    image: Path
    files: dict[str, Path]
    kept: dict[str, Path] = dataclasses.field(default_factory=dict)
    key: DocumentKey = WHOLE
    stem: str = ""

    @property
    def existing(self) -> list[Path]:
        """Those files that are there already."""
        # Not `Path.exists`, which raises for names that are too long; writing says so.
        return [path for path in self.files.values() if os.path.exists(path)]  # noqa: PTH110

    def rest(self) -> Target:
        """Return the target with the files that are missing, where some are there already."""
        there = set(self.existing)
        return dataclasses.replace(
            self,
            files={kind: path for kind, path in self.files.items() if path not in there},
            kept={kind: path for kind, path in self.files.items() if path in there},
        )


@dataclass(frozen=True)
class Run:
    """What all images of a run have in common, for the files that keep it."""

    model: str
    settings: Settings


@dataclass(frozen=True)
class ResultNames:
    """What files of masks are called, and where they lie.

    Attributes
    ----------
    suffix
        What follows the name of the image in files of masks, in place of `_masks`.
    in_folders
        Whether each kind has a folder of its own: masks, outlines, flows.
    """

    suffix: str = MASKS
    in_folders: bool = False

    def place(self, folder: Path, stem: str, kind: str) -> Path:
        """Return the file of a kind for an image of this stem."""
        ending = KINDS[kind].ending
        if ending.startswith(MASKS):
            ending = self.suffix + ending.removeprefix(MASKS)
        return (folder / FOLDERS[kind] if self.in_folders else folder) / f"{stem}{ending}"


def plan(
    inputs: Sequence[Input],
    out: Path | None,
    kinds: Sequence[str],
    naming: ResultNames | None = None,
) -> list[Target]:
    """Choose the files to write for every image.

    Parameters
    ----------
    inputs
        Images.
    out
        Folder of the results, in which the folders below a searched folder are mirrored; None writes beside each
        image.
    kinds
        Keys of `KINDS`.
    naming
        What the files are called; NAME_masks.tif and so on unless given.

    Returns
    -------
    list of Target
        In the order of `inputs`. Images of one name from different folders go to folders of their own; images that
        differ in their suffix only (`a.png`, `a.tif`) keep it in their names (`a_png`, `a_tif`), also where only one
        of them is named: see `images.companions`.
    """
    naming = naming or ResultNames()
    folders = [one.path.parent if out is None else out / one.below for one in inputs]
    listings = Listings()
    stems = [companions(one.path, one.key, listings=listings).stem for one in inputs]
    for group in _clashes(folders, stems):
        parents = [as_given(inputs[i].path.parent) for i in group]
        if out is not None and len(set(parents)) > 1:
            for i, apart in zip(group, _apart(parents), strict=True):
                folders[i] = out / apart
    for group in _clashes(folders, stems):
        for i in group:
            stems[i] = f"{stems[i]}_{inputs[i].path.suffix[1:]}"
    number = 2
    while groups := _clashes(folders, stems):
        for i in groups[0][1:]:
            stems[i], number = f"{stems[i]}_{number}", number + 1
    return [
        Target(one.path, {kind: naming.place(folder, stem, kind) for kind in kinds}, key=one.key, stem=stem)
        for one, folder, stem in zip(inputs, folders, stems, strict=True)
    ]


def check_possible(target: Target, image: Image) -> None:
    """Refuse kinds of files that cannot hold this image, before time is spent on it.

    Raises
    ------
    ImageError
        A stack, for a kind of file that holds one plane, a name that is too long for its results, or a file there
        that must stay.
    """
    longest = max((path.name for path in target.files.values()), key=_bytes)
    if _bytes(longest) > MAX_NAME_BYTES:
        raise ImageError(
            f"The name of {target.image} is too long: with what is added for its results it has {_bytes(longest)} "
            f"bytes, and file names have {MAX_NAME_BYTES} at most. Rename it."
        )
    flat = [kind for kind in target.files if kind in ONE_PLANE]
    if image.is_stack and flat:
        raise ImageError(
            f"{target.image} is a stack, and {' and '.join(flat)} hold one plane: save tif or rois instead."
        )
    for kind, path in target.files.items():
        check_replaceable(path, KINDS[kind].content, target.image)


def write_results(target: Target, image: Image, found: Segmentation, run: Run) -> None:
    """Write all files of an image, or none: where one fails, those already written are removed again.

    Raises
    ------
    ImageError
        A file cannot be written, or masks that are kept are not those that this run found.
    """
    _check_kept(target, found)
    new = [path for path in target.files.values() if not path.exists()]
    complete = False
    try:
        for kind, path in target.files.items():
            make_folder(path.parent)
            _writer(kind)(path, image, found, run)
        complete = True
    finally:
        if not complete:
            for path in new:
                _remove(path)


def _remove(path: Path) -> None:
    """Remove what was written, a file or a folder of files; what cannot be removed stays."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _check_kept(target: Target, found: Segmentation) -> None:
    """Refuse to complete results of other settings, or masks that somebody corrected since."""
    for kind in ("tif", "png", "seg"):
        path = target.kept.get(kind)
        if path is not None and not _holds(path, found):
            raise ImageError(
                f"{path} exists and holds other masks than this run found, so that the missing results would not "
                "belong to it; --overwrite replaces it."
            )


def _holds(path: Path, found: Segmentation) -> bool:
    try:
        return np.array_equal(read_labels(path), found.labels)
    except ImageError:
        # Whatever it is, it is not what this run found.
        return False


def _bytes(name: str) -> int:
    return len(os.fsencode(name))


def _clashes(folders: Sequence[Path], stems: Sequence[str]) -> list[list[int]]:
    """Return groups of images whose files would have the same names on some system."""
    groups: dict[tuple[Path, str], list[int]] = {}
    for i, (folder, stem) in enumerate(zip(folders, stems, strict=True)):
        groups.setdefault((folder, normal(stem).casefold()), []).append(i)
    return [group for group in groups.values() if len(group) > 1]


def _apart(parents: list[Path]) -> list[Path]:
    """Return what tells folders apart: their paths from the folder that they have in common."""
    try:
        common = os.path.commonpath(parents)
    except ValueError:
        # On different drives.
        return [Path(*parent.parts[1:]) for parent in parents]
    return [parent.relative_to(common) for parent in parents]


def _write_masks(path: Path, image: Image, found: Segmentation, run: Run) -> None:
    write_labels(path, found.labels, pixel_size=image.pixel_size, z_step=image.z_step, companion=True)


def _write_flows(path: Path, image: Image, found: Segmentation, run: Run) -> None:
    maps = np.concatenate([found.flows, found.logits[np.newaxis]])
    axes = "CZYX" if maps.ndim == 4 else "CYX"
    write_tiff(path, maps, axes, pixel_size=image.pixel_size, z_step=image.z_step, mark=RESULT)


def _write_seg(path: Path, image: Image, found: Segmentation, run: Run) -> None:
    seg = SegFile(
        masks=found.labels,
        flows=found.flows,
        logits=found.logits,
        classes=found.classes,
        filename=str(as_given(image.path)) if image.path else None,
        model_path=run.model,
        diameter=found.diameter,
        flow_threshold=run.settings.flow_threshold,
        cellprob_threshold=run.settings.cellprob_threshold,
        normalize_params=dataclasses.asdict(run.settings.normalize),
    )
    write_seg(path, seg)


def _write_table(path: Path, image: Image, found: Segmentation, run: Run) -> None:
    write_object_table(
        path,
        found.objects,
        pixel_size=image.pixel_size,
        pixel_height=image.pixel_height,
        z_step=image.z_step,
        classes=found.classes,
    )


def _writer(kind: str) -> Callable[[Path, Image, Any, Run], None]:
    """Return what writes a kind: a function of this module, or else its format's own."""
    return WRITERS.get(kind, partial(_write_objects, kind))


def _write_objects(kind: str, path: Path, image: Image, found: Segmentation, run: Run) -> None:
    """Write the objects in one of the formats."""
    from cpsam_core.formats import ObjectSet, find_format, write_objects

    ids = found.objects.ids.tolist()
    kinds = [] if found.classes is None else found.classes.tolist()
    columns = {"flow error": found.objects.flow_errors, "probability": found.objects.probabilities}
    objects = ObjectSet(
        found.labels,
        classes={number: kind for number, kind in zip(ids, kinds, strict=False) if kind > 0},
        columns=columns,
        pixel_size=image.pixel_size,
        z_step=image.z_step,
        image_name=image.path.name if image.path else "",
        image_path=image.path,
        image=image,
    )
    write_objects(path, objects, find_format(kind))


def _write_overlay(path: Path, image: Image, found: Segmentation, run: Run) -> None:
    write_picture(path, overlay_picture(image, found.labels), is_result=True)


WRITERS: dict[str, Callable[[Path, Image, Any, Run], None]] = {
    "tif": _write_masks,
    "png": _write_masks,
    "outlines": lambda path, image, found, run: write_outlines(path, found.labels),
    "rois": lambda path, image, found, run: write_rois(path, found.labels),
    "flows": _write_flows,
    "seg": _write_seg,
    "csv": _write_table,
    "overlay": _write_overlay,
}
