"""What an action does to one part of the session; most need no more of the window than that."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from cpsam_gui.actions.table import Do
    from cpsam_gui.session.cell_size import CellSize
    from cpsam_gui.session.edits import Edits
    from cpsam_gui.session.gestures import Gestures
    from cpsam_gui.session.reviewing import ReviewController
    from cpsam_gui.session.training import TrainingController
    from cpsam_gui.state.view import View


def on_edits(do: Callable[[Edits], object]) -> Do:
    """Edit the masks."""
    return lambda window: do(window.session.edits)


def on_gestures(do: Callable[[Gestures], object]) -> Do:
    """Work with the tool in hand."""
    return lambda window: do(window.session.gestures)


def on_reviewing(do: Callable[[ReviewController], object]) -> Do:
    """Take a step of the review."""
    return lambda window: do(window.session.reviewing)


def on_cell_size(do: Callable[[CellSize], object]) -> Do:
    """Set the diameter of the next run."""
    return lambda window: do(window.session.cell_size)


def on_training(do: Callable[[TrainingController], object]) -> Do:
    """Steer the training."""
    return lambda window: do(window.session.training)


def on_view(do: Callable[[View], object]) -> Do:
    """Change how the image is shown."""
    return lambda window: do(window.session.view)
