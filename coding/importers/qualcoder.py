"""QualCoder's project database (``data.qda``) in, read-only.

The file is a stranger's: its bytes become a database in memory, nothing of its schema is run, and only the
columns named here are read. Offsets are code points of ``source.fulltext``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from coding.errors import ImportRejected
from coding.importers import limits
from coding.importers.refi_report import ImportReport, Log
from coding.model import Case, CaseLink, Code, Coder, Coding, Document, Memo, ProjectInfo, Snapshot, Value, Variable
from coding.refi import Convention, colour_hue, derived_guid, time_ms

if TYPE_CHECKING:
    import sqlite3

__all__ = ["read_project"]

_MAGIC: Final = b"SQLite format 3\x00"
_TABLES: Final = ("project", "source", "code_name", "code_text")


def read_project(data: bytes, file: str) -> tuple[Snapshot, ImportReport]:
    """Read a QualCoder project, in this very process; strangers' files go through `coding.importers.projects`.

    Args:
        data: the bytes of ``data.qda``.
        file: name of the project for messages.

    Raises:
        ImportRejected: it is no QualCoder project, or damaged.
    """
    import sqlite3

    if not data.startswith(_MAGIC):
        raise ImportRejected(file, "it is no SQLite database.", remedy="Give the data.qda of a QualCoder project.")
    try:
        with closing(sqlite3.connect(":memory:")) as db:
            # bytes 18 and 19 ask for a write-ahead log, which a database in memory cannot have
            db.deserialize(data[:18] + b"\x01\x01" + data[20:])
            db.row_factory = sqlite3.Row
            for setting in ("trusted_schema=OFF", "query_only=ON", "temp_store=MEMORY"):
                db.execute(f"PRAGMA {setting}")
            db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, limits.current().member_bytes)
            return _Reader(db, file).read()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise ImportRejected(file, f"the database cannot be read: {error}.", remedy="Open it in QualCoder and save "
                             "a backup.") from None  # fmt: skip


class _Reader:
    def __init__(self, db: sqlite3.Connection, file: str) -> None:
        self.db, self.file, self.log = db, file, Log()
        kinds = dict(db.execute("SELECT name, type FROM sqlite_master").fetchall())
        # a view or virtual table of such a name could compute anything
        self.tables = {n for n, kind in kinds.items() if kind == "table"}
        if missing := [t for t in _TABLES if t not in self.tables]:
            raise ImportRejected(file, f"it is no QualCoder project: it has no table {', '.join(missing)}.")
        self.coders: dict[str, Coder] = {}
        self.about = next(self.rows("project", "memo", "date"), {"memo": "", "date": None})

    def rows(self, table: str, *columns: str) -> Iterator[dict[str, Any]]:
        """Yield rows of a table; a column that this version of QualCoder lacks is None."""
        if table not in self.tables:
            return
        there = {row[1] for row in self.db.execute(f"PRAGMA table_info({table})")}
        chosen = [c for c in columns if c in there]
        if not chosen:
            return
        for row in self.db.execute(f"SELECT {', '.join(chosen)} FROM {table}"):  # noqa: S608 - names of our own
            yield {c: row[c] if c in chosen else None for c in columns}

    def uid(self, kind: str, key: Any) -> str:
        """Return the uid of a row: QualCoder has numbers only, so name and day of birth of the project take part."""
        return derived_guid(f"{self.file}/{self.about['date']}/{kind}/{key}", "qualcoder")

    def coder(self, owner: Any) -> str:
        """Return the uid of a coder, who is made when first met."""
        name = str(owner or "").strip() or "Unknown coder"
        return self.coders.setdefault(name, Coder(self.uid("coder", name), name)).uid

    def read(self) -> tuple[Snapshot, ImportReport]:
        """Return the project and the report."""
        documents, texts = self._documents()
        codes = self._codes()
        known = {c.uid for c in codes}
        memos: list[Memo] = []
        codings = list(self._codings(texts, known, memos))
        cases = [
            Case(self.uid("case", r["caseid"]), str(r["name"] or "untitled"), description=str(r["memo"] or ""))
            for r in self.rows("cases", "caseid", "name", "memo")
        ]
        variables, values = self._variables(cases, documents)
        memos.extend(
            Memo(
                self.uid("journal", r["jid"]),
                str(r["jentry"] or ""),
                str(r["name"] or ""),
                coder=self.coder(r["owner"]),
                created=_ms(r["date"]),
            )
            for r in self.rows("journal", "jid", "name", "jentry", "date", "owner")
        )
        for table in ("code_image", "code_av"):
            for _ in self.rows(table, "cid", "imid", "avid"):
                self.log.leave("passage of a picture or recording", "")
        links = tuple(self._case_links(texts, {c.uid for c in cases}))
        name = self.file.removesuffix(".qda")
        snapshot = Snapshot(
            ProjectInfo(self.uid("project", ""), name, str(self.about["memo"] or "")), tuple(self.coders.values()),
            tuple(codes), tuple(documents), texts, cases=tuple(cases), case_links=links, variables=variables,
            values=values, memos=tuple(memos),
        ).with_codings(codings)  # fmt: skip
        counts = {"documents": len(documents), "codes": len(codes), "codings": len(codings), "cases": len(cases)}
        report = ImportReport(self.file, "QualCoder", "qualcoder", Convention(), "origin", "", counts,
                              self.log.changes, self.log.left_out)  # fmt: skip
        return snapshot, report

    def _documents(self) -> tuple[list[Document], dict[str, str]]:
        out, texts = [], {}
        for r in self.rows("source", "id", "name", "fulltext", "memo", "date"):
            name = str(r["name"] or "untitled")
            if not r["fulltext"]:
                self.log.leave("source without a text", name)
                continue
            raw = str(r["fulltext"])
            uid, text = self.uid("source", r["id"]), raw.replace("\x00", "\ufffd")
            texts[uid] = text
            notes = ("NUL characters were replaced by �",) if text != raw else ()
            out.append(Document(uid, name, len(text), hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(),
                                description=str(r["memo"] or ""), source_name=self.file, created=_ms(r["date"]),
                                notes=notes))  # fmt: skip
        return out, texts

    def _codes(self) -> list[Code]:
        """Return categories and codes as one tree, parents first; categories cannot be applied."""
        categories = {r["catid"]: r for r in self.rows("code_cat", "catid", "name", "memo", "supercatid")}
        out: list[Code] = []
        placed: set[Any] = set()
        waiting = list(categories)
        while waiting:
            ready = [c for c in waiting if categories[c]["supercatid"] not in categories or
                     categories[c]["supercatid"] in placed]  # fmt: skip
            for key in ready or waiting:  # a circle of categories is cut
                above = categories[key]["supercatid"]
                parent = self.uid("category", above) if ready and above in categories else None
                out.append(Code(self.uid("category", key), str(categories[key]["name"]), parent, len(out),
                                definition=str(categories[key]["memo"] or ""), codable=False))  # fmt: skip
                placed.add(key)
            waiting = [c for c in waiting if c not in placed]
        for r in self.rows("code_name", "cid", "name", "memo", "catid", "color"):
            parent = self.uid("category", r["catid"]) if r["catid"] in categories else None
            out.append(Code(self.uid("code", r["cid"]), str(r["name"]), parent, len(out),
                            definition=str(r["memo"] or ""), hue=colour_hue(str(r["color"] or ""))))  # fmt: skip
        return out

    def _codings(self, texts: dict[str, str], codes: set[str], memos: list[Memo]) -> Iterator[Coding]:
        columns = ("ctid", "cid", "fid", "pos0", "pos1", "owner", "date", "memo", "seltext")
        for number, r in enumerate(self.rows("code_text", *columns)):
            document, code = self.uid("source", r["fid"]), self.uid("code", r["cid"])
            start, end = r["pos0"], r["pos1"]
            place = f"{start}–{end}"
            if document not in texts or code not in codes:
                self.log.leave("coding of a source or code that is not there", place)
                continue
            whole = isinstance(start, int) and isinstance(end, int)
            if not whole or not 0 <= start < end <= len(texts[document]):
                self.log.leave("coding outside of its text", place)
                continue
            if r["seltext"] and texts[document][start:end] != r["seltext"]:
                self.log.change("coding whose quoted words are not those at its place (kept at the place)", place)
            uid = self.uid("coding", r["ctid"] if r["ctid"] is not None else number)
            if r["memo"]:
                memos.append(Memo(self.uid("memo", uid), str(r["memo"]), about=(uid,), coder=self.coder(r["owner"])))
            yield Coding(uid, document, code, self.coder(r["owner"]), start, end, "imported", created=_ms(r["date"]))

    def _case_links(self, texts: dict[str, str], cases: set[str]) -> Iterator[CaseLink]:
        for r in self.rows("case_text", "caseid", "fid", "pos0", "pos1"):
            case, document, start, end = (
                self.uid("case", r["caseid"]),
                self.uid("source", r["fid"]),
                r["pos0"],
                r["pos1"],
            )
            if case not in cases or document not in texts:
                continue
            part = isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(texts[document])
            if part and (start, end) != (0, len(texts[document])):
                yield CaseLink(case, document, start, end)
            else:
                yield CaseLink(case, document)

    def _variables(
        self, cases: list[Case], documents: list[Document]
    ) -> tuple[tuple[Variable, ...], tuple[Value, ...]]:
        variables: dict[tuple[str, str], Variable] = {}
        values: list[Value] = []
        numeric = {
            r["name"]: str(r["valuetype"]) == "numeric" for r in self.rows("attribute_type", "name", "valuetype")
        }
        owners = {c.uid for c in cases} | {d.uid for d in documents}
        for r in self.rows("attribute", "name", "attr_type", "value", "id"):
            on: Any = "case" if r["attr_type"] == "case" else "document"
            owner = self.uid("case" if on == "case" else "source", r["id"])
            text = str(r["value"] or "").strip()
            if owner not in owners or not text:
                continue
            name = str(r["name"])
            number = numeric.get(r["name"], False)
            key = (on, name)
            variables.setdefault(key, Variable(self.uid("variable", key), name, "Float" if number else "Text", on))
            try:
                value: Any = float(text) if number else text
            except ValueError:
                value = text
                self.log.change("value that is not of its type was kept as text", name)
            values.append(Value(variables[key].uid, owner, value))
        return tuple(variables.values()), tuple(values)


def _ms(date: Any) -> int:
    return time_ms(str(date)) or 0 if date else 0
