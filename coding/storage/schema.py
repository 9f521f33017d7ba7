"""The tables of a project: derived from the model's own fields, equal on SQLite and PostgreSQL.

Every dataclass of `coding.model` that has a uid is a *thing* with a table of its own: its fields, plus
``id`` (a local number, never exchanged), ``live`` and nothing else. Codings, of which a project may hold
millions, have a lean table that refers by those local numbers. Beside them stand the journal, the contents
that it refers to by hash, and what is derived from both.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final, Literal

import sqlalchemy as sa

from coding import model
from coding.model import Uid

__all__ = [
    "APPLICATION_ID",
    "SCHEMA_VERSION",
    "THINGS",
    "Review",
    "Thing",
    "Version",
    "make_tables",
    "metadata",
    "thing_of",
]

APPLICATION_ID: Final = 0x51434F44
"""``QCOD`` in the header of every SQLite project."""
SCHEMA_VERSION: Final = 1
"""Rises with every migration; copied to ``user_version`` so that an older program can refuse."""

metadata = sa.MetaData()
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")  # a STRICT table knows INTEGER only


class UidType(sa.types.TypeDecorator[str]):
    """A uid: 16 bytes on SQLite, ``uuid`` on PostgreSQL, its canonical text in Python."""

    impl = sa.LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.engine.Dialect) -> Any:
        """Return the column type of the engine at hand."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.Uuid(as_uuid=False))
        return dialect.type_descriptor(sa.LargeBinary(16))

    def process_bind_param(self, value: str | None, dialect: sa.engine.Dialect) -> Any:
        """Turn canonical text into what the driver takes."""
        if value is None or dialect.name == "postgresql":
            return value
        return bytes.fromhex(value.replace("-", ""))

    def result_processor(self, dialect: sa.engine.Dialect, coltype: Any) -> Any:
        """Return what turns the driver's value into canonical text; one call, since a screen reads thousands."""
        if dialect.name == "postgresql":
            return super().result_processor(dialect, coltype)
        return _text_or_none


def _text_or_none(raw: bytes | str | None) -> Uid | None:
    return uid_text(raw) if isinstance(raw, bytes) else raw


def uid_text(raw: bytes) -> Uid:
    """Return the canonical text of 16 bytes.

    >>> uid_text(bytes(16))
    '00000000-0000-0000-0000-000000000000'
    """
    h = raw.hex()
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


