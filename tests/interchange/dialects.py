"""Project files as other programs write them, made by hand after what was seen of each; no file of theirs.

Every one holds the same text with an emoji and a rare Han character (U+20BB7) before and inside the
coded passages.
"""

from __future__ import annotations

import io
import uuid
import zipfile

TEXT = (
    "Interview one 😀 begins.\n"
    "The county ranked us every month 😀 and nobody slept.\n"
    "𠮷野镇的干部说：排名𠮷压力很大。大家都怕垫底。\n"
    "We learned from the pilot village.\n"
)
PASSAGES = {
    "Pressure": "The county ranked us every month 😀 and nobody slept.",
    "压力": "排名𠮷压力很大。",
    "Learning": "learned from the pilot village",
}
SPACE = uuid.UUID("12345678-1234-5678-1234-567812345678")


def guid(name):
    return str(uuid.uuid5(SPACE, name))


def place(passage, *, utf16=False, crlf=1, text=TEXT):
    start = text.index(passage)
    out = []
    for position in (start, start + len(passage)):
        before = text[:position]
        n = len(before.encode("utf-16-le")) // 2 if utf16 else len(before)
        out.append(n + (before.count("\n") if crlf == 2 else 0))
    return out


def pack(members):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def qde(origin, path, selections, *, upper=False, description="", attribute="plainTextPath", extra="", cases=""):
    def g(name):
        return guid(name).upper() if upper else guid(name)

    codes = "".join(f'<Code guid="{g(name)}" name="{name}" isCodable="true">{description}</Code>' for name in PASSAGES)
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Project name="Look-alike" origin="{origin}" '
        f'xmlns="urn:QDA-XML:project:1.0"><Users><User guid="{g("amira")}" name="amira"/>'
        f'<User guid="{g("boss")}" name="boss"/></Users><CodeBook><Codes>{codes}</Codes></CodeBook>{cases}'
        f'<Sources><TextSource guid="{g("source")}" name="P01" {attribute}="{path}" richTextPath="internal://x.docx">'
        f"{selections}</TextSource></Sources>{extra}</Project>"
    )


def selection(name, start, end, *, user="amira", own="amira", quote="", upper=False, inner=""):
    def g(key):
        return guid(key).upper() if upper else guid(key)

    return (
        f'<PlainTextSelection guid="{g("s" + name)}" name="{quote}" startPosition="{start}" endPosition="{end}" '
        f'creatingUser="{g(own)}">{inner}<Coding guid="{g("c" + name)}" creatingUser="{g(user)}">'
        f'<CodeRef targetGUID="{g(name)}"/></Coding></PlainTextSelection>'
    )


def nvivo_windows():
    """BOM, CR LF, UTF-16 with CR LF as two, folder ``Sources``, selections by another user than the coding."""
    inner = "".join(
        selection(n, *place(p, utf16=True, crlf=2), own="boss", inner="<Description/>") for n, p in PASSAGES.items()
    )
    text = ("\ufeff" + TEXT.replace("\n", "\r\n")).encode()
    name = guid("source")
    return pack({"project.qde": "\ufeff" + qde("NVivo", f"internal://{name}.txt", inner), f"Sources/{name}.txt": text})


def nvivo_mac():
    """LF, UTF-16, an empty ``.root``, annotations as a Note with a Link to the selection."""
    inner = "".join(selection(n, *place(p, utf16=True)) for n, p in PASSAGES.items())
    name = guid("source")
    extra = (
        f'<Notes><Note guid="{guid("note")}" creatingUser="{guid("amira")}"><PlainTextContent>look here'
        f'</PlainTextContent></Note></Notes><Links><Link guid="{guid("link")}" originGUID="{guid("note")}" '
        f'targetGUID="{guid("sLearning")}"/></Links>'
    )
    return pack({
        "project.qde": qde("NVivo for Mac", f"internal://{name}.txt", inner, extra=extra),
        "sources/.root": "", f"sources/{name}.txt": TEXT.encode(),
    })  # fmt: skip


