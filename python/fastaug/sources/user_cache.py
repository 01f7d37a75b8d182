"""Where things are kept that only save time, unless another place is named."""

from __future__ import annotations

import hashlib
import os


def user_cache(kind: str, words: str) -> str | None:
    """A file in the user's cache.

    Args:
        kind: What it is: a folder's name.
        words: What it belongs to.

    Returns:
        Its path; ``None`` where the user has no place for such files.
    """
    folder = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(folder):
        folder = os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isabs(folder):
        return None
    return os.path.join(folder, "fastaug", kind, hashlib.blake2b(words.encode(), digest_size=16).hexdigest())
