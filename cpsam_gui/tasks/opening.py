"""Reading an image and choosing how its channels are shown first."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from cpsam_core.errors import ImageError
from cpsam_core.progress import silent
from cpsam_core.system.atomic import remove_left
from cpsam_core.system.file_identity import FileIdentity, identity_of
from cpsam_gui.state.palette import CHANNEL_COLOURS
from cpsam_gui.state.pixels import overview_of
from cpsam_gui.state.view import ChannelView
from cpsam_gui.storage.companions import companions_of, project_path
from cpsam_gui.storage.file_lock import remove_left_locks
from cpsam_gui.storage.folder_classes import classes_of_folder
from cpsam_gui.storage.journal_folder import left_axes
from cpsam_gui.storage.own_writes import is_written, turn
from cpsam_gui.tasks.axes_reading import AxesReading, Unsure, fits_axes, reading_of, time_points, unsure_axes
from cpsam_gui.tasks.brightness import Histogram, histogram, levels, sample
from cpsam_gui.tasks.label_image import LabelImage, label_image_of
from cpsam_gui.tasks.records import ready_to_land
from cpsam_gui.tasks.saving import LoadedMasks, read_masks

if TYPE_CHECKING:
    from cpsam_core.images import Image
    from cpsam_core.images.readers import Raw
    from cpsam_core.progress import Progress
    from cpsam_gui.state.image_facts import ClassName
    from cpsam_gui.storage.project_folder import FolderContent
    from cpsam_gui.tasks.records import MaskResult

# Channels that are visible at first; more would only be white.
SHOWN = 6


@dataclass(frozen=True, slots=True)
class OpenedImage:
    """An image ready to be shown."""

    image: Image
    channels: tuple[ChannelView, ...]
    histograms: tuple[Histogram, ...] = ()
    found: MaskResult | None = None
    """Masks that were saved beside the image."""
    masks_from: Path | None = None
    label_image: LabelImage = field(default_factory=LabelImage)
    problem: str = ""
    """Why the saved masks could not be read."""
    doubt: str = ""
    """Why the saved masks may be those of another image."""
    fingerprint: str = ""
    """By which the image is recognised."""
    scenes: tuple[str, ...] = ()
    """Names of the images in the file; empty where there is one only."""
    times: int = 1
    """How many time points the file has."""
    reading: AxesReading = field(default_factory=AxesReading)
    """How the file was read."""
    shipped: bool = False
    """Whether it is the demonstration image."""
    content: FolderContent | None = None
    """The masks of an image larger than memory, with what its project says beside them."""
    project: FileIdentity | None = None
    """The project beside the image before its masks were read; None where no masks are looked for that way."""
    trusted: bool = False
    """Whether a person said that the masks beside it are its own."""
    classes: tuple[ClassName, ...] = ()
    """What classes are called in the folder, by its projects."""

    @property
    def outdated(self) -> bool:
        """Whether the project was written since it was read, or is being written: a run on the image may have ended."""
        if self.project is None or self.image.path is None:
            return False
        project = project_path(Path(self.image.path))
        # In this order: a write that ends between the two is seen in the file.
        return is_written(project, self.image.key) or identity_of(project) != self.project


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An image that was not read: its size is beyond belief, and a person must say that it is right."""

    path: Path
    words: str
    """Why it is doubted."""


def open_or_doubt(path: Path, progress: Progress, **how: Any) -> OpenedImage | Unsure | Doubtful:
    """Read an image as :func:`open_image` does; return `Doubtful` where its size has to be confirmed first."""
    from cpsam_core.images.limits import TooLargeError

    try:
        return open_image(path, progress, **how)
    except TooLargeError as error:
        return Doubtful(path, str(error))


def open_image(
    path: Path,
    progress: Progress,
    *,
    reading: AxesReading | None = None,
    shipped: bool = False,
    trusted: bool = False,
) -> OpenedImage | Unsure:
    """Read an image, the masks saved beside it, and work out how its channels are shown first.

    Returns `Unsure` where neither the file nor `reading` says for certain what the axes are. Where a person said that
    the masks belong to what is in the file now, they are `trusted`.
    """
    from cpsam_core.images.readers import read_raw
    from cpsam_gui.tasks.large import large_raw

    progress(0, 3, "Reading")
    _refuse_masks(path)
    if not shipped:
        remove_left(path.parent)
        remove_left_locks(path.parent)
    reading = reading or reading_of(path)
    large = large_raw(path, reading.scene)
    raw = read_raw(path, reading.scene) if large is None else large
    if reading.axes is None:
        guess = unsure_axes(raw)
        if guess is not None:
            left = left_axes(path)
            if left is None or not fits_axes(raw, left):
                return Unsure(path, raw, guess)
            reading = replace(reading, axes=left)
    if large is not None:
        return _large(path, raw, reading, progress)
    return _arranged(path, raw, reading, progress, shipped=shipped, trusted=trusted)


def open_unsure(unsure: Unsure, reading: AxesReading, progress: Progress) -> OpenedImage:
    """Go on with an image when its axes are named."""
    from cpsam_gui.tasks.large import large_raw

    if large_raw(unsure.path, reading.scene) is not None:
        return _large(unsure.path, unsure.raw, reading, progress)
    return _arranged(unsure.path, unsure.raw, reading, progress)


def _refuse_masks(path: Path) -> None:
    if path.name.lower().endswith("_seg.npy"):
        raise ImageError(
            f"{path.name} holds masks, not an image; open the image itself and then these masks."
        )


