"""Questions about codings and texts; nothing here writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import sqlalchemy as sa

from coding.errors import NotFound
from coding.model import ORIGINS, Coding, CodingTable, Uid
from coding.storage.rows import Refs, chunks
from coding.storage.schema import ALIAS, BIG, LIVE, REMOVED, THINGS, anchors, codings, contents
from coding.storage.things import is_uid

if TYPE_CHECKING:
    import numpy.typing as npt

__all__ = [
    "coding",
    "coding_table",
    "counts",
    "key_of",
    "list_codings",
    "live_by_key",
    "text_of",
    "users_of",
    "with_aliases",
]

_KINDS = ("document", "code", "coder", "round")
Key = tuple[Uid, int, int, Uid, Uid]


def text_of(connection: sa.Connection, key: str) -> str | None:
    """Return a text by its hash; None where it was erased or never there."""
    body: str | None = connection.execute(sa.select(contents.c.body).where(contents.c.hash == key)).scalar()
    return body


def texts_of(connection: sa.Connection, keys: Iterable[str]) -> dict[str, str | None]:
    """Return many texts by their hashes."""
    out: dict[str, str | None] = {}
    for part in chunks(list(dict.fromkeys(keys))):
        for row in connection.execute(sa.select(contents.c.hash, contents.c.body).where(contents.c.hash.in_(part))):
            out[row.hash] = row.body
    return out


def key_of(c: Coding) -> Key:
    """Return what makes two live codings the same."""
    return c.document, int(c.start), int(c.end), c.code, c.coder


@cache
def _joined() -> sa.Select[Any]:
    """Select codings with uids in place of local numbers."""
    return _named(codings)


def _named(rows: sa.FromClause) -> sa.Select[Any]:
    """Select rows of codings with uids in place of local numbers."""
    tables = {kind: THINGS[kind].table for kind in _KINDS}
    source: Any = rows
    for kind, table in tables.items():
        source = source.join(table, table.c.id == rows.c[kind], isouter=kind == "round")
    plain = [c for c in rows.c if c.name not in _KINDS]
    return sa.select(*plain, *(t.c.uid.label(kind) for kind, t in tables.items())).select_from(source)


def _coding(row: Mapping[Any, Any]) -> Coding:
    return Coding(
        uid=row["uid"], document=row["document"], code=row["code"], coder=row["coder"], start=row["start"], end=row["end"],
        origin=ORIGINS[row["origin"]], code_version=row["code_version"], document_version=row["document_version"],
        round=row["round"], created=row["created"], replaces=row["replaces"], confidence=row["confidence"] or "",
        quotable=row["quotable"] or "",
    )  # fmt: skip


def coding(connection: sa.Connection, uid: Uid) -> Coding:
    """Return a live coding; of an identical pair, by either uid, the one that stands.

    Raises:
        NotFound: there is none, or it was removed.
    """
    row = connection.execute(_joined().where(codings.c.uid == uid)).mappings().first() if is_uid(uid) else None
    if row is None:
        raise NotFound(f"There is no coding with the uid {uid}.")
    if row["state"] == REMOVED:
        raise NotFound(f"The coding {uid} was removed.")
    if row["state"] == ALIAS:
        wanted = _coding(row)
        documents = THINGS["document"].table
        same = _joined().where(
            codings.c.start == wanted.start, codings.c.end == wanted.end, documents.c.uid == wanted.document,
            codings.c.state == LIVE,
        )  # fmt: skip
        return next(_coding(r) for r in connection.execute(same).mappings() if key_of(_coding(r)) == key_of(wanted))
    return _coding(row)


def live_by_key(connection: sa.Connection, wanted: Sequence[Coding], refs: Refs) -> dict[Key, Coding]:
    """Return the live codings that are the same as any of those wanted."""
    if len(wanted) <= 3:
        there = [uid for c in wanted for uid in connection.execute(_SAME, _key_ids(c, refs)).scalars()]
        return {key_of(c): c for c in (coding(connection, uid) for uid in there)}
    documents = list(dict.fromkeys(c.document for c in wanted))
    coders = list(dict.fromkeys(c.coder for c in wanted))
    return {key_of(c): c for c in list_codings(connection, documents=documents, coders=coders)}


_SAME: Final = sa.select(codings.c.uid).where(
    *(codings.c[name] == sa.bindparam(name) for name in ("document", "start", "end", "code", "coder")),
    codings.c.state == sa.literal_column(str(LIVE)),
)


def _key_ids(c: Coding, refs: Refs) -> dict[str, int | None]:
    kinds = {"document": c.document, "code": c.code, "coder": c.coder}
    return {"start": c.start, "end": c.end} | {kind: refs.ids(kind, [uid]).get(uid) for kind, uid in kinds.items()}


def with_aliases(connection: sa.Connection, uids: Sequence[Uid]) -> list[Uid]:
    """Return codings together with the identical ones that hide behind them."""
    out = list(uids)
    a, b = codings.alias("a"), codings.alias("b")
    same = sa.and_(
        *(a.c[k] == b.c[k] for k in ("document", "start", "end", "code", "coder")), a.c.uid != b.c.uid,
        b.c.state == sa.literal_column(str(ALIAS)),
    )  # fmt: skip
    for part in chunks(list(uids)):
        out += connection.execute(sa.select(b.c.uid).select_from(a.join(b, same)).where(a.c.uid.in_(part))).scalars()
    return list(dict.fromkeys(out))


def users_of(connection: sa.Connection, kind: str, uid: Uid) -> list[tuple[str, int]]:
    """Return who has how many live codings of a code or document, or by a coder."""
    table, coders = THINGS[kind].table, THINGS["coder"].table.alias("who")
    number = sa.select(table.c.id).where(table.c.uid == uid).scalar_subquery()
    query = (
        sa.select(coders.c.name, sa.func.count())
        .select_from(codings.join(coders, coders.c.id == codings.c.coder))
        .where(codings.c[kind] == number, codings.c.state != REMOVED)
        .group_by(coders.c.name)
        .order_by(coders.c.name)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


_IS_LIVE: Final = codings.c.state == sa.literal_column(str(LIVE))


def _among(kind: str, one: bool, uids: Sequence[Uid] | None = None) -> Any:
    """Return the condition that a coding's document, code, coder or round is one of those in the parameters."""
    numbers = _numbers(kind) if uids is None else _numbers(kind).params({f"{kind}_uids": uids})
    # an equality, so that a page is read in the order of the index and no further
    return codings.c[kind] == numbers.scalar_subquery() if one else codings.c[kind].in_(numbers)


