"""Stained tissue and smears in colour (Beer-Lambert absorption), gray smears, and objects of any texture."""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.synthesis.fields import FloatMap, blur, fibres, log_uniform, noise, spots
from cpsam_core.data.synthesis.fluorescence import chromatin
from cpsam_core.data.synthesis.scene import DrawnScene, debris, expose, illuminate
from cpsam_core.data.synthesis.shapes import blobs


def _absorbance(
    rng: np.random.Generator, hue: tuple[float, float], saturation: tuple[float, float]
) -> FloatMap:
    """Absorbance per channel of a dye whose thin layer has a hue (0..1, red at 0) in the range given."""
    colour = colorsys.hsv_to_rgb(rng.uniform(*hue) % 1.0, rng.uniform(*saturation), 0.95)
    density = -np.log(np.clip(colour, 0.05, 0.95))
    return np.asarray(density / np.linalg.norm(density), np.float32)


def _dyes(rng: np.random.Generator) -> tuple[FloatMap, FloatMap]:
    """Absorbances of the nuclear stain and of the counterstain of one laboratory."""
    style = rng.random()
    # Haematoxylin and eosin, from blue to violet and from pink to orange.
    if style < 0.6:
        return _absorbance(rng, (0.63, 0.84), (0.35, 0.85)), _absorbance(rng, (0.8, 1.06), (0.25, 0.7))
    # Brown precipitate on blue nuclei, either may be the nuclear one.
    if style < 0.72:
        blue, brown = _absorbance(rng, (0.56, 0.7), (0.3, 0.7)), _absorbance(rng, (0.03, 0.11), (0.4, 0.9))
        return (blue, brown) if rng.random() < 0.5 else (brown, blue)
    # Giemsa, cresyl violet: one dye for all.
    if style < 0.92:
        one = _absorbance(rng, (0.55, 0.9), (0.3, 0.9))
        return one, np.asarray(0.8 * one + 0.2 * _absorbance(rng, (0.55, 1.05), (0.2, 0.8)), np.float32)
    return _absorbance(rng, (0.0, 1.0), (0.3, 0.9)), _absorbance(rng, (0.0, 1.0), (0.1, 0.8))


def _stroma(scene: DrawnScene) -> FloatMap:
    """Counterstain between nuclei, 0 to about 1: fibres, grainy cytoplasm, holes (lumen, fat)."""
    rng, side, d = scene.rng, scene.side, scene.diameter
    ground = 0.5 + 0.18 * noise(rng, side, rng.uniform(1, 6) * d, 4, 0.7)
    if rng.random() < 0.6:
        ground += rng.uniform(0.05, 0.2) * fibres(
            rng, side, rng.uniform(0.1, 0.5) * d + 1.5, rng.uniform(0, np.pi)
        )
    if rng.random() < 0.4:
        ground += rng.uniform(0.1, 0.4) * np.exp(-scene.outside / (rng.uniform(0.15, 0.6) * d))
    if rng.random() < 0.4:
        holes = noise(rng, side, rng.uniform(1.5, 6) * d, 2)
        ground *= 1 - rng.uniform(0.5, 1.0) * np.clip(4 * (holes - rng.uniform(0, 1.2)), 0, 1)
    if scene.count and rng.random() < 0.2:
        ground += rng.uniform(0.3, 1.0) * spots(rng, side, int(rng.integers(2, 20)), 0.3 * d, 0.7 * d, 0.15)
    return np.asarray(np.clip(ground, 0, 2), np.float32)


def _nuclear_density(scene: DrawnScene) -> FloatMap:
    """Nuclear stain, about 1: clumped chromatin, dark or pale rim, pale vesicular or dense nuclei."""
    rng, d = scene.rng, scene.diameter
    density = scene.gains(rng.uniform(0.05, 0.5)) * chromatin(scene)
    rim = np.exp(-scene.depth / max(rng.uniform(0.03, 0.08) * d, 0.7))
    pale = scene.each((rng.random(scene.count) < rng.uniform(0, 0.8)).astype(float) * rng.uniform(0.2, 0.7))
    density = density * (1 - pale * (1 - rim))
    if rng.random() < 0.3:
        density *= np.clip(0.3 + 2 * scene.relative_depth, 0, 1)
    return np.asarray(density * scene.inside, np.float32)


