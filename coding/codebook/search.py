"""What a picker searches: names, paths, synonyms, and Chinese names as pinyin and as initials."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from coding.model import Uid

__all__ = ["SearchEntry", "pinyin"]


@dataclass(frozen=True, slots=True)
class SearchEntry:
    """One code as a picker sees it; all search fields are folded to lower case."""

    uid: Uid
    name: str
    name_zh: str
    path: str
    path_zh: str
    aliases: tuple[str, ...]
    pinyin: tuple[str, ...]
    """Full pinyin, without tones or spaces, of every Chinese name and synonym."""
    initials: tuple[str, ...]


@lru_cache(maxsize=4096)
def pinyin(name: str) -> tuple[str, str]:
    """Return full pinyin and initials of a name; Latin letters and digits in it stay.

    >>> pinyin("压力机制")
    ('yalijizhi', 'yljz')
    >>> pinyin("Pressure")
    ('', '')
    """
    if not any("\u3400" <= c <= "\u9fff" or "\U00020000" <= c <= "\U000323af" for c in name):
        return "", ""
    from pypinyin import lazy_pinyin  # 60 ms and 10 MB: only for those who pick in Chinese

    parts = [p for p in ("".join(c for c in s if c.isalnum()) for s in lazy_pinyin(name.casefold())) if p]
    return "".join(parts), "".join(p[0] for p in parts)


def spellings(names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the pinyin and the initials of several names, without empty ones."""
    pairs = [p for p in map(pinyin, names) if p[0]]
    return tuple(dict.fromkeys(p[0] for p in pairs)), tuple(dict.fromkeys(p[1] for p in pairs))
