"""The lower end of the panel, always in view: run, on what, how long it takes, the same as a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtWidgets import QApplication, QFrame, QHBoxLayout, QMenu, QPushButton, QToolButton, QVBoxLayout
from superqt import QElidingLabel

from cpsam_gui.panels.segment.estimate_words import estimate_words
from cpsam_gui.panels.segment.fields import button, put
from cpsam_gui.panels.segment.folder import all_times_box
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.numbers import written
from cpsam_gui.runs.as_command import command_line, python_call
from cpsam_gui.style import theme
from cpsam_gui.style.layout import dim
from cpsam_gui.style.steady_words import SteadyWords

if TYPE_CHECKING:
    from cpsam_gui.session.forecast import RunForecast
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.session.unattended import FolderRun


class Foot(QFrame):
    """Buttons that start something."""

    def __init__(
        self,
        open_image: OpenImage,
        notices: Notices,
        gestures: Gestures,
        run_state: RunState,
        forecast: RunForecast,
        folder_run: FolderRun,
        images: Images,
    ) -> None:
        super().__init__()
        self._open_image, self._notices = open_image, notices
        self._gestures = gestures
        self._run_state, self._forecast = run_state, forecast
        self._folder_run, self._images = folder_run, images
        self._with_folder = False
        self.setObjectName("foot")
        self._make_buttons()
        self.progress, self.said = SteadyWords(), dim("")
        # One line, whatever it says.
        self.note = QElidingLabel()
        self.note.setObjectName("dim")
        self.note.setFixedHeight(dim("X").sizeHint().height())
        self.said.setObjectName("warning")
        self.said.hide()
        self.progress.hide()
        self.all_times = all_times_box(folder_run)
        self._lay_out()
        self.show_running(False, False)
        queue = folder_run.queue
        queue.changed.connect(self._show_queue)
        queue.state_changed.connect(self._show_queue)
        queue.state_changed.connect(self._show_times)
        run_state.notes_changed.connect(self._show_notes)

    def _make_buttons(self) -> None:
        self.run = QPushButton()
        self.run.setObjectName("primary")
        self.region = button(
            "select_drag",
            "Run on a box that you draw on the image",
            lambda: self._gestures.use("run_region"),
            "Region",
        )
        self.region.setCheckable(True)
        self.folder = button(
            "folder_play_outline",
            "Run on all images of the folder, in the background",
            lambda: None,
            "Folder",
        )
        self.folder.setCheckable(True)
        self.copy = button(
            "content_copy",
            "Copy this run as a command for the terminal or as Python",
            self.copy_command,
            "Copy",
        )
        menu = QMenu(self.copy)
        menu.addAction(translate("Copy as command"), self.copy_command)
        menu.addAction(translate("Copy as Python"), self.copy_python)
        self.copy.setMenu(menu)
        self.copy.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GRID_PX)
        for widget in (self.region, self.folder, self.copy):
            buttons.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(
            theme.GRID_PX * 3 // 2, theme.GRID_PX, theme.GRID_PX * 3 // 2, theme.GRID_PX
        )
        layout.setSpacing(theme.GRID_PX)
        # What comes and goes stands above, so that the button stays where it is.
        layout.addWidget(self.said)
        layout.addWidget(self.progress)
        layout.addWidget(self.all_times)
        layout.addWidget(self.run)
        layout.addWidget(self.note)
        layout.addLayout(buttons)

    def show_running(self, running: bool, possible: bool) -> None:
        """Let the button run or cancel."""
        self.run.setText(translate("Cancel" if running else "Segment"))
        self.run.setIcon(theme.icon("stop" if running else "play", theme.current().on_accent))
        self.run.setEnabled(running or possible)
        self.region.setEnabled(possible and not running)
        self.region.setChecked(self._gestures.tool.key == "run_region")
        self.folder.setEnabled(self._open_image.path is not None)
        self.copy.setEnabled(possible)
        self._show_times()

    def _show_times(self) -> None:
        """Let all time points of a movie be segmented by the button, while no folder is at work."""
        movie = self._open_image.path is not None and self._images.times > 1
        self.all_times.setVisible(movie and not self._with_folder)
        self.all_times.setEnabled(not self._folder_run.queue.running)
        put(self.all_times, self._folder_run.all_times)
        self.show_estimate()

    def show_estimate(self) -> None:
        """Say how long the run will take, and where; warn where it will be slow."""
        estimate = self._forecast.estimate(self._images.times if self._folder_run.takes_all_times else 1)
        self.note.setText(estimate_words(estimate) if estimate is not None else "")
        self.note.setToolTip(self.note.text())
        self.note.setVisible(not self._with_folder)
        self.note.setObjectName("warning" if estimate is not None and estimate.slow else "dim")
        style = self.note.style()
        if style is not None:
            # The style sheet knows warnings by the name of the object.
            style.polish(self.note)

    def _show_notes(self) -> None:
        """Keep in view what the last run has to say: the status bar shows it for seconds, and the beginning only."""
        notes = [translate_said(note) for note in self._run_state.notes]
        more = (
            translate("(point here for {count} more)").format(count=len(notes) - 1) if len(notes) > 1 else ""
        )
        self.said.setText("  ".join(filter(None, (*notes[:1], more))))
        self.said.setToolTip("\n\n".join(notes))
        self.said.setVisible(bool(notes) and not self._with_folder)

    def make_room(self, for_folder: bool) -> None:
        """Leave out what the view of the folder says better."""
        self._with_folder = for_folder
        # There the folder is started, and one button is enough for that.
        self.run.setVisible(not for_folder)
        self._show_notes()
        self._show_queue()
        self._show_times()

    def _show_queue(self) -> None:
        """Say how far the folder is, while the panel shows something else."""
        queue = self._folder_run.queue
        current = queue.current
        self.progress.setVisible(queue.running and not self._with_folder)
        if current is not None:
            entry = queue.entries[current]
            words = translate("paused") if queue.paused else entry.text(translate_said)
            self.progress.setText(
                f"{written(current + 1)} / {written(len(queue.entries))}   {entry.path.name}   {words}"
            )

    def copy_command(self) -> None:
        """Put the line for the terminal on the clipboard."""
        call = self._folder_run.call()
        found = self._run_state.found_masks and not call.times
        words = "The command that found these masks is on the clipboard"
        self._copy(command_line(call), words if found else "The command is on the clipboard")

    def copy_python(self) -> None:
        """Put the call in Python on the clipboard."""
        call = self._folder_run.call()
        found = self._run_state.found_masks and not call.times
        words = "The lines of Python that found these masks are on the clipboard"
        self._copy(python_call(call), words if found else "The lines of Python are on the clipboard")

    def _copy(self, text: str, words: str) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(text)
            self._notices.message.emit(translate(words))
