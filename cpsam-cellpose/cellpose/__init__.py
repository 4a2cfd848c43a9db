"""Answers the calls that other programs make to `cellpose`, with the engine of cpsam-gui."""

from cellpose.beside import refuse_the_real_one
from cellpose.version import version

__all__ = ["version"]

refuse_the_real_one()
