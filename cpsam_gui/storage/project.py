"""The project of an image: the file format of the engine, filled from and read into rows of the object table.

See :mod:`cpsam_core.images.project_files` for what is in the file and why.
"""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, field, fields
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.images.given_sizes import PIXEL_SIZE, checked_size
from cpsam_core.segment.output import NetworkOutput
from cpsam_gui.state.deleted import DeletedPlaces
from cpsam_gui.state.image_facts import ClassName, ImageFacts, ReviewState
from cpsam_gui.state.objects import ObjectRecord

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from numpy.typing import NDArray

    from cpsam_core.images.document_key import DocumentKey
    from cpsam_core.images.project_files import ProjectFile, Reuse
    from cpsam_gui.state.steps import Labels

# A map of complete regions, which other programs may write.
COMPLETE = "complete"
MAPS = FLOWS, LOGITS, CLASSES = ("flows", "logits", "class_logits")
"""Names of the arrays that the last run left, as they stand in the file."""
NOTES, COLOURS, DELETED = "notes", "class_colours", "deleted"
"""Keys of what is known of the image."""
# Characters of notes.
LONGEST_CHARS = 1_000_000


@dataclass(frozen=True, slots=True)
class Project:
    """What a project file holds.

    Attributes
    ----------
    labels
        uint32 (z, y, x).
    objects
        By id: the fields of :class:`ObjectRecord` except area and box, which follow from the labels.
    facts
        What is known of the image as a whole.
    settings
        Settings of the last run, by name.
    image
        Name of the image file.
    output
        What the network gave in the last run; None where it is not kept. It comes back with the eleven bits of a
        half-precision number, and without its diameter.
    foreign
        Keys of other programs or later versions, handed on as they are.
    fingerprint
        By which the image is recognised, whatever its file is called; empty where unknown.
    """

    labels: Labels
    objects: dict[int, dict[str, Any]]
    facts: ImageFacts = field(default_factory=ImageFacts)
    settings: dict[str, Any] = field(default_factory=dict)
    image: str = ""
    output: NetworkOutput | None = None
    foreign: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""


_COLUMNS = {one.name: one.default for one in fields(ObjectRecord) if one.default is not MISSING}
"""Columns of the table that are stored, with what stands there where a file says nothing; all but area and box."""


def fields_of(record: ObjectRecord) -> dict[str, Any]:
    """Return what is stored of a row of the table: everything but what follows from the labels."""
    row = {name: getattr(record, name) for name in _COLUMNS}
    return {name: value.value if isinstance(value, Enum) else value for name, value in row.items()}


