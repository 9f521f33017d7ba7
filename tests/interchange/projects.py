"""Strategies for random projects, and what is left of one after the losses that an export has reported."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise

from hypothesis import strategies as st

from coding.exporters.quotable import Closed
from coding.model import (
    Assignment,
    Case,
    CaseLink,
    Code,
    Coder,
    CodeVersion,
    Coding,
    Cue,
    Decision,
    Document,
    Link,
    Memo,
    Outline,
    Paragraph,
    ProjectInfo,
    Relation,
    Round,
    Set,
    Snapshot,
    Speaker,
    Suggestion,
    Turn,
    Value,
    Variable,
)
from coding.refi import BREAKS, ILLEGAL, RELATION_KINDS

WORDS = st.sampled_from(["Pressure", "压力", "P/01"]) | st.text(
    alphabet="ab cé排名😀𠮷\u0301/:*?<>\"&'=.~\n\t\x07", min_size=1, max_size=12
).filter(lambda name: ILLEGAL.sub("", name).strip())
LONG = WORDS | st.just("很长的名字 " * 20 + "end")
BODY = st.text(alphabet='ab \n\r排名😀𠮷<>&"]:\u0301\x0b\ufffe', max_size=40)
LABELLED = st.sampled_from(["Include: a", "x\n\nInclude: b\nKey: c", "Definition: d", "\n\n", "  two", "Domain: y"])
TIMES = st.sampled_from([0, 1_700_000_000_000, 1_700_000_000_001, 86_400_000, 2**53])
QUOTABLE = st.sampled_from(["verbatim", "verbatim", "verbatim", "paraphrase", "no"])


class Maker:
    """Draws the parts of one project; each sees those before it."""

    def __init__(self, draw):
        self.draw = draw

    def uid(self):
        return str(self.draw(st.uuids(version=4)))

    def some(self, low, high):
        return range(self.draw(st.integers(low, high)))

    def one(self, things):
        return self.draw(st.sampled_from(list(things)))

    def yes(self):
        return self.draw(st.integers(0, 3)) == 0

    def codes(self):
        draw, codes, siblings = self.draw, [], Counter()
        for _ in self.some(1, 9):
            # now and then anywhere, mostly below the last one: deep trees
            parent = self.one([None, *(c.uid for c in codes), *[codes[-1].uid] * 3] if codes else [None])
            position = siblings[parent]
            siblings[parent] += 1
            gone = self.yes() and self.yes()
            into = self.one([None, *(c.uid for c in codes if not c.redirect and c.uid != parent)]) if gone else None
            codes.append(
                Code(
                    self.uid(), draw(LONG), parent, position, key=draw(st.none() | st.just("a.b")),
                    name_zh=draw(st.just("") | WORDS), definition=draw(BODY | LABELLED), include=draw(BODY | LABELLED),
                    exclude_zh=draw(BODY), example=draw(BODY), aliases=tuple(draw(st.lists(WORDS, max_size=2))),
                    cues=tuple(Cue(t, "zh", draw(st.booleans())) for t in draw(st.lists(WORDS, max_size=2))),
                    direction=draw(st.sampled_from(["", "top-down"])), hue=draw(st.none() | st.integers(0, 359)),
                    exclusive=draw(st.booleans()), codable=draw(st.booleans()), stage=draw(st.sampled_from(["", "axial"])),
                    retired=gone, redirect=into, version=draw(st.integers(1, 2)),
                )
            )  # fmt: skip
        return in_tree_order(codes)

    def documents(self):
        draw, texts, documents = self.draw, {}, []
        for _ in self.some(1, 3):
            text = draw(st.text(alphabet="ab \n排名。😀𠮷\u0301", min_size=1, max_size=60))
            d = Document(
                self.uid(), draw(WORDS), len(text), hashlib.sha256(text.encode()).hexdigest(),
                language=self.one(["und", "zh"]), kind=self.one(["document", "interview"]), description=draw(BODY),
                folder=self.one(["", "north"]), quotable=draw(QUOTABLE), created=draw(TIMES),
                original=self.one([None, None, *(x.uid for x in documents)]), translator=self.one(["", "Mr Wu"]),
                source_name=self.one(["", "a.docx"]), version=draw(st.integers(1, 2)), notes=self.one([(), ("cut",)]),
            )  # fmt: skip
            texts[d.uid] = text
            documents.append(d)
        return documents, texts

    def outline(self, length):
        ends = sorted({*self.draw(st.lists(st.integers(0, length), max_size=3)), 0, length})
        cut = list(pairwise(ends))
        turns = tuple(Turn(a, b, a, self.one(["A", "B", "I"]), self.one(["respondent", "interviewer"])) for a, b in cut)
        return Outline("und", tuple(Paragraph(a, b) for a, b in cut), turns, tuple(cut))

    def codings(self, documents, codes, coders, rounds):
        draw, seen = self.draw, {}
        for _ in self.some(0, 8):
            d = self.one(documents)
            start = draw(st.integers(0, d.length - 1))
            key = (d.uid, self.one(codes).uid, self.one(coders).uid, start, draw(st.integers(start + 1, d.length)))
            seen.setdefault(key, Coding(
                self.uid(), *key, origin=self.one(["imported", "manual"]), created=draw(TIMES),
                round=self.one([None, *(r.uid for r in rounds)]), code_version=draw(st.integers(1, 2)),
                confidence=self.one(["", "", "low"]), quotable=self.one(["", "", "", "verbatim", "no"]),
            ))  # fmt: skip
        return list(seen.values())

    def memos(self, about, coders):
        memos = []
        for _ in self.some(0, 3):
            to = [self.one([*about, *(m.uid for m in memos)]) for _ in self.some(0, 2)]
            memos.append(Memo(self.uid(), self.draw(BODY), self.draw(st.just("") | WORDS), self.one(["memo", "theory"]),
                              tuple(dict.fromkeys(to)), self.one([None, coders[0].uid]), self.draw(TIMES),
                              self.draw(TIMES)))  # fmt: skip
        return memos


@st.composite
def snapshots(draw):
    m = Maker(draw)
    coders = tuple(Coder(m.uid(), draw(WORDS), m.one(["coder", "lead"]), m.one([(), ("zh",)])) for _ in m.some(1, 3))
    codes = m.codes()
    documents, texts = m.documents()
    rounds = tuple(Round(m.uid(), draw(WORDS), i) for i in m.some(0, 1))
    rows = m.codings(documents, codes, coders, rounds)
    cases = tuple(Case(m.uid(), draw(WORDS), m.one(["person", "town"]), draw(st.just("") | WORDS), draw(BODY),
                       draw(QUOTABLE)) for _ in m.some(0, 2))  # fmt: skip
    ties = [CaseLink(c.uid, d.uid, *m.one([(None, None), (0, d.length)])) for c in cases for d in documents if m.yes()]
    outlines = {d.uid: m.outline(d.length) for d in documents if m.yes()}
    speakers = [Speaker(d.uid, label, m.one([None, *(c.uid for c in cases)]), uid=m.uid())
                for d in documents for label in ("A", "B") if m.yes()]  # fmt: skip
    variables = (Variable(m.uid(), draw(WORDS), "Integer", description=draw(BODY)), Variable(m.uid(), "Year", "Float", "document"),
                 Variable(m.uid(), "When", "Date"))  # fmt: skip
    cells = st.sampled_from(["2024-02-29", "2024-02-31", "0000-01-01", "10000-01-01", "soon", "", " ", "a\rb", "\x00"])
    values = [Value(variables[0].uid, c.uid, draw(st.integers(-9, 10**30) | st.booleans())) for c in cases]
    values += [Value(variables[1].uid, documents[0].uid, draw(st.floats()))]
    values += [Value(variables[2].uid, c.uid, draw(cells)) for c in cases]
    links = tuple(
        Link(m.uid(), m.one([documents[0].uid, codes[0].uid, m.uid()]), m.one([codes[-1].uid, documents[-1].uid]),
             m.one(["see", "", "causes", draw(WORDS)]), m.one(["OneWay", "Associative"])) for _ in m.some(0, 2)
    )  # fmt: skip
    relations = tuple(
        Relation(m.uid(), m.one(codes).uid, "causes", m.one(codes).uid, draw(BODY), tuple(r.uid for r in rows[:1]))
        for _ in m.some(0, 1)
    )
    groups = (codes, documents, cases, rows, variables, links, rounds, relations)
    memos = m.memos([x.uid for group in groups for x in group] or [codes[0].uid], coders)
    members = [*(c.uid for c in codes), *(d.uid for d in documents), *(x.uid for x in memos), *(r.uid for r in rows)]
    sets = tuple(Set(m.uid(), draw(WORDS), tuple(draw(st.lists(st.sampled_from(members), max_size=3, unique=True))),
                     draw(BODY)) for _ in m.some(0, 1))  # fmt: skip
    return Snapshot(
        ProjectInfo(m.uid(), draw(WORDS), draw(BODY), draw(TIMES), m.one([{}, {"language": "zh"}])), coders, tuple(codes),
        tuple(documents), texts, outlines, cases=cases, case_links=tuple(ties), speakers=tuple(speakers),
        variables=variables, values=tuple(values), memos=tuple(memos), relations=relations, links=links, sets=sets,
        rounds=rounds, assignments=tuple(Assignment(documents[0].uid, c.uid, uid=m.uid()) for c in coders if m.yes()),
        decisions=tuple(Decision(m.uid(), documents[0].uid, 0, 1, "a") for _ in m.some(0, 1)),
        suggestions=tuple(Suggestion(m.uid(), documents[0].uid, codes[0].uid, 0, 1, "cues") for _ in m.some(0, 1)),
        code_versions=tuple(CodeVersion(codes[0].uid, 2, "content", ("hue",)) for _ in m.some(0, 1)),
    ).with_codings(rows)  # fmt: skip


def in_tree_order(codes):
    out, stack = [], [c for c in reversed(codes) if c.parent is None]
    while stack:
        code = stack.pop()
        out.append(code)
        stack.extend(reversed([c for c in codes if c.parent == code.uid]))
    return out


# -- what each loss does ------------------------------------------------------------------------------------------------


def every_text(thing, change):
    """Return a value with every text in it changed."""
    if isinstance(thing, str):
        return change(thing)
    if isinstance(thing, tuple):
        return tuple(every_text(part, change) for part in thing)
    if is_dataclass(thing):
        kept = {f.name: every_text(getattr(thing, f.name), change) for f in fields(thing)}
        return replace(thing, **kept)
    return thing


def no_control_characters(s):
    names = (
        "project",
        "coders",
        "codes",
        "documents",
        "cases",
        "variables",
        "values",
        "memos",
        "relations",
        "links",
        "sets",
    )
    return replace(s, **{n: every_text(getattr(s, n), lambda text: ILLEGAL.sub("", text)) for n in names})


def flat(text):
    return BREAKS.sub(" ", text)


def one_line_names(s):
    def named(things):
        return tuple(replace(x, name=flat(x.name)) for x in things)

    codes = tuple(replace(c, aliases=tuple(map(flat, c.aliases)), cues=tuple(replace(q, text=flat(q.text)) for q in c.cues))
                  for c in s.codes)  # fmt: skip
    return replace(
        s, project=replace(s.project, name=flat(s.project.name)), coders=named(s.coders), links=named(s.links),
        sets=named(s.sets), memos=tuple(replace(m, title=flat(m.title)) for m in s.memos), codes=codes,
    )  # fmt: skip


def resolve(s, uid):
    by_uid = {c.uid: c for c in s.codes}
    while uid in by_uid and by_uid[uid].redirect:
        uid = by_uid[uid].redirect
    return uid


def unmerged(s):
    """Let everything of a merged code be its target's; the code goes, or stays as a retired folder of its children."""

    def to(uid):
        return resolve(s, uid)

    merged = {c.uid for c in s.codes if c.redirect}
    rows = [replace(c, code=to(c.code)) for c in s.iter_codings()]
    kept = [
        replace(c, redirect=None) for c in s.codes if not c.redirect or holds_something(s, c, {r.code for r in rows})
    ]
    return replace(
        s, codes=tuple(kept), memos=tuple(replace(m, about=tuple(dict.fromkeys(map(to, m.about)))) for m in s.memos),
        relations=tuple(replace(r, source=to(r.source), target=to(r.target)) for r in s.relations),
        links=tuple(replace(x, source=to(x.source), target=to(x.target)) for x in s.links),
        sets=tuple(replace(x, members=tuple(dict.fromkeys(map(to, x.members)))) for x in s.sets),
    ).with_codings(rows) if merged else s  # fmt: skip


