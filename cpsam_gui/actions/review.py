"""Looking through the objects, the table of measurements, and what is written about the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.actions.facts import (
    COMPARED,
    COMPARISON_SHOWN,
    IN_REVIEW,
    MISSED_SHOWN,
    OBJECTS,
    WITH_FILE,
    WITH_FLOWS,
    WITH_IMAGE,
    WITH_OBJECTS,
    WITH_SELECTION,
    Condition,
)
from cpsam_gui.actions.parts import on_reviewing
from cpsam_gui.actions.table import Action
from cpsam_gui.panels import ReviewPanel, TablePanel

if TYPE_CHECKING:
    from cpsam_gui.window.window import Window


def _draw_comparison(window: Window) -> None:
    comparing = window.session.comparing
    comparing.show(not comparing.shown)


def _show_table(window: Window) -> None:
    dock = window.docks["Table"]
    dock.setVisible(not dock.isVisible())


def _mark(window: Window) -> None:
    missed = window.session.missed
    missed.mark(not missed.marked)


# A decision is one press: a key that was held would go through all images of a folder.
ACTIONS: tuple[Action, ...] = (
    Action(
        "review",
        "Review the objects",
        lambda w: w.show_panel("Review"),
        ("Ctrl+R",),
        "clipboard_check_outline",
        WITH_IMAGE,
        "Review",
    ),
    Action(
        "review_next",
        "Next object in doubt",
        on_reviewing(lambda reviewing: reviewing.next()),
        ("N",),
        "arrow_right",
        WITH_OBJECTS,
        "Review",
        break_before=True,
    ),
    Action(
        "review_previous",
        "Previous object",
        on_reviewing(lambda reviewing: reviewing.previous()),
        ("Shift+N",),
        "arrow_left",
        WITH_OBJECTS,
        "Review",
    ),
    Action(
        "review_accept",
        "Accept and next",
        on_reviewing(lambda reviewing: reviewing.accept()),
        ("Y",),
        "check",
        # With nothing under review it shows what comes next.
        Condition((IN_REVIEW, OBJECTS), lambda there, objects: there or bool(objects)),
        "Review",
        repeats=False,
    ),
    Action(
        "review_uncertain",
        "Mark uncertain and next",
        on_reviewing(lambda reviewing: reviewing.put_off()),
        ("Shift+U",),
        "help_circle_outline",
        Condition((IN_REVIEW,)),
        "Review",
        in_review=("S",),
        repeats=False,
    ),
    Action(
        "review_delete",
        "Delete and next",
        on_reviewing(lambda reviewing: reviewing.delete()),
        ("Shift+Del",),
        "delete_outline",
        Condition((IN_REVIEW,)),
        "Review",
        in_review=("Del",),
        repeats=False,
    ),
    Action(
        "review_edit",
        "Correct with the brush",
        on_reviewing(lambda reviewing: reviewing.edit()),
        ("Shift+E",),
        "brush",
        Condition((IN_REVIEW,)),
        "Review",
        in_review=("E",),
    ),
    Action(
        "review_class",
        "Class of the object…",
        lambda w: w.panel(ReviewPanel).ask_class(),
        (),
        "tag_outline",
        WITH_SELECTION,
        "Review",
        in_review=("C",),
    ),
    Action(
        "missed_next",
        "Next missed cell",
        on_reviewing(lambda reviewing: reviewing.next_missed()),
        ("J",),
        "magnify",
        WITH_FLOWS,
        "Review",
        break_before=True,
    ),
    Action(
        "missed_previous",
        "Previous missed cell",
        on_reviewing(lambda reviewing: reviewing.next_missed(-1)),
        ("Shift+J",),
        "",
        WITH_FLOWS,
        "Review",
    ),
    Action(
        "missed_find",
        "Find the cell here",
        on_reviewing(lambda reviewing: reviewing.find_here()),
        ("Ctrl+J",),
        "target",
        WITH_FLOWS,
        "Review",
    ),
    Action(
        "missed_mark",
        "Mark missed cells on the image",
        _mark,
        (),
        "",
        WITH_IMAGE,
        "Review",
        checked=Condition((MISSED_SHOWN,)),
    ),
    Action(
        "table",
        "Table of measurements",
        _show_table,
        ("Ctrl+B",),
        "table",
        WITH_IMAGE,
        "Review",
        break_before=True,
    ),
    Action(
        "table_export",
        "Export the table…",
        lambda w: w.panel(TablePanel).ask_export(),
        (),
        "table_arrow_right",
        WITH_OBJECTS,
        "Review",
    ),
    Action(
        "table_folder",
        "Measure the folder…",
        lambda w: w.panel(TablePanel).ask_folder(),
        (),
        "folder_table_outline",
        WITH_FILE,
        "Review",
    ),
    Action(
        "compare",
        "Compare masks…",
        lambda w: w.review_pages.compare(),
        (),
        "compare",
        WITH_IMAGE,
        "Review",
        break_before=True,
    ),
    Action(
        "compare_show",
        "Show the comparison",
        _draw_comparison,
        (),
        "",
        Condition((COMPARED,)),
        "Review",
        checked=Condition((COMPARED, COMPARISON_SHOWN), lambda there, shown: there and shown),
    ),
    Action(
        "compare_clear",
        "Clear the comparison",
        lambda w: w.session.comparing.clear(),
        (),
        "",
        Condition((COMPARED,)),
        "Review",
    ),
    Action(
        "methods",
        "Methods text…",
        lambda w: w.review_pages.methods(),
        (),
        "text_box_outline",
        WITH_IMAGE,
        "Review",
        break_before=True,
    ),
    Action("log_export", "Export the log…", lambda w: w.review_pages.ask_log(), (), "", WITH_IMAGE, "Review"),
)
