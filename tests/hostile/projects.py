"""Hostile and merely difficult REFI-QDA projects (qdpx) and codebooks (qdc)."""

from __future__ import annotations

from uuid import UUID

from documents import ATTACKS, CHANGED, IMPORTED, REJECTED
from makers import TALK, docx, link, paragraph, patched, with_member, zipped

SPACE = "urn:QDA-XML:project:1.0"
BOOK = "urn:QDA-XML:codebook:1.0"
TEXT = "Ms Lin: The targets came down level by level.\nWe had to answer for them. 😀 Then we waited.\n"
NOW = "2024-05-01T12:00:00Z"


def guid(number):
    return str(UUID(int=number, version=4))


USER, CODE, SOURCE, SELECTION, CODING = map(guid, range(1, 6))


def code(name="Pressure", number=CODE, inner="", extra='color="#aa3300"'):
    return f'<Code guid="{number}" name="{name}" isCodable="true" {extra}>{inner}</Code>'


def selection(start=8, end=19, *, number=SELECTION, coding=CODING, of=CODE, user=USER, extra=""):
    return (
        f'<PlainTextSelection guid="{number}" name="" startPosition="{start}" endPosition="{end}" creatingUser="{user}" '
        f'creationDateTime="{NOW}" {extra}><Coding guid="{coding}" creatingUser="{user}" creationDateTime="{NOW}">'
        f'<CodeRef targetGUID="{of}"/></Coding></PlainTextSelection>'
    )


def source(inner=None, path="internal://one.txt", name="Interview 1", number=SOURCE):
    inner = selection() if inner is None else inner
    return f'<TextSource guid="{number}" name="{name}" plainTextPath="{path}" creatingUser="{USER}" creationDateTime="{NOW}">{inner}</TextSource>'


def qde(
    *,
    codes=None,
    sources=None,
    prolog='<?xml version="1.0" encoding="utf-8"?>',
    space=SPACE,
    rest="",
    root="Project",
    user="Amira",
):
    namespace = f'xmlns="{space}"' if space else ""
    return (
        f'{prolog}<{root} {namespace} name="Study" origin="Corpus"><Users><User guid="{USER}" name="{user}"/></Users>'
        f"<CodeBook><Codes>{codes if codes is not None else code()}</Codes></CodeBook>"
        f"<Sources>{sources if sources is not None else source()}</Sources>{rest}</{root}>"
    )


STYLED = qde(sources=source(selection(0, 11), path="internal://one.docx").replace("plainTextPath", "richTextPath"))
TEXT_BYTES = TEXT.encode()


def qdpx(project=None, text=TEXT_BYTES, *, extra=(), name="project.qde"):
    members = [(name, project if project is not None else qde())]
    if text is not None:
        members.append(("sources/one.txt", text))
    return zipped([*members, *extra])


def qdc(codes, *, space=BOOK, prolog="", sets=""):
    return f'{prolog}<CodeBook xmlns="{space}" origin="Corpus"><Codes>{codes}</Codes>{sets}</CodeBook>'.encode()