def holds_something(s, code, coded):
    """Say whether a code has codings or stands above one that is written."""
    below = [c for c in s.codes if c.parent == code.uid]
    return code.uid in coded or any((not c.retired and not c.redirect) or holds_something(s, c, coded) for c in below)


def without_retired(s):
    coded = {c.code for c in s.iter_codings()}
    gone = {c.uid for c in s.codes if c.retired and not holds_something(s, c, coded)}
    kept = tuple(c for c in s.codes if c.uid not in gone)
    return replace(s, codes=kept).with_codings(s.iter_codings())


def once(s):
    seen, rows = {}, []
    order = {c.uid: i for i, c in enumerate(s.codes)}
    coder = {c.uid: i for i, c in enumerate(s.coders)}
    for c in sorted(
        s.iter_codings(), key=lambda c: (c.document, c.start, -c.end, order[c.code], coder[c.coder], c.uid)
    ):
        if seen.setdefault((c.document, c.start, c.end, c.code, c.coder), c.uid) == c.uid:
            rows.append(c)
    here = {(c.document, c.start, c.end, c.code, c.coder): c.uid for c in rows}
    moved = {c.uid: here[c.document, c.start, c.end, c.code, c.coder] for c in s.iter_codings()}

    def to(uids):
        return tuple(dict.fromkeys(moved.get(u, u) for u in uids))

    return replace(s, memos=tuple(replace(m, about=to(m.about)) for m in s.memos)).with_codings(rows)


