"""A project as values: small things at once, codings as columns, texts when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from coding import model
from coding.model import Snapshot, Uid
from coding.storage import reading

if TYPE_CHECKING:
    from coding.storage.reader import Reader

__all__ = ["Lazy", "take_snapshot"]

V = TypeVar("V")


class Lazy(Mapping[Uid, V], Generic[V]):
    """A mapping that loads a value when it is asked for, and never shows one in its repr."""

    def __init__(self, keys: Iterable[Uid], load: Callable[[Uid], V]) -> None:
        self._keys = dict.fromkeys(keys)
        self._load = load

    def __getitem__(self, key: Uid) -> V:
        if key not in self._keys:
            raise KeyError(key)
        return self._load(key)

    def __iter__(self) -> Iterator[Uid]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __repr__(self) -> str:
        return f"<{len(self)} to load>"


def take_snapshot(
    store: Reader,
    documents: Iterable[Uid] | None,
    coders: Iterable[Uid] | None,
    texts: bool,
    hide: tuple[Uid, Iterable[Uid]] | None,
) -> Snapshot:
    """Return the project, or a part of it, as values; see `Store.snapshot`."""
    wanted = None if documents is None else set(documents)
    with store.database.reading() as connection:
        every = store.all(model.Document)
        table = store.coding_table(documents=wanted, coders=coders)
        details = reading.details(connection, wanted)
        people = store.all(model.Coder)
        if hide is not None:
            own, blind = hide
            hidden_documents = np.array([d.uid in set(blind) for d in every], dtype=bool)
            others = np.array([c.uid != own for c in people], dtype=bool)
            if len(table) and hidden_documents.any():
                table = table.select(~(hidden_documents[table.document] & others[table.coder]))
        shown = every if wanted is None else tuple(d for d in every if d.uid in wanted)
        if wanted is not None:
            position = np.cumsum([d.uid in wanted for d in every], dtype=np.int32) - 1
            columns = {name: getattr(table, name) for name in table.__dataclass_fields__}
            if len(table):
                columns["document"] = position[table.document]
            table = model.CodingTable.from_columns(columns)
        there = set(table.uid.tolist()) if details else set()
        uids = {d.uid for d in shown}

        def of_documents(things: tuple[V, ...], field: str = "document") -> tuple[V, ...]:
            return things if wanted is None else tuple(t for t in things if getattr(t, field) in uids)

        known = {d.uid for d in every}
        values = store.all(model.Value)
        return Snapshot(
            project=store.info(),
            coders=people,
            codes=store.all(model.Code),
            documents=shown,
            texts=Lazy([d.uid for d in shown] if texts else [], store.text),
            outlines=Lazy([d.uid for d in shown], store.outline),
            codings=table,
            details={uid: fields for uid, fields in details.items() if uid in there},
            cases=store.all(model.Case),
            case_links=of_documents(store.all(model.CaseLink)),
            speakers=of_documents(store.all(model.Speaker)),
            variables=store.all(model.Variable),
            values=tuple(v for v in values if v.owner not in known or v.owner in uids),
            memos=store.all(model.Memo),
            relations=store.all(model.Relation),
            links=store.all(model.Link),
            sets=store.all(model.Set),
            rounds=store.all(model.Round),
            assignments=of_documents(store.all(model.Assignment)),
            decisions=of_documents(store.all(model.Decision)),
            suggestions=of_documents(store.all(model.Suggestion)),
            code_versions=store.code_history(),
        )