def tissue_section(scene: DrawnScene) -> FloatMap:
    """Render nuclei of stained tissue or of a smear.

    Returns
    -------
    float32 array (side, side, 3), red first, or gray (side, side), 0 to 1
    """
    rng, side, d = scene.rng, scene.side, scene.diameter
    nuclear, counter = _dyes(rng)
    amount = _nuclear_density(scene)
    ground = _stroma(scene) * log_uniform(rng, 0.04, 0.8)
    ground = ground * (1 - rng.uniform(0.3, 1.0) * scene.inside)
    if rng.random() < 0.3:
        clear = np.exp(-((scene.outside / (rng.uniform(0.05, 0.2) * d + 1)) ** 2)) * (1 - scene.inside)
        ground *= 1 - rng.uniform(0.3, 0.9) * clear
    sharp = rng.uniform(0.4, 0.8 + 0.02 * d)
    amount = blur(amount, sharp)
    if scene.count and rng.random() < 0.5:
        # Nuclei above and below the plane of focus, which annotators leave out.
        far = spots(rng, side, int(rng.integers(1, 10)), 0.3 * d, 0.7 * d, rng.uniform(0.5, 1.0))
        amount += np.float32(rng.uniform(0.1, 0.45)) * far
    if scene.count and rng.random() < 0.4:
        amount += np.abs(noise(rng, side, rng.uniform(0.2, 1) * d + 2, 3)) * np.float32(
            rng.uniform(0.02, 0.15)
        )
    if rng.random() < 0.3:
        amount += np.float32(rng.uniform(0.2, 0.8)) * debris(scene)
    depth_n, depth_c = log_uniform(rng, 0.5, 3.0), rng.uniform(0.6, 1.6)
    density = depth_n * amount[..., None] * nuclear + depth_c * blur(ground, 0.6)[..., None] * counter
    return _slide(scene, np.asarray(density, np.float32))


def _slide(scene: DrawnScene, density: FloatMap) -> FloatMap:
    """Light through a stained slide: tinted lamp, absorption, uneven light, camera noise."""
    rng = scene.rng
    lamp = np.clip(rng.uniform(0.7, 1.0) + rng.normal(0, 0.05, 3), 0.4, 1.0)
    image = np.asarray(lamp * np.exp(-density), np.float32)
    if rng.random() < 0.4:
        image = illuminate(scene, image, 0.3)
    image = expose(scene, np.clip(image, 0, None), 0.3)
    if rng.random() < 0.08:
        image = 1 - image
    if rng.random() < 0.1:
        image = image.mean(-1)
    return np.asarray(np.clip(image, 0, 1), np.float32)


def smear(scene: DrawnScene) -> FloatMap:
    """Render whole dyed cells on a pale ground (blood, sperm, plant cells), gray or in colour.

    Most have no nucleus; where they have one the body is dyed strongly, because in pale bodies annotators
    outline the nucleus (`cytology`).

    Returns
    -------
    float32 array (side, side) or (side, side, 3), 0 to 1
    """
    rng, side, d = scene.rng, scene.side, scene.diameter
    nucleated = rng.random() < 0.35
    body = 1 + rng.uniform(0.03, 0.3) * noise(rng, side, max(0.3 * d, 2), 4)
    style = rng.random()
    # Folded or thick rim.
    if style < 0.35:
        body *= rng.uniform(0.3, 0.8) + np.exp(-scene.depth / (0.1 * d))
    elif style < 0.6:
        # Thin in the middle, as red blood cells.
        body *= 1 - rng.uniform(0.2, 0.9) * np.clip(1.6 * scene.relative_depth - 0.5, 0, 1)
    body = (
        body
        * scene.gains(rng.uniform(0.05, 0.4))
        * scene.inside
        * rng.uniform(0.5 if nucleated else 0.15, 1.2)
    )
    core = np.zeros((side, side), np.float32)
    if nucleated:
        core = (scene.nuclei(rng.uniform(0.3, 0.7)) > 0) * scene.gains(0.25) * chromatin(scene)
    return _two_dyes(scene, np.asarray(body, np.float32), np.asarray(core, np.float32))


