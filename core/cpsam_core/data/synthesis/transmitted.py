"""Unstained cells in transmitted light: phase contrast, bright field, differential interference contrast.

All three start from a map of optical thickness. Phase contrast shows thickness minus its local mean (the
halo and the shade-off of a phase ring of finite width), a defocused bright field shows its Laplacian
(transport of intensity), and differential interference contrast its slope in one direction.
"""

from __future__ import annotations

import cv2
import numpy as np

from cpsam_core.data.synthesis.fields import FloatMap, blur, fibres, log_uniform, noise, spots
from cpsam_core.data.synthesis.scene import DrawnScene, contrast, debris, expose, illuminate


def _unevenness(scene: DrawnScene) -> FloatMap:
    """Thickness of the ground: medium, agar, scratches; small against that of cells."""
    rng, side, d = scene.rng, scene.side, scene.diameter
    ground = rng.uniform(0, 0.04) * noise(rng, side, rng.uniform(0.5, 4) * d, 4, 0.7)
    if rng.random() < 0.1:
        ground += rng.uniform(0.01, 0.04) * fibres(rng, side, rng.uniform(1.5, 6), rng.uniform(0, np.pi))
    if rng.random() < 0.6:
        sign = 1 if rng.random() < 0.6 else -1
        ground += sign * rng.uniform(0.1, 0.8) * debris(scene)
    return np.asarray(ground, np.float32)


def round_thickness(scene: DrawnScene) -> FloatMap:
    """Thickness of round or rod-like cells, 0 to about 1: a ball or a cylinder lying on its side."""
    share = np.clip(scene.relative_depth * scene.rng.uniform(1.0, 2.2), 0, 1)
    height = np.sqrt(1 - (1 - share) ** 2)
    return np.asarray(
        blur(height.astype(np.float32), 0.5) * scene.gains(scene.rng.uniform(0.02, 0.3)), np.float32
    )


def spread_thickness(scene: DrawnScene) -> FloatMap:
    """Thickness of adherent cells: thin lamella, thicker at the nucleus, grainy inside; some rounded up."""
    rng, d, side = scene.rng, scene.diameter, scene.side
    edge = 1 - np.exp(-scene.depth / max(rng.uniform(0.02, 0.12) * d, 0.7))
    hill = np.clip(scene.relative_depth * 1.3, 0, 1) ** 1.5
    height = rng.uniform(0.2, 0.8) * edge + rng.uniform(0.05, 0.8) * hill
    grains = noise(rng, side, max(d * rng.uniform(0.06, 0.2), 2), 3, 0.8)
    height *= 1 + rng.uniform(0.05, 0.3) * grains
    if rng.random() < 0.7:
        dots = np.clip(noise(rng, side, max(0.06 * d, 1.8), 1) - rng.uniform(1.0, 1.8), 0, 1)
        height += rng.choice([-1, 1]) * rng.uniform(0.2, 1.0) * dots * edge
    core = scene.nuclei(rng.uniform(0.25, 0.45))
    if rng.random() < 0.6:
        height += rng.uniform(-0.3, 0.3) * blur((core > 0).astype(np.float32), 1.0)
    rounded = scene.rng.random(scene.count) < rng.uniform(0, 0.2)
    gain = np.exp(rng.normal(0, 0.25, scene.count)) * np.where(rounded, rng.uniform(2, 4), 1.0)
    return np.asarray(blur(np.asarray(height * scene.inside, np.float32), 0.5) * scene.each(gain), np.float32)


def _phase_contrast(scene: DrawnScene, thickness: FloatMap) -> FloatMap:
    rng, d = scene.rng, scene.diameter
    phase = thickness + _unevenness(scene)
    # The ring takes the slowly varying part away incompletely: a narrow bright halo on a wide weak one.
    near, far = max(log_uniform(rng, 0.03, 0.15) * d, 1.2), max(rng.uniform(0.15, 0.5) * d, 2.5)
    share = rng.uniform(0.2, 0.8)
    removed = share * blur(phase, near) + (rng.uniform(0.7, 1.05) - share) * blur(phase, far)
    relative = (phase - removed) * rng.uniform(0.8, 2.0)
    # Thick parts wrap round to bright.
    image = 1 - rng.uniform(0.3, 1.0) * np.sin(np.clip(relative, -1.6, 4.5))
    if rng.random() < 0.15:
        image = 2 - image
    return np.asarray(image, np.float32)


