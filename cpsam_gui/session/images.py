"""Opening images: reading in the background, asking about axes, showing what was read."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from cpsam_core.errors import SettingsError
from cpsam_core.images.limits import confirm_large
from cpsam_gui import tasks
from cpsam_gui.jobs.job import Ending, Problem
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.state.document import Document
from cpsam_gui.state.pixels import lazy_pixels_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.program.preferences import CurrentPreferences
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.questions import Questioner


class Images(QObject):
    """Makes an image file the open image of a session."""

    leaving = pyqtSignal()
    """Another image takes the place of the open one now."""
    loaded = pyqtSignal(object)
    """An image is there, and its document is empty: the masks that came with it (`tasks.Opened`) go in now."""
    axes_asked = pyqtSignal(object, object)
    """The meaning of an image's axes must be asked (`tasks.Unsure`, what to do when it is open)."""
    declined = pyqtSignal(object)
    """A person decided not to open this image (its path) after all."""
    stayed = pyqtSignal()
    """Another image was asked for and does not come, for whatever reason: the open one is the one that is worked on."""
    channels_chosen = pyqtSignal()
    """Other channels go to the network."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        jobs: Jobs,
        preferences: CurrentPreferences,
        questions: Questioner,
    ) -> None:
        super().__init__(open_image)
        self._questions = questions
        self._open_image = open_image
        self._notices = notices
        self._jobs = jobs
        self._preferences = preferences
        self.reading = tasks.AxesReading()
        """How the axes of the open image were read."""
        self.histograms: tuple[tasks.Histogram, ...] = ()
        """Brightness of each channel of the open image."""
        self.scenes: tuple[str, ...] = ()
        """Names of the images in the open file; empty where there is one only."""
        self.chosen: tuple[int, ...] | None = None
        """Channels that go to the network, in its order; None for the first ones."""
        self._answers: dict[tuple[Path, tuple[int, ...]], tasks.AxesReading] = {}
        self.asked: Path | None = None
        """The image that is being opened; None once it is there, or does not come."""

    @property
    def times(self) -> int:
        """How many time points the open file has."""
        return self._open_image.times

    @property
    def whole_numbers(self) -> bool:
        """Whether the pixels of the open image are whole numbers."""
        image = self._open_image.image
        return image is not None and image.pixels.dtype.kind in "iu"

    @property
    def answers(self) -> Mapping[tuple[Path, tuple[int, ...]], tasks.AxesReading]:
        """What was said about the axes of images, by folder and shape."""
        return dict(self._answers)

    def open(
        self,
        path: Path,
        then: Callable[[], None] | None = None,
        *,
        shipped: bool = False,
        reading: tasks.AxesReading | None = None,
        trusted: bool = False,
        failed: Callable[[Problem], None] | None = None,
    ) -> None:
        """Read an image in the background and show it; `then` is called when it is there, else `failed`.

        A `shipped` image is shown without its path, so that nothing is saved inside the installed program. Where
        the meaning of the axes is not certain and `reading` does not say it, the session asks
        (`axes_asked`), once for images of the same shape in the same folder.
        """
        self._jobs.next_generation()
        self.asked = path
        self._notices.message.emit(translate("Opening {}").format(path.name))
        self._jobs.run(
            partial(tasks.open_or_doubt, path, reading=reading, shipped=shipped, trusted=trusted),
            name=translate("Opening {}").format(path.name),
            then=partial(self._opened, then=then, reading=reading, failed=failed),
            failed=partial(self._failed, path, failed),
            ended=partial(self._ended, self._jobs.generation),
            abandonable=True,
        )

    def call_off(self) -> None:
        """Stop opening the image that was asked for: the open one stays."""
        if self.asked is not None:
            self._jobs.cancel()

    def _ended(self, generation: int, ending: Ending) -> None:
        """Say that the open image stays where a job came to nothing, unless yet another image was asked for."""
        if ending is not Ending.DONE and generation == self._jobs.generation:
            self.asked = None
            self.stayed.emit()

    def _failed(self, path: Path, failed: Callable[[Problem], None] | None, problem: Problem) -> None:
        self._notices.unreadable.emit(path, problem)
        (failed or self._notices.failed.emit)(problem)

    def decline(self, path: Path) -> None:
        """Leave an image closed, as a person wants."""
        self.asked = None
        self._notices.message.emit(translate("Not opened"))
        self.declined.emit(path)
        self.stayed.emit()

    def answer(
        self,
        unsure: tasks.Unsure,
        reading: tasks.AxesReading,
        then: Callable[[], None] | None,
        failed: Callable[[Problem], None] | None = None,
    ) -> None:
        """Go on opening an image with the axes that the user chose."""
        self._answers[(unsure.path.parent, unsure.shape)] = reading
        self._jobs.run(
            partial(tasks.open_unsure, unsure, reading),
            name=translate("Opening {}").format(unsure.path.name),
            then=partial(self._opened, then=then, reading=reading),
            failed=failed,
            ended=partial(self._ended, self._jobs.generation),
            abandonable=True,
        )

    def _opened(
        self,
        opened: tasks.OpenedImage | tasks.Unsure | tasks.Doubtful,
        then: Callable[[], None] | None,
        reading: tasks.AxesReading | None,
        failed: Callable[[Problem], None] | None = None,
    ) -> None:
        if isinstance(opened, tasks.Doubtful):
            # In the next turn of the event loop: a dialog must not keep the job that ended waiting.
            ask = partial(self._confirm, opened, then, reading, failed, self._jobs.generation)
            QTimer.singleShot(0, ask)
            return
        if isinstance(opened, tasks.Unsure):
            known = self._answers.get((opened.path.parent, opened.shape))
            if known is not None:
                self.answer(opened, known, then, failed)
            else:
                self.axes_asked.emit(opened, then)
            return
        image = opened.image
        # First: a write that begins after this sees it, and one that began before is seen.
        self._open_image.coming = (Path(image.path), image.key) if image.path is not None else None
        if opened.outdated:
            self._open_image.coming = None
            self._jobs.run(
                partial(tasks.read_masks_again, opened),
                name=translate("Opening {}").format(Path(str(image.path)).name),
                then=partial(self._opened, then=then, reading=reading, failed=failed),
                failed=failed,
                ended=partial(self._ended, self._jobs.generation),
                abandonable=True,
            )
            return
        self.show(opened, reading)
        if then is not None:
            then()

    def _confirm(
        self,
        doubtful: tasks.Doubtful,
        then: Callable[[], None] | None,
        reading: tasks.AxesReading | None,
        failed: Callable[[Problem], None] | None,
        generation: int,
    ) -> None:
        """Ask whether a file is as large as it says; go on opening it where a person says so."""
        question = Question(
            translate("Open {} although its size is hard to believe?").format(doubtful.path.name),
            doubtful.words,
            (
                Answer("open", translate("Open it anyway")),
                Answer("cancel", translate("Do not open it")),
            ),
        )
        answer = self._questions.ask(question)
        if generation != self._jobs.generation:
            # Another image was asked for meanwhile.
            return
        if answer == "open":
            confirm_large(doubtful.path)
            self.open(doubtful.path, then, reading=reading, failed=failed)
        else:
            self.decline(doubtful.path)

    def show(self, opened: tasks.OpenedImage, reading: tasks.AxesReading | None = None) -> None:
        """Make an image that was read the open one, with the masks that were saved with it."""
        self.asked = None
        image, before = opened.image, lazy_pixels_of(self._open_image.image)
        path = Path(image.path) if image.path is not None else None
        self.leaving.emit()
        # Numbers of objects that are others in the next masks: no tool, no table and no colour may meet them there.
        self._open_image.view.selection, self._open_image.view.hovered = frozenset(), 0
        if before is not None:
            before.close()
        self._open_image.image, self._open_image.path, self._open_image.coming = image, path, None
        self._open_image.shipped = opened.shipped
        self.reading, self.histograms = reading or opened.reading, opened.histograms
        self.scenes, self._open_image.times = opened.scenes, opened.times
        if self.chosen is not None and max(self.chosen, default=0) >= image.pixels.shape[3]:
            # Another kind of image.
            self.chosen = None
        shape, history, content = image.pixels.shape[:3], self._preferences.now.history_bytes, opened.content
        if content is None:
            self._open_image.adopt(Document(shape, history))
        else:
            labels, records, facts = content.labels, content.records, content.facts
            self._open_image.adopt(Document(shape, history, labels=labels, records=records, facts=facts))
        # Before the masks come: whoever hears of them looks at the channels and the plane of this image.
        self._open_image.view.plane = image.pixels.shape[0] // 2 if image.pixels.shape[0] > 1 else 0
        self._open_image.view.cross = image.pixels.shape[1] / 2, image.pixels.shape[2] / 2
        self._open_image.view.channels = opened.channels
        self.loaded.emit(opened)
        self._open_image.image_changed.emit()
        self._open_image.history_changed.emit()
        self._open_image.objects_changed.emit()
        self._notices.message.emit(self.describe())
        if opened.problem:
            self._notices.failed.emit(
                Problem(translate("The saved masks were left out. {}").format(translate_said(opened.problem)))
            )

    def describe(self) -> str:
        """Return size and type of the open image in words."""
        image = self._open_image.image
        if image is None:
            return ""
        z, y, x, c = image.pixels.shape
        planes = [f"{z} planes"] if z > 1 else []
        channels = "RGB" if image.is_rgb else f"{c} channel{'s' if c > 1 else ''}"
        facts = [f"{y} x {x} pixels", *planes, channels, str(image.pixels.dtype)]
        words = ", ".join(map(translate_said, facts))
        if z > 1 and image.plane_distance is None:
            words += ". " + translate(
                "The file does not say how far apart its planes are: set it under Segment > Plane spacing"
            )
        return words

    def auto_contrast(self, index: int) -> None:
        """Set the brightness levels of a channel from the plane shown."""
        if self._open_image.image is not None:
            lazy = lazy_pixels_of(self._open_image.image)
            plane = (
                self._open_image.image.pixels[self._open_image.view.plane] if lazy is None else lazy.overview
            )
            low, high = tasks.levels(plane[..., index])
            self._open_image.view.set_channel(index, low=low, high=high)

    def choose(self, channels: tuple[int, ...] | None) -> None:
        """Choose the channels that go to the network; None for the first ones."""
        self.chosen = channels
        self.channels_chosen.emit()

    def recall(self, stored: Mapping[str, Any]) -> None:
        """Choose the channels of the run that a project remembers; a project that knows no run changes nothing."""
        image = self._open_image.image
        if image is None or "channels" not in stored:
            return
        from cpsam_core.data.image_input import ImageInput
        from cpsam_core.preprocess.channels import channel_indices

        wanted = ImageInput.from_dict(stored).channels
        chosen = None
        if wanted is not None:
            # The image has other channels by now.
            with suppress(SettingsError):
                chosen = tuple(channel_indices(image.pixels.shape[3], image.channel_names, wanted))
        self.choose(chosen)
