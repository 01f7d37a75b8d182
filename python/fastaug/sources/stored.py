"""Arrays kept in a file: written whole or not at all, read by memory map, and refused if a single bit is different.

Such a file only ever saves time. Whoever finds it missing or damaged makes its contents anew, so reading gives ``None`` for all
that can be wrong with one.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

_MAGIC = b"fastaug arrays1\n"
_PREAMBLE = len(_MAGIC) + 8
"""Then follow a checksum of everything behind it, and the length of the description, four bytes each."""

_ALIGNMENT = 64

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Stored:
    """What was in a file.

    Args:
        about: What its writer wanted to know when it is read.
        arrays: The arrays by name.
    """

    about: dict[str, Any]
    arrays: dict[str, Array]


def write(path: str, about: Mapping[str, Any], arrays: Mapping[str, Array]) -> bool:
    """Puts arrays into a file, in place of what was there.

    Args:
        path: The file; its folder is made if it is missing.
        about: What belongs to them, as JSON has it.
        arrays: The arrays by name.

    Returns:
        Whether it could be done. It need not be: folders can be write-protected and disks full.
    """
    described = json.dumps(
        {"about": about, "arrays": [[name, array.dtype.str, array.shape] for name, array in arrays.items()]}
    ).encode()
    pieces: list[bytes | memoryview] = [len(described).to_bytes(4, "little"), described]
    position = _PREAMBLE + len(described)
    for array in arrays.values():
        pieces += [bytes(-position % _ALIGNMENT), np.ascontiguousarray(array).data.cast("B") if array.size else b""]
        position += -position % _ALIGNMENT + array.nbytes
    checksum = 0
    for piece in pieces:
        checksum = zlib.crc32(piece, checksum)
    temporary = f"{path}.{os.urandom(8).hex()}.part"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(temporary, "xb") as file:
            file.write(_MAGIC + checksum.to_bytes(4, "little"))
            file.writelines(pieces)
        os.replace(temporary, path)
    except OSError:
        return False
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
    return True


def is_another(path: str) -> bool:
    """Whether there is a file that :func:`write` has not written, as far as its first bytes tell; damaged ones are ours."""
    try:
        with open(path, "rb") as file:
            begin = file.read(len(_MAGIC))
    except OSError:
        return False
    return 2 * sum(map(int.__eq__, begin, _MAGIC)) < len(begin)


def read(path: str, mapped: bool) -> Stored | None:
    """What :func:`write` put into a file, if it is there and whole.

    Args:
        path: The file.
        mapped: Whether the arrays stay in the file, by a memory map. A map holds a descriptor, so of a file that is one of
            many they are better copied.
    """
    try:
        with open(path, "rb") as file:
            contents = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if mapped else file.read()
    except (OSError, ValueError):
        return None
    return _parsed(memoryview(contents))


def _parsed(contents: memoryview) -> Stored | None:
    if contents[: len(_MAGIC)] != _MAGIC:
        return None
    if int.from_bytes(contents[len(_MAGIC) : _PREAMBLE - 4], "little") != zlib.crc32(contents[_PREAMBLE - 4 :]):
        return None
    position = _PREAMBLE + int.from_bytes(contents[_PREAMBLE - 4 : _PREAMBLE], "little")
    try:
        described = json.loads(bytes(contents[_PREAMBLE:position]))
        arrays = {}
        for name, type_name, shape in described["arrays"]:
            position += -position % _ALIGNMENT
            count = int(np.prod(shape, dtype=np.int64))
            arrays[name] = np.frombuffer(contents, np.dtype(type_name), count, position).reshape(shape)
            position += arrays[name].nbytes
        return Stored(described["about"], arrays)
    except (ValueError, KeyError, TypeError):
        return None


def checksum_of(*arrays: Array) -> int:
    """A number that tells whether arrays are the same as others."""
    checksum = 0
    for array in arrays:
        checksum = zlib.crc32(np.ascontiguousarray(array).data.cast("B") if array.size else b"", checksum)
    return checksum