def known(s):
    groups = (s.codes, s.documents, s.cases, s.memos, s.variables, s.iter_codings())
    return {x.uid for group in groups for x in group}


def with_turns(s):
    """Cut ties in talks of several people, and tie a case to the documents where only a label says that she speaks."""
    labels = {(x.case, x.document) for x in s.speakers if x.case}
    tied = {(x.case, x.document) for x in s.case_links}
    ties = [*s.case_links, *(CaseLink(*pair) for pair in labels - tied)]
    out = []
    for tie in ties:
        people = {x.case for x in ties if x.document == tie.document}
        mine = {x.label for x in s.speakers if (x.case, x.document) == (tie.case, tie.document)}
        turns = [t for t in s.outlines.get(tie.document, Outline()).turns if t.speaker in mine]
        cut = tie.start is None and len(people) > 1 and turns
        out += [CaseLink(tie.case, tie.document, t.start, t.end) for t in turns] if cut else [tie]
    return replace(s, case_links=tuple(out))


def timed(ms):
    return ms // 1000 * 1000 if 365 * 86_400_000 <= ms < 253_370_764_800_000 else 0


def to_seconds(s):
    return replace(
        s, project=replace(s.project, created=timed(s.project.created)),
        documents=tuple(replace(d, created=timed(d.created)) for d in s.documents),
        memos=tuple(replace(m, created=timed(m.created), modified=timed(m.modified)) for m in s.memos),
    ).with_codings(replace(c, created=timed(c.created)) for c in s.iter_codings())  # fmt: skip