def checked_fields(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored fields of one object in their types; unknown ones are left out.

    Raises
    ------
    ValueError, TypeError
        A value makes no sense in its place.
    """
    return {name: _typed(stored.get(name, default), default) for name, default in _COLUMNS.items()}


def _typed(value: Any, default: Any) -> Any:
    try:
        if default is None:
            return None if value is None else float(value)
        return type(default)(value)
    except OverflowError as error:
        raise ValueError(str(error)) from error


def fields_of_facts(facts: ImageFacts) -> dict[str, Any]:
    """Return facts as plain JSON values, under the keys of the project file."""
    from cpsam_core.images.project_content import entries_of

    return {
        "review": facts.review.value,
        NOTES: facts.notes,
        "classes": {str(one.number): one.name for one in facts.classes},
        COLOURS: {str(one.number): one.colour for one in facts.classes if one.colour},
        "complete": entries_of(facts.complete),
        PIXEL_SIZE: facts.pixel_size,
        DELETED: _stored_places(facts.deleted),
    }


def checked_facts(stored: Mapping[str, Any]) -> ImageFacts:
    """Return facts from what :func:`fields_of_facts` made; a review state that is not known counts as corrected.

    Raises
    ------
    ValueError, TypeError, KeyError
        A value makes no sense in its place.
    """
    from cpsam_core.images.project_content import regions_of

    colours = dict(stored.get(COLOURS) or {})
    return ImageFacts(
        _review(str(stored.get("review", ""))),
        str(stored.get(NOTES, ""))[:LONGEST_CHARS],
        tuple(
            ClassName(int(number), str(name), str(colours.get(str(number), "")))
            for number, name in sorted(dict(stored.get("classes", {})).items(), key=lambda item: int(item[0]))
        ),
        regions_of(stored.get("complete", [])),
        checked_size(stored.get(PIXEL_SIZE)),
        _deleted(stored.get(DELETED)),
    )


def _stored_places(deleted: DeletedPlaces | None) -> dict[str, Any] | None:
    """Return where objects were deleted as JSON values: the shape (z, y, x), and the packed runs of pixels."""
    if deleted is None:
        return None
    return {"shape": list(deleted.shape), "runs": b64encode(deleted.packed).decode("ascii")}


def _deleted(stored: object) -> DeletedPlaces | None:
    """Return where objects were deleted; None where nowhere, or where it makes no sense."""
    if not isinstance(stored, Mapping):
        return None
    with suppress(ValueError, TypeError, KeyError, OverflowError, zlib.error):
        depth, height, width = (int(length) for length in stored["shape"])
        places = DeletedPlaces((depth, height, width), b64decode(stored["runs"], validate=True))
        # A file may hold anything.
        return DeletedPlaces.of(places.shape, *places.runs)
    return None


def _review(text: str) -> ReviewState:
    try:
        return ReviewState(text)
    except ValueError:
        return ReviewState.CORRECTED


def write_project(
    path: Path,
    project: Project,
    records: Mapping[int, ObjectRecord],
    keep: Collection[str] = (),
    key: DocumentKey | None = None,
    reuse: Reuse | None = None,
    others: Path | None = None,
) -> None:
    """Write a project in one step: the file appears under its name only when it is complete.

    The table of the objects comes as `records`; arrays named in `keep` are taken over from the file as it is, what
    `reuse` says of masks and rows, and other time points and scenes, or what can be read of those in `others`.

    Raises
    ------
    ImageError
        The disk is full or writing is not permitted; an existing file stays as it was.
    """
    from cpsam_core.images.document_key import WHOLE
    from cpsam_core.images.project_files import ProjectFile, write_project_file

    facts = project.facts
    extra = {
        **project.foreign,
        NOTES: facts.notes,
        COLOURS: {str(one.number): one.colour for one in facts.classes if one.colour},
        PIXEL_SIZE: facts.pixel_size,
        DELETED: _stored_places(facts.deleted),
    }
    left, shape = project.output, project.labels.shape
    ready = reuse is not None and reuse.rows is not None
    maps = {
        name: _halved(array.reshape(shape if name == LOGITS else (-1, *shape)))
        for name in MAPS
        if left is not None and (array := getattr(left, name)) is not None
    }
    stored = ProjectFile(
        project.labels,
        {} if ready else {number: fields_of(record) for number, record in records.items()},
        project.settings,
        project.image,
        facts.review.value,
        facts.complete,
        {one.number: one.name for one in facts.classes},
        {name: value for name, value in extra.items() if value},
        maps,
        project.fingerprint,
    )
    write_project_file(path, stored, keep, WHOLE if key is None else key, reuse, others)


def _halved(array: NDArray[np.float32]) -> NDArray[np.float16]:
    """Return flows or logits as half precision, which thresholds do not notice and which takes half the room."""
    limit = np.finfo(np.float16).max
    return np.clip(array, -limit, limit).astype(np.float16)


def read_project(path: Path, *, flows: bool = False, key: DocumentKey | None = None) -> Project:
    """Read a project, with `flows` also what the last run left.

    Raises
    ------
    ImageError
        Damaged, no project, or written by a newer version of the program.
    """
    from cpsam_core.images.document_key import WHOLE
    from cpsam_core.images.project_files import read_project_file

    stored = read_project_file(path, MAPS if flows else (), WHOLE if key is None else key)
    try:
        objects = {number: checked_fields(row) for number, row in stored.objects.items()}
        facts = checked_facts(
            {
                "review": stored.review,
                "classes": stored.class_names,
                NOTES: stored.extra.get(NOTES, ""),
                COLOURS: stored.extra.get(COLOURS),
                PIXEL_SIZE: stored.extra.get(PIXEL_SIZE),
                DELETED: stored.extra.get(DELETED),
            }
        ).changed(complete=stored.complete)
    except (ValueError, TypeError, KeyError) as error:
        raise ImageError(f"{path.name} is no project of this program, or it is damaged ({error}).") from error
    if facts.deleted is not None and facts.deleted.shape != stored.labels.shape:
        facts = facts.changed(deleted=None)
    ours = (NOTES, COLOURS, PIXEL_SIZE, DELETED)
    foreign = {name: value for name, value in stored.extra.items() if name not in ours}
    return Project(
        stored.labels,
        objects,
        facts,
        dict(stored.settings),
        stored.image,
        output=_left(stored),
        foreign=foreign,
        fingerprint=stored.fingerprint,
    )


def _left(stored: ProjectFile) -> NetworkOutput | None:
    """Return what the last run left where it has the size of the masks; other arrays are of no use."""
    size = stored.labels.size
    # As the engine gives them: a single plane has no axis of its own.
    shape = stored.labels.shape[1:] if stored.labels.shape[0] == 1 else stored.labels.shape
    fits = {
        name: array.astype(np.float32).reshape(shape if name == LOGITS else (-1, *shape))
        for name, array in stored.maps.items()
        if array.dtype.kind == "f"
        and array.size
        and array.size % size == 0
        and (name != LOGITS or array.size == size)
    }
    flows, logits = fits.get(FLOWS), fits.get(LOGITS)
    if flows is None or logits is None or len(flows) not in (2, 3):
        return None
    return NetworkOutput(flows, logits, class_logits=fits.get(CLASSES))