def _conditions(connection: sa.Connection, **wanted: Iterable[Uid] | None) -> list[Any]:
    out: list[Any] = [_IS_LIVE]
    for name, uids in wanted.items():
        if uids is not None:
            uids = [u for u in uids if is_uid(u)]
            if len(uids) <= _FEW:
                out.append(_among(name, len(uids) == 1, uids))
                continue
            ids = Refs(connection).ids(name, uids)
            numbers = [ids[u] for u in uids if u in ids]
            out.append(codings.c[name].in_(numbers) if len(numbers) < 900 else codings.c[name].in_(_literals(numbers)))
    return out


_FEW: Final = 100
"""So many uids may be looked up within the question itself."""


@cache
def _numbers(kind: str) -> sa.Select[Any]:
    table = THINGS[kind].table
    return sa.select(table.c.id).where(table.c.uid.in_(sa.bindparam(f"{kind}_uids", expanding=True)))


def _literals(numbers: Sequence[int]) -> Any:
    """Return numbers as literals: more of them than a statement takes parameters."""
    return [sa.literal_column(str(int(n))) for n in numbers]


def list_codings(
    connection: sa.Connection,
    *,
    documents: Iterable[Uid] | None = None,
    codes: Iterable[Uid] | None = None,
    coders: Iterable[Uid] | None = None,
    rounds: Iterable[Uid] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Coding]:
    """Return live codings by document, start, and longer first."""
    wanted = {"document": documents, "code": codes, "coder": coders, "round": rounds}
    asked = {kind: [u for u in uids if is_uid(u)] for kind, uids in wanted.items() if uids is not None}
    if max(map(len, asked.values()), default=0) > _FEW:
        query, values = _listing(_conditions(connection, **asked), limit is not None), {}
    else:
        query = _asked(tuple((kind, len(uids) == 1) for kind, uids in asked.items()), limit is not None)
        values = {f"{kind}_uids": uids for kind, uids in asked.items()}
    page = {} if limit is None else {"most": limit, "left_out": offset}
    return [_coding(row) for row in connection.execute(query, values | page).mappings().all()]


