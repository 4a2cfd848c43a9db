"""Running the model: on the image, on a region, on the folder; how large the cells are; the same as a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_core.images.given_sizes import LARGEST_PIXEL_UM
from cpsam_core.images.plane_distance import MOST_PIXELS
from cpsam_gui.actions.facts import (
    CAN_RUN,
    DEFAULTS,
    FOLDER_PAUSED,
    FOLDER_RUNS,
    WHILE_BUSY,
    WITH_FILE,
    WITH_IMAGE,
    WITH_OBJECTS,
    WITH_STACK,
    Condition,
)
from cpsam_gui.actions.parts import on_cell_size, on_gestures
from cpsam_gui.actions.table import Action
from cpsam_gui.panels import SegmentPanel
from cpsam_gui.program.i18n import translate
from cpsam_gui.program.numbers import filled
from cpsam_gui.style.number_fields import DecimalQuestion

if TYPE_CHECKING:
    from cpsam_gui.window.window import Window


def _show_folder(window: Window) -> None:
    window.show_panel("Segment")
    window.panel(SegmentPanel).show_folder()


def _plane_distance(window: Window) -> None:
    """Ask how far the planes of the stack lie apart."""
    run_state, desk = window.session.run_state, window.session.gestures.desk
    dialog = DecimalQuestion(
        window,
        translate("Plane spacing"),
        translate("Plane spacing in pixels (distance between planes divided by the pixel size)"),
    )
    dialog.field.setDecimals(2)
    dialog.field.setRange(1 / MOST_PIXELS, MOST_PIXELS)
    dialog.field.setValue(desk.spacing()[0])
    dialog.answered.connect(run_state.set_plane_distance)
    dialog.open()


def _pixel_size(window: Window) -> None:
    """Ask how large a pixel of the image is."""
    image, of_file = window.session.image, window.session.pixel_size.of_file
    said = (
        translate("The file does not say.")
        if of_file is None
        else filled(translate("The file says {size:g}; 0 takes that."), size=of_file)
    )
    words = f"{translate('Size of a pixel in micrometres')}\n{said}"
    dialog = DecimalQuestion(window, translate("Pixel size"), words)
    dialog.field.setDecimals(4)
    dialog.field.setRange(0, LARGEST_PIXEL_UM)
    dialog.field.setValue((image.pixel_size if image is not None else None) or 0)

    def take(micrometres: float) -> None:
        size = micrometres if micrometres > 0 and micrometres != of_file else None
        window.session.facts.change(translate("Pixel size"), pixel_size=size)

    dialog.answered.connect(take)
    dialog.open()


def _pause_folder(window: Window) -> None:
    run = window.session.folder_run
    run.pause(not run.queue.paused)


ACTIONS: tuple[Action, ...] = (
    Action("run", "Segment", lambda w: w.run(), ("Ctrl+Return",), "play", CAN_RUN, "Segment"),
    Action(
        "run_region",
        "Segment a region",
        on_gestures(lambda gestures: gestures.use("run_region")),
        ("Ctrl+Shift+Return",),
        "select_drag",
        CAN_RUN,
        "Segment",
    ),
    Action("stop", "Cancel", lambda w: w.session.jobs.cancel(), ("Ctrl+.",), "stop", WHILE_BUSY, "Segment"),
    Action(
        "folder",
        "Segment the folder…",
        _show_folder,
        (),
        "folder_play_outline",
        WITH_FILE,
        "Segment",
        break_before=True,
    ),
    Action(
        "folder_pause",
        "Pause the folder",
        _pause_folder,
        (),
        "pause",
        Condition((FOLDER_RUNS,)),
        "Segment",
        checked=Condition((FOLDER_PAUSED,)),
    ),
    Action(
        "folder_cancel",
        "Cancel the folder",
        lambda w: w.session.folder_run.cancel(),
        (),
        "",
        Condition((FOLDER_RUNS,)),
        "Segment",
    ),
    Action(
        "size_disk",
        "Measure with a disk",
        on_gestures(lambda gestures: gestures.use("size_disk")),
        (),
        "circle_outline",
        WITH_IMAGE,
        "Segment",
        break_before=True,
    ),
    Action(
        "size_masks",
        "Diameter from the masks",
        on_cell_size(lambda cell_size: cell_size.take_from_masks()),
        (),
        "shape_outline",
        WITH_OBJECTS,
        "Segment",
    ),
    Action(
        "size_measure",
        "Estimate the diameter",
        on_cell_size(lambda cell_size: cell_size.measure()),
        (),
        "ruler",
        CAN_RUN,
        "Segment",
    ),
    Action(
        "plane_distance",
        "Plane spacing…",
        _plane_distance,
        (),
        "layers_outline",
        WITH_STACK,
        "Segment",
    ),
    Action("pixel_size", "Pixel size…", _pixel_size, (), "tape_measure", WITH_IMAGE, "Segment"),
    Action(
        "defaults",
        "Restore defaults",
        lambda w: w.panel(SegmentPanel).restore(),
        (),
        "restore",
        Condition((DEFAULTS,), lambda default: not default),
        "Segment",
    ),
    Action(
        "copy_command",
        "Copy as command",
        lambda w: w.panel(SegmentPanel).foot.copy_command(),
        ("Ctrl+Alt+C",),
        "console",
        WITH_IMAGE,
        "Segment",
        break_before=True,
    ),
    Action(
        "copy_python",
        "Copy as Python",
        lambda w: w.panel(SegmentPanel).foot.copy_python(),
        (),
        "language_python",
        WITH_IMAGE,
        "Segment",
    ),
)
