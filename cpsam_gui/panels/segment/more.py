"""The settings that few need, folded away: brightness, steps, device, stacks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from PyQt6.QtGui import QStandardItemModel
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QWidget

from cpsam_gui.panels.segment.fields import choice, label, number, put, told, whole
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.style import theme
from cpsam_gui.style.fold import Fold
from cpsam_gui.style.layout import form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PyQt6.QtWidgets import QFormLayout

    from cpsam_gui.runs.options import RunOptions

    Change = Callable[..., None]

GRAPHICS = {"Apple graphics": "mps"} if sys.platform == "darwin" else {"Graphics card (CUDA)": "cuda"}
DEVICES = {"Automatic": None, **GRAPHICS, "CPU": "cpu"}
PRECISIONS = {"Automatic": None, "float32": "float32", "bfloat16": "bfloat16", "float16": "float16"}
VOLUME, JOINED, APART = "volume", "joined", "apart"
STACKS = {"3D volume": VOLUME, "2D, linked across planes": JOINED, "2D, separate planes": APART}
PAPER: dict[str, Any] = {"niter": 1000, "flow3D_smooth": 2.0, "min_size": 1000}
"""What the paper runs volumes with ("3D masks")."""
# Overlap from which objects of neighbouring planes are one, where joining is chosen.
STITCH = 0.25


class More(Fold):
    """The fields under their heading."""

    def __init__(self, change: Change, beside: QWidget) -> None:
        super().__init__(translate("More settings"), QWidget(), beside)
        self._change = change
        self.rows = form()
        self.body.setLayout(self.rows)
        self._brightness(self.rows)
        self._network(self.rows)

    def show_options(self, options: RunOptions) -> None:
        """Show the state."""
        settings, brightness = options.settings, options.settings.normalize
        for widget, value in (
            (self.low, brightness.percentile[0]),
            (self.high, brightness.percentile[1]),
            (self.block, int(brightness.tile_norm_blocksize)),
            (self.invert, brightness.invert),
            (self.sharpen, brightness.sharpen_radius),
            (self.smooth, brightness.smooth_radius),
            (self.steps, settings.niter or 0),
            (self.augment, settings.augment),
            (self.edges, settings.exclude_on_edges),
            (self.device, options.model.device),
            (self.precision, options.model.precision),
        ):
            put(widget, value)

    def disable_devices(self, missing: Mapping[str, str]) -> None:
        """Let devices that cannot be used here not be chosen; their entries say why."""
        model = self.device.model()
        for row in range(self.device.count()):
            why = missing.get(self.device.itemData(row) or "", "")
            item = model.item(row) if isinstance(model, QStandardItemModel) else None
            if item is not None:
                item.setEnabled(not why)
                item.setToolTip(translate_said(why))

    def _brightness(self, rows: QFormLayout) -> None:
        tip = "Percentiles of brightness that are scaled to 0 and 1 for the model"
        self.low, self.high = number(0, 99.9, " %", tip), number(0.1, 100, " %", tip)
        both = QHBoxLayout()
        both.setSpacing(theme.GRID_PX)
        both.addWidget(self.low)
        both.addWidget(self.high)
        for field in (self.low, self.high):
            field.setSingleStep(0.5)
            field.valueChanged.connect(
                lambda *_: self._change(percentile=(self.low.value(), self.high.value()))
            )
        self.block = whole(
            0, 10_000, " px", "Brightness is adjusted in blocks of this size, for uneven light", zero="off"
        )
        self.block.setSingleStep(10)
        self.invert = told(QCheckBox(translate("Dark cells on a bright background")), "Invert brightness")
        self.sharpen = number(0, 100, " px", "Sharpen first, with this radius", zero="off")
        self.smooth = number(0, 100, " px", "Smooth first, with this radius; helps with noise", zero="off")
        rows.addRow(label("Percentiles"), both)
        rows.addRow(label("Uneven light"), self.block)
        rows.addRow(label("Sharpen"), self.sharpen)
        rows.addRow(label("Smooth"), self.smooth)
        rows.addRow(self.invert)
        self._tell(self.block, "tile_norm_blocksize")
        self._tell(self.sharpen, "sharpen_radius")
        self._tell(self.smooth, "smooth_radius")
        self.invert.toggled.connect(lambda on: self._change(invert=on))

    def _network(self, rows: QFormLayout) -> None:
        self.augment = told(
            QCheckBox(translate("Test-time augmentation")),
            "A little better, about three times slower",
        )
        self.edges = told(
            QCheckBox(translate("Leave out cells at the border")),
            "Objects that touch the image border are removed",
        )
        self.steps = whole(
            0, 10_000, "", "Steps along the flows; more for long cells (2000 for bacteria)", zero="automatic"
        )
        self.steps.setSingleStep(100)
        self.device = choice(DEVICES, "Device that the model runs on; automatic picks the best one")
        self.precision = choice(PRECISIONS, "Automatic picks the fastest one that the device supports")
        rows.addRow(self.augment)
        rows.addRow(self.edges)
        rows.addRow(label("Steps"), self.steps)
        rows.addRow(label("Device"), self.device)
        rows.addRow(label("Precision"), self.precision)
        self.augment.toggled.connect(lambda on: self._change(augment=on))
        self.edges.toggled.connect(lambda on: self._change(live=True, exclude_on_edges=on))
        self.steps.valueChanged.connect(lambda value: self._change(live=True, niter=value or None))
        for field, name in ((self.device, "device"), (self.precision, "precision")):
            field.currentIndexChanged.connect(
                lambda _, field=field, name=name: self._change(**{name: field.currentData()})
            )

    def _tell(self, field: Any, name: str) -> None:
        field.valueChanged.connect(lambda value: self._change(**{name: value}))


class Stacks(QWidget):
    """How the planes of a stack go together; shown for stacks only."""

    def __init__(self, change: Change, smallest: Callable[[], None]) -> None:
        super().__init__()
        self._change = change
        self.mode = choice(STACKS, "What an object of a stack is: a body in 3D, or an outline in one plane")
        self.anisotropy = number(
            0, 100, "", "Distance between planes divided by the pixel size", decimals=2, zero="from the file"
        )
        self.overlap = number(
            0.05,
            1,
            "",
            "Overlap above which outlines in neighbouring planes are linked into one object",
            decimals=2,
        )
        self.overlap.setSingleStep(0.05)
        self.smoothing = number(
            0, 20, " px", "Standard deviation of a Gaussian over the flows in 3D", decimals=1, zero="none"
        )
        self.together = QCheckBox(translate("of the whole stack"))
        told(self.together, "Scale brightness over the whole stack, not plane by plane")
        self.paper = QPushButton(translate("As in the paper"))
        told(self.paper, "1,000 steps along the flows, smoothing 2, objects of 1,000 voxels or more")
        self.smallest = QPushButton(translate("From the diameter"))
        told(self.smallest, "Discard bodies smaller than a tenth of a cell")
        self.smallest.clicked.connect(smallest)
        self._labels: dict[QWidget, QLabel] = {
            self.anisotropy: label("Plane spacing"),
            self.smoothing: label("Smoothing"),
            self.together: label("Brightness"),
            self.paper: label(""),
            self.smallest: label("Smallest body"),
            self.overlap: label("Overlap"),
        }
        rows = form()
        rows.addRow(label("Stack"), self.mode)
        for field, words in self._labels.items():
            rows.addRow(words, field)
        self.setLayout(rows)
        self.mode.currentIndexChanged.connect(self._mode_chosen)
        self.anisotropy.valueChanged.connect(lambda value: change(anisotropy=value or None))
        self.smoothing.valueChanged.connect(lambda value: change(flow3D_smooth=value))
        self.together.toggled.connect(lambda on: change(norm3D=on))
        self.paper.clicked.connect(lambda: change(**PAPER))
        self.overlap.valueChanged.connect(lambda value: change(live=True, stitch_threshold=value))

    def show_options(self, options: RunOptions, known: float | None) -> None:
        """Show the state; what the file says of the distance of its planes, in pixels, is `known`, or None."""
        settings = options.settings
        mode = _mode_of(options)
        # What a run takes where nobody set it.
        self.anisotropy.setSpecialValueText(
            translate("from the file") if known is not None else translate("unknown: 1")
        )
        put(self.mode, mode)
        put(self.anisotropy, settings.anisotropy or 0.0)
        if settings.stitch_threshold > 0:
            put(self.overlap, settings.stitch_threshold)
        smooth = settings.flow3D_smooth
        put(self.smoothing, float(smooth if isinstance(smooth, float | int) else max(smooth)))
        put(self.together, settings.normalize.norm3D)
        for field in (self.anisotropy, self.smoothing, self.paper):
            self._show(field, mode == VOLUME)
        self._show(self.overlap, mode == JOINED)
        self._show(self.smallest, mode != APART)

    @staticmethod
    def makes_bodies(options: RunOptions) -> bool:
        """Whether an object of a stack is a body in space."""
        return _mode_of(options) != APART

    def _show(self, field: QWidget, on: bool) -> None:
        field.setVisible(on)
        self._labels[field].setVisible(on)

    def _mode_chosen(self) -> None:
        mode = self.mode.currentData()
        stitch = (self.overlap.value() if self.overlap.value() > 0.05 else STITCH) if mode == JOINED else 0.0
        self._change(do_3D=mode == VOLUME, stitch_threshold=stitch)


def _mode_of(options: RunOptions) -> str:
    settings = options.settings
    return VOLUME if settings.do_3D else JOINED if settings.stitch_threshold > 0 else APART