def in_groups(s):
    groups = [{x.uid for x in group} for group in (s.codes, s.documents, s.memos)]
    return replace(s, sets=tuple(
        replace(x, members=tuple(u for g in groups for u in x.members if u in g)) for x in s.sets
    ))  # fmt: skip


def as_relations(s):
    codes = {c.uid for c in s.codes}
    alike = [
        x for x in s.links if x.name in RELATION_KINDS and x.direction == "OneWay" and {x.source, x.target} <= codes
    ]
    new = tuple(Relation(x.uid, x.source, x.name, x.target) for x in alike)
    return replace(s, links=tuple(x for x in s.links if x not in alike), relations=(*s.relations, *new))


def codings(s, **changes):
    return s.with_codings(replace(c, **changes) for c in s.iter_codings())


def within(s, group):
    there = known(s)
    return replace(s, **{group: tuple(x for x in getattr(s, group) if {x.source, x.target} <= there)})


def bearing(s):
    there = known(s) | {x.uid for x in (*s.links, *s.relations)}
    return replace(s, memos=tuple(replace(m, about=tuple(u for u in m.about if u in there)) for m in s.memos))


def withheld(s):
    closed = Closed(s)
    return replace(s, texts={uid: closed.text(uid) for uid in s.texts})


def with_hashes(s):
    """Count length and hash of each text anew."""
    return replace(s, documents=tuple(
        replace(d, sha256=hashlib.sha256(s.texts[d.uid].encode()).hexdigest()) for d in s.documents
    ))  # fmt: skip