def atlasti():
    """Several codings on one selection, upper-case GUIDs, quotes cut with “…”, CR LF counted as one."""
    start, end = place(PASSAGES["Pressure"])
    second = f'<Coding guid="{guid("extra").upper()}"><CodeRef targetGUID="{guid("Learning").upper()}"/></Coding>'
    first = selection("Pressure", start, end, quote=PASSAGES["Pressure"][:20] + "…", upper=True)
    inner = first.replace("</PlainTextSelection>", second + "</PlainTextSelection>")
    inner += selection("压力", *place(PASSAGES["压力"]), quote=PASSAGES["压力"], upper=True)
    name = guid("source").upper()
    return pack({
        "Look-alike.qde": qde("ATLAS.ti 26", f"internal://{name}.txt", inner, upper=True),
        f"sources/{name}.txt": TEXT.replace("\n", "\r\n").encode(),
    })  # fmt: skip


def maxqda():
    """Upper-case GUIDs, a description on every code, a nameless case with the variables of the document."""
    inner = "".join(selection(n, *place(p), upper=True) for n, p in PASSAGES.items())
    name = guid("source").upper()
    cases = (
        f'<Variables><Variable guid="{guid("year").upper()}" name="Year" typeOfVariable="Integer"/></Variables>'
        f'<Cases><Case guid="{guid("case").upper()}"><VariableValue><VariableRef targetGUID="{guid("year").upper()}"/>'
        f'<IntegerValue>2021</IntegerValue></VariableValue><SourceRef targetGUID="{name}"/></Case></Cases>'
    )
    xml = qde("MAXQDA 24.7", f"internal://{name}.txt", inner, upper=True, cases=cases,
              description="<Description>memo of the code</Description>")  # fmt: skip
    return pack({"project.qde": xml, f"sources/{name}.txt": TEXT.encode()})


def qualcoder():
    """BOM, CR LF in the file counted as one, whole quotes as names of selections."""
    inner = "".join(selection(n, *place(p), quote=p) for n, p in PASSAGES.items())
    name = guid("source")
    return pack({
        "project.qde": qde("QualCoder", f"internal://{name}.txt", inner),
        f"sources/{name}.txt": ("\ufeff" + TEXT.replace("\n", "\r\n")).encode(),
    })  # fmt: skip


def qualitative_coding():
    """A path without ``internal://``, which made NVivo lose every coding."""
    inner = "".join(selection(n, *place(p)) for n, p in PASSAGES.items())
    name = guid("source")
    return pack({"project.qde": qde("qc", f"{name}.txt", inner), f"sources/{name}.txt": TEXT.encode()})


def taguette_codebook():
    """Ends with an empty ``<Sets/>``, which the schema forbids."""
    return (
        '<?xml version="1.0"?><CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="Taguette 1.5"><Codes>'
        f'<Code guid="{guid("a")}" name="pressure" isCodable="true"><Description>of ranking</Description></Code>'
        "</Codes><Sets/></CodeBook>"
    ).encode()


def old_codebook():
    """Carries the namespace of 2017, braces round GUIDs and a folder with children."""
    return (
        '<CodeBook xmlns="urn:QDA-XML:codebook:0:4" origin="ATLAS.ti 9"><Codes>'
        f'<Code guid="{{{guid("a").upper()}}}" name="Group" isCodable="false" color="#f00">'
        f'<Code guid="{guid("b")}" name="Inner" isCodable="true"/></Code></Codes></CodeBook>'
    ).encode()


def docx(paragraphs):
    """A Word document of plain paragraphs, as small as it can be."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    lines = "".join(f'<w:p><w:r><w:t xml:space="preserve">{line}</w:t></w:r></w:p>' for line in paragraphs)
    return pack({"[Content_Types].xml": "<Types/>",
                 "word/document.xml": f'<w:document xmlns:w="{space}"><w:body>{lines}</w:body></w:document>'})  # fmt: skip


def styled_only(*, crlf=1, utf16=False, quotes=False, origin="Other 1.0", plain="", shift=0):
    """A source that exists as a docx alone; its text begins with an empty paragraph and has speakers in it."""
    text = "\n" + TEXT
    inner = ""
    for name, passage in PASSAGES.items():
        start, end = place(passage, utf16=utf16, crlf=crlf, text=text)
        inner += selection(name, start + shift, end + shift, quote=passage if quotes else "")
    xml = qde(origin, plain, inner).replace(' plainTextPath=""', "")
    return pack({"project.qde": xml, "sources/x.docx": docx(text.split("\n")[:-1])})
