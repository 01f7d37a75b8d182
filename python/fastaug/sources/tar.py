"""Where the members of a tar file lie: its headers are read, its contents are passed over.

Known are the formats that are about: ustar, GNU's long names and large numbers, and pax headers. A damaged or cut off file is an
error that says where; it never gives fewer members in silence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from fastaug.errors import SourceError

_BLOCK = 512
_EMPTY = bytes(_BLOCK)
_AHEAD = 8 * _BLOCK
"""Bytes read at once: with the header of a small member come its contents and the next header."""

_LONGEST = 1 << 20
"""Bytes that a header of names may have; real ones have a few hundred."""

_COMPRESSED = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))
_OCTAL = re.compile(rb" *([0-7]*)[ \0]*")
_RECORD = re.compile(rb"([0-9]{1,9}) ([^=\n]+)=")

_WITHOUT_CONTENTS = (b"1", b"2", b"3", b"4", b"5", b"6")
"""Links, devices, folders, pipes."""

_NOTHING: dict[str, bytes] = {}


class Member(NamedTuple):
    """A file in a tar file.

    Args:
        name: Its name.
        offset: Where its contents begin.
        size: How many bytes they are.
    """

    name: str
    offset: int
    size: int


class TarReader:
    """Goes through a tar file.

    Args:
        path: The file's name, for errors.
        descriptor: The open file.
        size: Its size.
    """

    def __init__(self, path: str, descriptor: int, size: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._size = size
        self._start = 0
        self._ahead = b""

    def read(self, start: int, count: int) -> bytes:
        """Bytes of the file; fewer only where it ends."""
        offset = start - self._start
        if offset < 0 or offset + count > len(self._ahead):
            self._ahead = os.pread(self._descriptor, max(count, _AHEAD), start)
            self._start, offset = start, 0
            while len(self._ahead) < min(count, self._size - start):
                more = os.pread(self._descriptor, count - len(self._ahead), start + len(self._ahead))
                if not more:
                    break
                self._ahead += more
        return self._ahead[offset : offset + count]

    def members(self) -> Iterator[Member]:
        """All regular files."""
        position = 0
        for_all: dict[str, bytes] = {}
        for_next: dict[str, bytes] = {}
        while True:
            header = self.read(position, _BLOCK)
            if header == _EMPTY:
                self._check_end(position)
                return
            self._check_header(header, position)
            kind, start = header[156:157], position + _BLOCK
            fields = for_all | for_next if for_all or for_next else _NOTHING
            is_about_another = kind in b"LKxXg"
            size = self._number(header[124:136], position)
            if not is_about_another and "size" in fields:
                size = self._decimal(fields["size"], position)
            length = 0 if kind in _WITHOUT_CONTENTS else size
            if start + length > self._size:
                raise self._wrong(
                    position, f"a member ends at byte {start + length}, the file at {self._size}: cut off?"
                )
            position = start + length + -length % _BLOCK
            if is_about_another:
                self._read_about_another(kind, start, length, for_all, for_next)
                continue
            for_next = {}
            name = fields.get("path") or _name(header)
            if kind == b"S" or any(field.startswith("GNU.sparse") for field in fields):
                raise self._wrong(start - _BLOCK, "sparse members cannot be read")
            if kind not in _WITHOUT_CONTENTS and not (kind == b"\0" and name.endswith(b"/")):
                yield Member(name.decode("utf-8", "surrogateescape"), start, length)

    def _check_header(self, header: bytes, position: int) -> None:
        if len(header) < _BLOCK:
            if position == 0 or header:
                raise self._wrong(position, "the file ends within a header: cut off, or no tar file?")
            raise self._wrong(position, "the file ends without the empty blocks at the end of every tar file: cut off?")
        given = self._number(header[148:156], position)
        unsigned = sum(header) - sum(header[148:156]) + 8 * ord(" ")
        # Some old programs added the bytes up as signed numbers.
        if given != unsigned and given != unsigned - 256 * sum(byte > 127 for byte in header[:148] + header[156:]):
            raise self._wrong(position, "the checksum of a header is wrong")

    def _check_end(self, position: int) -> None:
        after = self.read(position + _BLOCK, _BLOCK)
        if after.strip(b"\0"):
            raise self._wrong(position, "an empty block stands between members")

    def _read_about_another(
        self, kind: bytes, start: int, length: int, for_all: dict[str, bytes], for_next: dict[str, bytes]
    ) -> None:
        """A header that says something of members that follow: their names, mostly."""
        if length > _LONGEST:
            raise self._wrong(start - _BLOCK, f"a header of names has {length} bytes")
        contents = self.read(start, length)
        if kind == b"L":
            for_next["path"] = contents.split(b"\0")[0]
        elif kind == b"g":
            for_all.update(self._records(contents, start))
        elif kind != b"K":
            for_next.update(self._records(contents, start))

    def _records(self, contents: bytes, start: int) -> dict[str, bytes]:
        """What a pax header says: lines of their length, a name and a value."""
        found = {}
        position = 0
        while position < len(contents) and contents[position]:
            record = _RECORD.match(contents, position)
            end = position + int(record[1]) if record else 0
            if record is None or not record.end() < end <= len(contents) or contents[end - 1 : end] != b"\n":
                raise self._wrong(start + position, "a pax header is damaged")
            found[record[2].decode("utf-8", "replace")] = contents[record.end() : end - 1]
            position = end
        return found

    def _number(self, field: bytes, position: int) -> int:
        if field[:1] == b"\x80":
            return int.from_bytes(field[1:], "big")
        octal = _OCTAL.fullmatch(field.split(b"\0")[0])
        if octal is None:
            raise self._wrong(position, "a header has no numbers where they should be: damaged, or no tar file?")
        return int(octal[1] or b"0", 8)

    def _decimal(self, field: bytes, position: int) -> int:
        if not field.isdigit() or len(field) > 19:
            raise self._wrong(position, "the size in a pax header is no number")
        return int(field)

    def _wrong(self, position: int, reason: str) -> SourceError:
        beginning = self.read(0, 6) if position == 0 else b""
        for begins, name in _COMPRESSED:
            if beginning.startswith(begins):
                reason = f"this is packed with {name}; single samples can be read from plain tar files only"
        return SourceError(f"{self._path}, byte {position}: {reason}")


def _name(header: bytes) -> bytes:
    name = header[:100].split(b"\0")[0]
    prefix = header[345:500].split(b"\0")[0] if header[257:263] == b"ustar\0" else b""
    return prefix + b"/" + name if prefix else name
