"""The bulk of a document for the browser as a few binary columns, which cost no JSON.

All columns are little-endian 32-bit whole numbers; the front end reads them in the same order
(`frontend/src/unpack.ts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from coding.model import Coding, CodingTable, Outline, Uid

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
    table: CodingTable, codes: Sequence[int], coders: Sequence[int], rounds: Sequence[int]
) -> tuple[bytes, bytes]:
    """Return the codings as seven columns, and their uids as 16 bytes each.

    Args:
        table: of n codings.
        codes: place in the message's list of each code that the table refers to, merged codes at their heir's.
        coders: place of each coder.
        rounds: place of each round.

    Returns:
        start, end, code, coder, version of the code, round + 1 (0: none), seconds since 1970; and the uids.
    """
    columns = (
        table.start,
        table.end,
        np.array(codes, dtype=np.int64)[table.code],
        np.array(coders, dtype=np.int64)[table.coder],
        table.code_version,
        np.array([-1, *rounds], dtype=np.int64)[table.round + 1] + 1,
        np.maximum(0, table.created // 1000),
    )
    return np.array(columns, dtype="<u4").tobytes(), bytes.fromhex("".join(table.uid).replace("-", ""))


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
    return lists, [np.fromiter(chain.from_iterable(r), dtype="<u4").tobytes() for r in rows]


def _distinct(words: Sequence[str]) -> dict[str, int]:
    return {word: i for i, word in enumerate(dict.fromkeys(words))}
