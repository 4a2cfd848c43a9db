"""One window's work: builds the parts that know the open image, the jobs and each other, and holds them.

Panels and actions take the part they need and listen to its signals; they never reach into each other. A part gets its
collaborators by name and imports downward only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from cpsam_gui.jobs.collector import Collector
from cpsam_gui.jobs.jobs import Jobs
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.preferences import CurrentPreferences
from cpsam_gui.runs.models import Models
from cpsam_gui.runs.options import spacing_of
from cpsam_gui.session.ahead_landing import AheadLanding
from cpsam_gui.session.candidates import Candidates
from cpsam_gui.session.cell_size import CellSize
from cpsam_gui.session.close_up import CloseUp
from cpsam_gui.session.comparing import ComparisonController
from cpsam_gui.session.copies import Copies
from cpsam_gui.session.edits import Edits
from cpsam_gui.session.exporting import ExportController
from cpsam_gui.session.facts import Facts
from cpsam_gui.session.folder import ImageFolder
from cpsam_gui.session.forecast import RunForecast
from cpsam_gui.session.gestures import Gestures
from cpsam_gui.session.images import Images
from cpsam_gui.session.large_run import LargeRun
from cpsam_gui.session.left_runs import LeftRuns
from cpsam_gui.session.look_ahead import LookAhead
from cpsam_gui.session.mask_colours import MaskColours
from cpsam_gui.session.masks_first import MasksFirst
from cpsam_gui.session.measuring import MeasurementController
from cpsam_gui.session.missed_places import MissedPlaces
from cpsam_gui.session.notices import FOLDER_RUN, Notices
from cpsam_gui.session.open_image import OpenImage
from cpsam_gui.session.persistence import Persistence
from cpsam_gui.session.pieces import Pieces
from cpsam_gui.session.pixel_size import PixelSize
from cpsam_gui.session.questions import Questioner
from cpsam_gui.session.recording import WorkRecorder
from cpsam_gui.session.recovery import Recovery
from cpsam_gui.session.rejected import RejectedCandidates
from cpsam_gui.session.review_return import ReviewReturn
from cpsam_gui.session.reviewing import ReviewController
from cpsam_gui.session.run_results import RunResults
from cpsam_gui.session.run_state import RunState
from cpsam_gui.session.segmenting import SegmentationController
from cpsam_gui.session.tool_work import ToolWork
from cpsam_gui.session.training import TrainingController
from cpsam_gui.session.training_forecast import TrainingForecast
from cpsam_gui.session.training_preview import TrainingPreview
from cpsam_gui.session.unattended import FolderRun
from cpsam_gui.tools import Desk

if TYPE_CHECKING:
    from pathlib import Path

    from cpsam_core.images import Image
    from cpsam_gui.state.document import Document
    from cpsam_gui.state.view import View


class Session(QObject):
    """State of one window."""

    def __init__(self, models: Models | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.collector = Collector(self)
        self.models = models or Models()
        self.notices = Notices(self)
        self.open_image = OpenImage(self)
        # Before all that look at the size of a pixel.
        self.pixel_size = PixelSize(self.open_image)
        self.jobs = Jobs(self)
        self._preferences = CurrentPreferences()
        self.questions = Questioner()
        # Each step needs those before it; of one signal, the parts hear in this order.
        self._tell_of_jobs()
        self._make_editing()
        self._make_segmenting()
        self._make_files()
        self._make_training()
        self._make_review()
        self._make_look_ahead()
        self._follow_image()
        self._hand_over()
        self._share_signals()

    def _tell_of_jobs(self) -> None:
        notices = self.notices
        self.jobs.failed.connect(notices.failed)
        self.jobs.cancelled.connect(
            lambda name: notices.message.emit(translate("{}: cancelled").format(name))
        )
        self.jobs.left.connect(self._tell_of_left)
        self.jobs.kept.connect(
            lambda name: notices.message.emit(translate("{}: goes on in the background").format(name))
        )

    def _tell_of_left(self, name: str, instead: str) -> None:
        """Say that work ended because another image was opened, and offer it again, or what goes on meanwhile."""
        words = translate("{job}: stopped, because another image was opened.").format(job=name)
        if instead == FOLDER_RUN:
            words += " " + translate("A run of the folder goes on meanwhile.")
        self.notices.ended.emit(words, instead)

    def _make_editing(self) -> None:
        """Make what changes masks by hand, and shows them."""
        open_image, notices = self.open_image, self.notices
        self.mask_colours = MaskColours(open_image)
        self.facts = Facts(open_image, notices)
        self.gestures = Gestures(open_image, notices)
        self.edits = Edits(open_image, notices, self.gestures)
        self.pieces = Pieces(open_image, notices, self.jobs, self.edits, self.questions)
        self.images = Images(open_image, notices, self.jobs, self._preferences, self.questions)
        # First of all that listens: what is saved then holds the stroke.
        self.images.leaving.connect(self.gestures.end_stroke)

    def _make_segmenting(self) -> None:
        """Make what runs the model on the open image."""
        open_image, notices, jobs, models = self.open_image, self.notices, self.jobs, self.models
        images, gestures = self.images, self.gestures
        self.run_state = run_state = RunState(open_image, models, images)
        self.forecast = RunForecast(open_image, models, run_state)
        self.run_results = RunResults(open_image, notices, jobs, images, gestures, run_state, self.forecast)
        self.cell_size = CellSize(open_image, notices, jobs, models, run_state)
        self.large_run = LargeRun(
            open_image, notices, jobs, models, images, self.questions, gestures, run_state, self.run_results
        )
        self.masks_first = MasksFirst(open_image, notices)
        self.segmenting = SegmentationController(
            open_image,
            notices,
            jobs,
            models,
            images,
            self.questions,
            run_state,
            self.run_results,
            self.large_run,
            self.cell_size,
            self.masks_first,
        )
        self.rejected = RejectedCandidates(open_image, notices, jobs, run_state)
        self._tool_work = ToolWork(open_image, notices, jobs, models, images, run_state, gestures)

    def _make_files(self) -> None:
        """Make what keeps the work, and the folder that the image lies in."""
        open_image, notices, jobs, models = self.open_image, self.notices, self.jobs, self.models
        images, run_state = self.images, self.run_state
        self.recording = WorkRecorder(open_image, notices, jobs, models, images, run_state)
        self.persistence = Persistence(
            open_image,
            notices,
            jobs,
            self._preferences,
            images,
            run_state,
            self.run_results,
            self.gestures,
            self.recording,
            self.pieces,
            self.questions,
        )
        self.copies = Copies(open_image, notices, jobs, self.persistence)
        self.recovery = Recovery(open_image, notices, jobs, images, self.recording, self.persistence)
        self.folder = ImageFolder(jobs, self)
        self.folder_run = FolderRun(
            open_image, notices, jobs, models, images, run_state, self.segmenting, self._preferences
        )

        left_runs = LeftRuns(open_image, notices, jobs, self.persistence, self.folder_run.space)
        self.segmenting.goes_on = left_runs.landing

    def _make_training(self) -> None:
        open_image, notices, jobs, models = self.open_image, self.notices, self.jobs, self.models
        self.candidates = Candidates(open_image, notices, jobs, self.run_state)
        self.training = TrainingController(
            open_image,
            notices,
            jobs,
            models,
            self.run_state,
            self.persistence,
            self.questions,
            self.candidates,
        )
        self.training_forecast = TrainingForecast(jobs, models, self.candidates, self.training)
        self.training_preview = TrainingPreview(jobs, self.candidates, self.training)

    def _make_review(self) -> None:
        """Make what measures, reviews, compares and exports the masks."""
        open_image, notices, jobs, gestures = self.open_image, self.notices, self.jobs, self.gestures
        self.exporting = ExportController(open_image, notices, jobs, gestures, self.persistence)
        self.measuring = MeasurementController(open_image, notices, jobs)
        self.missed = MissedPlaces(open_image, jobs, self.run_state)
        self.close_up = CloseUp(open_image)
        self.reviewing = ReviewController(
            open_image, notices, self.measuring, self.missed, gestures, self.edits, self.close_up
        )
        self._review_return = ReviewReturn(open_image, self.edits, self.missed, self.reviewing)
        self.comparing = ComparisonController(open_image, notices, jobs, self.measuring, self.segmenting)

    def _make_look_ahead(self) -> None:
        landing = AheadLanding(
            self.open_image, self.notices, self.jobs, self.run_state, self.run_results, self.persistence
        )
        self.look_ahead = LookAhead(
            self.open_image,
            self.notices,
            self.jobs,
            self.models,
            self._preferences,
            self.images,
            self.run_state,
            self.folder,
            landing,
            busy=lambda: self.training.running or self.folder_run.queue.running,
        )
        self.exporting.made_ahead = lambda: self.look_ahead.ready

    def _follow_image(self) -> None:
        open_image = self.open_image
        open_image.adopted.connect(self._hand_over)
        open_image.image_changed.connect(lambda: self.folder.follow(open_image.path))
        self.notices.saved.connect(lambda _: self.folder.read_states())
        self.notices.waiting_changed.connect(self.folder.read_states)
        self.notices.unreadable.connect(self.folder.cannot_read)
        self.folder_run.movie_done = self.persistence.add_label_image
        open_image.history_changed.connect(self._tell_state)

    def _share_signals(self) -> None:
        """Offer what nearly everything listens to."""
        open_image, notices = self.open_image, self.notices
        self.image_changed, self.labels_changed = open_image.image_changed, open_image.labels_changed
        self.objects_changed, self.history_changed = open_image.objects_changed, open_image.history_changed
        self.overlay_changed = open_image.overlay_changed
        self.message, self.failed, self.saved = notices.message, notices.failed, notices.saved

    @property
    def image(self) -> Image | None:
        """The image that is open."""
        return self.open_image.image

    @property
    def path(self) -> Path | None:
        """Where it comes from; None where its work cannot be saved beside it."""
        return self.open_image.path

    @property
    def document(self) -> Document:
        """Its masks and their history."""
        return self.open_image.document

    @property
    def view(self) -> View:
        """How it is shown."""
        return self.open_image.view

    def _hand_over(self) -> None:
        """Put another document on the desk of the tools."""
        image, run_state, desk = self.image, self.run_state, self.segmenting.desk
        self.gestures.take_desk(
            Desk(
                self.document,
                self.view,
                self.gestures.options,
                image.pixels if image is not None else None,
                lambda: run_state.flows,
                self._tool_work.later,
                self._tool_work.segment,
                desk,
                lambda: spacing_of(run_state.settings, image),
                self.rejected.keep,
            )
        )

    def _tell_state(self) -> None:
        """Let lists of images show how far the work is before it is saved."""
        review, image = self.document.facts.review, self.image
        part = image is not None and bool(image.key.ending)
        self.folder.tell(self.path, review if self.open_image.unsaved else None, part=part)

    def close(self) -> None:
        """Stop every job and wait for the threads, but not for those that do not answer."""
        self.gestures.tool.cancel()
        self.jobs.shutdown()
        # No callback does so any more.
        self.large_run.let_go()
        self.persistence.let_go(closing=True)
        # Last, and only when nothing else is at work: no thread may collect widgets.
        if self.jobs.all_ended:
            self.collector.stop()
