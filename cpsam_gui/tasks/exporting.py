"""Handing objects on to other programs and taking theirs: one image, or all images of a folder. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from cpsam_core.errors import CpsamError, ImageError
from cpsam_core.progress import silent
from cpsam_core.system.file_identity import identity_of
from cpsam_core.system.paths import make_folder
from cpsam_gui.runs.movie_times import at_work
from cpsam_gui.state.image_facts import ClassName, ImageFacts
from cpsam_gui.state.objects import Origin
from cpsam_gui.state.snapshot import Snapshot
from cpsam_gui.storage.companions import PROJECT, companions_of
from cpsam_gui.storage.parts_done import parts_done
from cpsam_gui.tasks.importing import is_picture
from cpsam_gui.tasks.label_image import masks_as_of
from cpsam_gui.tasks.records import ready_to_land, records_of
from cpsam_gui.tasks.saving import LoadedMasks, SaveExtras, fitting, read_masks, save_as_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cpsam_core.formats import Format, ObjectSet, WriteOptions
    from cpsam_core.images import Image
    from cpsam_core.images.companions import Companions, Listings
    from cpsam_core.progress import Progress
    from cpsam_gui.state.objects import ObjectRecord
    from cpsam_gui.state.steps import Labels
    from cpsam_gui.tasks.records import MaskResult
    from cpsam_gui.tasks.wanted import WantedMasks

# These say more than their pixels, and have readers of their own.
OWN = (PROJECT, "_seg.npy")
MADE_AHEAD = "its masks were made ahead and are not saved: open it and save"


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """How objects are written.

    Attributes
    ----------
    chosen
        The format.
    options
        What the format lets one choose.
    measured
        Whether objects are measured for a format that holds measurements.
    replace_files
        Whether files that exist are replaced, where a whole folder is exported.
    plane
        The plane on the screen, which a picture shows; None for the one with the most labelled pixels.
    """

    chosen: Format
    options: WriteOptions
    measured: bool = True
    replace_files: bool = False
    plane: int | None = None


@dataclass(frozen=True, slots=True)
class ImageCounts:
    """How many images of a folder were written wholly, in part, not at all and not because of an error."""

    whole: int = 0
    in_part: int = 0
    left_out: int = 0
    failed: int = 0

    @property
    def written(self) -> int:
        """Images of which anything was written."""
        return self.whole + self.in_part

    @property
    def total(self) -> int:
        """All images."""
        return self.written + self.left_out + self.failed

    def counting(self, one: ExportResult) -> ImageCounts:
        """Return these with one more image, to which this was done."""
        if one.paths and not (one.failed or one.skipped):
            return replace(self, whole=self.whole + 1)
        if one.paths:
            return replace(self, in_part=self.in_part + 1)
        if one.failed:
            return replace(self, failed=self.failed + 1)
        return replace(self, left_out=self.left_out + 1)


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What was written, what was not, and what the format does not keep."""

    paths: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    existed: bool = False
    """Whether a file was left alone because it exists."""
    images: ImageCounts = ImageCounts()

    def and_then(self, one: ExportResult) -> ExportResult:
        """Return this with what was done for one more image, which counts once however many files it has."""
        return ExportResult(
            (*self.paths, *one.paths),
            tuple(dict.fromkeys((*self.notes, *one.notes))),
            (*self.failed, *one.failed),
            (*self.skipped, *one.skipped),
            self.existed or one.existed,
            self.images.counting(one),
        )


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Masks from a file, and what of it could not be taken over."""

    found: MaskResult
    notes: tuple[str, ...] = ()
    is_picture: bool = False
    """Whether they are no masks but the brightness of the image itself."""
    part: str = ""
    """Which time point of the file they are, in English; empty where it has no others."""


def objects_of(
    labels: Labels, records: Mapping[int, ObjectRecord], extra: SaveExtras, image: Image | None
) -> ObjectSet:
    """Return labels (z, y, x) and the object table as the formats take them; nothing is measured."""
    from cpsam_core.formats import ObjectSet

    flat = np.ascontiguousarray(labels[0] if labels.shape[0] == 1 else labels)
    ids = sorted(records)
    left = extra.output if extra.output is not None and extra.output.fits(flat.shape) else None
    names = {one.number: one.name for one in extra.facts.classes if one.name}
    return ObjectSet(
        flat,
        classes={number: records[number].class_id for number in ids if records[number].class_id},
        class_names=names,
        class_colours={one.number: _rgb(one.colour) for one in extra.facts.classes if one.colour},
        pixel_size=image.pixel_size if image is not None else None,
        z_step=image.z_step if image is not None else None,
        image_name=extra.image.name if extra.image is not None else "",
        image_path=extra.image,
        image=image,
        flows=left.flows if left is not None else None,
        logits=left.logits if left is not None else None,
        ismanual=np.array([records[number].origin is not Origin.MODEL for number in ids], bool),
        companion=True,
    )


def export_open(
    path: Path,
    still: Snapshot | Labels,
    records: Mapping[int, ObjectRecord],
    extra: SaveExtras,
    image: Image | None,
    plan: ExportPlan,
    progress: Progress,
) -> ExportResult:
    """Write the objects of one image.

    Raises
    ------
    ImageError
        The format cannot hold these objects, or the file cannot be written.
    """
    from cpsam_core.formats import left_out, write_objects

    progress(0, 2, "Exporting")
    labels = still.array() if isinstance(still, Snapshot) else still
    if plan.chosen.key == "project":
        return _whole_project(path, labels, records, extra, progress)
    objects = objects_of(labels, records, extra, image)
    if objects.is_stack:
        objects = replace(objects, plane=plan.plane)
    if plan.measured and plan.chosen.measurements:
        objects = _measured(objects, records, progress)
    progress(1, 2, "Exporting")
    write_objects(path, objects, plan.chosen, plan.options)
    progress(2, 2, "")
    return ExportResult((path,), left_out(plan.chosen, objects))


def _whole_project(
    path: Path,
    labels: Labels,
    records: Mapping[int, ObjectRecord],
    extra: SaveExtras,
    progress: Progress,
) -> ExportResult:
    """Write all that is known, as beside the image: the format of the engine holds the objects alone."""
    from cpsam_core.images.replaceable import check_replaceable
    from cpsam_core.system.file_content import Content

    check_replaceable(path, Content.PROJECT, extra.image)
    # Of a time point the copy holds that alone.
    save_as_project(path, labels, records, replace(extra, with_flows=True, key=None))
    progress(2, 2, "")
    return ExportResult((path,))


def export_folder(
    images: tuple[Path, ...],
    target: Path | None,
    plan: ExportPlan,
    progress: Progress,
    made_ahead: frozenset[Path] = frozenset(),
) -> ExportResult:
    """Write the saved objects of every image of a folder; one that fails does not stop the others.

    Time points and scenes that have masks of their own go to files of their own; that others have none is said.

    Parameters
    ----------
    images
        Image files; those without masks beside them are left alone.
    target
        Folder of the results; None puts each beside its image.
    made_ahead
        Images whose masks are in memory only; those without saved masks are named as such.
    """
    from cpsam_core.images.companions import Listings

    total, done, listings = len(images), ExportResult(), Listings()
    for number, path in enumerate(images):
        progress(number, total, path.name)
        works, one = _works(path, listings), ExportResult()
        if not works:
            why = MADE_AHEAD if path in made_ahead else _why_none(path, listings)
            one = replace(one, skipped=(f"{path.name}: {why}",))
        for own in works:
            one = _with_document(one, own, target, plan)
        for parts in parts_done([path] if works else [], listings).values():
            if parts.left_out:
                one = replace(one, skipped=(*one.skipped, f"{path.name}: {parts.left_out}"))
        done = done.and_then(one)
    if plan.chosen.key == "csv":
        done = _aligned(done)
    progress(total, total, "")
    return done


def _aligned(done: ExportResult) -> ExportResult:
    """Give the tables of one export the same columns, and return what was done."""
    from cpsam_core.images.tables import align_columns

    try:
        align_columns(done.paths)
    except ImageError as error:
        return replace(done, failed=(*done.failed, str(error)))
    return done


def _works(path: Path, listings: Listings) -> list[Companions]:
    """Return the documents of an image that have masks: it as a whole, or its time points and scenes."""
    from cpsam_core.images.companions import documents_of

    return [own for own in documents_of(path, listings=listings) if own.masks]


def _why_none(path: Path, listings: Listings) -> str:
    if companions_of(path, listings).project.is_dir():
        return "its masks are larger than memory; open it and export it alone"
    return "no masks"


def _with_document(
    done: ExportResult, own: Companions, target: Path | None, plan: ExportPlan
) -> ExportResult:
    """Export one document, and return what was done with what was done for it."""
    from cpsam_core.formats import name_for

    masks, name = own.masks[0], " ".join(part for part in (own.image.name, own.key.text) if part)
    # As its masks are called: another image may have the same stem.
    goal = name_for(own.image.with_name(own.stem + own.image.suffix), plan.chosen, target)
    if goal.resolve() == masks.resolve():
        return replace(done, skipped=(*done.skipped, f"{name}: {goal.name} holds the masks themselves"))
    if goal.exists() and not plan.replace_files:
        behind = identity_of(goal).is_behind(masks_as_of(masks, own.key))
        why = f"{goal.name} exists" + (" and is older than the masks" if behind else "")
        return replace(done, skipped=(*done.skipped, f"{name}: {why}"), existed=True)
    try:
        one = _export_file(own, masks, goal, plan)
    except (CpsamError, OSError, MemoryError) as error:
        return replace(done, failed=(*done.failed, f"{name}: {error or 'not enough memory'}"))
    notes = tuple(dict.fromkeys((*done.notes, *one.notes)))
    return replace(done, paths=(*done.paths, *one.paths), notes=notes)


def _export_file(own: Companions, masks: Path, goal: Path, plan: ExportPlan) -> ExportResult:
    from cpsam_core.data.image_input import input_of
    from cpsam_core.data.pairs import Pair

    image = Pair(own.image, masks, "", key=own.key, seen=input_of(own)).read_image()
    found = read_masks(masks, image.pixels.shape[:3], silent, own.key)
    extra = SaveExtras(own.image, found.settings, found.output)
    if isinstance(found, LoadedMasks):
        facts = found.facts or ImageFacts()
        extra = replace(extra, facts=facts, foreign=found.foreign, fingerprint=found.fingerprint)
    make_folder(goal.parent)
    return export_open(goal, found.labels, found.records, extra, image, plan, silent)


def read_any(path: Path, wanted: WantedMasks, progress: Progress) -> ImportResult:
    """Read objects of any format for the image that wants them; of a movie those of its time point.

    Raises
    ------
    ImageError
        Unreadable, of no known format, or the objects of another image.
    """
    from cpsam_core.formats import ReadHints, read_objects
    from cpsam_core.images.project_summary import project_keys

    shape = wanted.shape
    if path.name.endswith(OWN):
        key = wanted.key if wanted.key in project_keys(path) else None
        return ImportResult(ready_to_land(read_masks(path, shape, progress, key)))
    progress(0, 1, "Reading masks")
    flat = shape[1:] if shape[0] == 1 else shape
    objects = _one_of(path, wanted.name) if path.suffix.lower() == ".json" else None
    if objects is None:
        objects = read_objects(path, hints=ReadHints(shape=flat))
    part = at_work(wanted.key.time or 0, wanted.times) if wanted.of_movie(objects.labels) else ""
    labels = fitting(path, wanted.part_of(objects.labels), shape)
    rows = records_of(labels, Origin.EDITED)
    for number, kind in objects.classes.items():
        if number in rows:
            rows[number] = rows[number].changed(class_id=kind)
    for number, manual in zip(objects.ids.tolist(), _flags(objects), strict=True):
        if number in rows:
            rows[number] = rows[number].changed(origin=Origin.HAND if manual else Origin.EDITED)
    numbers = sorted({*objects.class_names, *objects.class_colours})
    classes = tuple(
        ClassName(n, objects.class_names.get(n, ""), _hex(objects.class_colours.get(n))) for n in numbers
    )
    facts = ImageFacts(classes=classes) if classes else None
    itself = wanted.picture is not None and is_picture(labels, wanted.picture)
    return ImportResult(ready_to_land(LoadedMasks(labels, rows, facts=facts)), objects.notes, itself, part)


def _one_of(path: Path, image: str) -> ObjectSet | None:
    """Return the objects of the named image of a COCO file that describes several; None where it has one."""
    from cpsam_core.formats import ReadHints, format_of, read_objects

    chosen = format_of(path)
    if chosen is None or chosen.key != "coco" or not image:
        return None
    try:
        return read_objects(path, chosen, ReadHints(image_name=image))
    except ImageError:
        # It names the image otherwise; a file of one image needs no name.
        return None


def _measured(objects: ObjectSet, records: Mapping[int, ObjectRecord], progress: Progress) -> ObjectSet:
    from cpsam_core.measure import ObjectFacts as Known
    from cpsam_core.measure import export_columns, measure

    ids = objects.ids.tolist()
    rows = [records[number] for number in ids]
    known = Known(
        ids,
        flow_errors=[row.flow_error if row.flow_error is not None else np.nan for row in rows],
        probabilities=[row.probability if row.probability is not None else np.nan for row in rows],
        origins=[row.origin.value for row in rows],
        locked=[row.locked for row in rows],
    )
    image = objects.image
    table = measure(
        objects.labels,
        image.pixels if image is not None else None,
        channels=image.channel_names if image is not None else (),
        pixel_size=objects.pixel_size,
        z_step=objects.z_step,
        facts=known,
        progress=progress,
    )
    columns = {name: column for name, column in export_columns(table).items() if name != "id"}
    return replace(objects, columns=columns)


def _flags(objects: ObjectSet) -> list[bool]:
    return [False] * len(objects.ids) if objects.ismanual is None else list(objects.ismanual.tolist())


def _rgb(colour: str) -> tuple[int, int, int]:
    value = int(colour.lstrip("#"), 16)
    return value >> 16 & 255, value >> 8 & 255, value & 255


def _hex(colour: tuple[int, int, int] | None) -> str:
    return "" if colour is None else "#{:02x}{:02x}{:02x}".format(*colour)