@dataclass(frozen=True, slots=True)
class Version:
    """One text of a document, and how the one before it maps onto it."""

    uid: Uid
    document: Uid
    number: int
    sha256: str
    length: int
    outline: str = ""
    based_on: str = ""
    """sha256 of the text that was revised; "" for the first."""
    blocks: tuple[tuple[int, int, int], ...] = ()
    """(start in the old text, start in the new one, length) of every stretch that stayed the same."""
    coder: Uid | None = None
    created: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A search that a person wants again."""

    uid: Uid
    name: str
    query: str
    description: str = ""
    coder: Uid | None = None
    created: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """A choice of one coder: pinned digits, panel widths, keys."""

    uid: Uid
    name: str
    value: Mapping[str, Any] = field(default_factory=dict)
    coder: Uid | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """A coding whose place a person has confirmed after the text changed."""

    uid: Uid
    coding: Uid
    sha256: str
    coder: Uid | None = None


Kind = Literal["uid", "text", "int", "bool", "json", "content"]


@dataclass(frozen=True, slots=True)
class Column:
    """How one field is kept."""

    name: str
    kind: Kind
    nullable: bool
    default: Any
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Thing:
    """How one class of the model is kept."""

    kind: str
    cls: type[Any]
    table: sa.Table
    columns: Mapping[str, Column]
    natural: tuple[str, ...] = ()
    """Fields that say which thing it is where the uid follows from them."""


def _column(name: str, hint: Any, default: Any) -> Column:
    origin = typing.get_origin(hint)
    nullable = False
    if origin is types.UnionType or origin is typing.Union:
        parts = [p for p in typing.get_args(hint) if p is not type(None)]
        nullable = len(parts) < len(typing.get_args(hint))
        literals = [p for p in parts if typing.get_origin(p) is Literal]
        if literals and len(literals) == len(parts):
            choices = tuple(c for p in literals for c in typing.get_args(p))
            return Column(name, "text", nullable, default, choices)
        if len(parts) > 1:
            return Column(name, "json", nullable, default)
        hint, origin = parts[0], typing.get_origin(parts[0])
    if origin is Literal:
        return Column(name, "text", nullable, default, tuple(typing.get_args(hint)))
    if hint is bool:
        return Column(name, "bool", nullable, default)
    if hint is int:
        return Column(name, "int", nullable, default)
    if hint is float:
        return Column(name, "json", nullable, default)
    if hint is str:
        return Column(name, "text", nullable, default)
    return Column(name, "json", nullable, default)


_UIDS = frozenset({
    "uid", "parent", "redirect", "source", "target", "case", "document", "code", "coder", "round", "variable", "owner",
    "coding", "original",
})  # fmt: skip
_NOT_UIDS = frozenset({("suggestion", "source")})
_SQL: Mapping[Kind, Any] = {"uid": UidType, "text": sa.Text, "int": sa.BigInteger, "bool": SMALL, "json": sa.Text}
THINGS: dict[str, Thing] = {}
_BY_CLASS: dict[type[Any], Thing] = {}


def _define(
    kind: str, table: str, cls: type[Any], *, natural: tuple[str, ...] = (), extra: tuple[str, ...] = ()
) -> None:
    """Make the table of a class from its fields."""
    hints = typing.get_type_hints(cls)
    columns: dict[str, Column] = {}
    for f in fields(cls):
        default = (
            f.default if f.default is not MISSING else f.default_factory() if f.default_factory is not MISSING else None
        )
        columns[f.name] = _column(f.name, hints[f.name], default)
        if f.name in _UIDS and (kind, f.name) not in _NOT_UIDS:
            columns[f.name] = Column(f.name, "uid", columns[f.name].nullable, default)
    if kind == "memo":
        columns["body"] = Column("body", "content", True, None)
    for name in extra:
        columns[name] = Column(name, "text", False, "")
    made = sa.Table(
        table,
        metadata,
        sa.Column("id", BIG, sa.Identity(), primary_key=True),
        *(_sql_column(c) for c in columns.values()),
        sa.Column("live", SMALL, nullable=False),
        *_checks(table, columns),
        sqlite_strict=True,
    )
    sa.Index(f"{table}_uid", made.c.uid, unique=True)
    for name in ("document", "about", "code", "owner", "coding"):
        if name in columns and name != "about":
            sa.Index(f"{table}_{name}", made.c[name])
    thing = Thing(kind, cls, made, columns, natural)
    THINGS[kind] = thing
    _BY_CLASS[cls] = thing


def _sql_column(c: Column) -> sa.Column[Any]:
    kind: Any = sa.Text if c.kind == "content" else _SQL[c.kind]
    if c.kind == "int":
        kind = BIG
    return sa.Column(c.name, kind, nullable=c.nullable)


def _checks(table: str, columns: Mapping[str, Column]) -> list[sa.CheckConstraint]:
    checks = [sa.CheckConstraint("live IN (0, 1)", name=f"{table}_live")]
    for c in columns.values():
        if c.kind == "bool":
            checks.append(sa.CheckConstraint(sa.column(c.name).in_((0, 1)), name=f"{table}_{c.name}_is_bool"))
        if c.choices:
            checks.append(sa.CheckConstraint(sa.column(c.name).in_(c.choices), name=f"{table}_{c.name}_is_known"))
    if "start" in columns:
        checks.append(sa.CheckConstraint('"start" IS NULL OR ("start" >= 0 AND "end" > "start")', name=f"{table}_span"))
    if "length" in columns:
        checks.append(sa.CheckConstraint('"length" >= 0', name=f"{table}_length"))
    return checks


_define("project", "project", model.ProjectInfo)
_define("coder", "coders", model.Coder)
_define("code", "codes", model.Code)
_define("relation", "relations", model.Relation)
_define("document", "documents", model.Document, extra=("outline",))
_define("version", "document_versions", Version)
_define("case", "cases", model.Case)
_define("case_link", "case_links", model.CaseLink, natural=("case", "document", "start", "end"))
_define("speaker", "speakers", model.Speaker, natural=("document", "label"))
_define("variable", "variables", model.Variable)
_define("value", "variable_values", model.Value, natural=("variable", "owner"))
_define("memo", "memos", model.Memo)
_define("link", "links", model.Link)
_define("set", "sets", model.Set)
_define("round", "rounds", model.Round)
_define("assignment", "assignments", model.Assignment, natural=("document", "coder", "round"))
_define("decision", "decisions", model.Decision)
_define("suggestion", "suggestions", model.Suggestion)
_define("query", "saved_queries", SavedQuery)
_define("setting", "settings", Setting, natural=("coder", "name"))
_define("review", "reviews", Review, natural=("coding", "sha256"))


def thing_of(cls: type[Any]) -> Thing:
    """Return how a class of the model is kept."""
    return _BY_CLASS[cls]


REMOVED, LIVE, ALIAS = 0, 1, 2
"""States of a coding; an alias is live by its events but hidden by an identical one."""

codings = sa.Table(
    "codings",
    metadata,
    sa.Column("uid", UidType, primary_key=True),
    sa.Column("document", BIG, sa.ForeignKey("documents.id"), nullable=False),
    sa.Column("code", BIG, sa.ForeignKey("codes.id"), nullable=False),
    sa.Column("coder", BIG, sa.ForeignKey("coders.id"), nullable=False),
    sa.Column("start", BIG, nullable=False),
    sa.Column("end", BIG, nullable=False),
    sa.Column("origin", SMALL, nullable=False),
    sa.Column("code_version", BIG, nullable=False),
    sa.Column("document_version", BIG, nullable=False),
    sa.Column("round", BIG, sa.ForeignKey("rounds.id")),
    sa.Column("created", BIG, nullable=False),
    sa.Column("replaces", UidType),
    sa.Column("confidence", sa.Text),
    sa.Column("quotable", sa.Text),
    sa.Column("state", SMALL, nullable=False),
    sa.CheckConstraint('"start" >= 0 AND "end" > "start"', name="codings_span"),
    sa.CheckConstraint("state IN (0, 1, 2)", name="codings_state"),
    sa.CheckConstraint("origin BETWEEN 0 AND 15", name="codings_origin"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
sa.Index(
    "codings_same", codings.c.document, codings.c.start, codings.c.end, codings.c.code, codings.c.coder,
    unique=True, sqlite_where=codings.c.state == LIVE,
)  # fmt: skip
sa.Index(
    "codings_aliases", codings.c.document, codings.c.start, codings.c.end, codings.c.code, codings.c.coder,
    sqlite_where=codings.c.state == ALIAS,
)  # fmt: skip
sa.Index("codings_code", codings.c.code, codings.c.coder, codings.c.state)

anchors = sa.Table(
    "anchors",
    metadata,
    sa.Column("coding", UidType, sa.ForeignKey("codings.uid"), primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("start", BIG, nullable=False),
    sa.Column("end", BIG, nullable=False),
    sa.Column("unclear", SMALL, nullable=False),
    sa.CheckConstraint("unclear IN (0, 1)", name="anchors_unclear"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""Where a coding was made, if its document's text has changed since."""

