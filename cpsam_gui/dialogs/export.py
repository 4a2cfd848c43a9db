"""The dialog of the export: which format, which of its choices, this image or the whole folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from cpsam_core.formats import FORMATS, Format, WriteOptions, find_format, left_out, name_for
from cpsam_core.formats.registry import check_possible
from cpsam_gui.dialogs.export_fields import WORDS, choice_fields, show_value, text_of, value_of
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.saving_places import as_seg_file, ask_target, ask_target_folder, with_ending
from cpsam_gui.program.settings_values import keep_soon, stored_flag, stored_text
from cpsam_gui.session.exporting import replace_words
from cpsam_gui.storage.companions import companions_of
from cpsam_gui.style import theme
from cpsam_gui.style.layout import form
from cpsam_gui.style.letters import give_letters
from cpsam_gui.style.long_names import WrappedWords
from cpsam_gui.style.wheel import guard_wheels
from cpsam_gui.tasks.exporting import ExportPlan

if TYPE_CHECKING:
    from cpsam_core.formats import ObjectSet
    from cpsam_gui.session.exporting import ExportController
    from cpsam_gui.session.open_image import OpenImage

GROUP = "export"
KEY = Qt.ItemDataRole.UserRole


class ExportDialog(QDialog):
    """Lets a format and its choices be chosen; remembers them."""

    def __init__(
        self, parent: QWidget | None, open_image: OpenImage, exporting: ExportController, objects: ObjectSet
    ) -> None:
        super().__init__(parent)
        self._objects, self._open_image = objects, open_image
        self._exporting = exporting
        # Choices that serve this once are not remembered.
        self._once = False
        self.setWindowTitle(translate("Export masks"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 460)
        self.list = QListWidget()
        self.list.setMinimumWidth(280)
        self.fields: dict[str, QWidget] = choice_fields()
        self.measured = QCheckBox(translate("Measure the objects"))
        self.this, self.folder = (
            QRadioButton(translate("This image")),
            QRadioButton(translate("The whole folder")),
        )
        self.replace = QCheckBox(replace_words())
        self.beside = QCheckBox(translate("Beside the images"))
        self.loss = WrappedWords()
        self.loss.setObjectName("warning")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        button = self.buttons.addButton(translate("Export…"), QDialogButtonBox.ButtonRole.AcceptRole)
        assert button is not None
        self.go = button
        self.go.setObjectName("primary")
        give_letters(self.buttons.buttons())
        self._arrange()
        self._fill()
        self._recall()
        self.list.currentItemChanged.connect(lambda *_: self._show())
        self.folder.toggled.connect(lambda _: self._show())
        self.buttons.accepted.connect(self._export)
        self.buttons.rejected.connect(self.reject)
        self._show()
        guard_wheels(self)

    def _arrange(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(theme.GRID_PX)
        right.addWidget(_heading(translate("What")))
        for widget in (self.this, self.folder, self.beside, self.replace):
            right.addWidget(widget)
        right.addSpacing(theme.GRID_PX)
        self.how = _heading(translate("How"))
        right.addWidget(self.how)
        self._form = form()
        for name, field in self.fields.items():
            if isinstance(field, QCheckBox):
                self._form.addRow(field)
            else:
                self._form.addRow(translate(WORDS[name]), field)
        self._form.addRow(self.measured)
        right.addLayout(self._form)
        right.addStretch(1)
        right.addWidget(self.loss)
        middle = QHBoxLayout()
        middle.setSpacing(theme.GRID_PX * 2)
        middle.addWidget(self.list, 1)
        middle.addLayout(right, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX * 2)
        layout.addLayout(middle, 1)
        layout.addWidget(self.buttons)

    def _fill(self) -> None:
        for one in FORMATS:
            if not one.can_write:
                continue
            item = QListWidgetItem(translate(one.title), self.list)
            item.setData(KEY, one.key)
            why = self._why_not(one)
            if why:
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
                item.setToolTip(why)
            else:
                item.setToolTip(translate("NAME{}").format(one.ending))

    def _why_not(self, one: Format) -> str:
        """Return why a format cannot be written now; empty where it can."""
        from cpsam_core.errors import ImageError

        try:
            if not one.available:
                one.function("write")
            check_possible(one, self._objects)
        except ImageError as error:
            return translate_said(str(error))
        return ""

    @property
    def chosen(self) -> Format:
        """The format that is chosen."""
        item = self.list.currentItem()
        return find_format(item.data(KEY) if item is not None else "tif")

    def choose(self, key: str) -> None:
        """Choose a format."""
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item is not None and item.data(KEY) == key and item.flags() & Qt.ItemFlag.ItemIsEnabled:
                self.list.setCurrentRow(row)

    def begin_with_masks(self) -> None:
        """Begin with the label image of the open image, whatever was exported last: its work has no other file."""
        self._once = True
        self.choose("tif")
        self.this.setChecked(True)

    def plan(self) -> ExportPlan:
        """Return how objects are written."""
        values: dict[str, Any] = {name: value_of(self.fields[name]) for name in self.chosen.options}
        options = WriteOptions(**values)
        return ExportPlan(self.chosen, options, self.measured.isChecked(), self.replace.isChecked())

    def _show(self) -> None:
        """Show what the chosen format lets one choose, and what it does not keep."""
        one = self.chosen
        for name, field in self.fields.items():
            self._form.setRowVisible(field, name in one.options)
        self._form.setRowVisible(self.measured, one.measurements)
        self.how.setVisible(bool(one.options) or one.measurements)
        self.replace.setEnabled(self.folder.isChecked())
        self.beside.setEnabled(self.folder.isChecked() and not self._exporting.closed_folder)
        # Of the other images of a folder no plane is on the screen.
        objects = replace(self._objects, plane=None) if self.folder.isChecked() else self._objects
        lost = [] if one.key == "project" else [translate_said(words) for words in left_out(one, objects)]
        self.loss.setText("\n".join(lost))
        self.loss.setVisible(bool(lost))
        # Flows serve this program alone, and no format but one keeps them: that is no reason to warn.
        serious = left_out(one, replace(objects, flows=None))
        self.loss.setObjectName("warning" if serious else "dim")
        style = self.loss.style()
        if style is not None:
            style.polish(self.loss)

    def _recall(self) -> None:
        self.list.setCurrentRow(0)
        self.choose(stored_text(f"{GROUP}/format", "tif"))
        self.measured.setChecked(stored_flag(f"{GROUP}/measured", True))
        self.beside.setChecked(stored_flag(f"{GROUP}/beside", True) and not self._exporting.closed_folder)
        has_folder = self._open_image.path is not None
        self.folder.setEnabled(has_folder)
        whole = has_folder and stored_flag(f"{GROUP}/folder", False)
        (self.folder if whole else self.this).setChecked(True)
        for name, field in self.fields.items():
            text = stored_text(f"{GROUP}/{name}")
            if text:
                show_value(field, text)

    def _remember(self) -> None:
        if self._once:
            return
        values: dict[str, Any] = {"format": self.chosen.key}
        for name, box in (("measured", self.measured), ("beside", self.beside), ("folder", self.folder)):
            # In a folder that cannot be written nobody chose it.
            if box is not self.beside or not self._exporting.closed_folder:
                values[name] = box.isChecked()
        values |= {name: text_of(field) for name, field in self.fields.items()}
        keep_soon({f"{GROUP}/{name}": value for name, value in values.items()})

    def _export(self) -> None:
        self._remember()
        plan, exporting = self.plan(), self._exporting
        if self.folder.isChecked():
            target = None if self.beside.isChecked() else self._ask_folder()
            if target is None and not self.beside.isChecked():
                return
            exporting.export_folder(target, plan)
        else:
            path = self._ask_file(plan.chosen)
            if path is None:
                return
            exporting.export(path, plan)
        self.accept()

    def _ask_folder(self) -> Path | None:
        path = self._open_image.path
        folder = None if path is None else path.parent
        return ask_target_folder(self, translate("Folder of the results"), folder)

    def _ask_file(self, one: Format) -> Path | None:
        source, image = self._open_image.path, self._open_image.image
        named = source or Path("image.tif")
        stem = companions_of(named, key=None if image is None else image.key).stem
        if one.key == "project":
            # Beside the image, the name without this is that of the work itself.
            stem += "_copy"
        if one.needs_image and self._objects.plane is not None:
            # As it is counted on the screen.
            stem += f"_plane{self._objects.plane + 1}"
        name = name_for(named.with_name(stem + named.suffix), one).name
        suffix = Path("name" + one.ending).suffix
        completed = as_seg_file if one.key == "seg" else with_ending(suffix)
        kinds = f"{translate(one.title)} (*{suffix})"
        folder = None if source is None else source.parent
        return ask_target(self, translate("Export masks"), folder, name, kinds, completed)


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("heading")
    return label
