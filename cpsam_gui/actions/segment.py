"""Running the model: on the image, on a region, on the folder; how large the cells are; the same as a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.actions.table import Action, busy, can_run, with_file, with_image, with_objects
from cpsam_gui.panels import SegmentPanel

if TYPE_CHECKING:
    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window


def _changed(session: Session) -> bool:
    """Allow where a setting differs from its default."""
    return not session.runs.options.is_default


def _folder_runs(session: Session) -> bool:
    """Allow while the folder is worked on."""
    return session.folder_run.queue.running


def _show_folder(window: Window) -> None:
    window.show_panel("Segment")
    window.panel(SegmentPanel).show_folder()


def _pause_folder(window: Window) -> None:
    run = window.session.folder_run
    run.pause(not run.queue.paused)


ACTIONS: tuple[Action, ...] = (
    Action("run", "Segment", lambda w: w.run(), ("Ctrl+Return",), "play", can_run, "Segment"),
    Action(
        "run_region",
        "Segment a region",
        lambda w: w.session.use("run_region"),
        ("Ctrl+Shift+Return",),
        "select_drag",
        can_run,
        "Segment",
    ),
    Action("stop", "Cancel", lambda w: w.session.jobs.cancel(), ("Ctrl+.",), "stop", busy, "Segment"),
    Action(
        "folder",
        "Segment the folder…",
        _show_folder,
        (),
        "folder_play_outline",
        with_file,
        "Segment",
        break_before=True,
    ),
    Action(
        "folder_pause",
        "Pause the folder",
        _pause_folder,
        (),
        "pause",
        _folder_runs,
        "Segment",
        checked=lambda s: s.folder_run.queue.paused,
    ),
    Action(
        "folder_cancel",
        "Cancel the folder",
        lambda w: w.session.folder_run.cancel(),
        (),
        "",
        _folder_runs,
        "Segment",
    ),
    Action(
        "size_disk",
        "Match a disk to a cell",
        lambda w: w.session.use("size_disk"),
        (),
        "circle_outline",
        with_image,
        "Segment",
        break_before=True,
    ),
    Action(
        "size_masks",
        "Size from the masks",
        lambda w: w.session.runs.size_from_masks(),
        (),
        "shape_outline",
        with_objects,
        "Segment",
    ),
    Action(
        "size_measure",
        "Measure the cells",
        lambda w: w.session.runs.measure(),
        (),
        "ruler",
        can_run,
        "Segment",
    ),
    Action(
        "defaults",
        "Restore defaults",
        lambda w: w.panel(SegmentPanel).restore(),
        (),
        "restore",
        _changed,
        "Segment",
    ),
    Action(
        "copy_command",
        "Copy as command",
        lambda w: w.panel(SegmentPanel).foot.copy_command(),
        ("Ctrl+Alt+C",),
        "console",
        with_image,
        "Segment",
        break_before=True,
    ),
    Action(
        "copy_python",
        "Copy as Python",
        lambda w: w.panel(SegmentPanel).foot.copy_python(),
        (),
        "language_python",
        with_image,
        "Segment",
    ),
)
