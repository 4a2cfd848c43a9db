"""Fluorescence: nuclei, cytoplasm, membranes and bacteria, bright on dark."""

from __future__ import annotations

import numpy as np

from cpsam_core.data.synthesis.fields import FloatMap, blur, fibres, log_uniform, noise, spots
from cpsam_core.data.synthesis.layouts import LabelMap
from cpsam_core.data.synthesis.scene import DrawnScene, debris, expose, illuminate


def _sharpness(scene: DrawnScene) -> float:
    """Blur of the optics in pixels: small cells are seen by weak lenses, so it hardly grows with size."""
    rng = scene.rng
    if rng.random() < 0.15:
        return float(rng.uniform(0.04, 0.09) * scene.diameter)
    return float(rng.uniform(0.4, 0.7 + 0.02 * scene.diameter))


def chromatin(scene: DrawnScene) -> FloatMap:
    """Texture of nuclei, about 1 on average: fine clumps, bright centres, or dark nucleoli."""
    rng, d, side = scene.rng, scene.diameter, scene.side
    strength = rng.uniform(0.02, 0.4)
    texture = 1 + strength * noise(rng, side, max(d * rng.uniform(0.08, 0.35), 2), 3, 0.7)
    style = rng.random()
    if style < 0.25:
        bright = noise(rng, side, max(d * rng.uniform(0.12, 0.25), 2), 1)
        texture += rng.uniform(0.3, 1.2) * np.clip(bright - 1.0, 0, 1)
    elif style < 0.5:
        dark = noise(rng, side, max(d * rng.uniform(0.2, 0.4), 2), 1)
        texture -= rng.uniform(0.3, 0.8) * np.clip(2.5 * (dark - rng.uniform(0.9, 1.5)), 0, 1)
    return np.asarray(np.clip(texture, 0.1, None), np.float32)


def _dome(scene: DrawnScene) -> FloatMap:
    """Thickness of the cells from flat (0/1) to round, at most 1."""
    roundness = scene.rng.uniform(0, 0.8)
    if scene.rng.random() < 0.4:
        return scene.inside
    height = np.clip(1.4 * scene.relative_depth + 0.08, 0, 1) ** np.float32(roundness)
    return np.asarray(height * scene.inside, np.float32)


def _surroundings(scene: DrawnScene, image: FloatMap) -> FloatMap:
    """Add what lies between and above the cells: haze, autofluorescence, cells out of focus, specks."""
    rng, side, d = scene.rng, scene.side, scene.diameter
    out = image + log_uniform(rng, 0.003, 0.3)
    if rng.random() < 0.6:
        out += rng.uniform(0.02, 0.35) * blur(image, d * rng.uniform(0.25, 1.2))
    if rng.random() < 0.4:
        out += rng.uniform(0.01, 0.15) * np.clip(1 + noise(rng, side, rng.uniform(0.6, 4) * d, 3), 0, None)
    if scene.count and rng.random() < 0.3:
        far = spots(rng, side, int(rng.integers(1, 12)), 0.35 * d, 0.7 * d, rng.uniform(0.4, 0.9))
        out += rng.uniform(0.1, 0.5) * far
    if rng.random() < 0.4:
        out += rng.uniform(0.1, 1.0) * debris(scene)
    return np.asarray(out, np.float32)


def nuclei(scene: DrawnScene) -> FloatMap:
    """Render nuclei: gray, float32 (side, side), about 0 to 1."""
    rng = scene.rng
    spread = rng.uniform(0.03, 0.35) if rng.random() < 0.6 else rng.uniform(0.35, 0.9)
    image = scene.gains(spread) * chromatin(scene) * _dome(scene)
    if rng.random() < 0.3:
        image *= 1 + rng.uniform(0.1, 0.5) * scene.slope()
    if rng.random() < 0.2:
        image *= 1 + rng.uniform(0.1, 0.8) * np.exp(-scene.depth / max(0.05 * scene.diameter, 0.8))
    image = _surroundings(scene, blur(image, _sharpness(scene)))
    return expose(scene, illuminate(scene, image))


