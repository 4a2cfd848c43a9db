"""A quick training by the command `cpsam train`."""

from __future__ import annotations

from pathlib import Path

from cpsam_core.cli import main

QUICK = ["--epochs", "2", "--samples", "2", "--crop", "32", "--device", "cpu", "--precision", "float32"]


def train(images: Path, start: Path | str, *options: str, out: str = "out/new.safetensors") -> int:
    """Run the command and return its exit status."""
    return main(["train", str(images), "--model", str(start), "--out", out, *QUICK, *options])
