"""NVivo's coding comparison: per code and file how two coders agree on characters, and Cohen's kappa.

Source: NVivo help, "Run a coding comparison query"; the worked formula stands in its page on kappa.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from coding.agreement.material import material_of_snapshot
from coding.agreement.nvivo import NVIVO_COLUMNS, coding_comparison
from coding.errors import InvalidValue
from coding.exporters.refi_plan import Plan
from coding.model import ORIGINS, SEPARATOR, Uid

__all__ = ["COMPARISON_COLUMNS", "comparison_rows", "groups_of", "paths"]

COMPARISON_COLUMNS: Final = (
    *NVIVO_COLUMNS, "Units Total", "Units A", "Units B", "Units Both", "Unit",
)  # fmt: skip


def groups_of(plan: Plan, coders: tuple[str, str] | None) -> tuple[int, int] | None:
    """Return the two coders to compare: those named, else the two with most codings; None below two.

    Raises:
        InvalidValue: a name that no coder has.
    """
    names = [c.name for c in plan.snapshot.coders]
    if coders is not None:
        for name in coders:
            if name not in names:
                raise InvalidValue(f"There is no coder “{name}”; there are: {', '.join(names)}.")
        return names.index(coders[0]), names.index(coders[1])
    amount = np.bincount(plan.snapshot.codings.coder, minlength=len(names))
    most = sorted(np.argsort(-amount, kind="stable")[:2].tolist())
    return (most[0], most[1]) if len(names) >= 2 and amount[most].min() > 0 else None


def comparison_rows(plan: Plan, a: int, b: int, unit: str = "codepoint") -> list[list[Any]]:
    """Return a row per code and file, in the order of tree and documents, with the columns above.

    Kappa is 1 where it is 0/0, as NVivo shows it.

    Args:
        plan: names and live codes.
        a: position of coder A.
        b: position of coder B.
        unit: ``codepoint``, or ``utf16`` to count as NVivo does.
    """
    s = plan.snapshot
    pair = s.coders[a], s.coders[b]
    material = material_of_snapshot(s, coders=[c.uid for c in pair], origins=ORIGINS, who="all")
    result = coding_comparison(
        material,
        pair[0].name,
        pair[1].name,
        texts=s.texts,
        utf16=unit == "utf16",
        undefined_is_one=True,
        folders={d.uid: d.folder for d in s.documents},
    )
    word = "UTF-16 unit" if unit == "utf16" else "character"
    rank = {s.codes[i].uid: (rank, path) for rank, (i, path) in enumerate(paths(plan))}
    order = {d.uid: i for i, d in enumerate(s.documents)}
    rows = [r for r in result.rows if r["code_uid"] in rank and r["File Size"]]
    rows.sort(key=lambda r: (rank[r["code_uid"]][0], order[r["document_uid"]]))
    out = []
    for r in rows:
        n, both = r["File Size"], r["both"]
        shown = [r[name] for name in NVIVO_COLUMNS[2:]]
        file = plan.document_names[r["document_uid"]]
        out.append([rank[r["code_uid"]][1], file, *shown, n, both + r["only_a"], both + r["only_b"], both, word])
    return out


def paths(plan: Plan, separator: str = SEPARATOR) -> list[tuple[int, str]]:
    """Return the position and path of every live code, in the order of the tree."""
    at = {c.uid: i for i, c in enumerate(plan.snapshot.codes)}
    out: list[tuple[int, str]] = []
    stack: list[tuple[Uid, str]] = [(c.uid, plan.code_names[c.uid]) for c in reversed(plan.children.get(None, []))]
    while stack:
        uid, path = stack.pop()
        out.append((at[uid], path))
        inner = reversed(plan.children.get(uid, []))
        stack.extend((c.uid, f"{path}{separator}{plan.code_names[c.uid]}") for c in inner)
    return out