def _cytoplasm(scene: DrawnScene, core: LabelMap | None, spread: float) -> FloatMap:
    """Stain of the cell's body: denser near the nucleus, thin at the rim, with vesicles or filaments."""
    rng, d, side = scene.rng, scene.diameter, scene.side
    rise = rng.uniform(0.05, 0.7)
    # No darker rim: then only unlike brightness tells neighbours apart.
    if rng.random() < 0.3:
        rise, spread = 0.01, max(spread, 0.35)
    body = (1 - np.exp(-(scene.relative_depth + 0.03) / rise)) / (1 - np.exp(-1 / rise))
    body = body * scene.inside * scene.gains(spread)
    style = rng.random()
    if style < 0.35:
        texture = 1 + rng.uniform(0.05, 0.5) * noise(rng, side, max(d * rng.uniform(0.1, 0.5), 2), 4, 0.7)
    elif style < 0.65:
        # Ridges of a smooth field look like filaments and mitochondria.
        ridge = 1 - np.abs(noise(rng, side, max(d * rng.uniform(0.08, 0.3), 2.5), 2)) / 1.2
        texture = rng.uniform(0.2, 1.0) + np.clip(ridge, 0, 1) ** 2
    elif style < 0.8:
        texture = 1 + rng.uniform(0.1, 0.4) * fibres(rng, side, max(0.06 * d, 1.5), rng.uniform(0, np.pi))
    else:
        dots = np.clip(noise(rng, side, max(d * rng.uniform(0.05, 0.12), 2), 1) - 0.8, 0, None)
        texture = rng.uniform(0.2, 1.0) + rng.uniform(0.5, 2.0) * dots
    image = body * np.clip(texture, 0.05, None)
    if core is not None:
        # Not brighter: a bright nucleus in a dim body is annotated as a nucleus.
        level = rng.choice([rng.uniform(0.05, 0.7), rng.uniform(0.9, 1.1), rng.uniform(1.15, 1.5)])
        image = np.where(core > 0, image * level, image)
    if rng.random() < 0.25:
        image += rng.uniform(0.3, 1.2) * np.exp(-scene.depth / max(0.03 * d, 0.7)) * scene.inside
    return np.asarray(image, np.float32)


def cells(scene: DrawnScene) -> FloatMap:
    """Render whole cells: gray, or two colour channels with the nuclei in one of them.

    Returns
    -------
    float32 array (side, side) or (side, side, 3), about 0 to 1
    """
    rng = scene.rng
    core = scene.nuclei(rng.uniform(0.3, 0.65)) if rng.random() < 0.85 else None
    image = _cytoplasm(scene, core, rng.uniform(0.05, 0.7))
    sharp = _sharpness(scene)
    image = expose(scene, illuminate(scene, _surroundings(scene, blur(image, sharp))))
    if core is None or rng.random() < 0.4:
        return image
    inner = (core > 0) * scene.gains(rng.uniform(0.05, 0.5)) * chromatin(scene)
    inner = expose(scene, illuminate(scene, _surroundings(scene, blur(inner.astype(np.float32), sharp))))
    return _two_colours(scene, image, inner)


def _two_colours(scene: DrawnScene, body: FloatMap, inner: FloatMap) -> FloatMap:
    """Put two stains into the three channels in any order; now and then a third, a mixture."""
    rng = scene.rng
    third = np.zeros_like(body)
    style = rng.random()
    if style < 0.15:
        mixture = 0.5 * body + 0.3 * np.abs(noise(rng, scene.side, scene.diameter, 3))
        third = expose(scene, np.asarray(mixture, np.float32))
    elif style < 0.3:
        third = rng.uniform(0.2, 1.0) * inner
    stains = [_stretch(body), _stretch(inner), _stretch(third) if third.any() else third]
    return np.stack([stains[i] for i in rng.permutation(3)], -1).astype(np.float32)