code_versions = sa.Table(
    "code_versions",
    metadata,
    sa.Column("event", UidType, primary_key=True),
    sa.Column("code", UidType, primary_key=True),
    sa.Column("version", BIG, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("changed", sa.Text, nullable=False),
    sa.Column("coder", UidType),
    sa.Column("at", BIG, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.CheckConstraint("kind IN ('structural', 'content', 'semantic')", name="code_versions_kind"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
sa.Index("code_versions_code", code_versions.c.code, code_versions.c.version)

contents = sa.Table(
    "contents",
    metadata,
    sa.Column("hash", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("body", sa.Text),
    sa.CheckConstraint("kind IN ('text', 'outline', 'memo')", name="contents_kind"),
    sqlite_strict=True,
)
"""Texts by their hash; a body of NULL was erased."""

journal = sa.Table(
    "journal",
    metadata,
    sa.Column("seq", BIG, sa.Identity(), primary_key=True),
    sa.Column("uid", UidType, nullable=False),
    sa.Column("replica", UidType, nullable=False),
    sa.Column("lamport", BIG, nullable=False),
    sa.Column("coder", UidType),
    sa.Column("at", BIG, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("undoable", SMALL, nullable=False),
    sa.Column("undoes", UidType),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("redacted", sa.Text),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sa.CheckConstraint("undoable IN (0, 1)", name="journal_undoable"),
    sa.CheckConstraint("scope IN ('codings', 'things')", name="journal_scope"),
    sqlite_strict=True,
)
"""What happened, for ever: one row an action. Local order `seq` is never exchanged."""
sa.Index("journal_uid", journal.c.uid, unique=True)
sa.Index("journal_coder", journal.c.coder, journal.c.lamport)

conflicts = sa.Table(
    "conflicts",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("thing", UidType, primary_key=True),
    sa.Column("field", sa.Text, primary_key=True),
    sa.Column("other", sa.Text, primary_key=True),
    sa.Column("kept", sa.Text, nullable=False),
    sa.Column("kept_by", UidType),
    sa.Column("other_by", UidType),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
"""The same field changed on two sides: the value that stands and the one that lost."""

here = sa.Table(
    "here",
    metadata,
    sa.Column("one", SMALL, primary_key=True, autoincrement=False),
    sa.Column("replica", UidType, nullable=False),
    sa.Column("home", sa.Text, nullable=False),
    sa.Column("lamport", BIG, nullable=False),
    sa.Column("things", BIG, nullable=False),
    sa.Column("tip", sa.LargeBinary(32), nullable=False),
    sa.Column("schema", BIG, nullable=False),
    sa.CheckConstraint("one = 1", name="here_one"),
    sqlite_strict=True,
)
"""This copy of the project: its name among replicas, its counter and the end of its chain."""

logins = sa.Table(
    "logins",
    metadata,
    sa.Column("login", sa.Text, primary_key=True),
    sa.Column("coder", UidType, nullable=False),
    sa.Column("lead", SMALL, nullable=False),
    sa.CheckConstraint("lead IN (0, 1)", name="logins_lead"),
    sqlite_strict=True,
)
"""Which login of a server is which coder; written by its administrator only, empty in a file."""


def make_tables(connection: sa.Connection) -> None:
    """Make all tables and their indexes in an empty database."""
    if connection.dialect.name == "postgresql":
        # said only here: naming the dialect in the index loads it, some 3 MB in every kernel that has a file
        for index in codings.indexes:
            index.dialect_kwargs["postgresql_where"] = index.dialect_kwargs.get("sqlite_where")
    metadata.create_all(connection)