def _arranged(
    path: Path,
    raw: Raw,
    reading: AxesReading,
    progress: Progress,
    *,
    shipped: bool = False,
    trusted: bool = False,
) -> OpenedImage:
    from cpsam_core.images.fingerprint import fingerprint
    from cpsam_core.images.readers import arrange_raw

    times = time_points(raw, reading.axes)
    time = reading.time if times == 1 or reading.time is not None else 0
    image = arrange_raw(raw, path, reading.axes, time)
    progress(1, 3, "Measuring brightness")
    opened = replace(
        prepare(image),
        fingerprint=fingerprint(image.pixels),
        scenes=raw.scenes if len(raw.scenes) > 1 else (),
        times=times,
        reading=reading,
    )
    progress(2, 3, "Reading masks")
    if shipped:
        return replace(opened, image=replace(image, path=None), shipped=True)
    return _with_masks(replace(opened, trusted=trusted), path)


def read_masks_again(opened: OpenedImage, progress: Progress) -> OpenedImage:
    """Return an image that was read with the masks that are beside it by now."""
    assert opened.image.path is not None
    progress(0, 1, "Reading masks")
    bare, path = replace(opened, found=None, masks_from=None, problem="", doubt=""), Path(opened.image.path)
    with turn(project_path(path)):
        return _with_masks(bare, path)


def _large(path: Path, raw: Raw, reading: AxesReading, progress: Progress) -> OpenedImage:
    """Open an image whose pixels stay in its file, and the masks of its project."""
    from cpsam_gui.tasks.large import fingerprint_of, no_masks, open_large, open_masks

    times = time_points(raw, reading.axes)
    time = reading.time if times == 1 or reading.time is not None else 0
    image = open_large(path, reading.axes, time, reading.scene)
    progress(1, 3, "Measuring brightness")
    small = prepare(replace(image, pixels=overview_of(image)))
    opened = replace(
        small,
        image=image,
        fingerprint=fingerprint_of(image),
        scenes=raw.scenes if len(raw.scenes) > 1 else (),
        times=times,
        reading=reading,
        classes=classes_of_folder(path.parent),
    )
    progress(2, 3, "Reading masks")
    own = companions_of(path, key=image.key)
    shape = image.pixels.shape[:3]
    try:
        content = open_masks(own.project, image.key, shape)
    except ImageError as error:
        return replace(opened, content=no_masks(shape), problem=str(error))
    if content.fingerprint and content.fingerprint != opened.fingerprint:
        problem = f"They were made on other pixels than those of {path.name}."
        return replace(opened, content=no_masks(shape), problem=problem)
    left_out = [one for one in (*own.masks, *own.doubtful) if one != own.project]
    problem = ""
    if left_out and content.labels.base is None:
        problem = f"An image of this size has its masks in a project; {left_out[0].name} is no such one."
    return replace(opened, content=content, problem=problem)


def _with_masks(opened: OpenedImage, path: Path) -> OpenedImage:
    """Add the masks that were saved beside an image, and why they may be those of another."""
    from cpsam_core.images.document_key import WHOLE

    image, key = opened.image, opened.image.key
    classes = classes_of_folder(path.parent)
    opened = replace(opened, project=identity_of(project_path(path)), classes=classes)
    own = companions_of(path, key=key)
    earlier = next(iter((*own.masks, *own.doubtful)), None)
    if earlier is None:
        return opened
    sure = earlier in own.masks
    # A project that holds the masks of the whole image only does not say of which time point they are.
    wanted = key if sure else WHOLE
    try:
        found = read_masks(earlier, image.pixels.shape[:3], silent, wanted)
    except ImageError as error:
        return replace(opened, problem=str(error))
    doubt = doubt_about(found, path, opened.fingerprint) if sure else ambiguous(earlier, path)
    doubt = "" if opened.trusted else doubt
    beside = label_image_of(own.label_image, found)
    return replace(opened, found=ready_to_land(found), masks_from=earlier, label_image=beside, doubt=doubt)


def ambiguous(masks: Path, image: Path) -> str:
    """Return why masks that fit several images, or time points, may not belong to this one."""
    return f"{masks.name} does not say whether it belongs to {image.name} as it is shown here."


def doubt_about(found: MaskResult, image: Path, own: str) -> str:
    """Return why masks from the project of an image may be those of another image; empty where nothing says so.

    Parameters
    ----------
    found
        What was read.
    image
        The image file.
    own
        The fingerprint of its pixels.
    """
    if not isinstance(found, LoadedMasks):
        return ""
    if found.fingerprint:
        if found.fingerprint == own:
            return ""
        return f"They were made on other pixels than those of {image.name}, in an image called {found.image}."
    # Projects of older versions know the name only, which a person may have changed.
    if found.image and found.image != image.name and image.with_name(found.image).exists():
        return f"They were made on {found.image}, which is in the same folder."
    return ""


def prepare(image: Image) -> OpenedImage:
    """Choose colours and brightness levels for the channels of an image."""
    from cpsam_core.images.channel_colours import shown_colours

    colours = shown_colours(image, CHANNEL_COLOURS)
    channels, histograms = [], []
    for index, name in enumerate(image.channel_names):
        values = sample(image.pixels[..., index])
        plain = image.is_rgb and image.pixels.dtype == np.uint8
        low, high = (0.0, 255.0) if plain else levels(values)
        channels.append(ChannelView(name, colours[index], low, high, visible=index < SHOWN))
        histograms.append(histogram(values))
    return OpenedImage(image, tuple(channels), tuple(histograms))


def demo_path() -> Path:
    """Return the shipped image."""
    from cpsam_core.demo import demo_image

    return demo_image()
