"""The window of the models: their family tree, what is known of each, and what can be done with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cpsam_core.errors import CpsamError
from cpsam_gui.dialogs import messages
from cpsam_gui.dialogs.left_states import LeftStates
from cpsam_gui.dialogs.model_tree import Node, card_lines, family
from cpsam_gui.jobs.job import problem_from
from cpsam_gui.jobs.jobs import Lane
from cpsam_gui.program.i18n import translate, translate_said
from cpsam_gui.program.saving_places import ask_target, with_ending
from cpsam_gui.session.questions import Answer, Question
from cpsam_gui.style import theme
from cpsam_gui.style.layout import form, let_go, scrolling
from cpsam_gui.style.letters import give_letters

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_core.weights import ModelInfo
    from cpsam_gui.jobs.jobs import Jobs
    from cpsam_gui.runs.models import Models
    from cpsam_gui.session.notices import Notices
    from cpsam_gui.session.run_state import RunState
    from cpsam_gui.session.training import TrainingController

INFO = Qt.ItemDataRole.UserRole
FILES = "Models (*.safetensors *.pth *.pt);;All files (*)"


class ModelManager(QDialog):
    """Lists the models under those they were trained from."""

    use = pyqtSignal(str)
    """Segment with this model from now on."""
    compare = pyqtSignal(str)
    """Make the verdict on this model."""

    def __init__(
        self,
        parent: QWidget,
        notices: Notices,
        jobs: Jobs,
        models: Models,
        run_state: RunState,
        training: TrainingController,
    ) -> None:
        super().__init__(parent)
        self._notices, self._jobs = notices, jobs
        self._models = models
        self._run_state = run_state
        self._training = training
        self.setWindowTitle(translate("Models"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(820, 520)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setColumnCount(2)
        self.tree.setMinimumWidth(280)
        self.title = QLabel()
        self.title.setObjectName("title")
        self.choose = QPushButton(translate("Use this model"))
        self.choose.setObjectName("primary")
        self.back = QPushButton(translate("Roll back to its parent"))
        self.judge = QPushButton(translate("Compare"))
        self.rename = QPushButton(translate("Rename…"))
        self.export = QPushButton(translate("Export…"))
        self.delete = QPushButton(translate("Delete…"))
        self.add = QPushButton(translate("Import…"))
        self.leave = QPushButton(translate("Close"))
        self.left = LeftStates(jobs)
        does = {
            self.choose: self._use,
            self.back: self._roll_back,
            self.judge: self._compare,
            self.rename: self._rename,
            self.export: self._export,
            self.delete: self._delete,
            self.add: self._import,
            self.leave: self.accept,
        }
        give_letters((*does, self.left.delete))
        self._arrange()
        self.tree.currentItemChanged.connect(lambda *_: self._show())
        for button, do in does.items():
            button.clicked.connect(do)
            button.setAutoDefault(False)
        training.models_changed.connect(self.fill)
        training.state_changed.connect(self._show_comparing)
        self.fill()

    def _arrange(self) -> None:
        self._details = QVBoxLayout()
        right = QVBoxLayout()
        right.setSpacing(theme.GRID_PX)
        right.addWidget(self.title)
        right.addLayout(self._details, 1)
        own = QHBoxLayout()
        own.setSpacing(theme.GRID_PX)
        for button in (self.rename, self.export, self.delete):
            own.addWidget(button)
        own.addStretch(1)
        right.addLayout(own)
        main = QHBoxLayout()
        main.setSpacing(theme.GRID_PX)
        main.addWidget(self.choose)
        main.addWidget(self.back)
        main.addWidget(self.judge)
        main.addStretch(1)
        right.addLayout(main)
        middle = QHBoxLayout()
        middle.setSpacing(theme.GRID_PX * 2)
        middle.addWidget(self.tree, 2)
        middle.addLayout(right, 3)
        bottom = QHBoxLayout()
        bottom.addWidget(self.add)
        bottom.addStretch(1)
        bottom.addWidget(self.leave)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*[theme.GRID_PX * 2] * 4)
        layout.setSpacing(theme.GRID_PX * 2)
        layout.addLayout(middle, 1)
        layout.addWidget(self.left)
        layout.addLayout(bottom)

    def fill(self) -> None:
        """Read the models anew and keep the chosen one; look for what trainings left."""
        self.left.look()
        chosen = self.current.name if self.current is not None else self._run_state.options.model.name
        self.tree.clear()
        nodes = family(self._models.listed())
        # Models that all stand alone need no room for signs that unfold.
        self.tree.setRootIsDecorated(any(node.children for node in nodes))
        for node in nodes:
            self._add(node, None)
        self.tree.expandAll()
        self.tree.resizeColumnToContents(0)
        found = self.tree.findItems(chosen, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
        first = self.tree.topLevelItem(0)
        self.tree.setCurrentItem(found[0] if found else first)

    def _add(self, node: Node, parent: QTreeWidgetItem | None) -> None:
        item = QTreeWidgetItem([node.name])
        item.setData(0, INFO, node.info)
        if node.info is None:
            item.setDisabled(True)
            item.setToolTip(0, translate("This model was removed"))
        marks = []
        if node.name == self._run_state.options.model.name:
            item.setIcon(0, theme.icon("check"))
            marks.append(translate("in use"))
        if node.info is not None and node.info.is_unjudged:
            marks.append(translate("not compared"))
        item.setText(1, ", ".join(marks))
        if parent is None:
            self.tree.addTopLevelItem(item)
        else:
            parent.addChild(item)
        for child in node.children:
            self._add(child, item)

    @property
    def current(self) -> ModelInfo | None:
        """The model that is chosen in the tree."""
        item = self.tree.currentItem()
        info: ModelInfo | None = item.data(0, INFO) if item is not None else None
        return info

    def _show(self) -> None:
        info = self.current
        self.title.setText(info.name if info is not None else "")
        rows = form()
        for name, value in card_lines(info) if info is not None else ():
            label = QLabel(translate_said(value))
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            caption = QLabel(translate_said(name))
            caption.setObjectName("dim")
            rows.addRow(caption, label)
        fresh = QWidget()
        fresh.setLayout(rows)
        layout = self._details
        layout.addWidget(scrolling(fresh))
        while layout.count() > 1:
            old = layout.takeAt(0)
            widget = old.widget() if old is not None else None
            if widget is not None:
                let_go(widget)
        own = info is not None and info.kind == "own"
        for button in (self.rename, self.delete):
            button.setEnabled(own)
        self.export.setEnabled(info is not None and info.present)
        self.choose.setEnabled(info is not None)
        self.back.setEnabled(info is not None and self._parent_of(info) is not None)
        self._show_comparing()

    def _show_comparing(self) -> None:
        """Offer a comparison where none was made, what it needs was kept and nothing is trained or judged now."""
        info = self.current
        self.judge.setVisible(info is not None and info.is_unjudged)
        kept = info is not None and info.can_be_judged
        self.judge.setEnabled(kept and not self._training.running)
        if not kept:
            why = translate("Which images judge this model was not kept when it was trained")
        elif self._training.running:
            why = translate("A model is being trained or compared")
        else:
            why = translate("Compare it with the model that it was trained from, as after a training")
        self.judge.setToolTip(why)

    def _parent_of(self, info: ModelInfo) -> str | None:
        parent = info.card.parent if info.card is not None else None
        return parent if parent in self._models.names() else None

    def _use(self) -> None:
        if self.current is not None:
            self.use.emit(self.current.name)
            self.fill()

    def _compare(self) -> None:
        if self.current is not None:
            self.compare.emit(self.current.name)
            # What comes of it is shown in the window.
            self.accept()

    def _roll_back(self) -> None:
        info = self.current
        parent = self._parent_of(info) if info is not None else None
        if parent is not None:
            self.use.emit(parent)
            self.fill()

    def _try(self, what: Callable[[], object]) -> None:
        """Do something with the files of the models; say why where it fails."""
        try:
            what()
        except CpsamError as error:
            self._notices.failed.emit(problem_from(error))
            return
        self._training.models_changed.emit()

    def _rename(self) -> None:
        from cpsam_core.weights import rename_model

        info = self.current
        if info is None:
            return
        title = translate("Rename {name}").format(name=info.name)
        name, ok = QInputDialog.getText(self, title, translate("New name"), text=info.name)
        if ok and name.strip() and name.strip() != info.name:
            used = self._run_state.options.model.name == info.name
            self._try(lambda: rename_model(info.name, name.strip()))
            if used and name.strip() in self._models.names():
                self.use.emit(name.strip())

    def _delete(self) -> None:
        from cpsam_core.weights import remove_model

        info = self.current
        if info is None:
            return
        question = Question(
            translate("Delete the model {name}? This cannot be undone.").format(name=info.name),
            "",
            (Answer("delete", translate("Delete")), Answer("stay", translate("Cancel"))),
        )
        if messages.ask(self, question) == "delete":
            parent = self._parent_of(info)
            if self._run_state.options.model.name == info.name:
                self.use.emit(parent or "cpsam-lite")
            self._try(lambda: remove_model(info.name))
            if info.name not in self._models.names():
                self._training.forget(info.name)

    def _export(self) -> None:
        from cpsam_gui.tasks.models import export_model

        info = self.current
        if info is None:
            return
        ending = with_ending(info.path.suffix)
        target = ask_target(self, translate("Export model"), None, info.path.name, FILES, ending)
        if target is not None:
            self._jobs.run(
                lambda progress: export_model(info, target, progress),
                name=translate("Export"),
                lane=Lane.BESIDE,
                outlives_image=True,
                then=lambda path: self._notices.message.emit(translate("Saved {path}").format(path=path)),
            )

    def _import(self) -> None:
        from cpsam_core.weights import add_model

        name, _ = QFileDialog.getOpenFileName(self, translate("Import model"), "", FILES)
        if name:
            self._jobs.run(
                lambda progress: add_model(name),
                name=translate("Import"),
                lane=Lane.BESIDE,
                outlives_image=True,
                then=lambda _: self._training.models_changed.emit(),
            )
