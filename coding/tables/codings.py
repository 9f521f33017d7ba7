"""The codings as a tidy frame, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from coding.model import ORIGINS, Snapshot, Uid, Variable
from coding.tables.resolve import Ints, Language, Objects, Tree, Units, objects

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["codings", "positions", "times", "variable_columns"]

_TYPES = {"Integer": "Int64", "Float": "Float64", "Boolean": "boolean"}


def codings(snapshot: Snapshot, *, text: bool = False, language: Language = "en") -> pd.DataFrame:
    """Return one row per coding.

    Args:
        snapshot: the project or a part of it; with `text` it must hold the texts.
        text: add the words of the passage, the words of the sentences it touches, and its memos.
        language: of the names of codes: ``en``, ``zh`` or ``both``.

    Returns:
        ``document, coder, code, path, level_1 …, start, end, paragraph, sentence, turn, speaker, case``,
        a column for each variable, ``origin, round, created, retired``, with `text` also
        ``words, sentence_words, memo``, and the uids. `start` and `end` are code points; units count
        from 1 within their document and are those in which the passage begins; `level_1` is the top
        code. `code` is the code that counts: where codes were merged, the one that remains.
    """
    import pandas as pd

    t, tree, units = snapshot.codings, Tree(snapshot.codes, language), Units(snapshot)
    code = tree.target[t.code]
    columns: dict[str, Any] = {
        "document": _take([d.name for d in snapshot.documents], t.document),
        "coder": _take([c.name for c in snapshot.coders], t.coder),
        "code": tree.names[code],
        "path": tree.paths[code],
    }
    level_names = objects([*tree.names, None])  # the last one stands for −1: no such level
    for depth in range(tree.ancestors.shape[1]):
        columns[f"level_{depth + 1}"] = level_names[tree.ancestors[code, depth]]
    columns |= {"start": t.start, "end": t.end}
    for unit in ("paragraph", "sentence"):
        columns[unit] = _whole(units.number(unit))
    columns["turn"] = _whole(units.turn)
    columns["speaker"] = units.speaker
    columns["case"] = _take([c.name for c in snapshot.cases], units.case)
    columns |= variable_columns(snapshot, columns, document=t.document, case=units.case)
    columns |= {
        "origin": _take(list(ORIGINS), t.origin),
        "round": _take([r.name for r in snapshot.rounds], t.round),
        "created": times(t.created),
        "retired": np.array([c.retired for c in snapshot.codes], dtype=bool)[code],
    }
    if text:
        columns |= _words(snapshot, units)
    columns |= {
        "document_uid": _take([d.uid for d in snapshot.documents], t.document),
        "code_uid": _take([c.uid for c in snapshot.codes], code),
        "coder_uid": _take([c.uid for c in snapshot.coders], t.coder),
        "uid": t.uid,
    }
    return pd.DataFrame(columns)


def positions(snapshot: Snapshot, *, language: Language = "en") -> pd.DataFrame:
    """Return where along its document each coding lies.

    Returns:
        ``document, coder, code, path, start, end`` and, as shares of the document's length from 0 to 1,
        ``begins`` and ``ends``; then ``length`` in code points, ``order`` (rank of the code in the
        tree), ``hue`` and ``uid``.
    """
    import pandas as pd

    t, tree = snapshot.codings, Tree(snapshot.codes, language)
    code = tree.target[t.code]
    length = np.array([max(d.length, 1) for d in snapshot.documents], dtype=np.int64)[t.document]
    frame = pd.DataFrame(
        {
            "document": _take([d.name for d in snapshot.documents], t.document),
            "coder": _take([c.name for c in snapshot.coders], t.coder),
            "code": tree.shown[code],
            "path": tree.paths[code],
            "start": t.start,
            "end": t.end,
            "begins": t.start / length,
            "ends": t.end / length,
            "length": length,
            "order": tree.order[code],
            "hue": pd.array(_take(tree.hues, code), dtype="Int64"),
            "uid": t.uid,
        }
    )
    rank = np.lexsort((t.start, t.document))
    return frame.iloc[rank].reset_index(drop=True)


def variable_columns(snapshot: Snapshot, taken: Iterable[str], *, document: Ints, case: Ints) -> dict[str, Any]:
    """Return a column for each variable, for rows that belong to documents and cases.

    Args:
        snapshot: gives variables and values.
        taken: names that columns have already; a variable of the same name is marked as such.
        document: position of each row's document, −1 for none.
        case: position of each row's case, −1 for none.
    """
    import pandas as pd

    values: dict[Uid, dict[Uid, Any]] = {}
    for value in snapshot.values:
        values.setdefault(value.variable, {})[value.owner] = value.value
    names, out = set(taken), {}
    for variable in snapshot.variables:
        owners: tuple[Any, ...] = snapshot.cases if variable.on == "case" else snapshot.documents
        of = values.get(variable.uid, {})
        column = _take([of.get(owner.uid) for owner in owners], case if variable.on == "case" else document)
        name = _free_name(variable, names)
        names.add(name)
        out[name] = pd.array(column, dtype=_TYPES[variable.type]) if variable.type in _TYPES else column
    return out


def _free_name(variable: Variable, taken: set[str]) -> str:
    name, number = variable.name, 1
    while name in taken:
        number += 1
        name = f"{variable.name} ({variable.on}{'' if number == 2 else f' {number - 1}'})"
    return name


def times(milliseconds: Any) -> Any:
    """Return milliseconds since 1970 as moments in UTC; 0 is no moment."""
    import pandas as pd

    moments = pd.to_datetime(np.asarray(milliseconds, dtype=np.int64), unit="ms", utc=True)
    return moments.where(np.asarray(milliseconds) > 0)


def _take(values: list[Any], positions: Any) -> Objects:
    """Return the values at the positions, None for −1."""
    column: Objects = objects([*values, None])[positions]
    return column


def _whole(numbers: Ints) -> Any:
    import pandas as pd

    return pd.arrays.IntegerArray(numbers, numbers == 0)


def _words(snapshot: Snapshot, units: Units) -> dict[str, Any]:
    t = snapshot.codings
    words = np.full(len(t), None, dtype=object)
    around = words.copy()
    for document, rows in units.rows:
        text = snapshot.texts[snapshot.documents[document].uid]
        spans = units.spans(document, "sentence")
        first = np.searchsorted(spans[:, 1], t.start[rows], side="right")
        last = np.searchsorted(spans[:, 0], t.end[rows], side="left") - 1
        for row, a, b in zip(rows, first, last, strict=True):
            words[row] = text[t.start[row] : t.end[row]]
            around[row] = text[spans[a, 0] : spans[b, 1]] if a <= b else None
    memos: dict[Uid, list[str]] = {}
    for memo in snapshot.memos:
        for uid in memo.about:
            memos.setdefault(uid, []).append(memo.body)
    noted = objects(["\n\n".join(memos[uid]) if uid in memos else None for uid in t.uid])
    return {"words": words, "sentence_words": around, "memo": noted}
