"""REFI-QDA out: projects (``.qdpx``) and codebooks (``.qdc``), the way coded text enters NVivo.

Written for every reader we know: one selection per coding with both users equal, sources as UTF-8
with LF and without BOM, schema order, fixed times. After writing, the file is validated against the
published schema and the text under every coding is compared with the project's.

Source: REFI-QDA Standard 1.5, sections 7 to 10.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import IO, Literal

from tqdm.auto import tqdm

from coding.errors import ExportFailed, InvalidValue
from coding.exporters.files import atomic, entry, write_bytes
from coding.exporters.refi_check import check_codebook, check_project
from coding.exporters.refi_losses import losses as find_losses
from coding.exporters.refi_plan import PROFILES, Plan, losses, profile_named
from coding.exporters.report import ExportReport
from coding.model import Case, CaseLink, Code, Document, Memo, Snapshot, Uid, Value, Variable
from coding.refi import (
    CODEBOOK_NS,
    ORIGIN,
    PROJECT_NS,
    Convention,
    case_text,
    code_text,
    derived_guid,
    document_text,
    guid,
    is_date,
    join_description,
    memo_tie,
    one_line,
    time_text,
)
from coding.spans import Utf16Map

__all__ = ["PROFILES", "losses", "write_codebook", "write_project"]

Newline = Literal["lf", "crlf"]
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


def write_project(
    snapshot: Snapshot,
    path: str | Path,
    *,
    profile: str = "standard",
    newline: Newline = "lf",
    full_text: bool = False,
    progress: bool = False,
) -> ExportReport:
    """Write a whole project as a REFI-QDA archive and re-read it.

    Args:
        snapshot: the project.
        path: the ``.qdpx`` to write; an older one is replaced only when the new one is whole.
        profile: ``standard``, ``nvivo``, ``atlasti`` or ``maxqda``: unit of the offsets and names.
        newline: ``crlf`` writes CR LF into the sources and counts it as two.
        full_text: whether words that may not be quoted are written too, for people who may read them; else
            every character of them is █, and nothing else moves.
        progress: whether to show a progress bar.

    Returns:
        What was written, renamed and lost.

    Raises:
        ExportFailed: it could not be written, or did not read back the same; nothing was left behind.
    """
    plan = Plan(snapshot, profile_named(profile), full_text=full_text)
    lost = find_losses(plan)  # before anything is written
    target = Path(path)
    writer = _Writer(plan, newline)
    with atomic(target) as temporary:
        writer.write(temporary, progress)
        check_project(temporary, plan, writer.convention)
    counts = {
        "documents": len(snapshot.documents),
        "codes": len(plan.codes),
        "codings": len(snapshot.codings),
        "coders": len(snapshot.coders),
        "cases": len(snapshot.cases),
        "memos": len(snapshot.memos),
    }
    return ExportReport(
        "refi-qda",
        target.name,
        profile=profile,
        files=(target.name,),
        counts=counts,
        losses=tuple(lost),
        renamed=tuple(plan.renamed),
        notes=tuple(writer.notes()),
    )


def write_codebook(
    snapshot: Snapshot, path: str | Path, *, profile: str = "standard", progress: bool = False
) -> ExportReport:
    """Write the code tree as a REFI-QDA codebook (``.qdc``) and validate it.

    Args:
        snapshot: the project; only its codes and sets of codes are used.
        path: the file to write.
        profile: as in `write_project`; it decides which names are changed.
        progress: unused; every format takes it.
    """
    del progress
    plan = Plan(snapshot, profile_named(profile), full_text=True)  # a codebook holds no text
    if not plan.codes:
        raise ExportFailed("The codebook has no codes; a REFI-QDA codebook needs at least one.")
    parts = [_DECLARATION, f'<CodeBook xmlns="{CODEBOOK_NS}" origin="{ORIGIN}">\n']
    parts += _codes_xml(plan, {})
    sets = [(s, [u for u in plan.set_members[s.uid] if u in plan.code_names]) for s in plan.snapshot.sets]
    if any(members for _, members in sets):
        parts.append("<Sets>\n")
        for collection, members in sets:
            if members:
                inner = _description(collection.description)
                inner += "".join(f'<MemberCode guid="{guid(u)}"/>' for u in members)
                parts.append(f'<Set guid="{guid(collection.uid)}" name="{_attr(collection.name)}">{inner}</Set>\n')
        parts.append("</Sets>\n")
    parts.append("</CodeBook>\n")
    data = "".join(parts).encode()
    check_codebook(data, plan)
    target = Path(path)
    write_bytes(target, data)
    kept = ("merged codes", "retired codes", "code versions", "control characters", "line breaks in names", "domains",
            "code names")  # fmt: skip
    return ExportReport(
        "qdc",
        target.name,
        profile=profile,
        files=(target.name,),
        counts={"codes": len(plan.codes)},
        losses=tuple(x for x in find_losses(plan) if x.what in kept),
        renamed=tuple(r for r in plan.renamed if r.kind == "code"),
    )


# -- small pieces of XML --------------------------------------------------------------------------


def _text(value: str) -> str:
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _attr(value: str) -> str:
    return _text(one_line(value)).replace('"', "&quot;")


def _description(value: str) -> str:
    return f"<Description>{_text(value)}</Description>" if value else ""


def _time(name: str, ms: int) -> str:
    text = time_text(ms)
    return f' {name}="{text}"' if text else ""


def _note_refs(memos: Sequence[Memo]) -> str:
    return "".join(f'<NoteRef targetGUID="{guid(m.uid)}"/>' for m in memos)


def _codes_xml(plan: Plan, memos: dict[Uid, list[Memo]]) -> Iterator[str]:
    """Yield the code tree; a stack instead of recursion, since trees may be deep."""
    yield "<Codes>\n"
    stack: list[Code | None] = list(reversed(plan.children.get(None, [])))
    while stack:
        code = stack.pop()
        if code is None:
            yield "</Code>\n"
            continue
        name = plan.code_names[code.uid]
        fields = f'isCodable="{str(code.codable).lower()}" color="{plan.colours[code.uid]}"'
        yield f'<Code guid="{guid(code.uid)}" name="{_attr(name)}" {fields}>'
        yield _description(code_text(code, renamed=name != code.name))
        yield _note_refs(memos.get(code.uid, ()))
        stack.append(None)
        stack.extend(reversed(plan.children.get(code.uid, [])))
    yield "</Codes>\n"


def _value_xml(value: Value, variable: Variable) -> str:
    """Return one cell; what does not fit its type is written as text rather than lost."""
    given = value.value
    if isinstance(given, bool):
        kind, text = "Boolean", str(given).lower()
    elif isinstance(given, int):
        kind, text = "Integer", str(given)
    elif isinstance(given, float):
        text = repr(given)
        if text in ("nan", "inf", "-inf"):
            return ""
        kind, text = "Float", format(Decimal(text), "f") if "e" in text else text
    elif variable.type in ("Date", "DateTime") and is_date(given, with_time=variable.type == "DateTime"):
        kind, text = variable.type, given
    else:
        kind, text = "Text", given
    words = _text(text)
    if not words:
        return ""  # an empty cell means a missing value everywhere
    cell = f"<{kind}Value>{words}</{kind}Value>"
    return f'<VariableValue><VariableRef targetGUID="{guid(variable.uid)}"/>{cell}</VariableValue>'


class _Offsets:
    """Positions of one text as the target counts them."""

    def __init__(self, text: str, convention: Convention) -> None:
        self._map = Utf16Map(text) if convention.unit == "utf16" else None
        self._lines = [m.start() for m in re.finditer("\n", text)] if convention.crlf == 2 else []

    def __call__(self, position: int) -> int:
        there = self._map.to_utf16(position) if self._map else position
        return there + bisect_left(self._lines, position) if self._lines else there


class _Writer:
    """One project on its way into one archive."""

    def __init__(self, plan: Plan, newline: Newline) -> None:
        if newline not in ("lf", "crlf"):
            raise InvalidValue(f"newline is {newline!r}; “lf” or “crlf” is needed.")
        self.plan, self.snapshot = plan, plan.snapshot
        self.newline = newline
        utf16 = plan.profile.utf16
        self.convention = Convention("utf16" if utf16 else "codepoint", 2 if newline == "crlf" else 1)
        self.astral = 0
        self.variables = {v.uid: v for v in self.snapshot.variables}
        self.codings = set(self.snapshot.codings.uid.tolist())
        self.memos = self._memos_by_target()
        self.links: list[str] = []
        self.case_links = plan.ties[0]

    def notes(self) -> list[str]:
        """Return what the person should know about offsets."""
        unit = "UTF-16 units" if self.convention.unit == "utf16" else "code points"
        if not self.astral:
            return [f"Offsets count {unit}; no character lies outside the basic plane, so both units are the same."]
        return [f"Offsets count {unit}; {self.astral:,} characters outside the basic plane make this matter."]

    # -- the archive --------------------------------------------------------------------------------

    def write(self, path: Path, progress: bool) -> None:
        """Write texts as they come and the description of the project behind them."""
        with tempfile.TemporaryFile() as body, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as out:

            def put(part: str) -> None:
                body.write(part.encode())

            put(self._head())
            for part in self._before_sources():
                put(part)
            self._sources(out, put, progress)
            for part in self._after_sources():
                put(part)
            body.seek(0)
            with entry(out, "project.qde") as member:
                shutil.copyfileobj(body, member, 1 << 20)

    def _head(self) -> str:
        project = self.snapshot.project
        # our own reader takes the unit from here instead of guessing
        unit = "UTF-16 units" if self.convention.unit == "utf16" else "code points"
        origin = f"{ORIGIN}; offsets in {unit}, CRLF counts {self.convention.crlf}"
        created = _time("creationDateTime", project.created)
        return f'{_DECLARATION}<Project xmlns="{PROJECT_NS}" name="{_attr(project.name)}" origin="{origin}"{created}>\n'

    def _before_sources(self) -> Iterator[str]:
        s = self.snapshot
        if s.coders:
            users = "".join(f'<User guid="{guid(c.uid)}" name="{_attr(c.name)}"/>\n' for c in s.coders)
            yield f"<Users>\n{users}</Users>\n"
        if self.plan.codes:
            yield "<CodeBook>\n"
            yield from _codes_xml(self.plan, self.memos)
            yield "</CodeBook>\n"
        if s.variables:
            yield "<Variables>\n"
            yield from map(self._variable, s.variables)
            yield "</Variables>\n"
        if s.cases:
            yield "<Cases>\n"
            yield from map(self._case, s.cases)
            yield "</Cases>\n"

    def _after_sources(self) -> Iterator[str]:
        s = self.snapshot
        if s.memos:
            yield "<Notes>\n"
            yield from map(self._note, s.memos)
        relations = self.plan.relations
        noted = [r for r in relations if r.note]
        if noted:
            yield "" if s.memos else "<Notes>\n"
            for r in noted:
                yield f'<Note guid="{derived_guid(r.uid, "note")}"><PlainTextContent>{_text(r.note)}</PlainTextContent>'
                yield "</Note>\n"
        if s.memos or noted:
            yield "</Notes>\n"
        for r in relations:
            ref = f'<NoteRef targetGUID="{derived_guid(r.uid, "note")}"/>' if r.note else ""
            self._link(
                r.uid, r.kind, "OneWay", guid(r.source), guid(r.target), ref + _note_refs(self.memos.get(r.uid, ()))
            )
        for link in self.plan.links:
            ends = self._end(link.source), self._end(link.target)
            self._link(link.uid, link.name, link.direction, *ends, _note_refs(self.memos.get(link.uid, ())))
        if self.links:
            yield "<Links>\n"
            yield from sorted(self.links)  # by guid: one may come back as a relation, which are written first
            yield "</Links>\n"
        if s.sets:
            yield "<Sets>\n"
            yield from map(self._set, s.sets)
            yield "</Sets>\n"
        yield _description(s.project.description)
        yield _note_refs([m for m in s.memos if not self.plan.about[m.uid]])
        yield "</Project>\n"

    # -- memos ----------------------------------------------------------------------------------------

    def _memos_by_target(self) -> dict[Uid, list[Memo]]:
        out: dict[Uid, list[Memo]] = {}
        for memo in self.snapshot.memos:
            for uid in self.plan.about[memo.uid]:
                out.setdefault(uid, []).append(memo)
        return out

    def _note(self, memo: Memo) -> str:
        refs = _note_refs(self.memos.get(memo.uid, ()))
        user = f' creatingUser="{guid(memo.coder)}"' if memo.coder else ""
        when = _time("creationDateTime", memo.created) + _time("modifiedDateTime", memo.modified)
        kind = join_description("", {"Kind": memo.kind if memo.kind != "memo" else ""}, "About")
        title = f' name="{_attr(memo.title)}"' if memo.title else ""
        for uid in self.plan.about[memo.uid]:
            # a case and a variable have no place for a reference to a note, so a link ties them
            tied = uid in self.codings and self.plan.profile.memos_by_link
            if tied or uid in self.plan.case_names or uid in self.plan.variable_names:
                self._link(memo_tie(memo.uid, uid), "", "Associative", guid(memo.uid), self._end(uid), "")
        inner = f"{_description(kind)}<PlainTextContent>{_text(memo.body)}</PlainTextContent>{refs}"
        return f'<Note guid="{guid(memo.uid)}"{title}{user}{when}>{inner}</Note>\n'

    def _end(self, uid: Uid) -> str:
        return derived_guid(uid, "selection") if uid in self.codings else guid(uid)

    def _link(self, uid: Uid, name: str, direction: str, origin: str, target: str, inner: str) -> None:
        called = f' name="{_attr(name)}"' if name else ""
        ends = f'originGUID="{origin}" targetGUID="{target}"'
        self.links.append(f'<Link guid="{guid(uid)}"{called} direction="{direction}" {ends}>{inner}</Link>\n')

    # -- cases, variables, sets -------------------------------------------------------------------------

    def _variable(self, variable: Variable) -> str:
        name = self.plan.variable_names[variable.uid]
        fields = {
            "Name in project": variable.name if name != variable.name else "",
            "On": variable.on if variable.on != "case" else "",
        }
        about = _description(join_description(variable.description, fields, "About"))
        start = f'<Variable guid="{guid(variable.uid)}" name="{_attr(name)}" typeOfVariable="{variable.type}">'
        return f"{start}{about}</Variable>\n"

    def _values(self, owner: Uid) -> str:
        return "".join(_value_xml(v, self.variables[v.variable]) for v in self.plan.values_of.get(owner, ()))

    def _case(self, case: Case) -> str:
        name = self.plan.case_names[case.uid]
        links = self.case_links.get(case.uid, [])
        whole = dict.fromkeys(guid(x.document) for x in links if x.start is None)
        parts = [_description(case_text(case, renamed=name != case.name)), self._values(case.uid)]
        parts += [f'<SourceRef targetGUID="{g}"/>' for g in whole]
        parts += [f'<SelectionRef targetGUID="{_tie(x)}"/>' for x in _stretches(links)]
        return f'<Case guid="{guid(case.uid)}" name="{_attr(name)}">{"".join(parts)}</Case>\n'

    def _set(self, collection: object) -> str:
        from coding.model import Set

        assert isinstance(collection, Set)
        parts = [_description(collection.description)]
        for uid in self.plan.set_members[collection.uid]:
            kind = "Code" if uid in self.plan.code_names else "Source" if uid in self.plan.document_names else "Note"
            parts.append(f'<Member{kind} targetGUID="{guid(uid)}"/>')
        return f'<Set guid="{guid(collection.uid)}" name="{_attr(collection.name)}">{"".join(parts)}</Set>\n'

    # -- documents --------------------------------------------------------------------------------------

    def _sources(self, out: zipfile.ZipFile, put: Callable[[str], None], progress: bool) -> None:
        s = self.snapshot
        if not s.documents:
            return
        stretches: dict[Uid, list[CaseLink]] = {}
        for links in self.case_links.values():
            for link in _stretches(links):
                stretches.setdefault(link.document, []).append(link)
        put("<Sources>\n")
        for index, document in enumerate(tqdm(s.documents, desc="Writing", unit="document", disable=not progress)):
            text = s.texts[document.uid]
            _put_source(out, document, text, self.newline)
            put(self._source(index, document, text, stretches.get(document.uid, [])))
        put("</Sources>\n")

    def _source(self, index: int, document: Document, text: str, stretches: Sequence[CaseLink]) -> str:
        offsets = _Offsets(text, self.convention)
        self.astral += Utf16Map(text).astral
        name = self.plan.document_names[document.uid]
        key = guid(document.uid)
        parts = [
            f'<TextSource guid="{key}" name="{_attr(name)}" plainTextPath="internal://{key}.txt"',
            f"{_time('creationDateTime', document.created)}>",
            _description(document_text(document, renamed=name != document.name)),
            "\n",
        ]
        parts += self._selections(index, offsets)
        for link in stretches:
            assert link.start is not None
            assert link.end is not None
            where = f'startPosition="{offsets(link.start)}" endPosition="{offsets(link.end)}"'
            parts.append(f'<PlainTextSelection guid="{_tie(link)}" {where}/>\n')
        parts += [_note_refs(self.memos.get(document.uid, ())), self._values(document.uid), "</TextSource>\n"]
        return "".join(parts)

    def _selections(self, index: int, offsets: _Offsets) -> Iterator[str]:
        """Yield the codings of one document: a selection of its own for each, both users the same."""
        s, plan = self.snapshot, self.plan
        t = s.codings
        rows = plan.rows[plan.bounds[index] : plan.bounds[index + 1]]
        users = [guid(c.uid) for c in s.coders]
        codes = [guid(c.uid) for c in s.codes]
        columns = (t.uid[rows], t.start[rows], t.end[rows], plan.code_of[rows], t.coder[rows], t.created[rows])
        for uid, start, end, code, coder, created in zip(*(c.tolist() for c in columns), strict=True):
            memos = () if plan.profile.memos_by_link else self.memos.get(uid, ())
            who = f'creatingUser="{users[coder]}"{_time("creationDateTime", created)}'
            yield (
                f'<PlainTextSelection guid="{derived_guid(uid, "selection")}" startPosition="{offsets(start)}"'
                f' endPosition="{offsets(end)}" {who}><Coding guid="{guid(uid)}" {who}>'
                f'<CodeRef targetGUID="{codes[code]}"/>{_note_refs(memos)}</Coding></PlainTextSelection>\n'
            )


def _stretches(links: Sequence[CaseLink]) -> Iterator[CaseLink]:
    """Yield the ties to a part of a document, each once."""
    seen = set()
    for link in links:
        if link.start is not None and link.end is not None and _tie(link) not in seen:
            seen.add(_tie(link))
            yield link


def _tie(link: CaseLink) -> str:
    return derived_guid(f"{link.case}/{link.document}/{link.start}/{link.end}", "case")


def _put_source(out: zipfile.ZipFile, document: Document, text: str, newline: Newline) -> None:
    if newline == "crlf":
        text = text.replace("\n", "\r\n")
    try:
        data = text.encode()
    except UnicodeEncodeError as error:
        raise ExportFailed(
            f"“{document.name}” holds half of a character at {error.start:,}, which no file can hold; correct the text."
        ) from error
    member: IO[bytes]
    with entry(out, f"sources/{guid(document.uid)}.txt") as member:
        member.write(data)
