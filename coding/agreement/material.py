"""What is compared: coders, codes, documents and their codings, chosen from a Snapshot; from a plain table, `material_table`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from coding.agreement.columns import Columns
from coding.agreement.notes import Note
from coding.agreement.units import Unit, UnitMap, Universe, unit_map
from coding.errors import AgreementError, Ambiguous, InvalidValue, NotFound
from coding.model import ORIGINS, SEPARATOR, Code, CodingTable, Document, Outline, Round, Snapshot, counted

__all__ = ["OWN_WORK", "CodeInfo", "DocumentInfo", "Material", "Who", "material_of_snapshot", "rolled_up"]

Who = Literal["assigned", "finished", "coded", "all"]
OWN_WORK: Final[tuple[str, ...]] = ("manual", "imported")
"""Origins that show what a coder decided alone; an accepted suggestion or a consensus would flatter agreement."""
EVERYBODY: Final = Note("Every coder counts as having worked on every document.", "视为每名编码员都处理了每份文档。")
WHO: Final[tuple[Who, ...]] = ("assigned", "finished", "coded", "all")


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """A code as agreement needs it."""

    uid: str
    name: str
    path: str
    name_zh: str = ""
    parent: int = -1
    """Position of the parent, −1 for a root."""
    level: int = 0
    """Steps from the root."""
    exclusive: bool = False
    """Whether the children exclude each other: the code is a domain."""


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document as agreement needs it."""

    uid: str
    name: str
    length: int
    language: str = "und"


