"""The full-text index: derived, never exchanged, and brought up to date by the search that needs it.

Words are split so that every Han character is a word of its own; a phrase then finds any run of them, which
the trigram index of SQLite cannot do for two. Neither engine's index decides what a person sees: it only says
which texts are worth reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa

from coding.model import Uid
from coding.storage.database import Database
from coding.storage.rows import chunks
from coding.storage.schema import THINGS, contents, uid_text

__all__ = ["drop", "make_index", "search", "spaced"]

_HAN: Final = re.compile(
    r"([\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
_SQLITE: Final = (
    "CREATE TABLE IF NOT EXISTS search_rows (id INTEGER PRIMARY KEY, uid BLOB NOT NULL, hash TEXT NOT NULL, UNIQUE (uid, hash)) STRICT",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_words USING fts5(words, content='', tokenize='unicode61 remove_diacritics 0')",
)
_POSTGRES: Final = (
    (
        "CREATE TABLE IF NOT EXISTS search_rows (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, uid UUID NOT NULL, hash TEXT NOT NULL, "
        "words TSVECTOR NOT NULL, UNIQUE (uid, hash))"
    ),
    "CREATE INDEX IF NOT EXISTS search_rows_words ON search_rows USING gin (words)",
)


def spaced(text: str) -> str:
    """Return a text with every Han character standing alone.

    >>> spaced("讲了three遍")
    ' 讲  了 three 遍 '
    """
    return _HAN.sub(r" \1 ", text)


def _wanted(connection: sa.Connection) -> dict[Uid, str]:
    """Return the live documents and memos and the hash of the text that each has now."""
    out: dict[Uid, str] = {}
    for kind, name in (("document", "sha256"), ("memo", "body")):
        table = THINGS[kind].table
        out.update(
            {
                row[0]: row[1]
                for row in connection.execute(sa.select(table.c.uid, table.c[name]).where(table.c.live == 1))
            }
        )
    return out


def _exists(connection: sa.Connection) -> bool:
    return sa.inspect(connection).has_table("search_rows")


def _indexed(connection: sa.Connection) -> dict[tuple[Uid, str], int]:
    if not _exists(connection):
        return {}
    rows = connection.exec_driver_sql("SELECT uid, hash, id FROM search_rows")
    return {(uid_text(row[0]) if isinstance(row[0], bytes) else str(row[0]), row[1]): row[2] for row in rows}


def search(database: Database, phrases: Sequence[Sequence[str]]) -> tuple[Uid, ...]:
    """Return what holds any of the phrases; see `coding.storage.Store.search_documents`."""
    phrases = [p for p in phrases if any(word.strip("* ") for word in p)]
    if not phrases:
        return ()
    with database.reading() as connection:
        wanted, indexed = _wanted(connection), _indexed(connection)
    lacking = [(uid, key) for uid, key in wanted.items() if (uid, key) not in indexed]
    unsearched: list[Uid] = []
    if lacking and database.readonly:
        unsearched = [uid for uid, _ in lacking]  # nothing can be indexed: the reader looks for itself
    elif lacking:
        with database.writing() as connection:
            _grow(connection, lacking)
    with database.reading() as connection:
        found = set(_find(connection, phrases)) if _exists(connection) else set()
    hits = {uid for uid, key in wanted.items() if (uid, key) in found}
    return tuple(uid for uid in wanted if uid in hits or uid in unsearched)


def make_index(connection: sa.Connection) -> None:
    """Make the empty index."""
    for statement in _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES:
        connection.exec_driver_sql(statement)


def _grow(connection: sa.Connection, lacking: Sequence[tuple[Uid, str]]) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if not _exists(connection):
        make_index(connection)
    have = _indexed(connection)
    for part in chunks([pair for pair in lacking if pair not in have], 100):
        bodies = {
            row.hash: row.body
            for row in connection.execute(
                sa.select(contents.c.hash, contents.c.body).where(contents.c.hash.in_([k for _, k in part]))
            )
        }
        for uid, key in part:
            words = spaced(bodies.get(key) or "")
            if sqlite:
                values = (bytes.fromhex(uid.replace("-", "")), key)
                row = connection.exec_driver_sql("INSERT INTO search_rows (uid, hash) VALUES (?, ?)", values)
                connection.exec_driver_sql(
                    "INSERT INTO search_words (rowid, words) VALUES (?, ?)", (row.lastrowid, words)
                )
            else:
                connection.execute(
                    sa.text(
                        "INSERT INTO search_rows (uid, hash, words) VALUES (:u, :k, to_tsvector('simple', :w)) ON CONFLICT DO NOTHING"
                    ),
                    {"u": uid, "k": key, "w": words},
                )


def _find(connection: sa.Connection, phrases: Sequence[Sequence[str]]) -> Iterator[tuple[Uid, str]]:
    if connection.dialect.name == "sqlite":
        query = " OR ".join(_quoted(p) for p in phrases)
        rows: Any = connection.exec_driver_sql(
            "SELECT uid, hash FROM search_rows WHERE id IN (SELECT rowid FROM search_words WHERE search_words MATCH ?)",
            (query,),
        )
        for row in rows:
            yield uid_text(row[0]), row[1]
        return
    for phrase in phrases:
        words = [w for w in (spaced(word).strip() for word in phrase) if w]
        if words[-1].endswith("*") or len(words) == 1:
            query = " <-> ".join(
                "'" + w.rstrip("*").replace("'", "''").replace("\\", "") + "'" + (":*" if w.endswith("*") else "")
                for w in words
            )
            rows = connection.execute(
                sa.text("SELECT uid, hash FROM search_rows WHERE words @@ to_tsquery('simple', :q)"), {"q": query}
            )
        else:
            plain = sa.text("SELECT uid, hash FROM search_rows WHERE words @@ phraseto_tsquery('simple', :q)")
            rows = connection.execute(plain, {"q": " ".join(words)})
        for row in rows:
            yield str(row[0]), row[1]


def _quoted(phrase: Sequence[str]) -> str:
    """Return a phrase for FTS5; whatever the words hold is text, never an operator."""
    last = phrase[-1]
    words = spaced(" ".join([*phrase[:-1], last.rstrip("*")])).replace('"', '""')
    return f'"{words}"' + (" *" if last.endswith("*") else "")


def drop(database: Database) -> None:
    """Take the index away, so that no word of it remains in the file; the next search makes it anew."""
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.exec_driver_sql("DELETE FROM search_rows")
            return
        for name in ("search_words", "search_rows"):
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")
    if database.is_sqlite:
        with database.errors(), database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("VACUUM")
