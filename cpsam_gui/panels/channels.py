"""The panel of the channels: how each is shown, and which ones the network sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtWidgets import QComboBox, QLabel, QVBoxLayout, QWidget

from cpsam_gui.panels.base import Panel
from cpsam_gui.panels.channel_row import ChannelRow
from cpsam_gui.panels.mask_display import MaskDisplay
from cpsam_gui.program.channel_names import channel_words
from cpsam_gui.program.i18n import translate
from cpsam_gui.style.layout import column, dim, form, let_go
from cpsam_gui.style.theme import GRID_PX

if TYPE_CHECKING:
    from cpsam_gui.panels.base import Host
    from cpsam_gui.session import Session
    from cpsam_gui.session.images import Images
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.open_image import OpenImage

# Channels that the published networks take.
INPUTS = 3


class NetworkChannels(QWidget):
    """Chooses which channel of the image is each channel of the network."""

    def __init__(self, open_image: OpenImage, notices: Notices, images: Images) -> None:
        super().__init__()
        self._open_image, self._view = open_image, open_image.view
        self._notices, self._images = notices, images
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID_PX)
        title = QLabel(translate("Model input channels"))
        title.setObjectName("heading")
        layout.addWidget(title)
        rows = form()
        self.boxes = [QComboBox() for _ in range(INPUTS)]
        for number, box in enumerate(self.boxes, 1):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
            box.currentIndexChanged.connect(self._changed)
            rows.addRow(translate("Input {number}").format(number=number), box)
        layout.addLayout(rows)
        layout.addWidget(
            dim(translate("Their order hardly matters: models are trained with channels shuffled."))
        )
        images.channels_chosen.connect(self.refresh)

    def refresh(self) -> None:
        """Offer the channels of the open image and show the choice."""
        names = [channel.name for channel in self._view.channels]
        chosen = self._images.chosen
        shown = chosen if chosen is not None else tuple(range(min(INPUTS, len(names))))
        places: list[int | None] = [box.currentData() for box in self.boxes]
        if tuple(index for index in places if index is not None) != tuple(shown):
            places = [*shown, *[None] * (INPUTS - len(shown))]
        # Else a row that was set to none says so, though to the network the others move up.
        for place, box in zip(places, self.boxes, strict=False):
            blocker = QSignalBlocker(box)
            box.clear()
            box.addItem(translate("none"), None)
            for index, name in enumerate(names):
                box.addItem(channel_words(name), index)
            box.setCurrentIndex(0 if place is None else place + 1)
            box.setEnabled(len(names) > 1)
            blocker.unblock()
        self.setVisible(len(names) > 1 and self._open_image.image is not None)

    def _changed(self) -> None:
        chosen = tuple(box.currentData() for box in self.boxes if box.currentData() is not None)
        first = tuple(range(min(INPUTS, len(self._view.channels))))
        if not chosen:
            self._notices.message.emit(translate("The model needs at least one channel"))
            self.refresh()
            return
        self._images.choose(None if chosen == first else chosen)


class ChannelsPanel(Panel):
    """One row for each channel of the open image, the inputs of the network, and the look of the masks."""

    def __init__(self, session: Session, host: Host) -> None:
        super().__init__()
        self._open_image, self._view = session.open_image, session.view
        self._images = session.images
        layout = column(self)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(GRID_PX)
        self.rows: list[ChannelRow] = []
        layout.addLayout(self._rows)
        self._none = dim(translate("Open an image to see its channels"))
        layout.addWidget(self._none)
        self.network = NetworkChannels(session.open_image, session.notices, session.images)
        self.network.refresh()
        layout.addWidget(self.network)
        self.look = MaskDisplay(session.view)
        layout.addWidget(self.look)
        layout.addStretch(1)
        self._open_image.image_changed.connect(self._new_image)
        self._view.events.channels.connect(self._refresh)

    def _new_image(self) -> None:
        for row in self.rows:
            self._rows.removeWidget(row)
            let_go(row)
        count = len(self._view.channels) if self._open_image.image is not None else 0
        self.rows = [ChannelRow(self._view, self._images, index) for index in range(count)]
        for row in self.rows:
            self._rows.addWidget(row)
        self._none.setVisible(not self.rows)
        self.network.refresh()

    def _refresh(self) -> None:
        if len(self.rows) == len(self._view.channels):
            for row in self.rows:
                row.refresh()
