"""Flows to masks: follow every pixel, gather those that end together, reject what does not fit.

Source: Cellpose (Stringer et al. 2021, "Gradient tracking"), used unchanged by Cellpose-SAM.
"""

from __future__ import annotations

from cpsam_core.dynamics.candidate_runs import CandidateRuns, ChosenMasks
from cpsam_core.dynamics.errors import flow_errors
from cpsam_core.dynamics.find import (
    SMOOTH_REACH,
    Candidates,
    Masks,
    choose_masks,
    clean_masks,
    find_candidates,
    find_masks,
    masks_from_flows,
    smooth_flows,
    smoothing_of,
)
from cpsam_core.dynamics.follow import follow
from cpsam_core.dynamics.gather import gather
from cpsam_core.dynamics.local import LocalMask, find_at
from cpsam_core.dynamics.paths import PathMemory
from cpsam_core.dynamics.step_field import ImageFrame

__all__ = [
    "SMOOTH_REACH",
    "CandidateRuns",
    "Candidates",
    "ChosenMasks",
    "ImageFrame",
    "LocalMask",
    "Masks",
    "PathMemory",
    "choose_masks",
    "clean_masks",
    "find_at",
    "find_candidates",
    "find_masks",
    "flow_errors",
    "follow",
    "gather",
    "masks_from_flows",
    "smooth_flows",
    "smoothing_of",
]
