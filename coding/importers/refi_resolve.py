"""The second half of reading a REFI-QDA project: records become a Snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from coding.importers.refi_elements import DocumentRecord, SelectionRecord, _same_name
from coding.model import (
    ORIGINS,
    CaseLink,
    Coder,
    CodingTable,
    Document,
    Link,
    Memo,
    Relation,
    Set,
    Snapshot,
    Uid,
    Value,
    counted,
)
from coding.refi import RELATION_KINDS, Convention, derived_guid, memo_tie, read_document_text

if TYPE_CHECKING:
    from coding.importers.refi import _Reader

__all__ = ["resolve"]

_DIRECTIONS: Final = ("Associative", "OneWay", "Bidirectional")


def resolve(reader: _Reader, convention: Convention, styled: Convention) -> Snapshot:
    """Place every passage and look up every reference; what leads nowhere is logged.

    Args:
        reader: the records.
        convention: how the file counts in plain texts.
        styled: how it counts in texts that were read from a styled version.
    """
    return _Resolver(reader, convention, styled).snapshot()


Place = tuple[int, int]


class _Resolver:
    """Everything that needs all the records at once."""

    def __init__(self, reader: _Reader, convention: Convention, styled: Convention) -> None:
        self.r, self.conventions, self.log = reader, (convention, styled), reader.log
        self.document_at = {d.uid: i for i, d in enumerate(reader.documents)}
        self.coders: dict[Uid, Coder] = dict(reader.users)
        self.cased: set[str] = set()
        self.case_uids: set[Uid] = set()
        self.coding_uids: set[Uid] = set()

    def snapshot(self) -> Snapshot:
        """Return the project; the order of the steps matters, since they log and make coders."""
        r = self.r
        assert r.project is not None
        placed = self._placed()
        codings = self._codings(placed)
        case_links = self._case_links(placed)
        self._comments(placed)
        links, relations, taken = self._links()
        values = self._values()
        memos = self._memos(taken)
        return Snapshot(
            project=r.project,
            coders=tuple(self.coders.values()),
            codes=tuple(r.codes.values()),
            documents=tuple(self._document(d) for d in r.documents),
            texts={d.uid: d.raw.text for d in r.documents},
            codings=codings,
            cases=tuple(r.cases),
            case_links=tuple(case_links),
            variables=tuple(r.variables.values()),
            values=tuple(values),
            memos=memos,
            relations=tuple(relations),
            links=tuple(links),
            sets=tuple(self._sets()),
        )

    # -- passages -----------------------------------------------------------------------------------

    def _placed(self) -> dict[str, Place]:
        """Return where every selection lies in the stored text."""
        out: dict[str, Place] = {}
        for document in self.r.documents:
            for s in document.selections:
                place = document.raw.place(s.start, s.end, self.conventions[document.raw.styled])
                if document.raw.styled and (place is None or not document.raw.fits(place, s.quote)):
                    place = self._by_words(document, s)
                if place is not None:
                    out[s.guid] = place
                    continue
                what = "of no length" if s.start == s.end else "outside of its text"
                what = "whose words are not at its place" if document.raw.styled and s.start < s.end else what
                codings = f", {counted(len(s.codings), 'coding')}" if s.codings else ""
                self.log.leave(f"passage {what}", f"{document.name} {s.start}–{s.end}{codings}")
            document.raw.forget()
        return out

    def _by_words(self, document: DocumentRecord, s: SelectionRecord) -> Place | None:
        """Return where the quoted words of a passage stand in a styled text, if they stand there once."""
        place = document.raw.find(s.quote)
        if place is not None:
            self.log.change("passage was found by its words, not by its position", f"{document.name} {s.start}–{s.end}")
        return place

    def _coder(self, guid: str) -> Uid:
        if not guid:
            coder = Coder(derived_guid("nobody", "coder"), "Unknown coder")
            if coder.uid not in self.coders:
                self.log.change("coding without a coder is by “Unknown coder”", "")
        else:
            coder = Coder(guid, f"Unknown coder {guid[:8]}")
            if guid not in self.coders:
                self.log.change("coder that the file does not list was added", coder.name)
        return self.coders.setdefault(coder.uid, coder).uid

    def _codings(self, placed: dict[str, Place]) -> CodingTable:
        code_at = {uid: i for i, uid in enumerate(self.r.codes)}
        rows: list[tuple[Uid, int, int, str, int, int, int]] = []
        seen: dict[tuple[int, int, int, str, int], Uid] = {}
        for c in self.r.codings:
            if c.selection is None:
                place: Place | None = (0, len(self.r.documents[c.document].raw.text))
                self.log.change("coding of a whole document covers its text now", self.r.documents[c.document].name)
            else:
                place = placed.get(c.selection.guid)
            if place is None or place[0] >= place[1]:
                continue  # its passage is logged
            if c.code not in code_at:
                self.log.leave("coding with a code that the file does not have", c.uid)
                continue
            coder = self._coder(c.user)
            key = (c.document, *place, coder, code_at[c.code])
            if key in seen:
                self.log.leave("coding that is there twice (same coder, code and passage)", c.uid)
                self._moved(c.uid, seen[key])
                continue
            seen[key] = c.uid
            rows.append((c.uid, c.document, code_at[c.code], coder, *place, c.created))
        coder_at = {uid: i for i, uid in enumerate(self.coders)}
        columns: list[Any] = [list(x) for x in zip(*rows, strict=True)] or [[] for _ in range(7)]
        names = ("uid", "document", "code", "coder", "start", "end", "created")
        columns[3] = [coder_at[uid] for uid in columns[3]]
        origin = np.full(len(rows), ORIGINS.index("imported"), dtype=np.int8)
        return CodingTable.from_columns({**dict(zip(names, columns, strict=True)), "origin": origin})

    def _moved(self, gone: Uid, kept: Uid) -> None:
        """Let what spoke of a repeated coding speak of the one that is kept."""
        for targets in self.r.about.values():
            for i, uid in enumerate(targets):
                if uid == gone:
                    targets[i] = kept

    def _comments(self, placed: dict[str, Place]) -> None:
        """Keep words and notes on a passage as memos: of its codings, or of the document with the place."""
        for document in self.r.documents:
            for s in document.selections:
                targets = tuple(s.codings) or (document.uid,)
                for uid in targets:
                    self.r._refer(s.notes, uid)
                if s.description.strip():
                    self.r.extra.append(self._comment(document, s, targets, placed.get(s.guid)))
                elif not s.codings and not s.notes and s.guid not in self.cased and s.guid in placed:
                    self.log.leave("passage without a code or a comment", f"{document.name} {s.start}–{s.end}")

    def _comment(
        self, document: DocumentRecord, s: SelectionRecord, targets: tuple[Uid, ...], place: Place | None
    ) -> Memo:
        where = f"{place[0]}–{place[1]}" if place else f"{s.start}–{s.end}"
        title = "Comment" if s.codings else f"Comment on characters {where}"
        self.log.change("comment on a passage is a memo now", document.name)
        return Memo(derived_guid(s.guid, "comment"), s.description, title, about=targets, coder=s.user or None,
                    created=s.created)  # fmt: skip

    def _document(self, record: DocumentRecord) -> Document:
        fields: dict[str, Any] = read_document_text(record.description)
        original_name = fields.pop("name", "")
        if fields.get("original") not in self.document_at:
            fields.pop("original", None)
        text = record.raw.text
        for change in record.changes:  # line ends are none: the words are the same
            self.log.change(change, record.name)
        if len(record.raw.breaks) and not record.raw.styled:
            record.changes = (*record.changes, "CR LF line ends became LF; offsets were moved with them")
        return Document(
            uid=record.uid,
            name=original_name if _same_name(original_name, record.name) else record.name,
            length=len(text),
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            source_name=self.r.file,
            encoding=record.encoding,
            created=record.created,
            notes=record.changes,
            **fields,
        )

    # -- cases and values -----------------------------------------------------------------------------

    def _case_links(self, placed: dict[str, Place]) -> list[CaseLink]:
        out, self.cased = [], {guid for _, guid in self.r.case_selections}
        for case, guid in self.r.case_sources:
            if guid in self.document_at:
                out.append(CaseLink(case, guid, uid=derived_guid(f"{case}/{guid}", "tie")))
            else:
                self.log.leave("tie of a case to a document that is not there", guid)
        for case, guid in self.r.case_selections:
            selection, place = self.r.selections.get(guid), placed.get(guid)
            if selection is None or place is None:
                self.log.leave("tie of a case to a passage that is not there", guid)
                continue
            document = self.r.documents[selection.document].uid
            out.append(CaseLink(case, document, *place, uid=derived_guid(f"{case}/{guid}", "tie")))
        return out

    def _values(self) -> list[Value]:
        for sources, values, uid in self.r.nameless:
            there = [s for s in sources if s in self.document_at]
            if not there:
                self.log.leave("case without a name and without a document", uid)
            self.r.values += [(variable, source, value, "document") for source in there for variable, value in values]
        out: dict[tuple[Uid, Uid], Value] = {}
        twins: dict[Uid, Uid] = {}
        used: dict[Uid, str] = {}
        for variable, owner, value, on in self.r.values:
            known = self.r.variables.get(variable)
            if known is None:
                self.log.leave("value of a variable that the file does not have", str(variable))
                continue
            first = used.setdefault(variable, on)
            if first == on and known.on != on:
                known = self.r.variables[variable] = replace(known, on="document" if on == "document" else "case")
            if first != on:  # one variable on cases and documents is two here
                if variable not in twins:
                    twins[variable] = derived_guid(variable, on)
                    other = replace(known, uid=twins[variable], on="document" if on == "document" else "case")
                    self.r.variables[other.uid] = other
                    self.log.change("variable of cases and documents is two variables now", known.name)
                variable = twins[variable]
            if (variable, owner) in out:
                self.log.leave("second value of one variable", known.name)
                continue
            out[variable, owner] = Value(variable, owner, value, derived_guid(f"{variable}/{owner}", "value"))
        return list(out.values())

    # -- memos, links, sets -------------------------------------------------------------------------------

    def _end(self, guid: str) -> tuple[Uid, ...]:
        """Return what a link leads to; a selection stands for its codings, else for its document."""
        selection = self.r.selections.get(guid)
        if selection is not None:
            return tuple(selection.codings) or (self.r.documents[selection.document].uid,)
        r = self.r
        known = guid in r.codes or guid in r.memos or guid in self.document_at or guid in r.variables
        known = known or guid in self.case_uids or guid in self.coding_uids or guid in self.coders
        return (guid,) if known else ()

    def _links(self) -> tuple[list[Link], list[Relation], set[str]]:
        self.case_uids = {c.uid for c in self.r.cases}
        self.coding_uids = {c.uid for c in self.r.codings}
        links = [tie for tie in self.r.ties if self._end(tie.target)]
        relations: list[Relation] = []
        taken: set[str] = set()
        for uid, name, direction, origin, target, notes in self.r.links:
            sources, targets = self._end(origin), self._end(target)
            if not sources or not targets:
                self.log.leave("link with an end that is not there", name or uid)
            elif not name and origin in self.r.memos and self._is_tie(uid, origin, targets):
                for end in targets:
                    self.r._refer((origin,), end)
            elif not name and target in self.r.memos and self._is_tie(uid, target, sources):
                for end in sources:
                    self.r._refer((target,), end)
            elif {origin, target} <= self.r.codes.keys() and name in RELATION_KINDS and direction == "OneWay":
                own = derived_guid(uid, "note") if self.r.ours else next(iter(notes), "")
                note = self.r.memos[own].body if own in notes and own in self.r.memos else ""
                taken.update({own} if note else ())
                self.r._refer((n for n in notes if n not in taken), uid)
                relations.append(Relation(uid, origin, name, target, note))
            else:
                way: Any = direction if direction in _DIRECTIONS else "Associative"
                links.append(Link(uid, sources[0], targets[0], name, way))
                self.r._refer(notes, uid)
                if len(sources) > 1 or len(targets) > 1:
                    self.log.change("link to a passage with several codings leads to the first", name or uid)
        return links, relations, taken

    def _is_tie(self, uid: Uid, memo: Uid, ends: Sequence[Uid]) -> bool:
        """Say whether a link without a name only says what a memo is about; our own files mark those."""
        return not self.r.ours or any(memo_tie(memo, end) == uid for end in ends)

    def _memos(self, taken: set[str]) -> tuple[Memo, ...]:
        out = [
            replace(memo, about=tuple(self.r.about.get(uid, ())), coder=self._author(memo.coder))
            for uid, memo in self.r.memos.items()
            if uid not in taken
        ]
        for missing in self.r.about.keys() - self.r.memos.keys():
            self.log.leave("reference to a memo that is not there", missing)
        for memo in self.r.extra:
            lines = [self._named(line) for line in memo.body.split("\n")]
            out.append(replace(memo, body="\n".join(lines), coder=self._author(memo.coder)))
        return tuple(out)

    def _named(self, line: str) -> str:
        """Put names into the line of a memo that keeps the coding of an area."""
        if not line.startswith("code\x00"):
            return line
        _, code, user = line.split("\x00")
        who = self.coders[user].name if user in self.coders else "unknown coder"
        return f"coded “{self.r.codes[code].name if code in self.r.codes else '?'}” by {who}"

    def _author(self, guid: Uid | None) -> Uid | None:
        if guid and guid not in self.coders:
            self.log.change("author of a memo that the file does not list was left out", guid)
            return None
        return guid

    def _sets(self) -> list[Set]:
        out = []
        for collection, members in self.r.sets:
            there = [m for m in members if m in self.r.codes or m in self.document_at or m in self.r.memos]
            for _ in range(len(members) - len(there)):
                self.log.leave("member of a set that is not there", collection.name)
            out.append(replace(collection, members=tuple(there)))
        return out