def _defocused(scene: DrawnScene, thickness: FloatMap) -> FloatMap:
    rng, d = scene.rng, scene.diameter
    phase = thickness + 0.5 * _unevenness(scene)
    narrow = max(rng.uniform(0.015, 0.06) * d, 0.6)
    rim = blur(phase, narrow) - blur(phase, narrow * rng.uniform(1.6, 3.0))
    rim = rim / max(float(np.abs(rim).max()), 1e-6)
    far = blur(phase, narrow * 2) - blur(phase, narrow * rng.uniform(4, 7))
    image = 1 + rng.choice([-1, 1]) * rng.uniform(0.2, 0.7) * rim + rng.uniform(-0.5, 0.5) * far
    image = image - rng.uniform(-0.05, 0.35) * thickness
    return np.asarray(image, np.float32)


def _relief(scene: DrawnScene, thickness: FloatMap) -> FloatMap:
    rng = scene.rng
    phase = blur(thickness + _unevenness(scene), rng.uniform(0.5, 1.2 + 0.01 * scene.diameter))
    turn = rng.uniform(0, 2 * np.pi)
    slope = np.cos(turn) * cv2.Scharr(phase, cv2.CV_32F, 1, 0) + np.sin(turn) * cv2.Scharr(
        phase, cv2.CV_32F, 0, 1
    )
    steepest = max(float(np.quantile(np.abs(slope[::2, ::2]), 0.995)), 1e-6)
    image = 1 + rng.uniform(0.3, 0.9) * np.tanh(slope / steepest) + rng.uniform(-0.15, 0.15) * phase
    return np.asarray(image, np.float32)


def _photograph(scene: DrawnScene, image: FloatMap) -> FloatMap:
    """Blur, uneven light and noise; the contrast against the noise ranges from poor to clean."""
    rng = scene.rng
    image = blur(image, rng.uniform(0.2, 0.6 + 0.012 * scene.diameter))
    image = np.clip(1 + log_uniform(rng, 0.2, 1.0) * (image - 1), 0.02, None)
    visible = contrast(scene, image)
    if rng.random() < 0.5:
        image = illuminate(scene, image, min(0.3, 1.5 * visible))
    if rng.random() < 0.1:
        image = image + rng.uniform(0.05, 0.3) * visible * noise(rng, scene.side, 4, 2)
    return expose(scene, image)


def phase_adherent(scene: DrawnScene) -> FloatMap:
    """Render spread cells in phase contrast: gray float32 (side, side)."""
    return _photograph(scene, _phase_contrast(scene, spread_thickness(scene)))


def phase_bacteria(scene: DrawnScene) -> FloatMap:
    """Render bacteria in phase contrast: dark bodies with bright halos, gray float32 (side, side)."""
    thickness = round_thickness(scene) * scene.rng.uniform(0.8, 1.5)
    if scene.rng.random() < 0.3:
        thickness *= 1 + 0.2 * noise(scene.rng, scene.side, max(0.3 * scene.diameter, 2), 2)
    return _photograph(scene, _phase_contrast(scene, thickness))


def bright_field(scene: DrawnScene) -> FloatMap:
    """Render round or rod-like cells slightly out of focus: bright and dark rims, gray float32."""
    thickness = round_thickness(scene)
    if scene.rng.random() < 0.5:
        thickness *= 1 + scene.rng.uniform(0.05, 0.3) * noise(
            scene.rng, scene.side, max(0.25 * scene.diameter, 2), 3
        )
    return _photograph(scene, _defocused(scene, thickness))


def yeast(scene: DrawnScene) -> FloatMap:
    """Render yeast: refractive wall, vacuoles, granules; bright field or phase contrast; gray float32."""
    rng, d = scene.rng, scene.diameter
    thickness = round_thickness(scene)
    wall = np.exp(-(((scene.depth - 0.04 * d) / max(0.05 * d, 0.7)) ** 2)) * scene.inside
    thickness += rng.uniform(0, 0.6) * wall
    if rng.random() < 0.7:
        vacuole = blur((scene.nuclei(rng.uniform(0.25, 0.6), 0.5) > 0).astype(np.float32), max(0.03 * d, 0.5))
        thickness -= (
            rng.uniform(0.1, 0.5) * vacuole * scene.each((rng.random(scene.count) < 0.7).astype(float))
        )
    if rng.random() < 0.5:
        thickness += (
            rng.uniform(0.2, 0.8)
            * scene.inside
            * spots(rng, scene.side, 2 * scene.count, 0.6, 0.06 * d + 0.7)
        )
    thickness = np.asarray(thickness, np.float32)
    render = _defocused if rng.random() < 0.6 else _phase_contrast
    return _photograph(scene, render(scene, thickness))


def relief(scene: DrawnScene) -> FloatMap:
    """Render differential interference contrast, as if lit from one side; gray float32 (side, side)."""
    flat = scene.rng.random() < 0.5
    return _photograph(scene, _relief(scene, spread_thickness(scene) if flat else round_thickness(scene)))
