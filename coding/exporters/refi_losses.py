"""What a REFI-QDA file cannot hold of a project: the list that docs/interchange.md shows and tests go by."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from coding.exporters.report import Loss
from coding.model import ORIGINS
from coding.refi import BREAKS, RELATION_KINDS, time_lost

if TYPE_CHECKING:
    from coding.exporters.refi_plan import Plan

__all__ = ["LOSSES", "Kind", "losses"]

_ALL: Final = ("standard", "nvivo", "atlasti", "maxqda")


@dataclass(frozen=True, slots=True)
class Kind:
    """One way in which a project changes on its way."""

    reason: str
    profiles: tuple[str, ...] = _ALL
    returns: bool = False
    """Whether it comes back to us all the same, since the description holds it or our reader knows it."""


LOSSES: Final[dict[str, Kind]] = {
    "project settings": Kind("a project has a name, a description and a date only; it also gets a new identity"),
    "rounds": Kind("rounds and which coding belongs to one stay behind"),
    "assignments": Kind("who was given which document stays behind"),
    "decisions": Kind("the consensus layer stays behind; the coders' own codings are written"),
    "suggestions": Kind("suggestions are no codings and stay behind"),
    "merged codes": Kind("all that is theirs is written under the code they were merged into"),
    "retired codes": Kind("retired and without codings: left out"),
    "code versions": Kind("the history of wordings stays behind"),
    "marks of codings": Kind("confidence, permission to quote and ancestry of single codings"),
    "origins of codings": Kind("how a coding came about; all arrive as imported"),
    "versions of codings": Kind("which wording of the code and which version of the text a coding was made under"),
    "codings twice": Kind("the same coder, code and passage after merging codes; they arrive as one"),
    "speaker labels": Kind("who stands behind a label; that a document or her turns are a case's is written"),
    "turns of cases": Kind("in a talk of several people a case tied to the whole document is written as her turns"),
    "units": Kind("sentences, turns and paragraph roles are cut anew on arrival"),
    "origins of documents": Kind("name and encoding of the file, version of the text, notes of the import"),
    "coders' roles and languages": Kind("a user has a name only"),
    "times": Kind("written to the second; none before 1971 or after 9998"),
    "values that are no numbers": Kind("NaN and infinity cannot be written"),
    "empty values": Kind("a text without a character counts as missing"),
    "control characters": Kind("not allowed in XML; removed from names, memos and descriptions"),
    "line breaks in names": Kind("tabs and line breaks in names, titles, cues and other names of a code are spaces"),
    "codings that show a relation": Kind("a relation arrives as a link between two codes, with its note"),
    "relations": Kind("an end is not in the file"),
    "links": Kind("an end is not in the file"),
    "links named like relations": Kind("a link from one code to another that bears the name of a relation arrives as one"),
    "members of sets": Kind("a set can hold codes, documents and memos only, in this order"),
    "what memos are about": Kind("it is not in the file, or cannot bear a memo there"),
    "withheld words": Kind("words that may not be quoted stand as █ in the texts; full_text=True (in a shell "
                           "--full-text) writes them, for people who may read them"),
    "domains": Kind("that subcodes exclude each other stands in the description; the target does not enforce it",
                    returns=True),
    "permissions to quote": Kind("of documents and cases: stand in the description only", returns=True),
    "code names": Kind("shortened, written with “~” or numbered for the target; the name in the project stands in the "
                       "description", ("nvivo", "maxqda"), returns=True),
    "other names": Kind("written with “~” or numbered for the target; the name in the project stands in the "
                        "description", ("nvivo", "maxqda"), returns=True),
    "sets": Kind("NVivo wrote no sets in any file we saw; whether it reads them is unknown", ("nvivo",), returns=True),
    "cases": Kind("the target has no cases; what it makes of them is its own choice", ("atlasti", "maxqda"),
                  returns=True),
}  # fmt: skip
"""By stable key: what happens to it, for which profiles."""

Found = Iterator[tuple[str, Iterable[str] | int]]


def losses(plan: Plan) -> list[Loss]:
    """Return what the target will not get, in the order of `LOSSES`, before anything is written."""
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for what, things in (
        *_stays_behind(plan),
        *_of_codings(plan),
        *_of_values(plan),
        *_of_ties(plan),
        *_of_target(plan),
    ):
        names = () if isinstance(things, int) else tuple(things)
        found[what] = (things if isinstance(things, int) else len(names), names[:10])
    return [
        Loss(what, found[what][0], kind.reason, found[what][1])
        for what, kind in LOSSES.items()
        if plan.profile.name in kind.profiles and what in found and found[what][0]
    ]


def _stays_behind(plan: Plan) -> Found:
    s = plan.snapshot
    yield "project settings", sorted(s.project.settings)
    yield "rounds", [r.name for r in s.rounds]
    yield "assignments", len(s.assignments)
    yield "decisions", len(s.decisions)
    yield "suggestions", len(s.suggestions)
    yield "merged codes", [c.name for c in s.codes if c.redirect]
    left = {c.uid for c in plan.codes}
    yield "retired codes", [c.name for c in s.codes if c.uid not in left and not c.redirect]
    yield "code versions", len({c.uid for c in s.codes if c.version > 1} | {v.code for v in s.code_versions})
    yield "speaker labels", len(s.speakers)
    yield "units", len(s.outlines)
    told = (d.name for d in s.documents if d.source_name or d.encoding or d.notes or d.version != 1)
    yield "origins of documents", tuple(told)
    yield "coders' roles and languages", sum(c.role != "coder" or bool(c.languages) for c in s.coders)


def _of_codings(plan: Plan) -> Found:
    s, t = plan.snapshot, plan.snapshot.codings
    yield "marks of codings", len(s.details)
    yield "origins of codings", int(np.count_nonzero(t.origin != ORIGINS.index("imported")))
    yield "versions of codings", int(np.count_nonzero((t.code_version != 1) | (t.document_version != 1)))
    keys = np.stack([t.document, plan.code_of, t.coder, t.start, t.end]) if len(t) else np.empty((5, 0))
    yield "codings twice", len(t) - np.unique(keys, axis=1).shape[1]
    other = [s.project.created, *(d.created for d in s.documents)]
    other += [ms for m in s.memos for ms in (m.created, m.modified)]
    yield "times", sum(map(time_lost, (*other, *t.created.tolist())))


def _of_values(plan: Plan) -> Found:
    s = plan.snapshot
    yield "values that are no numbers", sum(isinstance(v.value, float) and not math.isfinite(v.value) for v in s.values)
    yield "empty values", sum(v.value == "" for v in s.values)
    yield "control characters", plan.control
    named: list[Any] = [s.project, *s.coders, *s.links, *s.sets]
    lines: list[str] = [x.name for x in named]
    lines += [m.title for m in s.memos]
    lines += [a for c in plan.codes for a in (*c.aliases, *c.review)]
    lines += [cue.text for c in plan.codes for cue in c.cues]
    yield "line breaks in names", sum(bool(BREAKS.search(x)) for x in lines)


def _of_ties(plan: Plan) -> Found:
    s = plan.snapshot
    yield "turns of cases", plan.ties[1]
    yield "codings that show a relation", sum(len(r.codings) for r in s.relations)
    there = {x.uid for x in plan.relations} | {x.uid for x in plan.links}
    yield "relations", [r.kind for r in s.relations if r.uid not in there]
    yield "links", [x.name or x.uid for x in s.links if x.uid not in there]
    codes = plan.code_names.keys()
    alike = (
        x for x in plan.links if x.name in RELATION_KINDS and x.direction == "OneWay" and {x.source, x.target} <= codes
    )
    yield "links named like relations", [x.name for x in alike]
    yield "members of sets", sum(x.members != plan.set_members[x.uid] for x in s.sets)
    yield "what memos are about", sum(m.about != plan.about[m.uid] for m in s.memos)
    yield "withheld words", plan.closed


def _of_target(plan: Plan) -> Found:
    s = plan.snapshot
    yield "domains", [c.name for c in plan.codes if c.exclusive]
    withheld = [d.name for d in s.documents if d.quotable != "verbatim"]
    yield "permissions to quote", [*withheld, *(c.name for c in s.cases if c.quotable != "verbatim")]
    yield "code names", [r.name for r in plan.renamed if r.kind == "code"]
    yield "other names", sum(Counter(r.kind for r in plan.renamed if r.kind != "code").values())
    yield "sets", len(s.sets)
    yield "cases", len(s.cases)
