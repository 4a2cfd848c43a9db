"""Train a network on images and masks in memory, or on the files of a folder."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import TrainingError
from cpsam_core.images import write_labels

if TYPE_CHECKING:
    from cpsam_core.finetune import EpochReport

__all__ = ["epoch_line", "train_on_pairs", "train_seg"]

log = logging.getLogger("cellpose")


def epoch_line(report: EpochReport) -> str:
    """Return the line of an epoch as QuPath reads it; 0 stands for a test loss that nobody measured."""
    test = report.validation_loss if report.validation_loss is not None else 0.0
    return (
        f"{report.epoch}, train_loss={report.training_loss:.4f}, test_loss={test:.4f}, "
        f"LR={report.learning_rate:.6f}, time {report.seconds:.2f}s"
    )


def train_seg(
    net: Any,
    train_data: Sequence[NDArray[Any]] | None = None,
    train_labels: Sequence[NDArray[Any]] | None = None,
    train_files: Sequence[str] | None = None,
    train_labels_files: Sequence[str] | None = None,
    train_probs: Any = None,
    test_data: Sequence[NDArray[Any]] | None = None,
    test_labels: Sequence[NDArray[Any]] | None = None,
    test_files: Sequence[str] | None = None,
    test_labels_files: Sequence[str] | None = None,
    test_probs: Any = None,
    channel_axis: int | None = None,
    load_files: bool = True,
    batch_size: int = 1,
    learning_rate: float = 5e-5,
    SGD: bool = False,
    n_epochs: int = 100,
    weight_decay: float = 0.1,
    normalize: Any = True,
    compute_flows: bool = False,
    save_path: str | os.PathLike[str] | None = None,
    save_every: int = 100,
    save_each: bool = False,
    nimg_per_epoch: int | None = None,
    nimg_test_per_epoch: int | None = None,
    rescale: bool = False,
    scale_range: float | None = None,
    bsize: int = 256,
    min_train_masks: int = 5,
    model_name: str | None = None,
    class_weights: Any = None,
) -> tuple[Path, NDArray[np.float64], NDArray[np.float64]]:
    """Train a network, and write it to `save_path/models/model_name`.

    Parameters are those of Cellpose 4; `SGD`, probabilities of images, `rescale`, `compute_flows`, `class_weights` and
    `nimg_test_per_epoch` are not used.

    Returns
    -------
    path : Path
        The written model.
    train_losses, test_losses : (epochs,) float64
        Zeros where nothing was tested.
    """
    with tempfile.TemporaryDirectory() as folder:
        pairs = _pairs(
            Path(folder, "train"), train_data, train_labels, train_files, train_labels_files, channel_axis
        )
        aside = _pairs(
            Path(folder, "test"), test_data, test_labels, test_files, test_labels_files, channel_axis
        )
        return train_on_pairs(
            net,
            pairs,
            aside,
            Path(save_path or ".") / "models" / (model_name or _name()),
            batch_size=batch_size,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            n_epochs=n_epochs,
            nimg_per_epoch=nimg_per_epoch,
            bsize=bsize,
            min_train_masks=min_train_masks,
            save_every=save_every,
            save_each=save_each,
        )


def train_on_pairs(
    net: Any,
    pairs: Sequence[Pair],
    aside: Sequence[Pair],
    target: Path,
    *,
    batch_size: int = 1,
    learning_rate: float = 1e-5,
    weight_decay: float = 0.1,
    n_epochs: int = 100,
    nimg_per_epoch: int | None = None,
    bsize: int = 256,
    min_train_masks: int = 5,
    save_every: int = 100,
    save_each: bool = False,
    resume: bool = False,
    device: str | None = None,
) -> tuple[Path, NDArray[np.float64], NDArray[np.float64]]:
    """Train on files and write the network; see `train_seg`. With `resume` an interrupted training goes on."""
    from cpsam_core.checkpoints import build_model, write_checkpoint
    from cpsam_core.data.dataset import TrainingSet
    from cpsam_core.data.example_cache import ExampleCache
    from cpsam_core.finetune import Trainer, TrainSettings

    cache, channels = ExampleCache(), net.config.in_channels
    used = enough(TrainingSet(pairs, None, channels, cache=cache), min_train_masks)
    settings = TrainSettings(
        epochs=n_epochs,
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        batch_size=batch_size,
        samples=nimg_per_epoch,
        augmentation=replace(Augmentation.finetune(), crop=min(bsize, net.config.tile)),
    )
    target.parent.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(
        build_model({name: value.clone() for name, value in net.state_dict().items()}, net.config),
        TrainingSet(used, None, channels, cache=cache),
        settings,
        device,
        None,
        target.with_name(f"{target.name}.partial") if resume else None,
        validation=TrainingSet(aside, None, channels, cache=cache) if aside else None,
        on_epoch=_keeping(
            lambda: trainer.learner.trained.plain_copy(), target, save_every if save_each else 0
        ),
    )
    result = trainer.run()
    write_checkpoint(target, result.model)
    target.with_name(f"{target.name}.partial").unlink(missing_ok=True)
    log.info("model trained and saved to %s", target)
    tested = [report.validation_loss or 0.0 for report in result.reports]
    return target, np.asarray(result.losses), np.asarray(tested)


def enough(data: Any, fewest: int) -> list[Pair]:
    """Return the images with at least so many objects.

    Raises
    ------
    TrainingError
        There is none.
    """
    kept = [pair for i, pair in enumerate(data.pairs) if data.objects(i) >= fewest]
    if len(kept) < len(data.pairs):
        log.warning("%d images with fewer than %d masks are left out", len(data.pairs) - len(kept), fewest)
    if not kept:
        raise TrainingError(f"no image has {fewest} masks or more (--min_train_masks)")
    return kept


def _keeping(network: Callable[[], Any], target: Path, every: int) -> Callable[[EpochReport], None]:
    """Return what tells of each epoch, and keeps a copy of the network every so many."""

    def report(epoch: EpochReport) -> None:
        from cpsam_core.checkpoints import write_checkpoint

        log.info("%s", epoch_line(epoch))
        if every and epoch.epoch % every == 0 and epoch.epoch < epoch.epochs:
            write_checkpoint(target.with_name(f"{target.name}_epoch_{epoch.epoch:04d}"), network())

    return report


def _pairs(
    folder: Path,
    images: Sequence[NDArray[Any]] | None,
    labels: Sequence[NDArray[Any]] | None,
    files: Sequence[str] | None,
    label_files: Sequence[str] | None,
    channel_axis: int | None,
) -> list[Pair]:
    """Return pairs of files; arrays are written to the folder first."""
    if files is not None and images is None:
        masks = label_files or [f"{Path(name).with_suffix('')}_masks.tif" for name in files]
        return [Pair(Path(image), Path(mask), "") for image, mask in zip(files, masks, strict=True)]
    if images is None or labels is None:
        return []
    return list(_written(folder, images, labels, channel_axis))


def _written(
    folder: Path, images: Sequence[NDArray[Any]], labels: Sequence[NDArray[Any]], channel_axis: int | None
) -> Iterator[Pair]:
    from cellpose.settings import axes_of
    from cpsam_core.images import write_tiff

    folder.mkdir(parents=True, exist_ok=True)
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        array, masks = np.asarray(image), np.asarray(label)
        # Labels with flows computed before, as labels_to_flows gives them: the first map are the numbers.
        masks = masks[0] if masks.ndim == 3 and masks.shape[0] == 4 else masks
        axes = axes_of(array.shape, channel_axis)
        path = folder / f"{number:05d}.tif"
        array, axes = (np.moveaxis(array, axes.index("C"), 0), "CYX") if "C" in axes else (array, axes)
        write_tiff(path, np.ascontiguousarray(array), axes)
        target = folder / f"{number:05d}_masks.tif"
        write_labels(target, masks.astype(np.uint32))
        yield Pair(path, target, "")


def _name() -> str:
    import time

    return f"cellpose_{int(time.time())}"
