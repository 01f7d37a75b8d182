"""fastaug for PyTorch: a loader of tensors, and a data set for an existing ``DataLoader``.

    from fastaug.torch import ImageFolder, Loader

    train = Loader(ImageFolder("train/"), policy, batch_size=256, shuffle=True, drop_last=True)
    for images, labels in train:
        ...

The only part of fastaug that imports torch.
"""

from fastaug import sources
from fastaug.loading import Balanced, Batch, Weighted
from fastaug.sources import *
from fastaug.torch.loader import Loader
from fastaug.torch.map_style import BatchDataset, dataset

__all__ = ["Balanced", "Batch", "BatchDataset", "Loader", "Weighted", "dataset", *sources.__all__]
