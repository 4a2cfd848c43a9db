"""How the masks are drawn: fill, outlines, colours, what stands on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QTimer

from cpsam_gui.actions.facts import MASKS, WITH_IMAGE, Condition
from cpsam_gui.actions.parts import on_view
from cpsam_gui.actions.table import Action, in_submenu
from cpsam_gui.state.view import MaskStyle, Overlay, View

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.window.window import Window

# Without masks where the key is not held but the menu used.
PEEK_MS = 800


def _toggle_masks(view: View) -> None:
    view.set_masks(visible=not view.masks.visible)


def _toggle_outlines(view: View) -> None:
    view.set_masks(overlay=Overlay.FILL if view.masks.overlay is not Overlay.FILL else Overlay.BOTH)


def _toggle_fill(view: View) -> None:
    view.set_masks(overlay=Overlay.OUTLINE if view.masks.overlay is not Overlay.OUTLINE else Overlay.BOTH)


def _by_class(view: View) -> None:
    view.set_masks(by_class=not view.masks.by_class)


def _signs(view: View) -> None:
    view.set_masks(signs=not view.masks.signs)


def _ids(view: View) -> None:
    view.set_masks(ids=not view.masks.ids)


def _solo(view: View) -> None:
    view.set_masks(solo=not view.masks.solo)


def _peek(window: Window) -> None:
    """Hide the masks for a moment."""
    window.canvas.peek(True)
    timer = QTimer(window.canvas)
    timer.setSingleShot(True)
    timer.timeout.connect(lambda: window.canvas.peek(False))
    timer.timeout.connect(timer.deleteLater)
    timer.start(PEEK_MS)


def _masks(test: Callable[[MaskStyle], bool]) -> Condition:
    """Return a condition of how the masks are drawn."""
    return Condition((MASKS,), test)


def _overlay(overlay: Overlay, text: str) -> Action:
    def do(view: View) -> None:
        view.set_masks(overlay=overlay, visible=True)

    return Action(
        f"overlay_{overlay.value}",
        text,
        on_view(do),
        (),
        "",
        WITH_IMAGE,
        "View",
        checked=_masks(lambda style: style.overlay is overlay),
    )


ACTIONS: tuple[Action, ...] = (
    Action(
        "masks",
        "Show masks",
        on_view(_toggle_masks),
        ("X",),
        "layers_outline",
        WITH_IMAGE,
        "View",
        checked=_masks(lambda style: style.visible),
        break_before=True,
    ),
    Action(
        "outlines",
        "Show outlines",
        on_view(_toggle_outlines),
        ("Z",),
        "circle_outline",
        WITH_IMAGE,
        "View",
        checked=_masks(lambda style: style.overlay is not Overlay.FILL),
    ),
    Action(
        "fill",
        "Show fill",
        on_view(_toggle_fill),
        ("Shift+X",),
        "",
        WITH_IMAGE,
        "View",
        checked=_masks(lambda style: style.overlay is not Overlay.OUTLINE),
    ),
    Action(
        "peek", "Hide masks for a moment (hold Space)", _peek, (), "", WITH_IMAGE, "View", break_before=True
    ),
    Action(
        "solo",
        "Selected objects only",
        on_view(_solo),
        ("S",),
        "eye_outline",
        WITH_IMAGE,
        "View",
        checked=_masks(lambda style: style.solo),
    ),
    *in_submenu(
        "Masks",
        _overlay(Overlay.FILL, "Masks as fill"),
        _overlay(Overlay.OUTLINE, "Masks as outline"),
        _overlay(Overlay.BOTH, "Masks as fill and outline"),
        Action(
            "by_class",
            "Colours by class",
            on_view(_by_class),
            ("Shift+S",),
            "",
            WITH_IMAGE,
            "View",
            break_before=True,
            checked=_masks(lambda style: style.by_class),
        ),
        Action(
            "signs",
            "Markers on objects: touched, locked, accepted, uncertain, class",
            on_view(_signs),
            (),
            "",
            WITH_IMAGE,
            "View",
            checked=_masks(lambda style: style.signs),
        ),
        Action(
            "ids",
            "IDs on the image",
            on_view(_ids),
            (),
            "",
            WITH_IMAGE,
            "View",
            checked=_masks(lambda style: style.ids),
        ),
    ),
)
