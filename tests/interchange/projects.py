"""Strategies for random projects, and what a project is after the losses that every REFI-QDA file has."""

from __future__ import annotations

import hashlib

from hypothesis import strategies as st

from coding.model import (
    Case,
    CaseLink,
    Code,
    Coder,
    Coding,
    Cue,
    Document,
    Link,
    Memo,
    ProjectInfo,
    Relation,
    Set,
    Snapshot,
    Value,
    Variable,
)

WORDS = st.text(alphabet="ab cé排名😀𠮷\u0301/:*?<>\"&'=.~", min_size=1, max_size=12).filter(str.strip)
BODY = st.text(alphabet='ab \n排名😀𠮷<>&"]:\u0301', max_size=40)
LABELLED = st.sampled_from(["Include: a", "x\n\nInclude: b\nKey: c", "Definition: d", "\n\n", "  two", "Domain: y"])


def uid(data):
    return str(data.draw(st.uuids(version=4)))


@st.composite
def snapshots(draw):
    data = draw(st.data())
    n_codes, n_documents = draw(st.integers(1, 7)), draw(st.integers(1, 3))
    coders = tuple(Coder(uid(data), draw(WORDS)) for _ in range(draw(st.integers(1, 3))))
    codes, siblings = [], {}
    for _ in range(n_codes):
        parent = draw(st.sampled_from([None, *(c.uid for c in codes)]))
        position = siblings[parent] = siblings.get(parent, -1) + 1
        codes.append(
            Code(
                uid(data), draw(WORDS), parent, position, key=draw(st.none() | st.just("a.b")), name_zh=draw(st.just("") | WORDS),
                definition=draw(BODY | LABELLED), include=draw(BODY | LABELLED), exclude_zh=draw(BODY), example=draw(BODY),
                cues=tuple(Cue(" ".join(t.split()), "zh", draw(st.booleans())) for t in draw(st.lists(WORDS, max_size=2))),
                aliases=tuple(draw(st.lists(WORDS, max_size=2))), direction=draw(st.sampled_from(["", "top-down"])),
                hue=draw(st.none() | st.integers(0, 359)), exclusive=draw(st.booleans()), codable=draw(st.booleans()),
                stage=draw(st.sampled_from(["", "axial"])),
            )
        )  # fmt: skip
    codes = in_tree_order(codes)
    texts, documents = {}, []
    for _ in range(n_documents):
        text = draw(st.text(alphabet="ab \n排名。😀𠮷\u0301", min_size=1, max_size=60))
        d = Document(uid(data), draw(WORDS), len(text), hashlib.sha256(text.encode()).hexdigest(),
                     language=draw(st.sampled_from(["und", "zh"])), kind=draw(st.sampled_from(["document", "interview"])),
                     description=draw(BODY), folder=draw(st.sampled_from(["", "north"])),
                     quotable=draw(st.sampled_from(["verbatim", "no"])), created=draw(st.sampled_from([0, 1_700_000_000_000])))  # fmt: skip
        texts[d.uid] = text
        documents.append(d)
    rows, seen = [], set()
    for _ in range(draw(st.integers(0, 8))):
        d = draw(st.sampled_from(documents))
        start = draw(st.integers(0, d.length - 1))
        key = (d.uid, draw(st.sampled_from(codes)).uid, draw(st.sampled_from(coders)).uid, start,
               draw(st.integers(start + 1, d.length)))  # fmt: skip
        if key not in seen:
            seen.add(key)
            rows.append(
                Coding(uid(data), *key, origin="imported", created=draw(st.sampled_from([0, 1_600_000_000_000])))
            )
    cases = tuple(Case(uid(data), draw(WORDS), draw(st.sampled_from(["person", "town"])), draw(st.just("") | WORDS),
                       draw(BODY)) for _ in range(draw(st.integers(0, 2))))  # fmt: skip
    variables = (
        Variable(uid(data), "Age", "Integer", description=draw(BODY)),
        Variable(uid(data), "Year", "Float", "document"),
    )
    values = [Value(variables[0].uid, c.uid, draw(st.integers(-9, 10**12))) for c in cases]
    values += [Value(variables[1].uid, documents[0].uid, draw(st.floats(allow_nan=False, allow_infinity=False)))]
    links = []
    for case in cases:
        d = draw(st.sampled_from(documents))
        links.append(CaseLink(case.uid, d.uid, *draw(st.sampled_from([(None, None), (0, d.length)]))))
    about = [None, codes[0].uid, documents[0].uid, *(c.uid for c in cases), *(r.uid for r in rows)]
    memos = []
    for _ in range(draw(st.integers(0, 3))):
        to = draw(st.sampled_from([*about, *(m.uid for m in memos)]))
        memos.append(Memo(uid(data), draw(BODY), draw(st.just("") | WORDS), draw(st.sampled_from(["memo", "theory"])),
                          (to,) if to else (), draw(st.sampled_from([None, coders[0].uid]))))  # fmt: skip
    return Snapshot(
        ProjectInfo(uid(data), draw(WORDS), draw(BODY), 1_700_000_000_000), coders, tuple(codes), tuple(documents), texts,
        cases=cases, case_links=tuple(links), variables=variables, values=tuple(values), memos=tuple(memos),
        relations=(Relation(uid(data), codes[0].uid, "causes", codes[-1].uid, draw(BODY)),),
        links=(Link(uid(data), documents[0].uid, codes[0].uid, "see", "OneWay"),),
        sets=(Set(uid(data), draw(WORDS), (codes[0].uid, documents[0].uid), draw(BODY)),),
    ).with_codings(rows)  # fmt: skip


def in_tree_order(codes):
    out, stack = [], [c for c in reversed(codes) if c.parent is None]
    while stack:
        code = stack.pop()
        out.append(code)
        stack.extend(reversed([c for c in codes if c.parent == code.uid]))
    return out


def comparable(snapshot):
    """Return what must be the same again: everything but the losses that docs/interchange.md lists."""
    order = lambda things: sorted(things, key=repr)  # noqa: E731
    return {
        "project": (snapshot.project.name, snapshot.project.description, snapshot.project.created),
        "coders": order(snapshot.coders),
        "codes": snapshot.codes,
        "documents": [
            (d.uid, d.name, d.length, d.sha256, d.language, d.kind, d.description, d.folder, d.quotable, d.created)
            for d in snapshot.documents
        ],
        "texts": dict(snapshot.texts),
        "codings": order(
            (c.uid, c.document, c.code, c.coder, c.start, c.end, c.created) for c in snapshot.iter_codings()
        ),
        "cases": snapshot.cases,
        "ties": order((x.case, x.document, x.start, x.end) for x in snapshot.case_links),
        "variables": snapshot.variables,
        "values": order((v.variable, v.owner, v.value) for v in snapshot.values),
        "memos": order((m.uid, m.body, m.title, m.kind, sorted(m.about), m.coder) for m in snapshot.memos),
        "relations": snapshot.relations,
        "links": snapshot.links,
        "sets": snapshot.sets,
    }


__all__ = ["comparable", "in_tree_order", "snapshots"]
