"""Agreement after settling: decisions laid over the originals, which stay as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from coding.agreement.columns import Columns
from coding.agreement.material import Material
from coding.agreement.notes import Note
from coding.model import Decision

__all__ = ["settled"]


def settled(material: Material, decisions: Iterable[Decision]) -> Material:
    """Return what would be compared if every coder had taken over the decisions.

    A decision removes the codings that it settles and gives its result to every coder of the document.
    Compare the two tables to report agreement before and after; only the first measures reliability.

    Args:
        material: the coders' own work.
        decisions: the consensus layer.

    Returns:
        A material of the same coders, codes and documents.
    """
    at_document = {d.uid: i for i, d in enumerate(material.documents)}
    at_code = {c.uid: i for i, c in enumerate(material.codes)}
    gone: set[str] = set()
    added: dict[tuple[int, int, int, int, int], str] = {}
    for decision in decisions:
        if decision.document not in at_document:
            continue
        gone.update(decision.codings)
        d = at_document[decision.document]
        for code, start, end in decision.result:
            if code in at_code:
                for coder in np.flatnonzero(material.columns.assigned[d]).tolist():
                    added[d, at_code[code], coder, start, end] = decision.uid
    kept = np.array([uid not in gone for uid in material.uids], dtype=bool)
    columns = material.columns.select(kept)
    rows = np.array(list(added), dtype=np.int64).reshape(-1, 5)
    parts = (columns.document, columns.code, columns.coder, columns.start, columns.end)
    joined = [np.concatenate([a, rows[:, i]]) for i, a in enumerate(parts)]
    return replace(
        material,
        columns=Columns(
            joined[0], joined[1], joined[2], joined[3], joined[4], columns.lengths, columns.codes, columns.assigned
        ),
        uids=np.concatenate([material.uids[kept], np.array(list(added.values()), dtype=object)]),
        rounds=np.concatenate([material.rounds[kept], np.full(len(added), -1, dtype=np.int32)]),
        notes=(
            *material.notes,
            Note("After settling: decisions count as every coder's work.", "裁定之后：裁定结果计为每名编码员的编码。"),
        ),
    )