@lru_cache
def _asked(shape: tuple[tuple[str, bool], ...], paged: bool) -> sa.Select[Any]:
    """Return the question for some kinds of uids, one or several of each, made once: a screen asks it at every step."""
    return _listing([_IS_LIVE, *(_among(kind, one) for kind, one in shape)], paged)


def _listing(conditions: Sequence[Any], paged: bool) -> sa.Select[Any]:
    if not paged:
        return _joined().where(*conditions).order_by(*_places(codings))
    chosen = sa.select(codings).where(*conditions).order_by(*_places(codings))
    page = chosen.limit(sa.bindparam("most", type_=BIG)).offset(sa.bindparam("left_out", type_=BIG)).subquery("page")
    return _named(page).order_by(*_places(page))


def _places(rows: sa.FromClause) -> tuple[Any, ...]:
    return rows.c.document, rows.c.start, rows.c.end.desc(), rows.c.uid


def counts(connection: sa.Connection, by: str, *, coders: Iterable[Uid] | None = None) -> dict[Uid, int]:
    """Return uid of a code or document to its number of live codings."""
    values = {} if coders is None else {"coder_uids": [u for u in coders if is_uid(u)]}
    return {row[0]: row[1] for row in connection.execute(_counting(by, coders is not None), values)}


@cache
def _counting(by: str, of_some: bool) -> sa.Select[Any]:
    """Return the question for counts, of some coders or all; made once, since a screen asks it at every key."""
    table = THINGS[by].table
    conditions = [_IS_LIVE, *([_among("coder", one=False)] if of_some else [])]
    inner = sa.select(codings.c[by], sa.func.count().label("n")).where(*conditions).group_by(codings.c[by]).subquery()
    return sa.select(table.c.uid, inner.c.n).select_from(inner.join(table, table.c.id == inner.c[by]))


def review_list(
    connection: sa.Connection, documents: Iterable[Uid] | None = None
) -> list[tuple[Coding, str, int, int]]:
    """Return live codings whose place became unclear when their text was corrected, and where they were made.

    Each with the beginning of the hash of the text it was made on, and its start and end there.
    """
    made = (anchors.c.sha256.label("made_on"), anchors.c.start.label("made_start"), anchors.c.end.label("made_end"))
    query = _joined().add_columns(*made).join(anchors, anchors.c.coding == codings.c.uid).where(anchors.c.unclear == 1)
    conditions = _conditions(connection, document=documents)
    query = query.where(*conditions).order_by(codings.c.document, codings.c.start)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [(_coding(row), row["made_on"], row["made_start"], row["made_end"]) for row in rows]


def uid_texts(digits: str) -> npt.NDArray[np.object_]:
    """Return the canonical text of many uids, given as 32 hexadecimal digits each, one after the other.

    >>> uid_texts("0" * 32).tolist()
    ['00000000-0000-0000-0000-000000000000']
    """
    plain = np.frombuffer(digits.lower().encode(), dtype="S1").reshape(-1, 32)
    dashed = np.full((len(plain), 36), b"-", dtype="S1")
    for start, end, at in ((0, 8, 0), (8, 12, 9), (12, 16, 14), (16, 20, 19), (20, 32, 24)):
        dashed[:, at : at + end - start] = plain[:, start:end]
    text = dashed.tobytes().decode()
    out = np.empty(len(plain), dtype=object)
    out[:] = [text[i : i + 36] for i in range(0, len(text), 36)]
    return out


