"""Running the model."""

from __future__ import annotations

from .table import Action, busy, can_run

ACTIONS: tuple[Action, ...] = (
    Action("run", "Segment", lambda w: w.run(), ("Ctrl+Return",), "play", can_run, "Segment"),
    Action("stop", "Cancel", lambda w: w.session.jobs.cancel(), ("Ctrl+.",), "stop", busy, "Segment"),
)  # fmt: skip
