"""How often and where each code was applied."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from coding.errors import NotFound
from coding.model import Snapshot, Uid
from coding.tables.codings import codings, variable_columns
from coding.tables.resolve import Ints, Language, Tree, Units

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["code_counts", "codes_by", "codes_by_case", "crosstab", "directions", "saturation"]

_GROUPS = ("case", "document", "coder", "speaker", "round", "origin", "language", "kind")
_NONE = "(none)"


def code_counts(snapshot: Snapshot, *, language: Language = "en", unused: bool = True) -> pd.DataFrame:
    """Return how often each code was applied, with and without the codes below it.

    Args:
        snapshot: the project or a part of it.
        language: of the names of codes.
        unused: whether codes that nobody has applied are listed too.

    Returns:
        One row per code in the order of the tree: ``code, path, level, codings, documents, coders, cases``
        for the code itself, ``codings_below`` and ``documents_below`` with everything under it,
        ``share`` of all codings (0 to 1), ``retired, hue, code_uid``. Merged codes have no row of
        their own.
    """
    import pandas as pd

    t, tree, units = snapshot.codings, Tree(snapshot.codes, language), Units(snapshot)
    code, n = tree.target[t.code], len(snapshot.codes)
    own = np.bincount(code, minlength=n)
    below, below_documents = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    for depth in range(tree.ancestors.shape[1]):
        above = tree.ancestors[code, depth]
        there = above >= 0
        below += np.bincount(above[there], minlength=n)
        below_documents += _distinct(above[there], t.document[there], n)
    frame = pd.DataFrame(
        {
            "code": tree.shown,
            "path": tree.paths,
            "level": tree.levels,
            "codings": own,
            "documents": _distinct(code, t.document, n),
            "coders": _distinct(code, t.coder, n),
            "cases": _distinct(code[units.case >= 0], units.case[units.case >= 0], n),
            "codings_below": below,
            "documents_below": below_documents,
            "share": own / max(len(t), 1),
            "retired": [c.retired for c in snapshot.codes],
            "hue": pd.array(tree.hues, dtype="Int64"),
            "code_uid": [c.uid for c in snapshot.codes],
        }
    )
    keep = (tree.target == np.arange(n)) & (np.ones(n, dtype=bool) if unused else below > 0)
    rank = np.argsort(tree.order)
    return frame.iloc[rank[keep[rank]]].reset_index(drop=True)


def _distinct(of: Ints, what: Any, n: int) -> Ints:
    """Return how many different `what` stand beside each of the n values of `of`."""
    wide = int(what.max()) + 1 if len(what) else 1
    return np.bincount(np.unique(of * wide + what) // wide, minlength=n)


def codes_by(snapshot: Snapshot, by: str = "case", *, language: Language = "en", missing: bool = False) -> pd.DataFrame:
    """Return how often each code was applied in each group.

    Args:
        snapshot: the project or a part of it.
        by: ``case``, ``document``, ``coder``, ``speaker``, ``round``, ``origin``, ``language`` or ``kind``
            of the document, or the name of a variable.
        language: of the names of codes.
        missing: whether codings without a group, such as an interviewer's words by case, are counted
            as “(none)”.

    Returns:
        One row per code and group that occur, in the order of the tree: ``code, path, by`` (what was
        grouped by), ``group, codings, documents``, ``share`` of the group's codings (0 to 1), ``order,
        code_uid``.

    Raises:
        NotFound: there is no such grouping or variable.
    """
    import pandas as pd

    t, tree = snapshot.codings, Tree(snapshot.codes, language)
    code = tree.target[t.code]
    frame = pd.DataFrame({"at": code, "group": _groups(snapshot, by), "document": t.document})
    frame["group"] = frame["group"].fillna(_NONE) if missing else frame["group"]
    found = frame.dropna(subset="group").groupby(["at", "group"], sort=False, observed=True)["document"]
    out = found.agg(codings="size", documents="nunique").reset_index()
    at = out["at"].to_numpy(dtype=np.int64)
    out["code"], out["path"], out["by"] = tree.shown[at], tree.paths[at], by
    out["share"] = out["codings"] / out.groupby("group", observed=True)["codings"].transform("sum")
    out["order"], out["code_uid"] = tree.order[at], [snapshot.codes[i].uid for i in at]
    columns = ["code", "path", "by", "group", "codings", "documents", "share", "order", "code_uid"]
    return out.sort_values(["order", "group"])[columns].reset_index(drop=True)


def _groups(snapshot: Snapshot, by: str) -> Any:
    """Return the group of each coding as text, None where it has none."""
    import pandas as pd

    if by in ("language", "kind"):
        column = pd.Series([getattr(d, by) for d in snapshot.documents], dtype=object)
        return column.iloc[snapshot.codings.document].to_numpy()
    if by in _GROUPS:
        return codings(snapshot)[by].astype(object).to_numpy()
    columns = variable_columns(snapshot, (), document=snapshot.codings.document, case=Units(snapshot).case)
    if by not in columns:
        raise NotFound.among("variable or grouping", by, [*columns, *_GROUPS])
    column = pd.Series(columns[by], dtype=object)
    return column.map(str, na_action="ignore").where(column.notna(), None).to_numpy()


def codes_by_case(snapshot: Snapshot, variable: str | None = None, *, language: Language = "en") -> pd.DataFrame:
    """Return how often each code was applied in each case, or in each value of a case's variable."""
    return codes_by(snapshot, variable or "case", language=language)


