"""Questions that a screen asks beside coding: where words stand, what lies beside, what a code was used for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from coding.errors import InvalidValue
from coding.model import Coding, Document, Uid
from coding.widget.messages import VERSION

if TYPE_CHECKING:
    from coding.project import Project

__all__ = ["beside", "find", "outdated", "uses"]

HITS: Final = 200
USES: Final = 5
WORDS: Final = 160


def find(project: Project, query: str) -> dict[str, Any]:
    """Return where words stand in the project's texts, with what is around them."""
    hits: list[dict[str, Any]] = []
    for handle in project.documents if query else ():
        hits += _in_text(handle.uid, handle.name, handle.text, query, HITS + 1 - len(hits))
        if len(hits) > HITS:
            break
    return {"v": VERSION, "kind": "found", "query": query, "hits": hits[:HITS], "more": len(hits) > HITS}


def _in_text(uid: Uid, name: str, text: str, query: str, limit: int) -> list[dict[str, Any]]:
    folded, wanted = text.casefold(), query.casefold()
    if len(folded) != len(text):  # folding moved offsets: compare the letters as they are
        folded, wanted = text, query
    out: list[dict[str, Any]] = []
    at = folded.find(wanted)
    while at >= 0 and len(out) < limit:
        end = at + len(wanted)
        out.append(
            {
                "document": uid, "name": name, "start": at, "end": end, "match": text[at:end],
                "before": text[max(0, at - 30) : at].replace("\n", " "),
                "after": text[end : end + 50].replace("\n", " "),
            }
        )  # fmt: skip
        at = folded.find(wanted, end)
    return out


def beside(project: Project, document: Uid | None, other: Uid) -> dict[str, Any]:
    """Return the stretches of an original or a translation that render those of the open document.

    Args:
        project: the project.
        document: uid of the open document.
        other: uid of its original or of one of its translations.

    Returns:
        ``rows`` of (start, end, text, codings): places in the open document, and what stands there in the other
        one with the coder's own codings of it, as (start in the text, end, uid of the code).

    Raises:
        InvalidValue: the two do not belong together.
    """
    here = project.documents.find(document) if document else None
    there = project.documents.find(other)
    if here is None or (there.original != here.uid and here.original != there.uid):
        raise InvalidValue(f"“{there.name}” is neither the original nor a translation of the open document.")
    pair = project.pairs[there.uid if there.original == here.uid else here.uid]
    text = project.documents[there.uid].text
    own = project.codings.of(there.uid, coders=[project.coder_uid]) if project.coder else []
    rows = []
    for unit in pair.units:
        mine, theirs = (
            (unit.original, unit.translation) if pair.original.uid == here.uid else (unit.translation, unit.original)
        )
        if theirs:
            start, end = theirs[0][0], theirs[-1][1]
            place = [mine[0][0], mine[-1][1]] if mine else [None, None]
            rows.append([*place, text[start:end], _marks(project, own, start, end)])
    return {
        "v": VERSION, "kind": "beside", "document": there.uid, "name": there.name, "language": there.language,
        "confirmed": pair.confirmed, "rows": rows,
    }  # fmt: skip


def _marks(project: Project, codings: list[Coding], start: int, end: int) -> list[list[Any]]:
    resolve = project.codebook.tree.resolve
    return [
        [max(c.start, start) - start, min(c.end, end) - start, resolve(c.code).uid]
        for c in codings
        if c.start < end and c.end > start
    ]


def uses(project: Project, code: Uid) -> dict[str, Any]:
    """Return what a code was used for last, newest first, and its example."""
    found = project.codebook.find(code)
    codings = project.visible(project.store.codings(codes=[found.uid]))
    latest = sorted(codings, key=lambda c: c.created, reverse=True)[:USES]
    return {
        "v": VERSION, "kind": "uses", "code": code, "rows": list(_passages(project, latest)),
        "example": {"en": found.example, "zh": found.example_zh},
    }  # fmt: skip


def outdated(project: Project) -> dict[str, Any]:
    """Return the coder's own codings that want another look.

    First those whose place is unclear since their text was corrected, then those made under older rules, then those made
    under an older wording.
    """
    moved = [(c, words) for c, words in project.codings.to_review() if c.coder == project.coder_uid]
    waiting = {c.uid for c, _ in moved}
    older = [(c, v) for c, v in project.codebook.outdated() if c.coder == project.coder_uid and c.uid not in waiting]
    why: list[dict[str, Any]] = [
        {"change": "place", "was": words[:WORDS].replace("\n", " "), "fields": [], "reason": "", "under": 0, "now": 0}
        for _, words in moved
    ]
    tree = project.codebook.tree
    why += [
        {
            "change": version.kind, "was": "", "fields": list(version.changed), "reason": version.reason,
            "under": coding.code_version, "now": tree.find(coding.code).version,
        }
        for coding, version in older
    ]  # fmt: skip
    shown = [c for c, _ in (*moved, *older)][: 2 * HITS]
    rows = [{**row, **reason} for row, reason in zip(_passages(project, shown), why, strict=False)]
    return {"v": VERSION, "kind": "outdated", "rows": rows, "more": len(why) > len(rows)}


def _passages(project: Project, codings: list[Coding]) -> Iterator[dict[str, Any]]:
    documents: dict[Uid, tuple[Document, str]] = {}
    resolve = project.codebook.tree.resolve
    for coding in codings:
        if coding.document not in documents:
            handle = project.documents[coding.document]
            documents[coding.document] = handle.document, handle.text
        document, text = documents[coding.document]
        words = text[coding.start : min(coding.end, coding.start + WORDS)].replace("\n", " ")
        yield {
            "coding": coding.uid, "document": document.uid, "name": document.name, "start": coding.start,
            "end": coding.end, "words": words, "code": resolve(coding.code).uid, "coder": coding.coder,
        }  # fmt: skip
