"""What a screen is told of a project beside the text: documents, codes, memos, suggestions, rights."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from coding.errors import Refused
from coding.model import Assignment, Code, Document, Memo, Suggestion, Uid
from coding.widget.i18n import KINDS, LANGUAGES

if TYPE_CHECKING:
    from coding.project import Project

__all__ = ["code_info", "counterparts", "document_info", "documents", "memos", "project_info", "rights", "suggestions"]


def documents(project: Project) -> list[dict[str, Any]]:
    """Return the documents with the coder's progress; of a blind one only her own codings are counted."""
    blind = project.rounds.blind_documents()
    counts = project.store.document_counts()
    own = project.store.document_counts(coders=[project.coder_uid]) if blind else counts
    given = _assignments(project)
    rows = []
    for handle in project.documents:
        document = handle.document
        mine = given.get(document.uid)
        rows.append(
            {
                "uid": document.uid,
                "name": document.name,
                "language": document.language,
                "kind": document.kind,
                "folder": document.folder,
                "length": document.length,
                "version": document.version,
                "codings": (own if document.uid in blind else counts).get(document.uid, 0),
                "status": mine.status if mine else "none",
                "furthest": mine.furthest if mine else 0,
            }
        )
    return rows


def _assignments(project: Project) -> dict[Uid, Assignment]:
    """Return the coder's assignment of each document: of an open round first, else the latest."""
    rounds = project.rounds
    running = {r.uid for r in rounds.open_rounds()}
    out: dict[Uid, Assignment] = {}
    for item in project.store.all(Assignment, coder=project.coder_uid):
        known = out.get(item.document)
        if known is None or known.round not in running:
            out[item.document] = item
    return out


def memos(project: Project, heirs: Mapping[Uid, Uid]) -> list[dict[str, Any]]:
    """Return the memos about something; those on a coding that was replaced go with its heir."""
    return [_memo_info(m, heirs) for m in project.memos if m.about]


def suggestions(project: Project, document: Uid | None) -> list[dict[str, Any]]:
    """Return open suggestions; none in a blind round, where they would steer the coder."""
    if document is None or document in project.rounds.blind_documents():
        return []
    found = project.store.all(Suggestion, document=document, status="open")
    tree = project.codebook.tree
    return [
        {"uid": s.uid, "start": s.start, "end": s.end, "code": tree.resolve(s.code).uid, "source": s.source}
        for s in found
    ]


def project_info(project: Project) -> dict[str, str]:
    """Return how the project is called."""
    path = project.store.path
    return {"uid": project.info.uid, "name": project.name, "file": path.name if path else ""}


def document_info(project: Project, document: Document) -> dict[str, Any]:
    """Return what stands above the text."""
    details = []
    for table, key in ((KINDS, document.kind), (LANGUAGES, document.language)):
        words = table.get(key)
        if words or key not in ("und", ""):
            details.append(list(words or (key, key)))
    return {
        "uid": document.uid,
        "name": document.name,
        "version": document.version,
        "sha256": document.sha256,
        "language": document.language,
        "beside": counterparts(project, document),
        "details": {"en": [d[0] for d in details], "zh": [d[1] for d in details]},
    }


def counterparts(project: Project, document: Document) -> list[dict[str, str]]:
    """Return the original of a translation, or the translations of an original."""
    return [
        {"uid": other.uid, "name": other.name, "role": "original" if document.original == other.uid else "translation"}
        for other in project.store.all(Document)
        if document.original == other.uid or other.original == document.uid
    ]


def rights(project: Project, document: Document | None) -> dict[str, Any]:
    """Return what the coder may do here, and why not."""
    rounds = project.rounds
    out = {"code": True, "codebook": True, "others": True, "why": ""}
    try:
        project.require_coder()
        if project.store.readonly:
            raise Refused("The project is open for reading only.")
        rounds.check_may_code({document.uid} if document else ())
    except Refused as error:
        out |= {"code": False, "codebook": False, "why": str(error)}
    try:
        rounds.check_codebook_open()
    except Refused:
        out["codebook"] = False
    if len(project.coders) < 2 or (document and document.uid in rounds.blind_documents()):
        out["others"] = False
    return out


@lru_cache(maxsize=4096)
def _syllables(name: str) -> tuple[str, ...]:
    """Return the pinyin of a Chinese name with tone marks, one syllable a character."""
    if not name:
        return ()
    from pypinyin import Style, lazy_pinyin

    return tuple(lazy_pinyin(name, style=Style.TONE))


@lru_cache(maxsize=4096)
def code_info(code: Code) -> dict[str, Any]:
    """Return what a screen shows of a code."""
    plain = (
        "uid", "name", "parent", "hue", "definition", "definition_zh", "include", "include_zh", "exclude",
        "exclude_zh", "codable", "exclusive", "retired", "version", "stage",
    )  # fmt: skip
    info = {name: getattr(code, name) for name in plain}
    return info | {"zh": code.name_zh, "aliases": list(code.aliases), "pinyin": list(_syllables(code.name_zh))}


def _memo_info(memo: Memo, heirs: Mapping[Uid, Uid]) -> dict[str, Any]:
    about = list(memo.about)
    for uid in about:  # grows while it is walked: every heir may have one in turn
        heir = heirs.get(uid)
        if heir is not None and heir not in about:
            about.append(heir)
    return {
        "uid": memo.uid, "about": about, "body": memo.body, "coder": memo.coder, "modified": memo.modified,
    }  # fmt: skip
