"""From what a file says to a codebook: the checks that YAML and CSV share, each with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from coding.codebook.info import RELATION_KINDS, BookInfo, OuterRelation
from coding.codebook.tree import Codebook, check_fields
from coding.errors import Ambiguous, CodingError, InvalidCodebook, InvalidValue, NotFound
from coding.model import Code, Relation, Uid, fold_name, new_uid

__all__ = ["MAX_BYTES", "MAX_CODES", "CodeDraft", "RelationDraft", "assemble", "known_or_near", "name_based_uid"]

MAX_BYTES: Final = 5_000_000
MAX_CODES: Final = 20_000
_BOOKS: Final = uuid5(NAMESPACE_URL, "coding-workbench/codebook")


@dataclass(slots=True)
class CodeDraft:
    """A code as a file names it; parents are positions in the list of drafts, or still references."""

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    parent: int | None = None
    parent_ref: str = ""
    merged_into: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    """Field to line, where it differs from the code's own."""

    def at(self, name: str) -> int:
        """Return the line that names a field."""
        return self.lines.get(name, self.line)


@dataclass(slots=True)
class RelationDraft:
    """A relation as a file names it."""

    line: int
    source: str
    kind: str
    target: str
    note: str = ""


def name_based_uid(book: str, key: str) -> Uid:
    """Return the uid of a code with a key: the same wherever the same book is read, so that teams can merge."""
    return str(uuid5(_BOOKS, f"{book}\n{key}"))


def known_or_near(given: str, known: Iterable[str]) -> str:
    """Return the remedy for a name that is not known."""
    names = list(known)
    near = get_close_matches(given, names, n=1, cutoff=0.6)
    return f"Did you mean “{near[0]}”?" if near else f"Known are: {', '.join(names)}."


def assemble(
    drafts: Sequence[CodeDraft], file: str, *, info: BookInfo | None = None, relations: Sequence[RelationDraft] = ()
) -> Codebook:
    """Check drafts against each other and make the codebook.

    Raises:
        InvalidCodebook: at the first mistake, with its line.
    """
    info = info or BookInfo()
    if len(drafts) > MAX_CODES:
        raise InvalidCodebook(f"it has {len(drafts)} codes; {MAX_CODES} is the limit.", file=file)
    _check_unique(drafts, "key", file)
    _check_unique(drafts, "uid", file)
    codes = [_code(draft, info, file) for draft in drafts]
    _link_parents(drafts, codes, file)
    _check_siblings(drafts, file)
    _check_circle(drafts, file)
    codes = [replace(c, parent=codes[d.parent].uid if d.parent is not None else None) for c, d in zip(codes, drafts)]  # noqa: B905
    book = Codebook(_positioned(codes), info=info)
    book = book.replaced(_redirected(book, drafts, codes, file))
    return _with_relations(book, relations, file)


def _check_unique(drafts: Sequence[CodeDraft], name: str, file: str) -> None:
    seen: dict[str, int] = {}
    for draft in drafts:
        value = draft.values.get(name)
        if not value:
            continue
        if value in seen:
            raise InvalidCodebook(
                f"the {name} “{value}” stands at line {seen[value]} already.",
                file=file,
                line=draft.at(name),
                remedy=f"Give each code a {name} of its own.",
            )
        seen[value] = draft.at(name)


def _code(draft: CodeDraft, info: BookInfo, file: str) -> Code:
    values = dict(draft.values)
    book, key = values.setdefault("book", info.key or None), values.get("key")
    if not values.get("uid"):
        values["uid"] = name_based_uid(book, key) if book and key else new_uid()
    if not str(values.get("name", "")).strip():
        raise InvalidCodebook(
            "a code has no name.", file=file, line=draft.line, remedy="Add a line “name: …” to this code."
        )
    try:
        return check_fields(Code(**values))
    except InvalidValue as error:
        near = next((n for n in ("direction", "hue", "stage", "review") if n in str(error).split(".")[0]), "name")
        raise InvalidCodebook(str(error), file=file, line=draft.at(near)) from None


def _link_parents(drafts: Sequence[CodeDraft], codes: Sequence[Code], file: str) -> None:
    flat = Codebook(codes)
    places = {code.uid: i for i, code in enumerate(codes)}
    for draft in drafts:
        if draft.parent_ref:
            parent = _found(flat.find, draft.parent_ref, file, draft.at("parent"), "Name the parent by its key.")
            draft.parent = places[parent.uid]


