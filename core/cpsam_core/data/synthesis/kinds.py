"""The kinds of pictures: which layout goes with which rendering, and how often."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.synthesis import fluorescence, stained, transmitted
from cpsam_core.data.synthesis.fields import FloatMap
from cpsam_core.data.synthesis.layouts import (
    LabelMap,
    candidates,
    centres,
    directions,
    open_gaps,
    scatter,
    tidy,
    tissue,
)
from cpsam_core.data.synthesis.scene import DrawnScene, digitise
from cpsam_core.data.synthesis.shapes import Outlines, blobs, rods, spread_cells

KINDS: dict[str, float] = {
    "fluorescent_nuclei": 1.2,
    "fluorescent_cells": 1.8,
    "membranes": 1.6,
    "bacteria_fluorescence": 0.8,
    "bacteria_phase": 1.0,
    "bacteria_bright_field": 0.6,
    "yeast": 1.0,
    "phase_contrast": 1.3,
    "interference_contrast": 0.6,
    "bright_field": 0.6,
    "stained_nuclei": 1.8,
    "smear": 0.5,
    "cytology": 0.3,
    "textured": 0.8,
    "empty": 0.2,
}
"""Kinds and their weights in the mixture."""


def _sizes(rng: np.random.Generator, count: int, diameter: float) -> NDArray[np.floating]:
    return diameter * np.exp(np.clip(rng.normal(0, rng.uniform(0.03, 0.3), count), -0.7, 0.7))


def _place(
    rng: np.random.Generator,
    side: int,
    diameter: float,
    clearance: float,
    outlines: Callable[[NDArray[np.float32]], Outlines],
    fullest: float = 2.0,
) -> LabelMap:
    """Scatter outlines made for the directions of the places drawn."""
    points = centres(rng, side, candidates(rng, side, diameter, fullest), diameter)
    made = outlines(directions(rng, side, points, diameter))
    size = _sizes(rng, len(points), diameter).astype(np.float32)
    return scatter(made * size[:, None, None], points, side, clearance)


def _nuclei_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    clearance = rng.uniform(0.45, 1.0) if rng.random() < 0.6 else rng.uniform(1.0, 1.4)
    rough, long, bend = rng.uniform(0.02, 0.1), 1 + rng.exponential(0.5), rng.uniform(0, 0.4)
    if rng.random() < 0.1:
        aspect, taper = rng.uniform(2, 5), rng.uniform(0, 0.6)
        return _place(rng, side, diameter, clearance, lambda a: rods(rng, a, aspect, 0.4, 0.0, taper))
    return _place(rng, side, diameter, clearance, lambda a: blobs(rng, a, rough, min(long, 3.5), bend))


def _bacteria_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    clearance = rng.uniform(0.75, 1.25)
    style = rng.random()
    if style < 0.2:
        return _place(rng, side, diameter, clearance, lambda a: rods(rng, a, rng.uniform(1.0, 1.4), 0.0, 0.5))
    aspect, bend = (
        (rng.uniform(1.6, 5), rng.uniform(0, 0.5))
        if style < 0.8
        else (rng.uniform(5, 14), rng.uniform(0, 1.6))
    )
    # Thinner than three pixels nothing can be told apart.
    aspect = max(min(aspect, (diameter / 3.2) ** 2), 1.05)
    pinched, taper = rng.uniform(0, 0.5), rng.uniform(0, 0.3)
    return _place(rng, side, diameter, clearance, lambda a: rods(rng, a, aspect, bend, pinched, taper))


def _round_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    rough, long = rng.uniform(0, 0.04), 1 + rng.uniform(0, 0.5)
    return _place(rng, side, diameter, rng.uniform(0.75, 1.1), lambda a: blobs(rng, a, rough, long))


def _spread_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    if rng.random() < 0.25 or diameter < 14:
        rough, long = rng.uniform(0.05, 0.15), 1 + rng.uniform(0, 1.2)
        return _place(rng, side, diameter, rng.uniform(0.6, 1.0), lambda a: blobs(rng, a, rough, long, 0.2))
    long, reach = 1 + rng.exponential(0.8), rng.uniform(0.2, 1.8)
    return _place(
        rng, side, diameter, rng.uniform(0.5, 1.0), lambda a: spread_cells(rng, a, min(long, 4), reach)
    )


def _tissue_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    labels = tissue(rng, side, diameter)
    return tidy(open_gaps(labels)) if rng.random() < 0.4 else labels


def _cells_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    style = rng.random()
    if style < 0.35:
        return _tissue_layout(rng, side, diameter)
    return _spread_layout(rng, side, diameter) if style < 0.75 else _nuclei_layout(rng, side, diameter)


def _membrane_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    return _tissue_layout(rng, side, diameter) if rng.random() < 0.85 else _spread_layout(rng, side, diameter)


def _smear_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    return (_round_layout if rng.random() < 0.5 else _spread_layout)(rng, side, diameter)


def _apart_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    """Nuclei with room for cytoplasm between them."""
    rough, long, clearance = rng.uniform(0.02, 0.08), 1 + rng.exponential(0.25), rng.uniform(1.0, 3.0)
    return _place(rng, side, diameter, clearance, lambda a: blobs(rng, a, rough, min(long, 2.5), 0.1), 0.6)


def _adherent_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    return _tissue_layout(rng, side, diameter) if rng.random() < 0.1 else _spread_layout(rng, side, diameter)


def _any_layout(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    layouts = (_nuclei_layout, _bacteria_layout, _round_layout, _spread_layout, _tissue_layout)
    return layouts[int(rng.integers(len(layouts)))](rng, side, diameter)


def _no_cells(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    return np.zeros((side, side), np.int32)


def _empty_field(scene: DrawnScene) -> FloatMap:
    """Render a field without cells, of any kind: specks, uneven ground."""
    renderings = (
        fluorescence.nuclei,
        transmitted.phase_adherent,
        transmitted.bright_field,
        stained.tissue_section,
    )
    return renderings[int(scene.rng.integers(len(renderings)))](scene)


Layout = Callable[[np.random.Generator, int, float], LabelMap]
Rendering = Callable[[DrawnScene], FloatMap]

_RECIPES: dict[str, tuple[Layout, Rendering]] = {
    "fluorescent_nuclei": (_nuclei_layout, fluorescence.nuclei),
    "fluorescent_cells": (_cells_layout, fluorescence.cells),
    "membranes": (_membrane_layout, fluorescence.membranes),
    "bacteria_fluorescence": (_bacteria_layout, fluorescence.bacteria),
    "bacteria_phase": (_bacteria_layout, transmitted.phase_bacteria),
    "bacteria_bright_field": (_bacteria_layout, transmitted.bright_field),
    "yeast": (_round_layout, transmitted.yeast),
    "phase_contrast": (_adherent_layout, transmitted.phase_adherent),
    "interference_contrast": (_any_layout, transmitted.relief),
    "bright_field": (_round_layout, transmitted.bright_field),
    "stained_nuclei": (_nuclei_layout, stained.tissue_section),
    "smear": (_smear_layout, stained.smear),
    "cytology": (_apart_layout, stained.cytology),
    "textured": (_any_layout, stained.textured),
    "empty": (_no_cells, _empty_field),
}


def draw(
    rng: np.random.Generator, kind: str, side: int, diameter: float
) -> tuple[NDArray[np.uint8], LabelMap]:
    """Draw one picture of the kind given; see `cpsam_core.data.synthesis.draw_cells`.

    Returns
    -------
    (uint8 array (side, side, 3), int32 array (side, side))
    """
    layout, render = _RECIPES[kind]
    scene = DrawnScene(rng, layout(rng, side, diameter), diameter)
    image = digitise(scene, render(scene))
    if image.ndim == 2:
        image = np.repeat(image[..., None], 3, axis=2)
    return np.ascontiguousarray(image), scene.labels
