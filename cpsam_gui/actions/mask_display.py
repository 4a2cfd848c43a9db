"""How the masks are drawn: fill, outlines, colours, what stands on them."""

from __future__ import annotations

from operator import attrgetter
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


def _toggle_outlines(view: View) -> None:
    view.set_masks(overlay=Overlay.FILL if view.masks.overlay is not Overlay.FILL else Overlay.BOTH)


def _toggle_fill(view: View) -> None:
    view.set_masks(overlay=Overlay.OUTLINE if view.masks.overlay is not Overlay.OUTLINE else Overlay.BOTH)


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


def _switch(
    name: str, text: str, setting: str, shortcut: str = "", icon: str = "", *, first: bool = False
) -> Action:
    """Return an action that switches something of the masks on and off."""

    def do(view: View) -> None:
        view.set_masks(**{setting: not getattr(view.masks, setting)})

    return Action(
        name,
        text,
        on_view(do),
        (shortcut,) if shortcut else (),
        icon,
        WITH_IMAGE,
        "View",
        checked=_masks(attrgetter(setting)),
        break_before=first,
    )


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
    _switch("masks", "Show masks", "visible", "X", "layers_outline", first=True),
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
    _switch("solo", "Selected objects only", "solo", "S", "eye_outline"),
    *in_submenu(
        "Masks",
        _overlay(Overlay.FILL, "Masks as fill"),
        _overlay(Overlay.OUTLINE, "Masks as outline"),
        _overlay(Overlay.BOTH, "Masks as fill and outline"),
        _switch("by_class", "Colours by class", "by_class", "Shift+S", first=True),
        _switch("signs", "Markers on objects: touched, locked, accepted, uncertain, class", "signs"),
        _switch("ids", "IDs on the image", "ids"),
    ),
)