def _found(find: Callable[[str], Code], ref: str, file: str, line: int, remedy: str) -> Code:
    try:
        return find(ref)
    except (Ambiguous, NotFound) as error:
        raise InvalidCodebook(str(error), file=file, line=line, remedy=remedy) from None


def _check_siblings(drafts: Sequence[CodeDraft], file: str) -> None:
    seen: dict[tuple[int | None, str], int] = {}
    for draft in drafts:
        if draft.values.get("retired"):
            continue
        place = draft.parent, fold_name(str(draft.values["name"]))
        if place in seen:
            raise InvalidCodebook(
                f"“{draft.values['name']}” stands under the same parent at line {seen[place]} already.",
                file=file,
                line=draft.at("name"),
                remedy="Rename one of the two, or merge them.",
            )
        seen[place] = draft.at("name")


def _check_circle(drafts: Sequence[CodeDraft], file: str) -> None:
    safe: set[int] = set()
    for start in range(len(drafts)):
        walked: list[int] = []
        at: int | None = start
        while at is not None and at not in safe:
            if at in walked:
                names = " > ".join(str(drafts[i].values["name"]) for i in reversed([*walked[walked.index(at) :], at]))
                raise InvalidCodebook(
                    f"codes are each other's parents, in a circle: {names}.",
                    file=file,
                    line=drafts[at].at("parent"),
                    remedy="Take one “parent” out.",
                )
            walked.append(at)
            at = drafts[at].parent
        safe.update(walked)


def _positioned(codes: Sequence[Code]) -> list[Code]:
    """Number siblings in the order of the file."""
    counts: dict[Uid | None, int] = {}
    out = []
    for code in codes:
        position = counts[code.parent] = counts.get(code.parent, -1) + 1
        out.append(replace(code, position=position))
    return out


def _redirected(book: Codebook, drafts: Sequence[CodeDraft], codes: Sequence[Code], file: str) -> list[Code]:
    out = []
    for draft, code in zip(drafts, codes, strict=True):
        if draft.merged_into:
            into = _found(book.find, draft.merged_into, file, draft.at("merged_into"), "Name the code by its key.")
            if into.uid == code.uid:
                raise InvalidCodebook(f"“{code.name}” is merged into itself.", file=file, line=draft.at("merged_into"))
            out.append(replace(book.get(code.uid), redirect=into.uid, retired=True))
    return out


def _with_relations(book: Codebook, drafts: Sequence[RelationDraft], file: str) -> Codebook:
    inner: list[Relation] = []
    outer: list[OuterRelation] = []
    for draft in drafts:
        if draft.kind not in RELATION_KINDS:
            remedy = known_or_near(draft.kind, RELATION_KINDS)
            raise InvalidCodebook(f"there is no relation “{draft.kind}”.", file=file, line=draft.line, remedy=remedy)
        ends = [_end(book, ref, file, draft.line) for ref in (draft.source, draft.target)]
        if isinstance(ends[0], Code) and isinstance(ends[1], Code):
            if ends[0].uid == ends[1].uid:
                raise InvalidCodebook(
                    f"“{ends[0].name}” is related to itself.", file=file, line=draft.line, remedy="Name two codes."
                )
            uid = name_based_uid("relation", f"{ends[0].uid} {draft.kind} {ends[1].uid}")
            inner.append(Relation(uid, ends[0].uid, draft.kind, ends[1].uid, draft.note))
        else:
            outer.append(OuterRelation(_key(ends[0]), draft.kind, _key(ends[1]), draft.note))
    return Codebook(book, inner, info=book.info, outer=outer)


def _end(book: Codebook, ref: str, file: str, line: int) -> Code | str:
    """Return a code of this book, or the key of a code of another one."""
    try:
        return book.find(ref)
    except NotFound as error:
        own = {code.key.split(".")[0] for code in book if code.key}
        if "." in ref and " " not in ref and ref.split(".")[0] not in own:
            return ref
        raise InvalidCodebook(str(error), file=file, line=line, remedy="Name both ends by key.") from None
    except CodingError as error:
        raise InvalidCodebook(str(error), file=file, line=line) from None


def _key(end: Code | str) -> str:
    return end if isinstance(end, str) else (end.key or end.uid)
