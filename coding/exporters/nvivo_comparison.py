"""NVivo's coding comparison: per code and file how two coders agree on characters, and Cohen's kappa.

Source: NVivo help, "Run a coding comparison query"; the worked formula stands in its page on kappa.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from coding.errors import InvalidValue
from coding.exporters.refi_plan import Plan
from coding.model import SEPARATOR, Uid
from coding.spans import Utf16Map, intersection, total, union

__all__ = ["COMPARISON_COLUMNS", "comparison_rows", "groups_of", "kappa"]

COMPARISON_COLUMNS: Final = (
    "Code", "File", "File Folder", "File Size", "Kappa", "Agreement (%)", "A and B (%)", "Not A and Not B (%)",
    "Disagreement (%)", "A and Not B (%)", "B and Not A (%)", "Units Total", "Units A", "Units B", "Units Both", "Unit",
)  # fmt: skip
Span = tuple[int, int]


def kappa(n: int, a: int, b: int, both: int) -> float:
    """Return Cohen's kappa of two coders on the characters of one file, as NVivo shows it.

    Args:
        n: characters of the file.
        a: characters that A coded.
        b: characters that B coded.
        both: characters that both coded.

    Returns:
        −1 to 1; 1 for complete agreement, also where neither coded anything.

    >>> round(kappa(1000, 100, 150, 50), 3)
    0.318
    """
    agreed = both + n - a - b + both
    if agreed == n:
        return 1.0
    expected = a * b / n + (n - a) * (n - b) / n
    return (agreed - expected) / (n - expected)


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


def comparison_rows(plan: Plan, a: int, b: int, unit: str = "codepoint") -> Iterator[list[Any]]:
    """Yield a row per code and file, in the order of tree and documents, with the columns above.

    Args:
        plan: names and live codes.
        a: position of coder A.
        b: position of coder B.
        unit: ``codepoint``, or ``utf16`` to count as NVivo does.
    """
    s = plan.snapshot
    spans = _spans(plan, a, b, unit)
    sizes = [_size(plan, i, unit) for i in range(len(s.documents))]
    word = "UTF-16 unit" if unit == "utf16" else "character"
    for position, path in paths(plan):
        for index, document in enumerate(s.documents):
            n = sizes[index]
            if not n:
                continue
            mine, theirs = spans.get((index, position, a), []), spans.get((index, position, b), [])
            of_a, of_b = total(mine), total(theirs)
            both = total(intersection(mine, theirs)) if mine and theirs else 0
            neither = n - of_a - of_b + both
            share = [100 * x / n for x in (both + neither, both, neither, n - both - neither, of_a - both, of_b - both)]
            yield [path, plan.document_names[document.uid], document.folder, n, kappa(n, of_a, of_b, both), *share, n,
                   of_a, of_b, both, word]  # fmt: skip


def _size(plan: Plan, index: int, unit: str) -> int:
    document = plan.snapshot.documents[index]
    return Utf16Map(plan.snapshot.texts[document.uid]).length_utf16 if unit == "utf16" else document.length


def _spans(plan: Plan, a: int, b: int, unit: str) -> dict[tuple[int, int, int], list[Span]]:
    """Return what each of the two coded per document and code; one coder's overlaps count once."""
    t = plan.snapshot.codings
    rows = plan.rows[np.isin(t.coder[plan.rows], (a, b))]
    out: dict[tuple[int, int, int], list[Span]] = {}
    columns = (t.document, plan.code_of, t.coder, t.start, t.end)
    for document, code, coder, start, end in zip(*(c[rows].tolist() for c in columns), strict=True):
        out.setdefault((document, code, coder), []).append((start, end))
    if unit == "utf16":
        for (document, _, _), found in out.items():
            units = Utf16Map(plan.snapshot.texts[plan.snapshot.documents[document].uid])
            found[:] = [(units.to_utf16(start), units.to_utf16(end)) for start, end in found]
    return {key: union(found) for key, found in out.items()}


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