def archives():
    """Attacks on the archive round a project."""
    yield "plain.qdpx", qdpx(), IMPORTED, "The targets"
    yield "slip.qdpx", qdpx(extra=[("../../../tmp/evil", "x")]), REJECTED, None
    yield "backslash-slip.qdpx", qdpx(extra=[("sources\\..\\..\\evil", "x")]), REJECTED, None
    yield "absolute.qdpx", qdpx(extra=[("/tmp/evil", "x")]), REJECTED, None
    yield "drive.qdpx", qdpx(extra=[("C:/evil", "x")]), REJECTED, None
    yield "symlink.qdpx", with_member(qdpx(), *link("sources/two.txt", "/etc/passwd")), REJECTED, None
    yield "bomb-in-source.qdpx", qdpx(text=b"a" * 40_000_000), REJECTED, None
    yield "bomb-in-project.qdpx", qdpx(qde() + " " * 40_000_000), REJECTED, None
    yield "many-members.qdpx", qdpx(extra=[(f"sources/{i}.txt", b"") for i in range(10_500)]), REJECTED, None
    yield "encrypted-flag.qdpx", patched(qdpx(), flag=1), REJECTED, None
    yield "bad-crc.qdpx", patched(qdpx(), crc=7), REJECTED, None
    yield "truncated.qdpx", qdpx()[:-150], REJECTED, None
    yield "two-projects.qdpx", qdpx(extra=[("other.qde", qde())]), REJECTED, None
    yield "no-project.qdpx", zipped([("sources/one.txt", TEXT)]), REJECTED, None
    yield "not-xml.qdpx", qdpx("this is no XML"), REJECTED, None
    yield "wrong-root.qdpx", qdpx(qde(root="Projekt")), REJECTED, None
    yield "unclosed.qdpx", qdpx(qde()[:-20]), REJECTED, None
    yield "empty.qdpx", b"", REJECTED, None
    yield "no-namespace.qdpx", qdpx(qde(space="")), IMPORTED, None
    yield "future-namespace.qdpx", qdpx(qde(space="urn:QDA-XML:project:9.0")), IMPORTED, None
    yield (
        "latin-1.qdpx",
        qdpx(qde(prolog='<?xml version="1.0" encoding="iso-8859-1"?>', user="Zoé").encode("latin-1")),
        IMPORTED,
        None,
    )
    for name, attack in ATTACKS.items():
        yield f"{name}.qdpx", qdpx(qde(prolog=attack)), REJECTED, None
    hidden = ('<?xml version="1.0" encoding="utf-16"?>' + ATTACKS["local-file"] + qde(prolog="")).encode("utf-16")
    yield "doctype-in-utf-16.qdpx", qdpx(hidden), REJECTED, None
    far = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    yield "xinclude.qdpx", qdpx(qde(rest=f"<Description>{far}</Description>")), None, None


