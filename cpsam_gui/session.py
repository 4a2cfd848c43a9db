"""One open image and everything done with it: the only code that knows document, view and jobs.

Panels and actions call methods here and listen to signals; they never reach into each other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PyQt6.QtCore import QObject, pyqtSignal

from cpsam_core.errors import CpsamError
from cpsam_core.progress import silent

from . import tasks
from .document import Document
from .files import masks_path, project_path
from .history import Origin
from .jobs import Jobs, Problem, problem_from
from .journal import Journal, Recovered
from .journal import recover as read_journal
from .models import Models
from .palette import colour_of, label_table
from .tools import TOOLS, Desk, Pointer, Tool
from .view import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from cpsam_core.images import Image
    from cpsam_core.segment import Settings


THRESHOLDS = "Change thresholds"
SPARE_IDS = 4096
LINES = 0.95  # opacity of outlines
BRUSH_RANGE = (1.0, 400.0)  # image pixels


@dataclass(frozen=True, slots=True)
class Flows:
    """What the last run left for later: thresholds can change without the network."""

    flows: NDArray[np.float32]
    logits: NDArray[np.float32]
    diameter: float | None = None
    """Of the cells in pixels, as the run took or measured it."""


class Session(QObject):
    """State of one window."""

    image_changed = pyqtSignal()
    labels_changed = pyqtSignal(object)
    """Labels of a block changed (Box)."""
    objects_changed = pyqtSignal()
    settings_changed = pyqtSignal()
    """The thresholds that belong to the masks came with them."""
    overlay_changed = pyqtSignal()
    """The colours of the masks must be made anew."""
    history_changed = pyqtSignal()
    tool_changed = pyqtSignal()
    redraw = pyqtSignal()
    """The shapes of the tool changed without a mouse event."""
    message = pyqtSignal(str)
    failed = pyqtSignal(object)
    saved = pyqtSignal(str)

    def __init__(self, models: Models | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.models = models or Models()
        self.jobs = Jobs(self)
        self.jobs.failed.connect(self.failed)
        self.jobs.cancelled.connect(lambda name: self.message.emit(f"{name}: cancelled"))
        self.view = View()
        self.image: Image | None = None
        self.path: Path | None = None
        self.journal: Journal | None = None
        self.last_settings: dict[str, Any] = {}
        """Thresholds of the last run, which are saved with the masks and come back with them."""
        self.flows: Flows | None = None
        self.document = Document((1, 1, 1))
        self._tables: tuple[NDArray[np.uint32], NDArray[np.uint32]] | None = None
        self.desk = Desk(self.document, self.view)
        self.tool: Tool = TOOLS["select"](self.desk)
        self._adopt(self.document)
        self.view.events.masks.connect(self._forget_tables)
        self.view.events.selection.connect(self._selection_changed)

    # -- image -------------------------------------------------------------------------------------------

    def open(self, path: Path, then: Callable[[], None] | None = None, *, shipped: bool = False) -> None:
        """Read an image in the background and show it; `then` is called when it is there.

        A `shipped` image is shown without its path, so that nothing is saved inside the installed program.
        """
        self.jobs.next_generation()
        self.message.emit(f"Opening {path.name}")
        self.jobs.start(
            f"Opening {path.name}",
            partial(tasks.open_image, path, shipped=shipped),
            partial(self._show, then=then),
        )

    def _show(self, opened: tasks.Opened, then: Callable[[], None] | None = None) -> None:
        self.show_image(opened)
        if then is not None:
            then()

    def show_image(self, opened: tasks.Opened) -> None:
        """Make an image that was read the open one, without masks."""
        self.image = opened.image
        path = opened.image.path
        self.path = Path(path) if path is not None else None
        self.flows, self.last_settings = None, {}
        self._adopt(Document(opened.image.pixels.shape[:3]))
        self._end_journal()
        if opened.found is not None and opened.masks_from is not None:
            self.swap(f"Saved masks ({opened.masks_from.name})", opened.found)
            self.document.mark_saved()
        if self.path is not None:
            self.journal = Journal(self.document, self.path)
        self.view.selection = frozenset()
        self.view.plane = opened.image.pixels.shape[0] // 2 if opened.image.pixels.shape[0] > 1 else 0
        self.view.channels = opened.channels
        self.image_changed.emit()
        self.history_changed.emit()
        self.objects_changed.emit()
        self.message.emit(self.describe())
        if opened.problem:
            self.failed.emit(Problem(f"The saved masks were left out. {opened.problem}"))

    def describe(self) -> str:
        """Return size and type of the open image in words."""
        if self.image is None:
            return ""
        z, y, x, c = self.image.pixels.shape
        planes = f"{z} planes, " if z > 1 else ""
        channels = "RGB" if self.image.is_rgb else f"{c} channel{'s' if c > 1 else ''}"
        return f"{y} x {x} pixels, {planes}{channels}, {self.image.pixels.dtype}"

    def auto_contrast(self, index: int) -> None:
        """Set the brightness levels of a channel from the plane shown."""
        if self.image is not None:
            low, high = tasks.levels(self.image.pixels[self.view.plane, ..., index])
            self.view.set_channel(index, low=low, high=high)

    def _adopt(self, document: Document) -> None:
        """Listen to a new document and hand it to the tools."""
        self.document = document
        document.changed.connect(self.labels_changed.emit)
        document.objects_changed.connect(self._objects_changed)
        document.history_changed.connect(self.history_changed.emit)
        self.desk = Desk(document, self.view)
        self._tables = None
        self.tool = TOOLS[self.tool.key](self.desk)

    # -- segmentation ------------------------------------------------------------------------------------

    def segment(self, model: str, settings: Settings, *, keep: bool = True) -> None:
        """Run a model on the open image; objects that are locked or drawn by hand stay where `keep`."""
        if self.image is None or self.jobs.busy:
            return
        kept = self._kept() if keep else tasks.Kept(first_id=self.document.next_id)
        work = partial(tasks.segment, self.image, settings, partial(self.models.load, model), kept)
        self.jobs.start("Segmenting", work, partial(self._found, model=model, settings=settings))

    def mask_again(self, settings: Settings, *, keep: bool = True) -> None:
        """Apply other thresholds to the flows of the last run, in the background; the newest request wins."""
        if self.flows is None or self.jobs.busy:
            return
        kept = self._kept() if keep else tasks.Kept(first_id=self.document.next_id)
        position = self.document.position

        def done(found: tasks.Found) -> None:
            if self.document.position == position and not self.document.writing:
                self.swap(THRESHOLDS, replace(found, settings={**self.last_settings, **_values(settings)}))
                self.message.emit(f"{len(found.records)} objects")

        # The steps along the flows depend on the diameter that the run used, which may have been measured.
        settings = replace(settings, diameter=self.flows.diameter)
        work = partial(tasks.mask_again, self.flows.flows, self.flows.logits, settings, kept)
        self.jobs.start_live(THRESHOLDS, work, done)

    def _kept(self) -> tasks.Kept:
        """Return what a run must not touch: locked objects, and those drawn or corrected by hand."""
        rows = {
            number: row for number, row in self.document.objects.items()
            if row.locked or row.origin is not Origin.MODEL
        }  # fmt: skip
        return tasks.Kept(self.document.snapshot() if rows else None, rows, self.document.next_id)

    def _found(self, found: tasks.Found, model: str, settings: Settings) -> None:
        self.swap(f"Segment with {model}", replace(found, settings={"model": model, **_values(settings)}))
        self.message.emit(f"{len(found.records)} objects found")

    def swap(self, name: str, found: tasks.Found) -> None:
        """Put a whole result into the document as one step; its flows serve later changes of thresholds."""
        self.tool.cancel()
        if found.flows is not None and found.logits is not None:
            self.flows = Flows(found.flows, found.logits, found.diameter)
        if found.settings:
            self.last_settings = dict(found.settings)
            self.settings_changed.emit()
        self.view.selection = frozenset()
        # Moving a slider makes one step, not one for each position.
        self.document.replace(name, found.labels, found.records, merge=name == THRESHOLDS)

    # -- saving ------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Save the project and the masks beside the image, in the background."""
        for target in self._targets():
            self.export(target)

    def save_now(self) -> bool:
        """Save and wait for it, before an image is left; False where that failed."""
        targets = self._targets()
        try:
            for target in targets:
                tasks.save(target, self.document.snapshot(), self.document.objects, self._extra(), silent)
        except CpsamError as error:
            self.failed.emit(problem_from(error))
            return False
        if targets:
            self._mark_saved()
        return bool(targets)

    def export(self, target: Path) -> None:
        """Write the masks to `target` in the background; its ending says in which form."""
        document, position = self.document, self.document.position

        def done(written: Path) -> None:
            if document is self.document and document.position == position:
                self._mark_saved()
            self.message.emit(f"Saved {written}")
            self.saved.emit(str(written))

        work = partial(
            tasks.save, target, document.snapshot(), dict(document.objects), self._extra()
        )  # fmt: skip
        self.jobs.start_beside("Saving", work, done)

    def _mark_saved(self) -> None:
        self.document.mark_saved()
        if self.journal is not None:
            self.journal.restart()

    def _end_journal(self) -> None:
        """Remove the journal of an image that is left: its work is saved, or given up on purpose."""
        if self.journal is not None:
            self.journal.close()
            self.journal = None

    def recover(self, journal: Path) -> None:
        """Open the image of a journal that a crash left behind, with the work that it holds."""

        def show(found: Recovered | None) -> None:
            if found is None:
                self.failed.emit(Problem(f"The journal {journal} holds nothing that can be used."))
            else:
                self.open(found.image, partial(self._take_recovered, found))

        self.jobs.start("Reading the journal", lambda progress: read_journal(journal), show)

    def _take_recovered(self, found: Recovered) -> None:
        if found.labels.shape != self.document.shape:
            self.failed.emit(Problem(f"{found.image.name} has another size now than when it was edited."))
            return
        records = tasks.records_with(found.labels, found.objects)
        self.swap("Recovered work", tasks.Found(found.labels, records))
        if found.lost:
            self.message.emit(f"Recovered all but the last {found.lost} bytes, which were damaged")
        found.path.unlink(missing_ok=True)  # a new journal holds this work now

    def _targets(self) -> list[Path]:
        if self.image is None:
            return []
        if self.path is None:
            self.failed.emit(
                Problem("This image has no file name. Choose where its masks go with Export masks.")
            )
            return []
        return [project_path(self.path), masks_path(self.path)]

    def _extra(self) -> tasks.Saved:
        last = self.flows
        if last is None:
            return tasks.Saved(self.path, self.last_settings)
        return tasks.Saved(self.path, self.last_settings, last.flows, last.logits)

    def import_masks(self, path: Path) -> None:
        """Read masks for the open image as one step of history."""
        if self.image is None:
            self.failed.emit(Problem("Open the image first, then its masks."))
            return
        work = partial(tasks.read_masks, path, self.document.shape)
        self.jobs.start("Reading masks", work, partial(self.swap, f"Import {path.name}"))

    # -- look of the masks -------------------------------------------------------------------------------

    def label_tables(self) -> tuple[NDArray[np.uint32], NDArray[np.uint32]]:
        """Return the colours of fills and outlines by id; new objects are added in place."""
        if self._tables is None:
            entries = {number: row.colour for number, row in self.document.objects.items()}
            style = self.view.masks
            shown = self.view.selection if style.solo and self.view.selection else None
            # Room for objects to come: a table that grows means colouring everything anew.
            size = self.document.next_id + SPARE_IDS
            lines = label_table(entries, LINES, shown, size)
            self._tables = label_table(entries, style.opacity, shown, size), lines
        return self._tables

    def _forget_tables(self, *_: object) -> None:
        self._tables = None

    def _selection_changed(self) -> None:
        if self.view.masks.solo:
            self._tables = None

    def _objects_changed(self, ids: frozenset[int] | None) -> None:
        rows = {} if ids is None else {n: self.document.objects[n] for n in ids if n in self.document.objects}
        size = self._tables[0].size if self._tables is not None else 0
        if ids is None or self.view.masks.solo or max(rows, default=0) >= size:
            self._tables = None
            self.overlay_changed.emit()
        elif self._tables is not None:
            for table, opacity in zip(self._tables, (self.view.masks.opacity, LINES), strict=True):
                for number, row in rows.items():
                    colour = colour_of(row.colour, opacity)
                    if table[number] != colour:
                        table[number] = colour
                        self.labels_changed.emit(row.box)
        gone = [number for number in self.view.selection if number not in self.document.objects]
        if gone:
            self.view.selection = self.view.selection - set(gone)
        self.objects_changed.emit()

    # -- tools -------------------------------------------------------------------------------------------

    def use(self, key: str) -> None:
        """Take another tool."""
        if key != self.tool.key:
            self.tool.cancel()
            self.tool = TOOLS[key](self.desk)
            self.tool_changed.emit()
            self.message.emit("")

    def tool_press(self, p: Pointer) -> bool:
        """Pass a press to the tool; False when the tool leaves it to panning."""
        taken = self.tool.press(p)
        self._speak()
        return taken

    def tool_move(self, p: Pointer) -> None:
        """Pass a movement to the tool."""
        self.view.hovered = self.desk.under(p)
        self.tool.move(p)
        self._speak()

    def tool_release(self, p: Pointer) -> None:
        """Pass a release to the tool."""
        self.tool.release(p)
        self._speak()

    def tool_click(self, p: Pointer) -> None:
        """Pass a click that the tool left to panning, after all, to the tool."""
        self.tool.click(p)
        self._speak()

    def tool_double(self, p: Pointer) -> bool:
        """Pass a double click to the tool; False to show the whole image."""
        taken = self.tool.double(p)
        self._speak()
        return taken

    def finish_gesture(self) -> None:
        """Complete what the tool has begun (Enter)."""
        self.tool.finish()
        self._speak()
        self.redraw.emit()

    def cancel_gesture(self) -> None:
        """Give up what the tool has begun; with nothing begun, drop the selection (Escape)."""
        if self.tool.busy:
            self.tool.cancel()
        elif self.view.selection:
            self.view.selection = frozenset()
        else:
            self.use("select")
        self.redraw.emit()

    def scale_brush(self, factor: float) -> None:
        """Make the brush larger or smaller."""
        low, high = BRUSH_RANGE
        diameter = self.view.brush_diameter * factor
        self.view.brush_diameter = min(max(diameter, low), high)
        self.message.emit(f"Brush {self.view.brush_diameter:.0f} px")
        self.redraw.emit()

    def _speak(self) -> None:
        """Show what the tool had to say."""
        if self.desk.problems:
            self.message.emit(self.desk.problems[-1])
            self.desk.problems.clear()

    def undo(self) -> None:
        """Take back the last step, or the gesture under way."""
        if self.tool.busy:
            self.tool.cancel()
            self.redraw.emit()
        else:
            self._travel(self.document.position - 1)

    def redo(self) -> None:
        """Do the next step again."""
        self._travel(self.document.position + 1)

    def go_to(self, position: int) -> None:
        """Go to a place in the history."""
        self.tool.cancel()
        self._travel(position)

    def _travel(self, position: int) -> None:
        before = self.document.position
        self.document.go_to(position)
        steps = self.document.steps
        if self.document.position < before:
            self.message.emit(f"Undone: {steps[self.document.position]}")
        elif self.document.position > before:
            self.message.emit(f"Redone: {steps[self.document.position - 1]}")

    def change(self, operation: Callable[[Document], str | None]) -> None:
        """Run an edit of the document; a returned string says why nothing was done."""
        if self.image is None or self.document.writing:
            return
        why = operation(self.document)
        if why:
            self.message.emit(why)

    def close(self) -> None:
        """Stop every job and wait for the threads."""
        self.tool.cancel()
        self.jobs.shutdown()
        self._end_journal()


def _values(settings: Settings) -> dict[str, Any]:
    """Return what is remembered of the settings of a run."""
    names = ("diameter", "flow_threshold", "cellprob_threshold", "min_size")
    return {name: getattr(settings, name) for name in names}