def crosstab(snapshot: Snapshot, by: str = "case", *, language: Language = "en") -> pd.DataFrame:
    """Return codes × groups as a table to read: one row per applied code, one column per group, 0 for none."""
    long = codes_by(snapshot, by, language=language)
    wide = long.pivot_table(index=["order", "path"], columns="group", values="codings", aggfunc="sum", fill_value=0)
    return wide.droplevel("order").rename_axis(index="path", columns=by).astype(int)


def directions(snapshot: Snapshot, by: str = "language") -> pd.DataFrame:
    """Return how often codes of each direction were applied in each group.

    Args:
        snapshot: the project or a part of it.
        by: as for `codes_by`.

    Returns:
        ``direction, by, group, codings, share`` of the group's codings that have a direction. A code
        without one takes the direction of the nearest code above it.
    """
    frame = codes_by(snapshot, by)
    frame["direction"] = frame["code_uid"].map(_direction_of(snapshot, Tree(snapshot.codes)))
    frame = frame[frame["direction"].astype(bool)]
    out = frame.groupby(["direction", "by", "group"], as_index=False, observed=True)["codings"].sum()
    out["share"] = out["codings"] / out.groupby("group", observed=True)["codings"].transform("sum")
    return out


def _direction_of(snapshot: Snapshot, tree: Tree) -> dict[Uid, str]:
    """Return uid of a code to its direction, or that of the nearest code above it."""
    found = [next((d for i in reversed(c) if (d := snapshot.codes[i].direction)), "") for c in tree.chains]
    return {code.uid: direction for code, direction in zip(snapshot.codes, found, strict=True)}


def counted_in(snapshot: Snapshot, by: str, group: str, *, direction: str | None = None) -> set[Uid]:
    """Return the uids of the codings that `codes_by` or `directions` counts in one group.

    Args:
        snapshot: as the table was made from.
        by: as for `codes_by`.
        group: a value of it, as the table writes it.
        direction: only codings whose code has it.
    """
    t, tree = snapshot.codings, Tree(snapshot.codes)
    kept = np.array([str(value) == group for value in _groups(snapshot, by)], dtype=bool)
    if direction is not None:
        of = _direction_of(snapshot, tree)
        kept &= np.array([of[snapshot.codes[i].uid] == direction for i in tree.target[t.code]], dtype=bool)
    return {t.uid[i] for i in np.flatnonzero(kept)}


def saturation(
    snapshot: Snapshot, order: Literal["document", "coded"] | Sequence[str] = "document", *, language: Language = "en"
) -> pd.DataFrame:
    """Return how many codes appear for the first time in each further document.

    Args:
        snapshot: the project or a part of it.
        order: ``document`` takes the project's order, ``coded`` the time of each document's first
            coding; or the names of documents in the order to use.
        language: of the names of codes.

    Returns:
        One row per coded document: ``number`` (from 1), ``document, codes`` (different ones in it),
        ``new`` (not seen before), ``seen`` (up to and with it), ``new_codes`` (their names), ``document_uid``.
    """
    import pandas as pd

    t, tree = snapshot.codings, Tree(snapshot.codes, language)
    code = tree.target[t.code]
    used = {document: np.unique(code[rows]) for document, rows in Units(snapshot).rows}
    seen: set[int] = set()
    rows = []
    for number, document in enumerate(_reading_order(snapshot, list(used), order), 1):
        new = [int(c) for c in used[document] if int(c) not in seen]
        seen.update(new)
        rows.append(
            {
                "number": number,
                "document": snapshot.documents[document].name,
                "codes": len(used[document]),
                "new": len(new),
                "seen": len(seen),
                "new_codes": "; ".join(tree.shown[sorted(new, key=tree.order.__getitem__)]),
                "document_uid": snapshot.documents[document].uid,
            }
        )
    return pd.DataFrame(rows, columns=["number", "document", "codes", "new", "seen", "new_codes", "document_uid"])


def _reading_order(snapshot: Snapshot, coded: list[int], order: str | Sequence[str]) -> list[int]:
    if order == "document":
        return sorted(coded)
    if order == "coded":
        created = snapshot.codings.created
        when = np.where(created > 0, created, np.iinfo(np.int64).max)  # without a time: last
        first = {document: when[rows].min() for document, rows in Units(snapshot).rows}
        return sorted(coded, key=lambda document: (first[document], document))
    at = {document.name: i for i, document in enumerate(snapshot.documents)}
    for name in order:
        if name not in at:
            raise NotFound.among("document", name, at)
    return [at[name] for name in order if at[name] in set(coded)]