@dataclass(frozen=True, eq=False)
class Material:
    """Codings of a comparison in characters, with what their positions stand for."""

    coders: tuple[str, ...]
    """Names of the coders."""
    codes: tuple[CodeInfo, ...]
    documents: tuple[DocumentInfo, ...]
    columns: Columns
    uids: npt.NDArray[np.object_]
    """Uid of each row's coding, in the order of `columns`."""
    rounds: npt.NDArray[np.int32]
    """Position of each row's round in `round_names`, −1 for none."""
    round_names: tuple[str, ...] = ()
    coder_uids: tuple[str, ...] = ()
    outline: Callable[[int], Outline] = lambda _: Outline()
    roles: Callable[[int], Mapping[str, str]] | None = None
    variables: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """Variable of documents to its value per document, None where it has none."""
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return (
            f"<Material: {len(self.columns)} codings, {len(self.coders)} coders, "
            f"{len(self.codes)} codes, {len(self.documents)} documents>"
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages of the documents that two coders were given."""
        together = self.columns.assigned.sum(axis=1) >= 2
        found = {d.language for d, t in zip(self.documents, together, strict=True) if t}
        return tuple(sorted(found))

    def units(self, unit: Unit, universe: Universe) -> UnitMap:
        """Return the way from characters to units."""
        return unit_map(
            self.columns.lengths, unit, universe, self.outline,
            columns=self.columns, roles=self.roles, names=[d.name for d in self.documents],
        )  # fmt: skip

    def of_documents(self, chosen: npt.NDArray[Any]) -> Material:
        """Return the part for some documents (mask or positions)."""
        at = np.flatnonzero(chosen) if np.asarray(chosen).dtype == bool else np.asarray(chosen)
        rows = np.isin(self.columns.document, at)
        roles, outline = self.roles, self.outline
        return replace(
            self,
            documents=tuple(self.documents[d] for d in at),
            columns=self.columns.of_documents(at),
            uids=self.uids[rows],
            rounds=self.rounds[rows],
            outline=lambda d: outline(int(at[d])),
            roles=None if roles is None else (lambda d: roles(int(at[d]))),
            variables={k: tuple(v[d] for d in at) for k, v in self.variables.items()},
        )

    def of_round(self, number: int) -> Material:
        """Return the part of one round: its codings, and the documents that coders worked on in it.

        Args:
            number: position in `round_names`.
        """
        rows = np.flatnonzero(self.rounds == number)
        columns = self.columns.select(rows)
        given = np.zeros_like(self.columns.assigned)
        given[columns.document, columns.coder] = True
        here = np.unique(columns.document)
        given[here] |= self.columns.assigned[here]
        part = replace(self, columns=replace(columns, assigned=given), uids=self.uids[rows], rounds=self.rounds[rows])
        return part.of_documents(here)

    def of_coders(self, chosen: Sequence[int]) -> Material:
        """Return the part for some coders."""
        rows = np.isin(self.columns.coder, chosen)
        return replace(
            self,
            coders=tuple(self.coders[i] for i in chosen),
            coder_uids=tuple(self.coder_uids[i] for i in chosen) if self.coder_uids else (),
            columns=self.columns.of_coders(np.asarray(chosen)),
            uids=self.uids[rows],
            rounds=self.rounds[rows],
        )

    def children(self, parent: int) -> list[int]:
        """Return the positions of a code's direct children."""
        return [i for i, c in enumerate(self.codes) if c.parent == parent]

    def ancestry(self) -> npt.NDArray[np.intp]:
        """Return for each code itself and its ancestors: K × (levels), −1 where there is none."""
        deepest = max((c.level for c in self.codes), default=0)
        out = np.full((len(self.codes), deepest + 1), -1, dtype=np.intp)
        for i, code in enumerate(self.codes):
            at = i
            for step in range(code.level + 1):
                out[i, step] = at
                at = self.codes[at].parent
        return out


def _pick(
    kind: str, wanted: Iterable[Any] | None, uids: Sequence[str], *names: Sequence[str], shown: Sequence[str] = ()
) -> list[int]:
    """Return positions of things asked for by uid or by one of their names, all if nothing is asked for.

    Args:
        kind: in the words of a message.
        wanted: names, uids or things.
        uids: of what there is.
        names: lists of names, the exact ones (such as paths) first.
        shown: what a message calls each thing by.
    """
    if wanted is None:
        return list(range(len(uids)))
    out = []
    for thing in [wanted] if isinstance(wanted, str) else wanted:
        key = getattr(thing, "uid", thing)
        lists = (uids, *names)
        found = next((at for one in lists if (at := [i for i, name in enumerate(one) if name == key])), [])
        if not found:
            raise NotFound.among(kind, str(key), names[-1])
        if len(found) > 1:
            raise Ambiguous.among(kind, str(key), [(shown or names[0])[i] for i in found])
        out += found
    return out


def _code_infos(codes: Sequence[Code]) -> tuple[list[CodeInfo], npt.NDArray[np.intp]]:
    """Return the live codes in tree order, and for every given code the one it stands for."""
    by_uid = {c.uid: c for c in codes}

    def resolve(uid: str) -> str:
        seen: set[str] = set()
        while uid in by_uid and (target := by_uid[uid].redirect) and uid not in seen:
            seen.add(uid)
            uid = target
        return uid

    live = [c for c in codes if not c.redirect]
    at = {c.uid: i for i, c in enumerate(live)}
    infos: list[CodeInfo] = []
    for code in live:
        line = [code]
        while (p := line[-1].parent) and p in by_uid and len(line) <= len(codes):
            line.append(by_uid[resolve(p)])
        path = SEPARATOR.join(c.name for c in reversed(line))
        parent = at.get(line[1].uid, -1) if len(line) > 1 else -1
        infos.append(CodeInfo(code.uid, code.name, path, code.name_zh, parent, len(line) - 1, code.exclusive))
    return infos, np.array([at.get(resolve(c.uid), -1) for c in codes], dtype=np.intp)


def _assigned(
    snapshot: Snapshot, documents: Sequence[Document], coders: Sequence[int], rounds: set[str] | None, who: Who
) -> tuple[npt.NDArray[np.bool_], list[str]]:
    """Return who was given what, D × m, and what to say about it."""
    out = np.zeros((len(documents), len(coders)), dtype=bool)
    if who not in WHO:
        raise InvalidValue(f"who is one of {', '.join(WHO)}; {who!r} was given.")
    if who == "all":
        out[:] = True
        return out, [EVERYBODY]
    at_document = {d.uid: i for i, d in enumerate(documents)}
    at_coder = {snapshot.coders[c].uid: i for i, c in enumerate(coders)}
    unfinished = 0
    for a in snapshot.assignments:
        if rounds is not None and a.round is not None and a.round not in rounds:
            continue
        if a.document not in at_document or a.coder not in at_coder:
            continue
        if who == "finished" and a.status != "finished":
            continue
        if who in ("assigned", "finished"):
            unfinished += a.status != "finished"
            out[at_document[a.document], at_coder[a.coder]] = True
    notes: list[str] = []
    if unfinished:
        one = unfinished == 1
        notes.append(
            Note(
                f"{unfinished} assignment{' of a document is' if one else 's of documents are'} not marked finished; what "
                "is not coded there counts as judged not to apply. who='finished' leaves them out.",
                f"有 {unfinished} 项文档分派未标为完成；其中未编码的内容视为判断不适用。who='finished' 可将其排除。",
            )
        )
    return out, notes


def _rounds(snapshot: Snapshot, wanted: Any) -> list[Round] | None:
    if wanted is None:
        return None
    asked = [wanted] if isinstance(wanted, (str, int, Round)) else list(wanted)
    out = []
    for w in asked:
        key = getattr(w, "uid", w)
        found = [r for r in snapshot.rounds if key in (r.uid, r.name, r.number)]
        if not found:
            raise NotFound.among("round", str(key), [r.name for r in snapshot.rounds])
        out.append(found[0])
    return out


def _document_variables(snapshot: Snapshot, documents: Sequence[Document]) -> dict[str, tuple[Any, ...]]:
    """Return variables of documents, and those of the one case that a document belongs to."""
    case_of: dict[str, set[str]] = {}
    for link in snapshot.case_links:
        case_of.setdefault(link.document, set()).add(link.case)
    value = {(v.variable, v.owner): v.value for v in snapshot.values}
    out = {}
    for variable in snapshot.variables:
        column: list[Any] = []
        for d in documents:
            owners = {d.uid} if variable.on == "document" else case_of.get(d.uid, set())
            found = {value[variable.uid, o] for o in owners if (variable.uid, o) in value}
            column.append(found.pop() if len(found) == 1 else None)
        out[variable.name] = tuple(column)
    return out


def _places(number: int, chosen: Sequence[int]) -> npt.NDArray[np.intp]:
    """Return the place of each thing among those chosen, −1 for the others and, at the end, for none."""
    out = np.full(number + 1, -1)
    out[chosen] = np.arange(len(chosen))
    return out


def _of_origins(table: CodingTable, origins: str | Iterable[str]) -> npt.NDArray[np.bool_]:
    """Return a mask of the codings that came about in one of these ways."""
    wanted = {origins} if isinstance(origins, str) else set(origins)
    if unknown := sorted(wanted - set(ORIGINS)):
        raise InvalidValue(f"Codings have no origin {', '.join(unknown)}; there are {', '.join(ORIGINS)}.")
    mask: npt.NDArray[np.bool_] = np.array([o in wanted for o in ORIGINS])[table.origin]
    return mask


def _family(infos: Sequence[CodeInfo], codes: Iterable[Any]) -> list[int]:
    """Return the places of the codes that were asked for, and of all below them."""
    names = [[c.path for c in infos], [c.name_zh for c in infos], [c.name for c in infos]]
    return _with_descendants(infos, _pick("code", codes, [c.uid for c in infos], *names))


def _roles(snapshot: Snapshot) -> dict[str, dict[str, str]]:
    """Return the role of every speaker's label, by document."""
    out: dict[str, dict[str, str]] = {}
    for speaker in snapshot.speakers:
        out.setdefault(speaker.document, {})[speaker.label] = speaker.role
    return out


def material_of_snapshot(
    snapshot: Snapshot,
    *,
    coders: Iterable[Any] | None = None,
    documents: Iterable[Any] | None = None,
    codes: Iterable[Any] | None = None,
    rounds: Any = None,
    origins: Iterable[str] = OWN_WORK,
    who: Who = "assigned",
    level: int | None = None,
) -> Material:
    """Choose what to compare from a Snapshot.

    Args:
        snapshot: the project; texts are not read.
        coders: names, uids or coders; all who coded or were assigned by default.
        documents: names, uids or documents; all by default.
        codes: names, paths, uids or codes; all by default.
        rounds: names, numbers, uids or rounds; all by default.
        origins: what counts as a coder's own work.
        who: what makes a document a coder's: “assigned” (or coded), “finished”, “coded” (at least one
            passage), “all” (every coder worked on every document).
        level: codes deeper in the tree count as their ancestor at this level, 0 being the top.

    Raises:
        NotFound: a name that the project does not have.
        AgreementError: fewer than two coders, or a document asked for that an open blind round covers.
    """
    table = snapshot.codings
    chosen_rounds = _rounds(snapshot, rounds)
    at_coder = _chosen_coders(snapshot, coders)
    at_document = _pick(
        "document", documents, [d.uid for d in snapshot.documents], [d.name for d in snapshot.documents]
    )
    at_document, left_out = _in_sight(snapshot, at_document, named=documents is not None)
    kept_documents = [snapshot.documents[d] for d in at_document]
    infos, stands_for = _code_infos(snapshot.codes)
    coder_of, document_of = _places(len(snapshot.coders), at_coder), _places(len(snapshot.documents), at_document)
    code = stands_for[table.code] if len(table) else np.empty(0, dtype=np.intp)
    keep = (coder_of[table.coder] >= 0) & (document_of[table.document] >= 0) & (code >= 0)
    keep &= _of_origins(table, origins)
    round_uids = None if chosen_rounds is None else {r.uid for r in chosen_rounds}
    if round_uids is not None:
        keep &= np.array([r.uid in round_uids for r in snapshot.rounds] + [False])[table.round]
    if codes is not None:
        family = _family(infos, codes)
        keep &= np.isin(code, family)
        infos, renumber = _subset(infos, family)
        code = renumber[code]
    if level is not None:
        infos, renumber = rolled_up(infos, level)
        code = renumber[code]
    rows = np.flatnonzero(keep)
    lengths = np.array([d.length for d in kept_documents], dtype=np.int64)
    assigned, notes = _assigned(snapshot, kept_documents, at_coder, round_uids, who)
    if left_out:
        notes.append(
            Note(
                f"Left out: {counted(left_out, 'document')} of an open blind round; what was coded there counts when it is closed.",
                f"有 {left_out} 份文档处于进行中的盲编轮次，未计入；该轮结束后计入。",
            )
        )
    document, coder = document_of[table.document[rows]], coder_of[table.coder[rows]]
    if who in ("assigned", "coded"):
        assigned[document, coder] = True
    columns = Columns(
        document, code[rows], coder, table.start[rows], table.end[rows], lengths, max(len(infos), 1), assigned
    )
    outlines, speakers = snapshot.outlines, _roles(snapshot)
    return Material(
        coders=tuple(snapshot.coders[c].name for c in at_coder),
        codes=tuple(infos),
        documents=tuple(DocumentInfo(d.uid, d.name, d.length, d.language) for d in kept_documents),
        columns=columns,
        uids=table.uid[rows],
        rounds=table.round[rows],
        round_names=tuple(r.name for r in snapshot.rounds),
        coder_uids=tuple(snapshot.coders[c].uid for c in at_coder),
        outline=lambda d: outlines.get(kept_documents[d].uid) or Outline(),
        roles=lambda d: speakers.get(kept_documents[d].uid, {}),
        variables=_document_variables(snapshot, kept_documents),
        notes=tuple(notes),
    )


def _in_sight(snapshot: Snapshot, chosen: Sequence[int], *, named: bool) -> tuple[list[int], int]:
    """Return the documents that no open blind round covers, and how many it keeps back.

    Others' work there is hidden from the snapshot, so that to compare it would call hidden work disagreement.
    """
    running = {r.uid for r in snapshot.rounds if r.status == "open" and r.blind}
    blind = {a.document for a in snapshot.assignments if a.round in running} if running else set()
    hidden = [snapshot.documents[d].name for d in chosen if snapshot.documents[d].uid in blind]
    if hidden and named:
        raise AgreementError(f"{', '.join(hidden)}: in an open blind round; the figures come when it is closed.")
    return [d for d in chosen if snapshot.documents[d].uid not in blind], len(hidden)


def _chosen_coders(snapshot: Snapshot, coders: Iterable[Any] | None) -> list[int]:
    names = [c.name for c in snapshot.coders]
    if coders is None:
        active = {int(c) for c in np.unique(snapshot.codings.coder)} if len(snapshot.codings) else set()
        given = {a.coder for a in snapshot.assignments}
        chosen = [i for i, c in enumerate(snapshot.coders) if i in active or c.uid in given]
    else:
        chosen = _pick("coder", coders, [c.uid for c in snapshot.coders], names)
    if len(set(chosen)) < 2:
        shown = ", ".join(names[c] for c in chosen) or "nobody"
        raise AgreementError(f"Agreement needs two coders; here {shown} coded. Name them with coders=[…].")
    return list(dict.fromkeys(chosen))


def _with_descendants(infos: Sequence[CodeInfo], chosen: Iterable[int]) -> list[int]:
    kept = set(chosen)
    for i, info in enumerate(infos):  # parents stand before their children
        if info.parent in kept:
            kept.add(i)
    return sorted(kept)


def _subset(infos: Sequence[CodeInfo], kept: Sequence[int]) -> tuple[list[CodeInfo], npt.NDArray[np.intp]]:
    renumber = np.full(len(infos) + 1, -1, dtype=np.intp)
    renumber[list(kept)] = np.arange(len(kept))
    out: list[CodeInfo] = []
    for i in kept:
        parent = int(renumber[infos[i].parent]) if infos[i].parent >= 0 else -1
        level = out[parent].level + 1 if parent >= 0 else 0
        out.append(replace(infos[i], parent=parent, level=level))
    return out, renumber


def rolled_up(infos: Sequence[CodeInfo], level: int) -> tuple[list[CodeInfo], npt.NDArray[np.intp]]:
    """Return the codes down to a level, and for every code the one that it counts as."""
    if level < 0:
        raise InvalidValue(f"A level counts from 0, the top of the tree; {level} was given.")
    kept, renumber = _subset(infos, [i for i, info in enumerate(infos) if info.level <= level])
    for i, info in enumerate(infos):  # parents stand before their children
        if info.level > level:
            renumber[i] = renumber[info.parent]
    return kept, renumber
