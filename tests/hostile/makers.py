"""Small valid files of every format, written by hand, for the corpus to damage."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib

MOMENT = (2024, 5, 1, 12, 0, 0)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def zipped(members, *, stored=()):
    """Return a zip archive with fixed times; members is a list of (name, text or bytes or ZipInfo-editor)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name, MOMENT)
            info.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # two members of one name are what is wanted
                archive.writestr(info, data)
    return out.getvalue()


def docx(body, *, extra=(), rels="", prolog='<?xml version="1.0" encoding="UTF-8"?>'):
    document = f"{prolog}<w:document {W}><w:body>{body}</w:body></w:document>"
    types = f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
    relations = f'<Relationships xmlns="{PACKAGE}/relationships">{rels}</Relationships>'
    members = [
        ("[Content_Types].xml", types),
        ("word/document.xml", document),
        ("word/_rels/document.xml.rels", relations),
    ]
    return zipped([*members, *extra])


def paragraph(text, properties="", run=""):
    return (
        f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"
    )


TALK = paragraph("Interviewer: What changed in the district office?") + paragraph(
    "Ms Lin: The targets came down level by level, and we had to answer for them."
)


def xlsx(rows, *, extra=(), sheet_prolog="", sheet=None, names=("Sheet1",)):
    def cell(value):
        if isinstance(value, int | float):
            return f"<c><v>{value}</v></c>"
        if value.startswith("<"):
            return value
        return f'<c t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'

    body = "".join(f'<row r="{i}">' + "".join(map(cell, row)) + "</row>" for i, row in enumerate(rows, 1))
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    content = sheet or f'{sheet_prolog}<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>'
    sheets = "".join(f'<sheet name="{n}" sheetId="{i}" r:id="rId{i}"/>' for i, n in enumerate(names, 1))
    relations = "".join(
        f'<Relationship Id="rId{i}" Type="{R}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i, _ in enumerate(names, 1)
    )
    members = [
        ("[Content_Types].xml", f'<Types xmlns="{PACKAGE}/content-types"/>'),
        ("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{R}"><sheets>{sheets}</sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>'),
        ("xl/worksheets/sheet1.xml", content),
    ]
    return zipped([*members, *extra])


ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def odt(body, *, extra=(), prolog=""):
    content = f"{prolog}<office:document-content {ODF}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
    return zipped(
        [("mimetype", "application/vnd.oasis.opendocument.text"), ("content.xml", content), *extra], stored={"mimetype"}
    )


def epub(chapters, *, order=None, extra=(), container=None):
    items = "".join(
        f'<item id="c{i}" href="c{i}.xhtml" media-type="application/xhtml+xml"/>' for i, _ in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="c{i}"/>' for i in (order if order is not None else range(len(chapters))))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Field notes'
        f"</dc:title></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    members = [
        ("mimetype", "application/epub+zip"),
        (
            "META-INF/container.xml",
            container
            or '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        ),
        ("OEBPS/book.opf", package),
        *((f"OEBPS/c{i}.xhtml", chapter) for i, chapter in enumerate(chapters)),
    ]
    return zipped([*members, *extra], stored={"mimetype"})


def chapter(body):
    return f'<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"><head><title>One</title></head><body>{body}</body></html>'


def pdf(pages, *, extra="", trailer="", kids=None, count=None):
    """Return a PDF whose pages show one line of ASCII each; a page of None shows nothing."""
    objects = [f"<< /Type /Catalog /Pages 2 0 R {extra} >>"]
    numbers = [4 + 2 * i for i in range(len(pages))]
    listed = kids if kids is not None else " ".join(f"{n} 0 R" for n in numbers)
    objects.append(f"<< /Type /Pages /Kids [{listed}] /Count {count if count is not None else len(pages)} >>")
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for n, words in zip(numbers, pages, strict=True):
        stream = "" if words is None else f"BT /F1 12 Tf 72 700 Td ({words}) Tj ET"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {n + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    out += f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out.encode("latin-1")


def patched(data, flag=None, crc=None):
    """Return an archive whose members claim a general-purpose flag or a checksum that is not theirs."""
    data = bytearray(data)
    for signature, flag_at, crc_at in ((b"PK\x03\x04", 6, 14), (b"PK\x01\x02", 8, 16)):
        at = data.find(signature)
        while at >= 0:
            if flag is not None:
                struct.pack_into("<H", data, at + flag_at, flag)
            if crc is not None:
                struct.pack_into("<I", data, at + crc_at, crc)
            at = data.find(signature, at + 4)
    return bytes(data)


def link(name, target):
    """Return (ZipInfo, data) of a member that is a symbolic link."""
    info = zipfile.ZipInfo(name, MOMENT)
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    return info, target


def with_member(data, info, content):
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(info, content)
    return out.getvalue()


def png():
    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
