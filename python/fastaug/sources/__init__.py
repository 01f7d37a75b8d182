"""Where samples come from: folders, lists of files, shards, data sets of other libraries."""

from fastaug.sources.protocol import Image, Items, Source, Target, as_source

__all__ = ["Image", "Items", "Source", "Target", "as_source"]
