"""The bulk of a document for the browser as a few binary columns, which cost no JSON.

All columns are little-endian 32-bit whole numbers; the front end reads them in the same order
(`frontend/src/unpack.ts`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from coding.model import Coding, Outline, Uid

__all__ = ["coding_row", "pack_codings", "pack_outline"]


def coding_row(coding: Coding, code: Uid) -> dict[str, Any]:
    """Return one coding as a message holds it.

    Args:
        coding: the coding.
        code: uid of its code, merged codes followed to where they were merged into.
    """
    return {
        "uid": coding.uid,
        "start": coding.start,
        "end": coding.end,
        "code": code,
        "coder": coding.coder,
        "version": coding.code_version,
        "round": coding.round,
        "created": coding.created,
    }


def pack_codings(
    codings: Sequence[Coding], codes: Mapping[Uid, int], coders: Mapping[Uid, int], rounds: Mapping[Uid, int]
) -> tuple[bytes, bytes]:
    """Return the codings as seven columns, and their uids as 16 bytes each.

    Args:
        codings: in the order of the text.
        codes: place of each code in the message's list, also of merged ones.
        coders: place of each coder in the message's list.
        rounds: place of each round in the message's list.

    Returns:
        start, end, code, coder, version of the code, round + 1 (0: none), seconds since 1970; and the uids.
    """
    columns = [
        [c.start for c in codings],
        [c.end for c in codings],
        [codes[c.code] for c in codings],
        [coders[c.coder] for c in codings],
        [c.code_version for c in codings],
        [rounds.get(c.round or "", -1) + 1 for c in codings],
        [max(0, c.created // 1000) for c in codings],
    ]
    uids = b"".join(bytes.fromhex(c.uid.replace("-", "")) for c in codings)
    return _bytes(np.array(columns, dtype="<u4")), uids


def pack_outline(outline: Outline) -> tuple[dict[str, list[str]], list[bytes]]:
    """Return the units of a text: lists of words used, and columns that refer to them.

    Returns:
        languages, roles and speakers; then sentences (start, end), paragraphs (start, end, language,
        role, codable) and turns (start, end, end of label, speaker, interviewer), row by row.
    """
    languages = _distinct([p.language for p in outline.paragraphs])
    roles = _distinct([p.role for p in outline.paragraphs])
    speakers = _distinct([t.speaker for t in outline.turns])
    paragraphs = [(p.start, p.end, languages[p.language], roles[p.role], int(p.codable)) for p in outline.paragraphs]
    turns = [(t.start, t.end, t.label_end, speakers[t.speaker], int(t.role == "interviewer")) for t in outline.turns]
    lists = {"languages": list(languages), "roles": list(roles), "speakers": list(speakers)}
    rows: list[Sequence[tuple[int, ...]]] = [outline.sentences, paragraphs, turns]
    return lists, [_bytes(np.array(r, dtype="<u4")) if r else b"" for r in rows]


def _distinct(words: Sequence[str]) -> dict[str, int]:
    return {word: i for i, word in enumerate(dict.fromkeys(words))}


def _bytes(array: npt.NDArray[Any]) -> bytes:
    return np.ascontiguousarray(array).tobytes()
