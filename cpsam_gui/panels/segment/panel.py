"""The panel as a whole: shows the options of the next run and changes them; it holds no state of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QFormLayout, QStackedWidget, QVBoxLayout, QWidget

from cpsam_core.errors import SettingsError
from cpsam_core.segment.volume_remarks import least_voxels
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.panels.base import Panel
from cpsam_gui.panels.segment.diameter import DiameterField
from cpsam_gui.panels.segment.fields import button, choice, label, put, slider, whole
from cpsam_gui.panels.segment.folder import FolderView
from cpsam_gui.panels.segment.foot import Foot
from cpsam_gui.panels.segment.gestures import ThresholdGestures
from cpsam_gui.panels.segment.model import ModelList
from cpsam_gui.panels.segment.more import DEVICES, More, Stacks
from cpsam_gui.program.i18n import translate
from cpsam_gui.runs.options import THRESHOLDS
from cpsam_gui.style import theme
from cpsam_gui.style.layout import column, form, scrolling
from cpsam_gui.tasks.machine import missing_devices

if TYPE_CHECKING:
    from cpsam_gui.panels.base import Host
    from cpsam_gui.session import Session

# Milliseconds that a slider rests before the masks follow it.
DELAY_MS = 60
KEEP, REPLACE = "Keep hand-made", "Replace all"
DEFAULTS = "Default thresholds"
"""Name of a step."""

FLOW_TIP = (
    "Raise to keep more masks of odd shape, lower to keep only the most certain. At 0 it is off: all are kept"
)
NO_FLOW_TIP = "Of bodies in a volume all are kept, whatever their shape: the flow threshold is for planes"


class SegmentPanel(Panel):
    """Settings of a run; the names are those of the engine's settings."""

    def __init__(self, session: Session, host: Host) -> None:
        super().__init__()
        self._open_image, self._notices = session.open_image, session.notices
        self._jobs, self._models = session.jobs, session.models
        self._run_state, self._forecast = session.run_state, session.forecast
        self._cell_size = session.cell_size
        self._gestures, self._segmenting = session.gestures, session.segmenting
        self._folder_run = session.folder_run
        self._looked = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DELAY_MS)
        self._timer.timeout.connect(self._segmenting.mask_again)
        self._changes = ThresholdGestures(self._segmenting.begin_thresholds, self)
        self._make_fields()
        self.foot = Foot(
            session.open_image,
            session.notices,
            session.gestures,
            session.run_state,
            session.forecast,
            session.folder_run,
            session.images,
        )
        self.folder = FolderView(session.folder_run, session.questions)
        self.run_button = self.foot.run
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.pages = QStackedWidget()
        self.pages.addWidget(scrolling(self._settings()))
        self.pages.addWidget(self.folder)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.foot)
        self._connect()
        theme.changed.connect(self._recolour)
        self.refresh()
        self._new_image()

    def _make_fields(self) -> None:
        self.model = ModelList(self._models)
        self.diameter = DiameterField(
            self._open_image, self._jobs, self._gestures, self._run_state, self._cell_size
        )
        self.flow = slider(0, 3, FLOW_TIP, zero="off")
        self.cellprob = slider(-6, 6, "Lower for larger and more masks, raise for smaller and fewer")
        self.min_size = whole(0, 1_000_000, " px", "Smaller objects are discarded; at 0 none are", zero="off")
        self.mode = choice(
            {KEEP: True, REPLACE: False},
            "What a run does with objects that you drew, corrected, locked, classified or accepted",
        )
        self.stacks = Stacks(self._change, self._smallest_body)
        self.reset = button("restore", "Some settings differ from the defaults: restore them", self.restore)
        self.reset.setText(translate("Defaults"))
        self.reset.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        keeps_room = self.reset.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)
        self.reset.setSizePolicy(keeps_room)
        self.more = More(self._change, self.reset)

    def _settings(self) -> QWidget:
        body = QWidget()
        layout = column(body)
        rows: QFormLayout = form()
        for name, field in (
            ("Model", self.model),
            ("Diameter", self.diameter),
            ("Flow threshold", self.flow),
            ("Cell threshold", self.cellprob),
            ("Smallest object", self.min_size),
            ("Existing masks", self.mode),
        ):
            rows.addRow(label(name), field)
        layout.addLayout(rows)
        layout.addWidget(self.stacks)
        layout.addWidget(self.more)
        layout.addStretch(1)
        return body

    def _look_at_machine(self, unfolded: bool) -> None:
        """Find out what this machine cannot compute on when somebody first looks at the choices."""
        if not unfolded or self._looked:
            return
        self._looked = True
        names = [name for name in DEVICES.values() if name is not None]
        self._jobs.run(
            partial(missing_devices, names),
            name=translate("Looking for devices"),
            lane=Lane.BESIDE,
            outlives_image=True,
            then=self.more.disable_devices,
        )

    def _connect(self) -> None:
        open_image = self._open_image
        self.model.picked.connect(lambda name: self._change(name=name))
        self.diameter.changed.connect(lambda value: self._change(diameter=value))
        self.flow.valueChanged.connect(lambda value: self._change(live=True, flow_threshold=round(value, 3)))
        self.cellprob.valueChanged.connect(
            lambda value: self._change(live=True, cellprob_threshold=round(value, 3))
        )
        self.min_size.valueChanged.connect(lambda value: self._change(live=True, min_size=value))
        self._changes.watch(self.flow, "flow_threshold")
        self._changes.watch(self.cellprob, "cellprob_threshold")
        self.min_size.editingFinished.connect(self._changes.end)
        self.more.head.toggled.connect(self._look_at_machine)
        self.mode.currentIndexChanged.connect(lambda _: self._change(keep=self.mode.currentData()))
        self._run_state.options_changed.connect(self.refresh)
        self._run_state.flows_changed.connect(self._show_diameter)
        self._forecast.changed.connect(self.refresh)
        open_image.image_changed.connect(self._new_image)
        for signal in (open_image.objects_changed, self._jobs.started, self._jobs.finished):
            signal.connect(self.diameter.refresh)
        for signal in (self._gestures.tool_changed, self._jobs.started, self._jobs.finished):
            signal.connect(self._show_state)
        self.run_button.clicked.connect(self._run_or_cancel)
        self.foot.folder.clicked.connect(self._folder_clicked)
        self.folder.closed.connect(lambda: self.show_folder(False))
        self._folder_run.queue.chosen.connect(self.show_folder)

    def refresh(self) -> None:
        """Show the state of the options; nothing is changed by it."""
        options = self._run_state.options
        settings = options.settings
        if self.model.shown != options.model.name:
            self.model.show_model(options.model.name)
        self._show_diameter()
        for widget, value in (
            (self.flow, settings.flow_threshold),
            (self.cellprob, settings.cellprob_threshold),
            (self.min_size, settings.min_size),
            (self.mode, options.keep),
        ):
            put(widget, value)
        stack = self._open_image.document.shape[0] > 1
        bodies, volume = stack and self.stacks.makes_bodies(options), stack and settings.do_3D
        self.flow.setEnabled(not volume)
        self.flow.setToolTip(translate(NO_FLOW_TIP if volume else FLOW_TIP))
        self.min_size.setSuffix(translate(" voxels") if bodies else translate(" px"))
        image = self._open_image.image
        self.stacks.show_options(options, None if image is None else image.plane_distance)
        self.more.show_options(options)
        self.reset.setVisible(not options.is_default)
        self.foot.show_estimate()

    def _show_diameter(self) -> None:
        self.diameter.show_value(self._run_state.options.settings.diameter)

    def may_close(self) -> bool:
        """Ask before the window is closed on a folder at work."""
        return self.folder.may_stop()

    def show_folder(self, on: bool = True) -> None:
        """Show the queue of the folder instead of the settings, or the settings again."""
        if on:
            self._folder_run.look()
        self.pages.setCurrentIndex(int(on))
        self.foot.folder.setChecked(on)
        self.foot.make_room(on)

    def restore(self) -> None:
        """Go back to the defaults; the model stays."""
        before = self._run_state.options
        self._changes.end()
        self._segmenting.begin_thresholds(DEFAULTS)
        self._run_state.options = before.restored()
        if any(
            getattr(before.settings, name) != getattr(before.restored().settings, name) for name in THRESHOLDS
        ):
            self._timer.start()

    def _recolour(self) -> None:
        """Take the icons' colours of the theme."""
        for widget, name in (
            (self.diameter.disk, "circle_outline"),
            (self.diameter.masks, "shape_outline"),
            (self.diameter.measure, "ruler"),
            (self.reset, "restore"),
            (self.foot.region, "select_drag"),
            (self.foot.folder, "folder_play_outline"),
            (self.foot.copy, "content_copy"),
        ):
            widget.setIcon(theme.icon(name))
        self._show_state()

    def _run_or_cancel(self) -> None:
        if self._jobs.busy:
            self._jobs.cancel()
        else:
            self._folder_run.segment_open()

    def _folder_clicked(self) -> None:
        self.show_folder(self.foot.folder.isChecked())

    def _change(self, *, live: bool = False, **values: Any) -> None:
        """Change options; `live` ones are applied to the flows of the last run at once."""
        if live:
            self._changes.change(next(iter(values)))
        try:
            self._run_state.change(**values)
        except SettingsError as error:
            self._notices.message.emit(str(error))
            self.refresh()
        else:
            if live:
                self._timer.start()

    def _smallest_body(self) -> None:
        """Drop bodies that are smaller than a tenth of a cell."""
        depth = self._gestures.desk.spacing()[0]
        least = least_voxels(self._segmenting.desk.diameter(), depth)
        self._changes.end()
        self._change(live=True, min_size=min(least, self.min_size.maximum()))
        self._changes.end()

    def _show_state(self) -> None:
        self.foot.show_running(self._jobs.busy, self._open_image.image is not None)

    def _new_image(self) -> None:
        self.stacks.setVisible(self._open_image.document.shape[0] > 1)
        if self.pages.currentIndex() == 1:
            self._folder_run.look()
        self._show_state()
        self.refresh()