def _stretch(image: FloatMap) -> FloatMap:
    """Scale to 0..1, as each channel of a microscope has its own exposure."""
    low, high = float(image.min()), float(np.quantile(image[::3, ::3], 0.998))
    return np.asarray((image - low) / max(high - low, 1e-6), np.float32)


def membranes(scene: DrawnScene) -> FloatMap:
    """Render stained membranes of tissue or of single cells; sometimes nuclei in another channel.

    The width of a wall varies over the picture, because an optical section meets walls at an angle, and a
    part of the wall's light is spread by the depth of focus.
    """
    rng, d, side = scene.rng, scene.diameter, scene.side
    width = max(d * log_uniform(rng, 0.015, 0.1), 0.7)
    slant = np.exp(rng.uniform(0.1, 0.6) * noise(rng, side, max(0.8 * d, 4), 2))
    distance = scene.to_border
    wall = np.exp(-((distance / (width * slant)) ** 2)) / slant ** np.float32(rng.uniform(0, 1))
    patchy = np.clip(1 + rng.uniform(0, 0.5) * noise(rng, side, max(0.4 * d, 3), 3), 0.03, None)
    image = wall * patchy
    image += rng.uniform(0, 0.35) * np.exp(-distance / (0.12 * d))
    filling = scene.gains(rng.uniform(0.1, 1.0)) * rng.uniform(0, 0.35)
    image += filling * (1 + 0.2 * noise(rng, side, max(0.2 * d, 2), 3))
    # Walls just above and below the section.
    if rng.random() < 0.3:
        image += rng.uniform(0.05, 0.35) * np.clip(
            noise(rng, side, max(rng.uniform(0.3, 1.0) * d, 3), 2), 0, None
        )
    core: LabelMap | None = None
    if rng.random() < 0.5:
        core = scene.nuclei(rng.uniform(0.3, 0.6))
        if rng.random() < 0.5:
            image += rng.uniform(-0.2, 0.4) * (core > 0)
    if rng.random() < 0.3:
        image += (
            rng.uniform(0.2, 1.0)
            * scene.inside
            * spots(rng, side, int(rng.integers(3, 60)), 0.7, 0.08 * d + 0.8)
        )
    image = blur(np.asarray(np.clip(image, 0, None), np.float32), _sharpness(scene))
    image = expose(scene, illuminate(scene, _surroundings(scene, image)), 0.6)
    if core is None or rng.random() < 0.5:
        return image if rng.random() < 0.88 else image.max() - image
    inner = ((core > 0) * scene.gains(0.3) * chromatin(scene)).astype(np.float32)
    return _two_colours(scene, image, expose(scene, _surroundings(scene, blur(inner, _sharpness(scene)))))


def bacteria(scene: DrawnScene) -> FloatMap:
    """Render fluorescent bacteria: filled, stained at the membrane, or with a nucleoid or spots inside."""
    rng, d, side = scene.rng, scene.diameter, scene.side
    image = scene.gains(rng.uniform(0.05, 0.7)) * (0.3 + 0.7 * np.clip(2.5 * scene.relative_depth, 0, 1))
    style = rng.random()
    if style < 0.25:
        image *= rng.uniform(0.1, 0.6) + np.exp(-((scene.depth / max(0.08 * d, 0.8)) ** 2))
    elif style < 0.5:
        image *= rng.uniform(0.2, 0.6) + np.clip(noise(rng, side, max(0.4 * d, 2), 2), 0, 1.5)
    elif style < 0.6:
        image += scene.inside * spots(rng, side, 2 * scene.count + 3, 0.8, 0.12 * d + 0.8)
    image = _surroundings(scene, blur(np.asarray(image, np.float32), _sharpness(scene)))
    return expose(scene, illuminate(scene, image, 0.3))
