"""Train a network on images and masks in memory, or on the files of a folder."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cellpose.settings import axes_of, normalization
from cpsam_core.data.augmentation import Augmentation
from cpsam_core.data.image_input import ImageInput
from cpsam_core.data.pairs import Pair
from cpsam_core.errors import TrainingError
from cpsam_core.images import write_labels, write_tiff
from cpsam_core.images.readers import read_raw

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

    Parameters are those of Cellpose 4; `SGD`, `test_probs`, `rescale`, `compute_flows`, `class_weights`, `load_files`,
    `scale_range` and `nimg_test_per_epoch` are not used.

    Returns
    -------
    path : Path
        The written model.
    train_losses, test_losses : (epochs,) float64
        Zeros where nothing was tested.
    """
    with tempfile.TemporaryDirectory() as folder:
        shown = Shown(channel_axis, normalize)
        train, test = Path(folder, "train"), Path(folder, "test")
        pairs = pairs_of(train, shown, train_data, train_labels, train_files, train_labels_files)
        aside = pairs_of(test, shown, test_data, test_labels, test_files, test_labels_files)
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
            chances=train_probs,
        )


@dataclass(frozen=True)
class Shown:
    """How the images of a training are read and brought to 0 to 1: arguments of the callers."""

    channel_axis: int | None = None
    normalize: Any = True

    def input_of(self, path: Path) -> ImageInput:
        """Return it for one file."""
        axes = None
        if self.channel_axis is not None:
            axes = axes_of(read_raw(path).array.shape, self.channel_axis)
        return ImageInput(axes=axes, normalize=normalization(self.normalize))


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
    chances: Sequence[float] | NDArray[Any] | None = None,
    device: str | None = None,
) -> tuple[Path, NDArray[np.float64], NDArray[np.float64]]:
    """Train on files and write the network; see `train_seg`. With `resume` an interrupted training goes on.

    `chances` has for each pair how often it is drawn in relation to the others; without it each comes once an epoch.
    """
    from cpsam_core.checkpoints import build_model, write_checkpoint
    from cpsam_core.data.dataset import TrainingSet
    from cpsam_core.data.example_cache import ExampleCache
    from cpsam_core.finetune import Trainer, TrainSettings

    cache, channels = ExampleCache(), net.config.in_channels
    pairs, mixing = by_chance(pairs, chances)
    used = enough(TrainingSet(pairs, None, channels, cache=cache), min_train_masks)
    if mixing is not None:
        mixing = {pair.set_name: mixing[pair.set_name] for pair in used}
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
        TrainingSet(used, mixing, channels, cache=cache),
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


def by_chance(
    pairs: Sequence[Pair], chances: Sequence[float] | NDArray[Any] | None
) -> tuple[Sequence[Pair], dict[str, float] | None]:
    """Return pairs as a set each, and how often each set is drawn; the pairs as they are where nobody says.

    Raises
    ------
    TrainingError
        There are more or fewer chances than pairs.
    """
    if chances is None:
        return pairs, None
    if len(chances) != len(pairs):
        raise TrainingError(f"there are {len(chances)} probabilities for {len(pairs)} images with masks")
    apart = [replace(pair, set_name=f"{number:06d}") for number, pair in enumerate(pairs)]
    return apart, {pair.set_name: float(chance) for pair, chance in zip(apart, chances, strict=True)}


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


def pairs_of(
    folder: Path,
    shown: Shown,
    images: Sequence[NDArray[Any]] | None,
    labels: Sequence[NDArray[Any]] | None,
    files: Sequence[str] | None,
    label_files: Sequence[str] | None,
) -> list[Pair]:
    """Return pairs of files; arrays are written to the folder first, and so are the numbers in files of flows."""
    if files is not None and images is None:
        masks = label_files if label_files is not None else list(map(_labels_beside, files))
        return [
            Pair(Path(image), _numbers_of(folder, Path(mask)), "", seen=shown.input_of(Path(image)))
            for image, mask in zip(files, masks, strict=True)
        ]
    if images is None or labels is None:
        return []
    return list(_written(folder, shown, images, labels))


def _labels_beside(image: str) -> str:
    base = Path(image).with_suffix("")
    # An earlier training of Cellpose writes the second one.
    named = [f"{base}_masks.tif", f"{base}_flows.tif"]
    return next((name for name in named if Path(name).is_file()), named[0])


def _numbers_of(folder: Path, labels: Path) -> Path:
    """Return a file of labels alone: that of `labels` itself, or of the first map of a file of flows."""
    if not labels.name.endswith("_flows.tif"):
        return labels
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{len(list(folder.iterdir())):05d}_masks.tif"
    write_labels(target, read_raw(labels).array[0].astype(np.uint32))
    return target


def _written(
    folder: Path, shown: Shown, images: Sequence[NDArray[Any]], labels: Sequence[NDArray[Any]]
) -> Iterator[Pair]:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        array, masks = np.asarray(image), np.asarray(label)
        # Labels with flows computed before, as labels_to_flows gives them: the first map are the numbers.
        masks = masks[0] if masks.ndim == 3 and masks.shape[0] == 4 else masks
        axes = axes_of(array.shape, shown.channel_axis)
        path = folder / f"{number:05d}.tif"
        array, axes = (np.moveaxis(array, axes.index("C"), 0), "CYX") if "C" in axes else (array, axes)
        write_tiff(path, np.ascontiguousarray(array), axes)
        target = folder / f"{number:05d}_masks.tif"
        write_labels(target, masks.astype(np.uint32))
        yield Pair(path, target, "", seen=ImageInput(normalize=normalization(shown.normalize)))


def _name() -> str:
    import time

    return f"cellpose_{int(time.time())}"
