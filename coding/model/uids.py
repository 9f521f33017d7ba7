"""Uids, the form under which two names count as the same, and numbers with what they count."""

from __future__ import annotations

import os
import secrets
import threading
import time
import unicodedata

__all__ = ["Uid", "counted", "fold_name", "new_uid"]

Uid = str
"""A UUID in its canonical lower-case form."""

_uid_lock = threading.Lock()
_uid_last = [0, 0]
_uid_pid = [os.getpid()]


def new_uid() -> Uid:
    """Make a UUIDv7: unique anywhere, and in the order of making within one process (RFC 9562)."""
    with _uid_lock:
        now = time.time_ns() // 1_000_000
        if now <= _uid_last[0] and _uid_pid[0] == os.getpid():
            now, sequence = _uid_last[0], _uid_last[1] + 1
            if sequence > 0xFFF:
                now, sequence = now + 1, 0
        else:
            sequence = secrets.randbelow(0x400)
            _uid_pid[0] = os.getpid()
        _uid_last[:] = [now, sequence]
    raw = (now << 80) | (0x7 << 76) | (sequence << 64) | (0b10 << 62) | secrets.randbits(62)
    text = f"{raw:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def fold_name(name: str) -> str:
    """Return the form under which two names count as the same: NFC, case folded, spaces joined.

    >>> fold_name(" Opportunity  Structure ") == fold_name("opportunity structure")
    True
    """
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def counted(n: int, thing: str) -> str:
    """Return a number with its thing, which is named in the singular or the plural, in the plural where it is not one.

    >>> counted(1, "documents"), counted(1200, "sentence")
    ('1 document', '1,200 sentences')
    """
    return f"{n:,} {thing.removesuffix('s')}" + ("" if n == 1 else "s")