def cytology(scene: DrawnScene) -> FloatMap:
    """Render nuclei inside pale, overlapping cytoplasm (smears of epithelium); the labels are nuclei.

    Returns
    -------
    float32 array (side, side) or (side, side, 3), 0 to 1
    """
    rng, side, d = scene.rng, scene.side, scene.diameter
    n = scene.count
    # Three sheets added up: neighbours lie on different sheets, so that overlaps are darker.
    sheets = np.zeros((3, side, side), np.float32)
    angles = rng.uniform(0, 2 * np.pi, n)
    outline = blobs(rng, angles, rng.uniform(0.05, 0.2), rng.uniform(1, 2), points=int(rng.integers(7, 30)))
    size = d * rng.uniform(1.6, 5) * np.exp(rng.normal(0, 0.2, n))
    middle = scene.centroids[1:, ::-1] + rng.normal(0, 0.12, (n, 2)) * size[:, None]
    points = np.rint((outline * size[:, None, None] + middle[:, None]) * 16).astype(np.int32)
    levels = np.exp(rng.normal(0, 0.4, n)).tolist()
    for i in range(n):
        cv2.fillPoly(sheets[i % 3], [points[i]], levels[i], lineType=cv2.LINE_8, shift=4)
    body = sheets.sum(0) * (1 + rng.uniform(0.03, 0.25) * noise(rng, side, d, 4, 0.8)) * rng.uniform(0.1, 0.5)
    core = _nuclear_density(scene) * rng.uniform(0.6, 1.5)
    return _two_dyes(scene, np.asarray(body, np.float32), np.asarray(core, np.float32))


def _two_dyes(scene: DrawnScene, body: FloatMap, core: FloatMap) -> FloatMap:
    """Gray or coloured picture of the amounts of counterstain and of nuclear stain."""
    rng, side, d = scene.rng, scene.side, scene.diameter
    sharp = rng.uniform(0.4, 0.7 + 0.015 * d)
    body, core = blur(body, sharp), blur(core, sharp)
    body = (
        body + rng.uniform(0, 0.05) * np.abs(noise(rng, side, 2 * d, 4)) + rng.uniform(0, 0.5) * debris(scene)
    )
    if rng.random() < 0.5:
        density = 0.8 * body + rng.uniform(0.6, 1.8) * core
        return expose(scene, illuminate(scene, np.exp(-density).astype(np.float32), 0.3), 0.7)
    nuclear, counter = _dyes(rng)
    density = 1.2 * body[..., None] * counter + rng.uniform(0.8, 2.0) * core[..., None] * nuclear
    return _slide(scene, np.asarray(density, np.float32))


def _pattern(scene: DrawnScene, size: float) -> NDArray[np.float32]:
    rng = scene.rng
    if rng.random() < 0.3:
        return fibres(rng, scene.side, max(size, 1.5), rng.uniform(0, np.pi))
    return noise(rng, scene.side, max(size, 1.5), int(rng.integers(1, 5)), rng.uniform(0.4, 0.9))


def textured(scene: DrawnScene) -> FloatMap:
    """Render objects told from the ground by level, texture, rim or colour, in any combination.

    Returns
    -------
    float32 array (side, side) or (side, side, 3), 0 to 1
    """
    rng, d = scene.rng, scene.diameter
    channels = []
    coloured = rng.random() < 0.4
    # Without a rim nothing would part the neighbours.
    packed = float(scene.inside.mean()) > 0.6
    for _ in range(3 if coloured else 1):
        step = rng.choice([-1, 1]) * log_uniform(rng, 0.1, 1.0)
        object_texture = rng.uniform(0.02, 0.4) * _pattern(scene, d * log_uniform(rng, 0.05, 0.5))
        ground = rng.uniform(0.02, 0.25) * _pattern(scene, d * log_uniform(rng, 0.1, 3.0))
        level = step * scene.gains(rng.uniform(0, 0.4))
        image = np.where(scene.labels > 0, level + object_texture, ground)
        if packed or rng.random() < 0.5:
            rim = np.exp(-((scene.to_border / max(0.04 * d, 0.8)) ** 2))
            image = image + rng.choice([-1, 1]) * rng.uniform(0.2, 1.0) * rim
        if rng.random() < 0.3:
            image = image + rng.uniform(0.1, 0.5) * scene.slope()
        image = blur(np.asarray(image, np.float32), rng.uniform(0.3, 0.6 + 0.02 * d))
        channels.append(image)
    stacked = channels[0] if not coloured else np.stack(channels, -1)
    low, high = float(stacked.min()), float(stacked.max())
    unit = np.asarray((stacked - low) / max(high - low, 1e-6), np.float32)
    return expose(scene, illuminate(scene, unit, 0.4), 0.7)