def _whole_scan(connection: sa.Connection, conditions: list[Any], wanted: Sequence[Any]) -> list[Any]:
    """Let SQLite read the table from end to end where everything is wanted.

    Its planner would walk the index of live passages and look up every row, which takes twice as long.
    """
    if connection.dialect.name != "sqlite" or any(w is not None for w in wanted):
        return conditions
    return [sa.literal_column(f"+codings.state = {LIVE}"), *conditions[1:]]


def _all_uids(connection: sa.Connection) -> sa.ColumnElement[str]:
    """Every uid's 32 hexadecimal digits, one after the other."""
    if connection.dialect.name == "sqlite":
        return sa.func.aggregate_strings(sa.func.hex(codings.c.uid, type_=sa.Text), "")
    return sa.func.aggregate_strings(sa.func.replace(sa.cast(codings.c.uid, sa.Text), "-", "", type_=sa.Text), "")


_TABLE_COLUMNS = (
    "document", "code", "coder", "start", "end", "origin", "code_version", "document_version", "round", "created",
)  # fmt: skip


def coding_table(
    connection: sa.Connection,
    positions: Mapping[str, Mapping[int, int]],
    *,
    documents: Iterable[Uid] | None = None,
    codes: Iterable[Uid] | None = None,
    coders: Iterable[Uid] | None = None,
    rounds: Iterable[Uid] | None = None,
) -> CodingTable:
    """Return live codings as columns, by document, start, and longer first.

    Args:
        connection: of the project.
        positions: for document, code, coder and round: local number to position in the tuple that the
            table refers to. Codings of things without a position are left out.
        documents: uids; None is all.
        codes: uids; None is all.
        coders: uids; None is all.
        rounds: uids; None is all.
    """
    conditions = _conditions(connection, document=documents, code=codes, coder=coders, round=rounds)
    conditions = _whole_scan(connection, conditions, (documents, codes, coders, rounds))
    numbers = [codings.c[name] if name != "round" else sa.func.coalesce(codings.c.round, 0) for name in _TABLE_COLUMNS]
    # one text a column: the database writes it several times faster than Python makes an object of every number
    listed = [sa.func.aggregate_strings(sa.cast(number, sa.Text), ",") for number in numbers]
    digits, *texts = connection.execute(sa.select(_all_uids(connection), *listed).where(*conditions)).one()
    if not digits:
        return CodingTable.empty()
    columns: dict[str, Any] = {
        n: np.fromstring(t, np.int64, sep=",") for n, t in zip(_TABLE_COLUMNS, texts, strict=True)
    }
    for kind in _KINDS:
        columns[kind] = _lookup(positions[kind], columns[kind])
    known = (columns["document"] >= 0) & (columns["code"] >= 0) & (columns["coder"] >= 0)
    order = np.lexsort((-columns["end"], columns["start"], columns["document"]))
    order = order[known[order]]
    uids = uid_texts(digits)
    return CodingTable.from_columns({"uid": uids[order], **{name: column[order] for name, column in columns.items()}})


def _lookup(positions: Mapping[int, int], numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Replace local numbers by positions; what has none becomes −1."""
    size = max(max(positions, default=0), int(numbers.max())) + 1
    table = np.full(size, -1, dtype=np.int64)
    if positions:
        table[list(positions)] = list(positions.values())
    return table[numbers]


def details(connection: sa.Connection, documents: Iterable[Uid] | None = None) -> dict[Uid, dict[str, Any]]:
    """Return the rare fields of live codings that have any."""
    rare = (codings.c.replaces, codings.c.confidence, codings.c.quotable)
    conditions = _whole_scan(connection, _conditions(connection, document=documents), (documents,))
    query = sa.select(codings.c.uid, *rare).where(*conditions, sa.or_(*(c.is_not(None) for c in rare)))
    out: dict[Uid, dict[str, Any]] = {}
    for row in connection.execute(query):
        out[row.uid] = {k: v for k, v in zip(("replaces", "confidence", "quotable"), row[1:], strict=True) if v}
    return out
