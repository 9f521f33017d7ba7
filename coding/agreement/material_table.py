"""What is compared, chosen from a plain table of codings: a file, a DataFrame or columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from coding.agreement.columns import Columns
from coding.agreement.material import EVERYBODY, CodeInfo, DocumentInfo, Material, Who, rolled_up
from coding.agreement.reading import read_table
from coding.errors import AgreementError, InvalidSpan, InvalidValue
from coding.model import SEPARATOR, Outline

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["material_of_table"]


def _paths(listed: Iterable[str], exclusive: Iterable[str]) -> list[CodeInfo]:
    """Return codes with the parents that their paths name, parents first."""
    domains = set(exclusive)
    order: dict[str, int] = {}
    out: list[CodeInfo] = []
    for path in sorted(set(listed) | domains):
        parts = path.split(SEPARATOR)
        for depth in range(len(parts)):
            own = SEPARATOR.join(parts[: depth + 1])
            if own in order:
                continue
            order[own] = len(out)
            parent = order[SEPARATOR.join(parts[:depth])] if depth else -1
            out.append(CodeInfo(own, parts[depth], own, "", parent, depth, own in domains))
    return out


def _sizes(frame: pd.DataFrame, names: Sequence[str], lengths: Mapping[str, int]) -> dict[str, int]:
    """Return the characters of every document, as the table or the caller says."""
    size = dict(lengths)
    if "length" in frame.columns:
        size |= {str(d): int(n) for d, n in frame.dropna(subset=["length"]).groupby("document")["length"].max().items()}
    without = [d for d in names if d not in size]
    if without:
        raise InvalidValue(f"No length for the document “{without[0]}”; add a column length (characters).")
    return size


def _worked_on(
    mine: pd.DataFrame,
    at_document: Mapping[str, int],
    at_coder: Mapping[str, int],
    who: Who | Mapping[str, Iterable[str]],
) -> npt.NDArray[np.bool_]:
    """Return which coder worked on which document: documents × coders."""
    out = np.zeros((len(at_document), len(at_coder)), dtype=bool)
    if isinstance(who, Mapping):
        for d, given in who.items():
            out[at_document[d], [at_coder[c] for c in given if c in at_coder]] = True
    elif who == "all":
        out[:] = True
    else:
        for d, c in zip(mine["document"].astype(str), mine["coder"].astype(str), strict=True):
            out[at_document[d], at_coder[c]] = True
    return out


def _check_reach(coded: pd.DataFrame, size: Mapping[str, int]) -> None:
    """Refuse a coding that reaches past its document."""
    reach = np.array([size[d] for d in coded["document"].astype(str)], dtype=np.float64)
    past = np.flatnonzero(coded["end"].to_numpy(dtype=np.float64) > reach)
    if len(past):
        row = coded.iloc[past[0]]
        raise InvalidSpan(
            f"“{row['document']}” has {size[str(row['document'])]} characters and a coding from {row['start']:g} to "
            f"{row['end']:g}; check the lengths."
        )


def _rounds_of(coded: pd.DataFrame) -> tuple[tuple[str, ...], npt.NDArray[np.int32]]:
    """Return the names of the rounds, and the place of each coding's among them, −1 for none."""
    if "round" not in coded.columns:
        return (), np.full(len(coded), -1, dtype=np.int32)
    names = tuple(str(r) for r in sorted(coded["round"].dropna().unique(), key=str))
    at = {name: i for i, name in enumerate(names)}
    return names, np.array([at.get(str(r), -1) for r in coded["round"]], dtype=np.int32)


def _languages_of(frame: pd.DataFrame) -> dict[str, str]:
    """Return the language of each document that the table gives one."""
    if "language" not in frame.columns:
        return {}
    known = frame.dropna(subset=["language"])
    return dict(zip(known["document"].astype(str), known["language"].astype(str), strict=True))


def material_of_table(
    source: Any,
    *,
    lengths: Mapping[str, int] | None = None,
    units: Mapping[str, Sequence[tuple[int, int]]] | None = None,
    outlines: Mapping[str, Outline] | None = None,
    coders: Iterable[str] | None = None,
    exclusive: Iterable[str] = (),
    who: Who | Mapping[str, Iterable[str]] = "all",
    level: int | None = None,
) -> Material:
    """Choose what to compare from a plain table of codings.

    Args:
        source: a CSV file, a DataFrame or a mapping of columns: document, length, coder, code, start,
            end (characters, half-open), and where known language and round. A row without code says
            that the coder worked on the document and found nothing. A code may be a path ``A > B``.
        lengths: characters of each document, where the table has no such column.
        units: units of each document, for the unit “sentence”.
        outlines: all units of each document, for any unit and for the respondents' text.
        coders: names; all by default.
        exclusive: paths of parents whose children exclude each other.
        who: “all” (every coder worked on every document), “coded” (those who have a row there), or
            document to its coders.
        level: codes deeper in the tree count as their ancestor at this level, 0 being the top.

    Raises:
        InvalidValue: a column that is missing, a number that is none, or a document without a length.
        InvalidSpan: a coding that reaches past its document.
        AgreementError: fewer than two coders.
    """
    frame = read_table(source)
    names = [str(d) for d in dict.fromkeys(frame["document"])]
    size = _sizes(frame, names, lengths or {})
    people = [str(c) for c in dict.fromkeys(frame["coder"].dropna())] if coders is None else [str(c) for c in coders]
    if len(people) < 2:
        raise AgreementError(f"Agreement needs two coders; the table has {', '.join(people) or 'none'}.")
    mine = frame[frame["coder"].astype(str).isin(people)]
    at_document = {d: i for i, d in enumerate(names)}
    at_coder = {c: i for i, c in enumerate(people)}
    assigned = _worked_on(mine, at_document, at_coder, who)
    coded = mine.dropna(subset=["code", "start", "end"])
    _check_reach(coded, size)
    infos = _paths(coded["code"].astype(str), exclusive)
    at_code = {c.path: i for i, c in enumerate(infos)}
    if level is not None:
        infos, stands_for = rolled_up(infos, level)
        at_code = {path: int(stands_for[i]) for path, i in at_code.items()}
    columns = Columns(
        np.array([at_document[str(d)] for d in coded["document"]], dtype=np.int64),
        np.array([at_code[str(c)] for c in coded["code"]], dtype=np.int64),
        np.array([at_coder[str(c)] for c in coded["coder"]], dtype=np.int64),
        coded["start"].to_numpy(dtype=np.int64),
        coded["end"].to_numpy(dtype=np.int64),
        np.array([size[d] for d in names], dtype=np.int64),
        max(len(infos), 1),
        assigned,
    )
    round_names, rounds = _rounds_of(coded)
    spoken = _languages_of(frame)
    cut = {d: Outline(sentences=tuple(spans)) for d, spans in (units or {}).items()} | dict(outlines or {})
    return Material(
        coders=tuple(people),
        codes=tuple(infos),
        documents=tuple(DocumentInfo(d, d, size[d], spoken.get(d, "und")) for d in names),
        columns=columns,
        uids=np.array([str(i) for i in coded.index], dtype=object),
        rounds=rounds,
        round_names=round_names,
        outline=lambda d: cut.get(names[d], Outline()),
        notes=(EVERYBODY,) if who == "all" else (),
    )
