"""What actions depend on: facts of the session with a value and the signals after which it may be another.

A condition names its facts and sees nothing else; it is asked again only when the value of one of them changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cpsam_gui.style import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from cpsam_gui.session import Session


@dataclass(frozen=True, eq=False)
class Fact:
    """Something about the session, cheap to look up."""

    value: Callable[[Session], Hashable]
    signals: Callable[[Session], tuple[Any, ...]]
    """After which the value is looked up again; of Qt or of psygnal."""


@dataclass(frozen=True, eq=False)
class Condition:
    """Whether an action may be done, or how a switch stands; `test` gets the values of the facts in their order."""

    facts: tuple[Fact, ...]
    test: Callable[..., bool] = bool

    def __call__(self, session: Session) -> bool:
        """Ask for the present state of a session."""
        return self.test(*(fact.value(session) for fact in self.facts))


IMAGE = Fact(lambda s: s.image is not None, lambda s: (s.image_changed,))
FILE = Fact(lambda s: s.path is not None, lambda s: (s.image_changed, s.saved))
OBJECTS = Fact(
    lambda s: bool(s.document.objects), lambda s: (s.image_changed, s.objects_changed, s.history_changed)
)
SELECTED = Fact(lambda s: min(len(s.view.selection), 2), lambda s: (s.view.events.selection,))
CAN_UNDO = Fact(lambda s: s.document.can_undo, lambda s: (s.image_changed, s.history_changed))
CAN_REDO = Fact(lambda s: s.document.can_redo, lambda s: (s.image_changed, s.history_changed))
REVIEW_STATE = Fact(lambda s: s.document.facts.review, lambda s: (s.image_changed, s.history_changed))
REGIONS = Fact(lambda s: bool(s.document.facts.complete), lambda s: (s.image_changed, s.history_changed))
COPIED = Fact(
    lambda s: s.gestures.options.clipboard is not None, lambda s: (s.gestures.options.events.clipboard,)
)
BY_INTENSITY = Fact(
    lambda s: s.gestures.options.by_intensity, lambda s: (s.gestures.options.events.by_intensity,)
)
TOOL = Fact(lambda s: s.gestures.tool.key, lambda s: (s.gestures.tool_changed, s.image_changed))
GESTURE = Fact(
    lambda s: s.gestures.tool.busy,
    lambda s: (s.gestures.gesture_changed, s.gestures.tool_changed, s.image_changed),
)
BUSY = Fact(lambda s: s.jobs.busy, lambda s: (s.jobs.started, s.jobs.finished))
CANCELLABLE = Fact(lambda s: s.jobs.shown, lambda s: (s.jobs.started, s.jobs.finished, s.jobs.resumed))
FLOWS = Fact(
    lambda s: s.run_state.flows is not None,
    lambda s: (
        s.image_changed,
        s.history_changed,
        s.run_results.settings_changed,
        s.forecast.changed,
    ),
)
DEFAULTS = Fact(lambda s: s.run_state.options.is_default, lambda s: (s.run_state.options_changed,))
FOLDER_RUNS = Fact(lambda s: s.folder_run.queue.running, lambda s: (s.folder_run.queue.state_changed,))
FOLDER_PAUSED = Fact(lambda s: s.folder_run.queue.paused, lambda s: (s.folder_run.queue.state_changed,))
TRAINING = Fact(lambda s: s.training.running, lambda s: (s.training.state_changed,))
IN_REVIEW = Fact(
    lambda s: bool(s.reviewing.chosen) or s.reviewing.place is not None,
    lambda s: (s.reviewing.changed, s.missed.changed, s.view.events.selection, s.image_changed),
)
MISSED_SHOWN = Fact(lambda s: s.missed.marked, lambda s: (s.missed.changed,))
COMPARED = Fact(lambda s: s.comparing.now is not None, lambda s: (s.comparing.changed,))
COMPARISON_SHOWN = Fact(lambda s: s.comparing.shown, lambda s: (s.comparing.changed,))
SAVED = Fact(lambda s: s.exporting.last is not None, lambda s: (s.saved, s.notices.offered))
MASKS = Fact(lambda s: s.view.masks, lambda s: (s.view.events.masks,))
PICTURE = Fact(lambda s: s.view.picture, lambda s: (s.view.events.picture,))
MINIMAP = Fact(lambda s: s.view.minimap, lambda s: (s.view.events.minimap,))
CHANNELS = Fact(lambda s: len(s.view.channels), lambda s: (s.view.events.channels,))
PLANES = Fact(lambda s: s.document.shape[0], lambda s: (s.image_changed,))
SCOPE = Fact(lambda s: s.gestures.options.scope, lambda s: (s.gestures.options.events.scope,))
SLAB = Fact(lambda s: s.view.slab, lambda s: (s.view.events.slab,))
SECTIONS = Fact(lambda s: s.view.sections, lambda s: (s.view.events.sections,))
LIGHT_THEME = Fact(lambda s: theme.current() is theme.LIGHT, lambda s: (theme.changed,))

ALWAYS = Condition((), lambda: True)
WITH_IMAGE = Condition((IMAGE,))
WITH_FILE = Condition((FILE,))
WITH_OBJECTS = Condition((OBJECTS,))
WITH_SELECTION = Condition((SELECTED,))
WITH_TWO = Condition((SELECTED,), lambda count: count > 1)
WITH_COPY = Condition((IMAGE, COPIED), lambda image, copied: image and copied)
WITH_STACK = Condition((PLANES,), lambda planes: planes > 1)
WITH_BODY = Condition((PLANES, SELECTED), lambda planes, count: planes > 1 and bool(count))
WITH_FLOWS = Condition((FLOWS,))
WHILE_BUSY = Condition((CANCELLABLE,))
CAN_RUN = Condition((IMAGE, BUSY), lambda image, busy: image and not busy)
