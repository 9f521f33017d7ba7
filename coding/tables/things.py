"""Overviews of documents, codes, cases and memos, one row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from coding.model import Outline, Snapshot, Uid
from coding.spans import total
from coding.tables.codings import times, variable_columns
from coding.tables.counts import code_counts
from coding.tables.resolve import Language, Tree, Units

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cases", "codebook", "documents", "memos"]


def documents(snapshot: Snapshot) -> pd.DataFrame:
    """Return one row per document with what is known about it and how far it is coded.

    Returns:
        ``document, kind, language, folder, length`` (code points), ``paragraphs, sentences, turns,
        codings, codes, coders``, ``coded`` (share of the characters under any coding, 0 to 1), a column
        for each variable of documents, ``notes`` (what the import changed), ``source_name, encoding,
        version, created, uid``.
    """
    import pandas as pd

    t, tree = snapshot.codings, Tree(snapshot.codes)
    rows_of = dict(Units(snapshot).rows)
    rows = []
    for i, document in enumerate(snapshot.documents):
        mine = rows_of.get(i, np.zeros(0, dtype=np.int64))
        outline = snapshot.outlines.get(document.uid) or Outline()
        covered = total(zip(t.start[mine].tolist(), t.end[mine].tolist(), strict=True))
        rows.append(
            {
                "document": document.name,
                "kind": document.kind,
                "language": document.language,
                "folder": document.folder,
                "length": document.length,
                "paragraphs": len(outline.paragraphs),
                "sentences": len(outline.sentences),
                "turns": len(outline.turns),
                "codings": len(mine),
                "codes": len(np.unique(tree.target[t.code[mine]])),
                "coders": len(np.unique(t.coder[mine])),
                "coded": covered / document.length if document.length else 0.0,
            }
        )
    frame = pd.DataFrame(rows, index=range(len(rows)))
    at = np.arange(len(rows))
    no_case = np.full(len(rows), -1)
    own = {v.name for v in snapshot.variables if v.on == "document"}
    extra = variable_columns(snapshot, frame.columns, document=at, case=no_case)
    for name, column in extra.items():
        if name.removesuffix(" (document)") in own:
            frame[name] = column
    frame["notes"] = ["; ".join(d.notes) for d in snapshot.documents]
    for name in ("source_name", "encoding", "version"):
        frame[name] = [getattr(d, name) for d in snapshot.documents]
    frame["created"] = times([d.created for d in snapshot.documents])
    frame["uid"] = [d.uid for d in snapshot.documents]
    return frame


def codebook(snapshot: Snapshot, *, language: Language = "en") -> pd.DataFrame:
    """Return one row per code in the order of the tree: names, rules, how often it was applied.

    Returns:
        ``path, code, name_zh, level, codings, documents, definition, include, exclude, example`` with their
        Chinese counterparts (``…_zh``), ``direction, key, version, retired, uid``.
    """
    import pandas as pd

    counts = code_counts(snapshot, language=language)
    of = {code.uid: code for code in snapshot.codes}
    texts = [f"{name}{suffix}" for name in ("definition", "include", "exclude", "example") for suffix in ("", "_zh")]
    rows = []
    for row in counts.to_dict("records"):
        code = of[row["code_uid"]]
        out: dict[str, Any] = {"path": row["path"], "code": code.name, "name_zh": code.name_zh, "level": row["level"]}
        out |= {"codings": row["codings"], "documents": row["documents"]}
        out |= {name: getattr(code, name) for name in (*texts, "direction", "key", "version", "retired", "uid")}
        rows.append(out)
    columns = ["path", "code", "name_zh", "level", "codings", "documents", *texts]
    return pd.DataFrame(rows, columns=[*columns, "direction", "key", "version", "retired", "uid"])


def cases(snapshot: Snapshot) -> pd.DataFrame:
    """Return one row per case: ``case, kind, pseudonym, documents, codings``, its variables, ``uid``."""
    import pandas as pd

    places: dict[Uid, set[Uid]] = {}
    for link in snapshot.case_links:
        places.setdefault(link.case, set()).add(link.document)
    for speaker in snapshot.speakers:
        if speaker.case:
            places.setdefault(speaker.case, set()).add(speaker.document)
    of = Units(snapshot).case
    n = len(snapshot.cases)
    frame = pd.DataFrame(
        {
            "case": [c.name for c in snapshot.cases],
            "kind": [c.kind for c in snapshot.cases],
            "pseudonym": [c.pseudonym for c in snapshot.cases],
            "documents": [len(places.get(c.uid, ())) for c in snapshot.cases],
            "codings": np.bincount(of[of >= 0], minlength=n),
        }
    )
    own = {v.name for v in snapshot.variables if v.on == "case"}
    columns = variable_columns(snapshot, frame.columns, document=np.full(n, -1), case=np.arange(n))
    for name, column in columns.items():
        if name.removesuffix(" (case)") in own:
            frame[name] = column
    frame["uid"] = [c.uid for c in snapshot.cases]
    return frame


def memos(snapshot: Snapshot, *, language: Language = "en") -> pd.DataFrame:
    """Return one row per memo: ``title, kind, about`` (what it is on), ``body, coder, created, modified, uid``."""
    import pandas as pd

    names = _names(snapshot, language)
    coders = {c.uid: c.name for c in snapshot.coders}
    return pd.DataFrame(
        {
            "title": [m.title for m in snapshot.memos],
            "kind": [m.kind for m in snapshot.memos],
            "about": ["; ".join(names.get(uid, "(removed)") for uid in m.about) or "project" for m in snapshot.memos],
            "body": [m.body for m in snapshot.memos],
            "coder": [coders.get(m.coder or "") for m in snapshot.memos],
            "created": times([m.created for m in snapshot.memos]),
            "modified": times([m.modified for m in snapshot.memos]),
            "uid": [m.uid for m in snapshot.memos],
        }
    )


def _names(snapshot: Snapshot, language: Language) -> dict[Uid, str]:
    """Return a readable name for everything a memo may be about."""
    t, tree = snapshot.codings, Tree(snapshot.codes, language)
    out = {code.uid: f"code {path}" for code, path in zip(snapshot.codes, tree.paths, strict=True)}
    out |= {document.uid: f"document {document.name}" for document in snapshot.documents}
    out |= {case.uid: f"case {case.name}" for case in snapshot.cases}
    out |= {memo.uid: f"memo {memo.title or memo.created}" for memo in snapshot.memos}
    wanted = {uid for memo in snapshot.memos for uid in memo.about} - out.keys()
    for row in [i for i, uid in enumerate(t.uid) if uid in wanted]:
        code, document = tree.shown[tree.target[t.code[row]]], snapshot.documents[t.document[row]].name
        out[t.uid[row]] = f"coding {code} in {document}, {t.start[row]}–{t.end[row]}"
    return out
