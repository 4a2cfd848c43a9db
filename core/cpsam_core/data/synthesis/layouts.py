"""Label maps: outlines scattered over the picture, or tissue without gaps.

Labels are int32 while drawing (the type that cv2 fills fastest) and 0 is background.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.synthesis.fields import noise
from cpsam_core.data.synthesis.shapes import Outlines

LabelMap = NDArray[np.int32]

MOST_CELLS = 420
"""Candidates tried per picture; keeps the smallest cells from taking most of the time."""

SMALLEST_PART_PX = 12
"""Pixels; visible parts below this are left out, because nobody would outline them."""


def tidy(labels: LabelMap, smallest: int = SMALLEST_PART_PX) -> LabelMap:
    """Keep the largest connected part (4 neighbours) of each label, drop small ones, renumber from 1.

    Parameters
    ----------
    labels : int32 array (y, x)
    smallest : int
        Pixels; parts below are dropped.

    Returns
    -------
    int32 array (y, x)
    """
    h, w = labels.shape
    # A picture of pixels and of the links between them: touching cells have no link, so that one pass of
    # ordinary connected components separates all labels at once.
    links = np.zeros((2 * h - 1, 2 * w - 1), np.uint8)
    filled = labels > 0
    links[::2, ::2] = filled
    links[::2, 1::2] = (labels[:, 1:] == labels[:, :-1]) & filled[:, 1:]
    links[1::2, ::2] = (labels[1:] == labels[:-1]) & filled[1:]
    count, parts = cv2.connectedComponents(links, connectivity=4, ltype=cv2.CV_32S)
    part = np.ascontiguousarray(parts[::2, ::2])
    area = np.bincount(part.ravel(), minlength=count)
    owner = np.zeros(count, np.int64)
    owner[part.ravel()] = labels.ravel()
    order = np.lexsort((-area, owner))
    first = np.ones(count, bool)
    first[1:] = owner[order][1:] != owner[order][:-1]
    kept = order[first & (owner[order] > 0) & (area[order] >= smallest)]
    number = np.zeros(count, np.int32)
    number[kept] = np.arange(1, len(kept) + 1)
    return np.asarray(number[part], np.int32)


def borders(labels: LabelMap) -> NDArray[np.bool_]:
    """Mark the pixels that have a right or lower neighbour of another label (background included)."""
    edge = np.zeros(labels.shape, bool)
    edge[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    edge[:-1] |= labels[:-1] != labels[1:]
    return edge


def open_gaps(labels: LabelMap) -> LabelMap:
    """Clear one pixel between touching cells, as annotators of tissue often leave."""
    cell = labels > 0
    between = np.zeros(labels.shape, bool)
    between[:, :-1] |= (labels[:, :-1] != labels[:, 1:]) & cell[:, 1:]
    between[:-1] |= (labels[:-1] != labels[1:]) & cell[1:]
    return np.where(between, 0, labels).astype(np.int32)


def centres(rng: np.random.Generator, side: int, count: int, diameter: float) -> NDArray[np.float32]:
    """Draw cell centres (count, 2), x before y: evenly spread, in clusters, one colony, or along a band."""
    points = _arrange(rng, side, count, diameter)
    # At least one cell well inside.
    points[0] = rng.uniform(0.2 * side, 0.8 * side, 2)
    return points


def _arrange(rng: np.random.Generator, side: int, count: int, diameter: float) -> NDArray[np.float32]:
    low, high = -0.4 * diameter, side + 0.4 * diameter
    style = rng.random()
    if style < 0.45:
        return rng.uniform(low, high, (count, 2)).astype(np.float32)
    if style < 0.75:
        parents = rng.uniform(low, high, (int(rng.integers(1, 8)), 2))
        spread = diameter * rng.uniform(0.8, 4.0)
        return (parents[rng.integers(0, len(parents), count)] + rng.normal(0, spread, (count, 2))).astype(
            np.float32
        )
    if style < 0.9:
        # From the middle outwards, so that a dense colony grows without holes.
        distance = np.sort(np.sqrt(rng.random(count))) * rng.uniform(0.25, 0.8) * side
        turn = rng.uniform(0, 2 * np.pi, count)
        middle = rng.uniform(0.2, 0.8, 2) * side
        return np.asarray(middle + distance[:, None] * np.stack([np.cos(turn), np.sin(turn)], -1), np.float32)
    along, direction = rng.uniform(-0.8, 0.8, count) * side, rng.uniform(0, np.pi)
    across = rng.normal(0, diameter * rng.uniform(0.3, 2.0), count)
    across += (along / side) ** 2 * side * rng.normal(0, 0.4)
    cos, sin = np.cos(direction), np.sin(direction)
    middle = rng.uniform(0.3, 0.7, 2) * side
    return np.asarray(
        middle + np.stack([cos * along - sin * across, sin * along + cos * across], -1), np.float32
    )


def directions(
    rng: np.random.Generator, side: int, points: NDArray[np.float32], diameter: float
) -> NDArray[np.float32]:
    """Directions of the long axes in radians: unrelated, or following a smooth field as in tissue."""
    count = len(points)
    if rng.random() < 0.5:
        return rng.uniform(0, 2 * np.pi, count).astype(np.float32)
    field = noise(rng, side, max(side * rng.uniform(0.4, 2.0), 2 * diameter), 1)
    at = np.clip(points, 0, side - 1).astype(int)
    turn = rng.uniform(0, np.pi) + rng.uniform(0, 0.8) * field[at[:, 1], at[:, 0]]
    return np.asarray(turn + rng.normal(0, rng.uniform(0.02, 0.4), count), np.float32)


def candidates(rng: np.random.Generator, side: int, diameter: float, fullest: float = 2.0) -> int:
    """Choose how many cells to try: from a few to more than the picture can hold."""
    room = (side + 0.8 * diameter) ** 2 / (0.785 * diameter**2)
    wanted = room * np.exp(rng.uniform(np.log(0.06), np.log(fullest)))
    return int(np.clip(round(wanted), 1, MOST_CELLS))


def scatter(outlines: Outlines, points: NDArray[np.float32], side: int, clearance: float) -> LabelMap:
    """Fill outlines one after the other where there is room.

    Parameters
    ----------
    outlines : float32 array (cells, points, 2)
        In pixels around the origin.
    points : float32 array (cells, 2)
        Centres, x before y.
    side : int
        Pixels of the square picture.
    clearance : float
        The outline times this factor must be free of earlier cells: below 1 cells overlap (the later one
        lies in front), above 1 they keep a distance.

    Returns
    -------
    int32 array (side, side), tidied
    """
    contours = outlines + points[:, None]
    visible = (contours.max(1) >= 0).all(1) & (contours.min(1) < side).all(1)
    outlines, contours, points = outlines[visible], contours[visible], points[visible]
    step = max(outlines.shape[1] // 12, 1)
    probes = np.concatenate([outlines[:, ::step] * clearance, outlines[:, ::step] * (0.5 * clearance)], 1)
    probes = np.clip(np.rint(probes + points[:, None]), 0, side - 1).astype(np.intp)
    flat = probes[..., 1] * side + probes[..., 0]
    subpixel = np.rint(contours * 16).astype(np.int32)
    labels = np.zeros((side, side), np.int32)
    seen = labels.reshape(-1)
    for i in range(len(subpixel)):
        if not seen[flat[i]].any():
            cv2.fillPoly(labels, [subpixel[i]], i + 1, lineType=cv2.LINE_8, shift=4)
    return tidy(labels)


def tissue(rng: np.random.Generator, side: int, diameter: float) -> LabelMap:
    """Fill the picture with cells that share curved borders, as epithelia and plant tissue do.

    Nearest-seed regions of discs of unequal size (curved borders, unequal cells), stretched and warped;
    some cells are cut in two as by a fresh division wall, some seeds are left out, and part of the tissue
    may end in background.

    Returns
    -------
    int32 array (side, side), tidied
    """
    margin = int(0.6 * diameter) + 8
    wide = side + 2 * margin
    pitch = 0.95 * diameter
    stretch = float(np.exp(rng.normal(0, 0.25)))
    reach = int(0.75 * wide * max(stretch, 1 / stretch) / pitch) + 2
    column, row = np.meshgrid(np.arange(-reach, reach + 1), np.arange(-reach, reach + 1))
    seeds = np.stack([(column + 0.5 * (row % 2)).ravel(), row.ravel() * 0.87], -1) * pitch
    seeds = seeds + rng.normal(0, rng.uniform(0.08, 0.35) * pitch, seeds.shape)
    turn = rng.uniform(0, np.pi)
    spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    seeds = seeds * (stretch, 1 / stretch) @ spin.T + wide / 2
    seeds = seeds[((seeds > -margin) & (seeds < wide + margin)).all(1)]
    seeds = seeds[rng.random(len(seeds)) > rng.uniform(0, 0.25)]
    ground = np.full((wide, wide), 255, np.uint8)
    radii = rng.uniform(0.02, rng.uniform(0.03, 0.4), len(seeds)) * pitch
    for (x, y), radius in zip(seeds, radii, strict=True):
        cv2.circle(
            ground, (round(16 * float(x)), round(16 * float(y))), round(16 * float(radius)), 0, -1, 8, 4
        )
    ground[0, 0] = 0
    nearest = cv2.distanceTransformWithLabels(ground, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)[1]
    amount = rng.uniform(0.02, 0.16) * diameter
    shift_x = noise(rng, side, max(0.8 * diameter, 6), 2) * amount
    shift_y = noise(rng, side, max(0.8 * diameter, 6), 2) * amount
    y, x = np.mgrid[:side, :side].astype(np.float32) + margin
    labels = cv2.remap(
        nearest.astype(np.float32),
        x + shift_x,
        y + shift_y,
        cv2.INTER_NEAREST,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.int32)
    labels = _divide(rng, labels, rng.uniform(0, 0.3))
    return tidy(_end_somewhere(rng, labels, diameter))


def _divide(rng: np.random.Generator, labels: LabelMap, share: float) -> LabelMap:
    """Cut some cells in two along a line near their middle."""
    count = int(labels.max()) + 1
    side = labels.shape[0]
    flat = labels.ravel()
    area = np.maximum(np.bincount(flat, minlength=count), 1)
    y, x = np.divmod(np.arange(side * side), side)
    cy = np.bincount(flat, y, count) / area
    cx = np.bincount(flat, x, count) / area
    turn = rng.uniform(0, np.pi, count)
    beyond = (x - cx[flat]) * np.cos(turn)[flat] + (y - cy[flat]) * np.sin(turn)[flat] > 0
    cut = (rng.random(count) < share) & (area > 80)
    return np.where(beyond & cut[flat], flat + count, flat).reshape(labels.shape).astype(np.int32)


def _end_somewhere(rng: np.random.Generator, labels: LabelMap, diameter: float) -> LabelMap:
    """Remove whole cells outside a smooth region, or a few at random."""
    count = int(labels.max()) + 1
    side = labels.shape[0]
    area = np.maximum(np.bincount(labels.ravel(), minlength=count), 1)
    gone = rng.random(count) < (rng.uniform(0, 0.25) if rng.random() < 0.3 else 0.0)
    if rng.random() < 0.45:
        field = noise(rng, side, max(rng.uniform(0.4, 1.2) * side, 1.5 * diameter), 1)
        mean = np.bincount(labels.ravel(), field.ravel(), count) / area
        gone |= mean > rng.uniform(-0.3, 1.2)
    gone[0] = True
    return np.where(gone[labels], 0, labels).astype(np.int32)