def contents():
    """Projects whose inside cannot be, or is only unusual."""
    for name, path in (
        ("absolute", "absolute:///etc/passwd"),
        ("relative", "relative:///../../../etc/passwd"),
        ("relative-dots", "relative:../../etc/passwd"),
        ("internal-dots", "internal://../../../etc/passwd"),
        ("http", "http://127.0.0.1:9/x.txt"),
        ("file", "file:///etc/passwd"),
        ("bare", "/etc/passwd"),
        ("missing", "internal://missing.txt"),
    ):
        yield f"source-{name}.qdpx", qdpx(qde(sources=source(path=path))), CHANGED, None
    yield "source-twice.qdpx", qdpx(qde(sources=source() + source(number=guid(90), inner=""))), None, None
    for name, start, end in (
        ("negative", -1, 5), ("reversed", 19, 8), ("outside", 5, 100_000), ("zero-length", 8, 8), ("overflow", 0, 2**64),
        ("words", "one", "two"), ("float", "1.5", "9.5"), ("empty", "", ""),
    ):  # fmt: skip
        yield f"offsets-{name}.qdpx", qdpx(qde(sources=source(selection(start, end)))), CHANGED, None
    overlapping = selection() + selection(10, 30, number=guid(61), coding=guid(62))
    yield "overlapping.qdpx", qdpx(qde(sources=source(overlapping))), IMPORTED, None
    doubled = selection() + selection(number=guid(61), coding=guid(62))
    yield "duplicate-coding.qdpx", qdpx(qde(sources=source(doubled))), None, None
    yield "twin-guid.qdpx", qdpx(qde(codes=code() + code("Other"))), CHANGED, None
    yield "malformed-guid.qdpx", qdpx(qde(codes=code() + code("Other", "not-a-guid"))), CHANGED, None
    yield "braced-guid.qdpx", qdpx(qde(codes=code() + code("Other", "{" + guid(77).upper() + "}"))), None, None
    yield "dangling-code.qdpx", qdpx(qde(sources=source(selection(of=guid(99))))), CHANGED, None
    yield "unknown-user.qdpx", qdpx(qde(sources=source(selection(user=guid(98))))), None, None
    yield "impossible-date.qdpx", qdpx(qde().replace(NOW, "2024-13-45T99:99:99Z")), CHANGED, None
    yield "year-0.qdpx", qdpx(qde().replace(NOW, "0000-00-00T00:00:00Z")), CHANGED, None
    yield "css-colour.qdpx", qdpx(qde(codes=code(extra='color="url(javascript:alert(1))"'))), CHANGED, None
    for name, label in {
        "script": "&lt;script&gt;alert(1)&lt;/script&gt;",
        "formula": "=1+2",
        "slash": "A/B\\C &gt; D",
        "arabic": "ضغط الأهداف",
        "emoji": "👩‍👩‍👧 pressure",
        "traversal": "../../etc/passwd",
        "sql": "'); DROP TABLE code; --",
        "bidi": "\u202eerusserP",
        "template": "{{7*7}} ${x} %s",
        "windows": "CON.",
        "apostrophe": "people&apos;s &quot;voice&quot;",
    }.items():
        yield f"code-{name}.qdpx", qdpx(qde(codes=code(label))), IMPORTED, None
        yield f"code-{name}.qdc", qdc(code(label)), IMPORTED, None
    yield "code-1mb-name.qdpx", qdpx(qde(codes=code("n" * 1_000_000))), None, None
    yield "code-empty-name.qdpx", qdpx(qde(codes=code(""))), CHANGED, None
    yield "emoji-offsets.qdpx", qdpx(qde(sources=source(selection(74, 80)))), None, None
    yield "crlf.qdpx", qdpx(text=TEXT.replace("\n", "\r\n").encode()), IMPORTED, None
    yield "bom.qdpx", qdpx(text=b"\xef\xbb\xbf" + TEXT.encode()), IMPORTED, None
    yield "nfd.qdpx", qdpx(text=("e\u0301" * 10 + TEXT).encode()), IMPORTED, None
    yield "nul-in-source.qdpx", qdpx(text=TEXT.replace("level", "le\x00vel", 1).encode()), CHANGED, None
    yield "binary-source.qdpx", qdpx(text=bytes(range(256)) * 4), CHANGED, None
    yield "twin-names.qdpx", qdpx(qde(codes=code() + code("Pressure", guid(50)))), None, None
    note = f'<Notes><Note guid="{guid(70)}" name="x" creatingUser="{USER}"><PlainTextContent>&lt;img src=x onerror=alert(1)&gt;</PlainTextContent></Note></Notes>'
    yield "script-in-memo.qdpx", qdpx(qde(rest=note)), IMPORTED, None
    hostile = note.replace(
        "&lt;img src=x onerror=alert(1)&gt;", "=1+2 \u202e 👩‍👩‍👧 ../.. {{7*7}} '); DROP TABLE memo; --"
    )
    yield "hostile-memo.qdpx", qdpx(qde(rest=hostile)), IMPORTED, None
    huge = note.replace("&lt;img src=x onerror=alert(1)&gt;", "m" * 1_000_001)
    yield "memo-over-1mb.qdpx", qdpx(qde(rest=huge)), REJECTED, None
    yield "description-over-1mb.qdc", qdc(code(inner=f"<Description>{'d' * 1_000_001}</Description>")), REJECTED, None
    nobody = f'<Notes><Note guid="{guid(70)}" name="x" creatingUser="{guid(97)}"><PlainTextContent>x</PlainTextContent></Note></Notes>'
    yield "memo-of-nobody.qdpx", qdpx(qde(rest=nobody)), CHANGED, None
    lost = f'<NoteRef targetGUID="{guid(96)}"/>'
    yield "dangling-memo.qdpx", qdpx(qde(codes=code(inner=lost))), CHANGED, None
    nowhere = f'<Links><Link guid="{guid(71)}" direction="OneWay" originGUID="{CODE}" targetGUID="{guid(95)}"/></Links>'
    yield "dangling-link.qdpx", qdpx(qde(rest=nowhere)), CHANGED, None
    member = f'<Sets><Set guid="{guid(72)}" name="s"><MemberCode targetGUID="{guid(94)}"/></Set></Sets>'
    yield "dangling-member.qdpx", qdpx(qde(rest=member)), CHANGED, None
    graph = f'<Graphs><Graph guid="{guid(73)}" name="g"/></Graphs>'
    yield "graph.qdpx", qdpx(qde(rest=graph)), CHANGED, None
    case = f'<Cases><Case guid="{guid(74)}" name="Ms Lin"><SourceRef targetGUID="{guid(93)}"/></Case></Cases>'
    yield "dangling-case.qdpx", qdpx(qde(rest=case)), CHANGED, None
    variables = f'<Variables><Variable guid="{guid(75)}" name="Age" typeOfVariable="{{}}"/></Variables>'
    cell_xml = f'<VariableValue><VariableRef targetGUID="{guid(75)}"/><{{}}Value>{{}}</{{}}Value></VariableValue>'
    values = f'{variables}<Cases><Case guid="{guid(74)}" name="A">{cell_xml}</Case></Cases>'
    for name, kind, cell, ends in (
        ("number", "Integer", "41", IMPORTED), ("words-as-number", "Integer", "many", CHANGED),
        ("nan", "Float", "NaN", CHANGED), ("1e400", "Float", "1e400", CHANGED), ("no-type", "Colour", "red", None),
        ("date-0", "Date", "0000-00-00", IMPORTED), ("huge", "Integer", "9" * 5000, CHANGED),
    ):  # fmt: skip
        yield f"value-{name}.qdpx", qdpx(qde(rest=values.format(kind, kind, cell, kind))), ends, None
    yield "mixed-case-sources.qdpx", qdpx(qde(), None, extra=[("Sources/ONE.TXT", TEXT)]), IMPORTED, None
    yield "styled-only.qdpx", qdpx(STYLED, None, extra=[("sources/one.docx", docx(TALK))]), CHANGED, "Interviewer: What"
    yield (
        "styled-bomb.qdpx",
        qdpx(STYLED, None, extra=[("sources/one.docx", docx(paragraph("a" * 40_000_000)))]),
        CHANGED,
        None,
    )
    yield (
        "styled-entities.qdpx",
        qdpx(STYLED, None, extra=[("sources/one.docx", docx(TALK, prolog=ATTACKS["entities"]))]),
        CHANGED,
        None,
    )
    yield "styled-no-docx.qdpx", qdpx(STYLED, None, extra=[("sources/one.docx", "words")]), CHANGED, None


def codebooks():
    """Codebooks."""
    yield "plain.qdc", qdc(code() + code("Other", guid(51))), IMPORTED, None
    yield "old-namespace.qdc", qdc(code(), space="urn:QDA-XML:codebook:0:4"), IMPORTED, None
    nested = ""
    for number in range(3000, 0, -1):
        nested = code(f"n{number}", guid(1000 + number), nested)
    yield "deep.qdc", qdc(nested), REJECTED, None
    yield "10000-codes.qdc", qdc("".join(code(f"c{i}", guid(2000 + i)) for i in range(10_000))), IMPORTED, None
    for name, attack in ATTACKS.items():
        yield f"{name}.qdc", qdc(code(), prolog=attack), REJECTED, None
    yield "not-xml.qdc", b"words", REJECTED, None
    yield "truncated.qdc", qdc(code())[:-30], REJECTED, None
    yield "wrong-root.qdc", b"<Codes/>", REJECTED, None
    yield "empty.qdc", b"", REJECTED, None
    yield (
        "utf-16.qdc",
        ('<?xml version="1.0" encoding="utf-16"?>' + qdc(code()).decode()).encode("utf-16"),
        IMPORTED,
        None,
    )
