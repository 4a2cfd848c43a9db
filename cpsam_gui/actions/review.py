"""Looking through the objects, the table of measurements, and what is written about the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.actions.table import Action, with_file, with_image, with_objects
from cpsam_gui.panels import TablePanel

if TYPE_CHECKING:
    from cpsam_gui.session import Session
    from cpsam_gui.window.window import Window


def _with_flows(session: Session) -> bool:
    """Allow after a run."""
    return session.runs.flows is not None


def _with_object(session: Session) -> bool:
    """Allow where there is something to decide on."""
    return bool(session.reviewing.chosen)


def _next(window: Window) -> None:
    window.session.reviewing.next()


def _compared(session: Session) -> bool:
    """Allow where there is a comparison."""
    return session.comparing.now is not None


def _draw_comparison(window: Window) -> None:
    comparing = window.session.comparing
    comparing.show(not comparing.shown)


def _show_table(window: Window) -> None:
    dock = window.docks["Table"]
    dock.setVisible(not dock.isVisible())


def _mark(window: Window) -> None:
    reviewing = window.session.reviewing
    reviewing.mark_missed(not reviewing.shows_missed)


ACTIONS: tuple[Action, ...] = (
    Action(
        "review",
        "Review the objects",
        lambda w: w.show_panel("Review"),
        ("Ctrl+R",),
        "clipboard_check_outline",
        with_image,
        "Review",
    ),
    Action(
        "review_next",
        "Next object in doubt",
        _next,
        ("N",),
        "arrow_right",
        with_objects,
        "Review",
        break_before=True,
    ),
    Action(
        "review_previous",
        "Back to the object before",
        lambda w: w.session.reviewing.previous(),
        ("Shift+N",),
        "arrow_left",
        with_objects,
        "Review",
    ),
    Action(
        "review_accept",
        "Accept and go on",
        lambda w: w.session.reviewing.accept(),
        ("Y",),
        "check",
        _with_object,
        "Review",
    ),
    Action(
        "review_uncertain",
        "Mark uncertain and go on",
        lambda w: w.session.reviewing.put_off(),
        ("Shift+U",),
        "help_circle_outline",
        _with_object,
        "Review",
    ),
    Action(
        "review_delete",
        "Delete and go on",
        lambda w: w.session.reviewing.delete(),
        ("Shift+Del",),
        "delete_outline",
        _with_object,
        "Review",
    ),
    Action(
        "review_edit",
        "Correct with the brush",
        lambda w: w.session.reviewing.edit(),
        ("Shift+E",),
        "brush",
        _with_object,
        "Review",
    ),
    Action(
        "missed_next",
        "Next missed cell",
        lambda w: w.session.reviewing.next_missed(),
        ("J",),
        "magnify",
        _with_flows,
        "Review",
        break_before=True,
    ),
    Action(
        "missed_previous",
        "Missed cell before",
        lambda w: w.session.reviewing.next_missed(-1),
        ("Shift+J",),
        "",
        _with_flows,
        "Review",
    ),
    Action(
        "missed_find",
        "Find the cell here",
        lambda w: w.session.reviewing.find_here(),
        ("Ctrl+J",),
        "target",
        _with_flows,
        "Review",
    ),
    Action(
        "missed_mark",
        "Mark missed cells on the image",
        _mark,
        (),
        "",
        with_image,
        "Review",
        checked=lambda s: s.reviewing.shows_missed,
    ),
    Action(
        "table",
        "Table of measurements",
        _show_table,
        ("Ctrl+B",),
        "table",
        with_image,
        "Review",
        break_before=True,
    ),
    Action(
        "table_export",
        "Export the table…",
        lambda w: w.panel(TablePanel).ask_export(),
        (),
        "table_arrow_right",
        with_objects,
        "Review",
    ),
    Action(
        "table_folder",
        "Measure the folder…",
        lambda w: w.panel(TablePanel).ask_folder(),
        (),
        "folder_table_outline",
        with_file,
        "Review",
    ),
    Action(
        "compare",
        "Compare masks…",
        lambda w: w.review_pages.compare(),
        (),
        "compare",
        with_image,
        "Review",
        break_before=True,
    ),
    Action(
        "compare_show",
        "Draw the comparison",
        _draw_comparison,
        (),
        "",
        _compared,
        "Review",
        checked=lambda s: s.comparing.shown and s.comparing.now is not None,
    ),
    Action(
        "compare_clear",
        "Forget the comparison",
        lambda w: w.session.comparing.clear(),
        (),
        "",
        _compared,
        "Review",
    ),
    Action(
        "methods",
        "Methods text…",
        lambda w: w.review_pages.methods(),
        (),
        "text_box_outline",
        with_image,
        "Review",
        break_before=True,
    ),
    Action("log_export", "Export the log…", lambda w: w.review_pages.ask_log(), (), "", with_image, "Review"),
)
