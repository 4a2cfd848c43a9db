"""Retraining, and the models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpsam_gui.actions.facts import FILE, REGIONS, TRAINING, WITH_FILE, WITH_IMAGE, WITH_STACK, Condition
from cpsam_gui.actions.parts import on_edits, on_gestures, on_training
from cpsam_gui.actions.table import Action
from cpsam_gui.tools import complete_plane, forget_regions

if TYPE_CHECKING:
    from cpsam_gui.window.window import Window


def _pause(window: Window) -> None:
    train = window.session.training
    if train.paused:
        train.resume()
    else:
        train.pause()


def _complete_plane(window: Window) -> None:
    edits, shown = window.session.edits, window.session.gestures.shown
    edits.change(lambda document: complete_plane(document, shown))


ACTIONS: tuple[Action, ...] = (
    Action(
        "train",
        "Retrain on corrected images…",
        lambda w: w.retrain(),
        ("Ctrl+T",),
        "school_outline",
        Condition((FILE, TRAINING), lambda file, training: file and not training),
        "Train",
    ),
    Action("train_pause", "Pause or continue training", _pause, (), "pause", Condition((TRAINING,)), "Train"),
    Action(
        "train_stop",
        "Stop training, keep the best",
        on_training(lambda training: training.stop()),
        (),
        "stop",
        Condition((TRAINING,)),
        "Train",
    ),
    Action(
        "train_cancel",
        "Cancel training",
        on_training(lambda training: training.cancel()),
        (),
        "close",
        Condition((TRAINING,)),
        "Train",
    ),
    Action(
        "train_resume",
        "Continue an interrupted training…",
        lambda w: w.training_pages.offer_interrupted(),
        (),
        "restore",
        Condition((TRAINING,), lambda training: not training),
        "Train",
        break_before=True,
    ),
    Action(
        "tool_complete",
        "Mark complete regions",
        on_gestures(lambda gestures: gestures.use("complete")),
        ("Shift+R",),
        "selection_marker",
        WITH_IMAGE,
        "Train",
        "complete",
        break_before=True,
    ),
    Action(
        "plane_complete",
        "Mark this plane as complete",
        _complete_plane,
        ("Ctrl+Shift+R",),
        "",
        WITH_STACK,
        "Train",
    ),
    Action(
        "all_complete",
        "Clear complete regions",
        on_edits(lambda edits: edits.change(forget_regions)),
        (),
        "",
        Condition((REGIONS,)),
        "Train",
    ),
    Action(
        "suggest",
        "Suggest the next image",
        lambda w: w.training_pages.suggest(),
        ("Ctrl+Shift+N",),
        "lightbulb_outline",
        WITH_FILE,
        "Train",
        break_before=True,
    ),
    Action(
        "models",
        "Models…",
        lambda w: w.training_pages.show_models(),
        ("Ctrl+Shift+M",),
        "family_tree",
        menu="Train",
        break_before=True,
    ),
)