LOSE = {
    "withheld words": withheld,
    "turns of cases": lambda s: s,
    "speaker labels": lambda s: replace(with_turns(s), speakers=()),
    "project settings": lambda s: replace(s, project=replace(s.project, settings={})),
    "rounds": lambda s: replace(codings(s, round=None), rounds=()),
    "assignments": lambda s: replace(s, assignments=()),
    "decisions": lambda s: replace(s, decisions=()),
    "suggestions": lambda s: replace(s, suggestions=()),
    "merged codes": unmerged,
    "retired codes": without_retired,
    "code versions": lambda s: replace(s, codes=tuple(replace(c, version=1) for c in s.codes), code_versions=()),
    "marks of codings": lambda s: replace(s, details={}),
    "origins of codings": lambda s: codings(s, origin="imported"),
    "versions of codings": lambda s: codings(s, code_version=1, document_version=1),
    "codings twice": once,
    "units": lambda s: replace(s, outlines={}),
    "origins of documents": lambda s: replace(s, documents=tuple(
        replace(d, source_name="", encoding="", notes=(), version=1) for d in s.documents)),
    "coders' roles and languages": lambda s: replace(s, coders=tuple(Coder(c.uid, c.name) for c in s.coders)),
    "times": to_seconds,
    "values that are no numbers": lambda s: replace(s, values=tuple(
        v for v in s.values if not isinstance(v.value, float) or math.isfinite(v.value))),
    "control characters": no_control_characters,
    "empty values": lambda s: replace(s, values=tuple(v for v in s.values if v.value != "")),
    "line breaks in names": one_line_names,
    "codings that show a relation": lambda s: replace(s, relations=tuple(replace(r, codings=()) for r in s.relations)),
    "relations": lambda s: within(s, "relations"),
    "links": lambda s: within(s, "links"),
    "links named like relations": as_relations,
    "members of sets": in_groups,
    "what memos are about": bearing,
}  # fmt: skip
"""What becomes of a project by each loss, in an order in which they can follow each other."""


def left_of(snapshot, reported):
    """Return what must come back: the project but for the losses that were reported, and nothing else."""
    for what, lose in LOSE.items():
        if what in reported:
            snapshot = lose(snapshot)
    return snapshot


def comparable(snapshot):
    """Return all of a project as values that are equal when it is, whatever the order where that means nothing.

    Left out: uids of the project, of ties and of values, which no other program keeps.
    """
    s = snapshot
    position: Counter[str | None] = Counter()
    codes = []
    for code in s.codes:  # an order is kept, its numbers are counted anew
        codes.append(replace(code, position=position[code.parent]))
        position[code.parent] += 1
    return {
        "project": replace(s.project, uid=""),
        "codes": codes,
        "documents": list(s.documents),
        "texts": dict(s.texts),
        "outlines": dict(s.outlines),
        "codings": sorted(s.iter_codings(), key=repr),
        "ties": sorted({(x.case, x.document, x.start, x.end) for x in s.case_links}, key=repr),
        "values": sorted((v.variable, v.owner, repr(v.value)) for v in s.values),
        "memos": [replace(m, about=tuple(sorted(m.about))) for m in s.memos],
        **{name: sorted(getattr(s, name), key=repr) for name in ("coders", "relations", "links", "speakers")},
        **{name: list(getattr(s, name)) for name in ("cases", "variables", "sets", "rounds", "assignments", "decisions",
                                                     "suggestions", "code_versions")},
    }  # fmt: skip


__all__ = ["LOSE", "comparable", "in_tree_order", "left_of", "snapshots", "with_hashes"]
