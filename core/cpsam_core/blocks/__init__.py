"""Segmentation of images larger than memory: block by block, resumable, in one process or on many machines.

A run lives in a folder. Its stages are made of tasks, one for each block; a task is done when its file is there, so
that a run that was killed goes on, and several commands (or machines) that work on one folder share the tasks.
"""

from __future__ import annotations

from cpsam_core.blocks.plan import Plan, plan_blocks
from cpsam_core.blocks.run import BlockRun
from cpsam_core.blocks.start import start_run

__all__ = ["BlockRun", "Plan", "plan_blocks", "start_run"]
