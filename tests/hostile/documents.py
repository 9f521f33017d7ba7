"""Hostile and merely difficult documents: txt, md, html, csv, docx, odt, epub, rtf, pdf, xlsx, subtitles, records."""

from __future__ import annotations

import json

from makers import TALK, chapter, docx, epub, link, odt, paragraph, patched, pdf, png, with_member, xlsx, zipped

REJECTED, CHANGED, IMPORTED = "rejected", "imported_with_changes", "imported"

ZH = "访谈者：您觉得去年的考核压力主要来自哪里？\n受访者：主要是上面的指标，一层一层压下来，我们街道没有办法。\n"
ZT = "訪談者：您覺得去年的考核壓力主要來自哪裡？\n受訪者：主要是上面的指標，一層一層壓下來，我們沒有辦法。\n"
JA = (
    "質問者：去年の仕事で一番大変だったことは何ですか。\n回答者：予算が少なくて、町の人に説明するのが難しかったです。\n"
)
KO = "면접자: 작년에 가장 어려웠던 일은 무엇입니까?\n응답자: 예산이 부족해서 주민들에게 설명하기가 힘들었습니다.\n"
RU = "Интервьюер: Что было самым трудным в прошлом году?\nОтветчик: Бюджет был маленький, и людям было трудно объяснить.\n"
FR = "Enquêteur : Qu’est-ce qui était le plus difficile l’année dernière ?\nRépondant : « Le budget » était très serré – à peine 20 €.\n"
DE = "Interviewer: Was war voriges Jahr am schwersten?\nBefragte: Die Höhe der Mittel, und daß man es den Leuten erklären mußte.\n"
PL = "Badacz: Co było najtrudniejsze?\nRozmówca: Budżet był mały i trudno było wytłumaczyć to mieszkańcom, więc próbowaliśmy.\n"
CS = "Tazatel: Co bylo loni nejtěžší?\nDotazovaný: Rozpočet byl příliš malý a lidem se to těžko vysvětlovalo, žádná řešení.\n"
EL = "Ερευνητής: Τι ήταν το πιο δύσκολο πέρυσι;\nΑπάντηση: Ο προϋπολογισμός ήταν μικρός.\n"
TR = "Görüşmeci: Geçen yıl en zor şey neydi?\nKatılımcı: Bütçe küçüktü ve insanlara açıklamak güçtü, işler şimdi değişti.\n"
ES = "Entrevistador: ¿Qué fue lo más difícil el año pasado?\nRespondiente: El presupuesto; también la comunicación.\n"
EN = "Interviewer: What was hardest last year?\nMs Lin: The targets. They came down level by level, and we had to answer.\n"

BILLION_LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
LOCAL_FILE = '<!DOCTYPE x [<!ENTITY leak SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE x [<!ENTITY % far SYSTEM "http://127.0.0.1:9/x.dtd"> %far;]>'
ATTACKS = {
    "entities": BILLION_LAUGHS,
    "local-file": LOCAL_FILE,
    "parameter-entity": PARAMETER,
    "plain-doctype": "<!DOCTYPE x>",
}


def text_files():
    """Plain text in the encodings of the world, and texts that are none."""
    for name, text, encodings in (
        ("zh", ZH, ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk", "gb2312")),
        ("zh-hant", ZT, ("utf-8", "big5", "utf-16-be", "gb18030")),
        ("ja", JA, ("cp932", "euc_jp", "iso2022_jp", "utf-16-le")),
        ("ko", KO, ("euc_kr",)),
        ("ru", RU, ("cp1251", "koi8-r", "iso8859-5", "cp866")),
        ("fr", FR, ("cp1252",)),
        ("de", DE, ("latin-1",)),
        ("pl", PL, ("cp1250", "iso8859-2")),
        ("cs", CS, ("cp1250",)),
        ("el", EL, ("cp1253",)),
        ("tr", TR, ("cp1254",)),
        ("es", ES, ("cp1252", "latin-1")),
        ("el", EL, ("iso8859-7",)),
        ("tr", TR, ("iso8859-9",)),
        ("cs", CS, ("iso8859-2",)),
        ("ru", RU, ("mac_cyrillic",)),
        ("ja", JA, ("shift_jis", "utf-8-sig", "utf-16")),
        ("zh-hant", ZT, ("cp950", "big5hkscs", "utf-8-sig")),
        ("ko", KO, ("cp949",)),
        ("en", EN, ("ascii", "utf-16", "utf-8-sig")),
    ):
        for encoding in encodings:
            yield f"{name}.{encoding}.txt", text.encode(encoding), IMPORTED, text
    yield "zh-short.gbk.txt", "基层治理".encode("gbk"), IMPORTED, "基层治理"
    yield "crlf.txt", b"one\r\ntwo\r\nthree", IMPORTED, "one\ntwo\nthree"
    yield "cr.txt", b"one\rtwo", IMPORTED, "one\ntwo"
    yield "no-newline-mixed-ends.txt", b"a\r\nb\rc\nd", IMPORTED, "a\nb\nc\nd"
    yield "astral.txt", "𠮷野家 👩‍👩‍👧‍👦 e\u0301 ﬁ Å".encode(), IMPORTED, "𠮷野家 👩‍👩‍👧‍👦 e\u0301 ﬁ Å"
    yield "inner-bom.txt", "a\ufeffb".encode(), IMPORTED, "a\ufeffb"
    yield "bidi.txt", "abc \u202e fed \u202c".encode(), IMPORTED, "abc \u202e fed \u202c"
    yield "separators.txt", "a\u2028b\x85c\u2029d".encode(), IMPORTED, "a\u2028b\x85c\u2029d"
    yield "noncharacter.txt", "a\uffffb".encode(), IMPORTED, "a\uffffb"
    yield "controls.txt", b"page one\x0cpage two\x1b[31m red", IMPORTED, "page one\x0cpage two\x1b[31m red"
    yield "script.txt", b"<script>alert(1)</script> she said", IMPORTED, "<script>alert(1)</script> she said"
    yield "formula.txt", b"=cmd|' /C calc'!A0", IMPORTED, "=cmd|' /C calc'!A0"
    yield "one-line-1mb.txt", ("字" * 400_000).encode(), IMPORTED, "字" * 400_000
    yield (
        "nul.txt",
        b"one\x00two and a longer line that follows",
        CHANGED,
        "one\ufffdtwo and a longer line that follows",
    )
    yield "surrogate.utf-16-le.txt", b"\xff\xfea\x00\x00\xd8b\x00", CHANGED, "a\ufffdb"
    yield "odd-length.utf-16-le.txt", b"\xff\xfea\x00b\x00c", CHANGED, "ab"
    yield "truncated-utf-8.txt", ZH.encode()[:-3], CHANGED, ZH[:-2] + "\ufffd"
    yield "cesu-8.txt", b"smile \xed\xa0\xbd\xed\xb8\x80 end", IMPORTED, "smile 😀 end"
    yield "overlong.txt", b"a path ..\xc0\xaf..\xc0\xafetc", REJECTED, None
    yield "mixed.txt", ZH.encode() * 3 + ZH.encode("gbk"), REJECTED, None
    yield "lone-continuations.txt", ZH.encode() + b"\x80" * 40, REJECTED, None
    yield "empty.txt", b"", REJECTED, None
    yield "only-spaces.txt", b" \n\t\n ", REJECTED, None
    yield "only-bom.txt", b"\xef\xbb\xbf", REJECTED, None
    yield "picture.txt", png(), REJECTED, None
    yield "program.txt", b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 4, REJECTED, None
    yield "windows-program.txt", b"MZ\x90\x00\x03\x00\x00\x00" + bytes(200), REJECTED, None
    yield "noise.txt", bytes((i * 197 + i // 7) % 256 for i in range(4096)), REJECTED, None
    yield "packed.txt", b"\x1f\x8b\x08\x00" + bytes(range(1, 100)), REJECTED, None
    yield "database.txt", b"SQLite format 3\x00" + bytes(100), REJECTED, None
    yield "old-word.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), REJECTED, None
    secret = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    yield "password.docx", secret, REJECTED, None
    yield "../../escape.txt", EN.encode(), IMPORTED, EN
    yield "=2+3 <b>name</b>.txt", EN.encode(), IMPORTED, EN
    yield "\u202egnp.txt", EN.encode(), IMPORTED, EN
    yield "مقابلة 👍.txt", EN.encode(), IMPORTED, EN
    for name in ("CON.txt", "name.", " spaces .txt", ".hidden.txt", "a\u200bb.txt", "e\u0301.txt", "'; DROP TABLE x; --.txt",
                 "..\\..\\escape.txt", "{{7*7}} ${x} %s.txt", "n" * 240 + ".txt", "a\nb.txt"):  # fmt: skip
        yield name, EN.encode(), IMPORTED, EN
    yield (
        "raw-html.md",
        b"# Notes\n\n<script>alert(1)</script>\n\n- one",
        IMPORTED,
        "# Notes\n\n<script>alert(1)</script>\n\n- one",
    )
    yield "links.md", b"[x](javascript:alert(1)) ![i](http://127.0.0.1:9/i)", IMPORTED, None
    yield "deep.md", (">" * 5000 + " quote").encode(), IMPORTED, None


def pages():
    """Web pages."""

    def page(body, head=""):
        return f"<!DOCTYPE html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode()

    yield "plain.html", page("<h1>Notes</h1><p>One <b>two</b></p>"), IMPORTED, "Notes\nOne two"
    yield "entities-in-text.html", page("<p>a &lt; b &amp; c &#x20BB7;</p>"), IMPORTED, "a < b & c 𠮷"
    yield (
        "escaped-script.html",
        page("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        IMPORTED,
        "<script>alert(1)</script>",
    )
    yield "script.html", page("<p>words</p><script>alert(1)</script>"), CHANGED, "words"
    yield "handler.html", page('<p onclick="alert(1)">words</p>'), CHANGED, "words"
    yield "command.html", page('<button data-commandlinker-command="x">go</button><p>words</p>'), CHANGED, "words"
    yield "command-div.html", page('<div data-commandlinker-command="x">words</div>'), CHANGED, "words"
    yield "form.html", page('<form action="http://127.0.0.1:9"><input name=a><p>words</p></form>'), CHANGED, "words"
    yield "remote-image.html", page('<p>words</p><img src="http://127.0.0.1:9/i.png">'), CHANGED, "words"
    yield "javascript-link.html", page('<p><a href="java\nscript:alert(1)">words</a></p>'), CHANGED, "words"
    yield "iframe.html", page('<p>words</p><iframe src="file:///etc/passwd"></iframe>'), CHANGED, "words"
    yield "svg.html", page("<p>words</p><svg><script>alert(1)</script></svg>"), CHANGED, "words"
    yield (
        "refresh.html",
        page("<p>words</p>", '<meta http-equiv="refresh" content="0;url=http://127.0.0.1:9">'),
        CHANGED,
        "words",
    )
    yield "unclosed-script.html", page("<p>words</p><script>var a = '"), CHANGED, None
    yield "deep.html", page("<div>" * 50_000 + "words"), IMPORTED, "words"
    yield "broken.html", page("<p <<b>words</p>"), IMPORTED, None
    yield (
        "gbk.html",
        page("<p>基层治理与考核压力</p>").decode().replace("utf-8", "gbk").encode("gbk"),
        IMPORTED,
        "基层治理与考核压力",
    )
    yield (
        "lying-charset.html",
        page("<p>基层治理与考核压力</p>").replace(b"utf-8", b"big5"),
        IMPORTED,
        "基层治理与考核压力",
    )
    yield "entities.html", b'<!DOCTYPE html [<!ENTITY a "b">]><html><body>&a;</body></html>', REJECTED, None
    yield "empty.html", page(""), REJECTED, None
    yield "only-script.html", page("<script>alert(1)</script>"), REJECTED, None
    yield "html-named.txt", page("<p>words</p><script>x</script>"), CHANGED, "words"


LONG = "The street office has to answer for every target of the district"


def tables():
    """Tables with separators."""
    yield "plain.csv", f"name,age,text\nA,3,{LONG}\nB,4,{LONG}s\n".encode(), IMPORTED, LONG
    yield "newline-in-cell.csv", f'name,text\nA,"{LONG}\n\nand ""more"""\n'.encode(), IMPORTED, f'{LONG}\n\nand "more"'
    yield "semicolon.csv", f"name;age;text\nA;1,5;{LONG}\n".encode(), IMPORTED, LONG
    yield "tab.tsv", f"name\ttext\nA\t{LONG}\n".encode(), IMPORTED, LONG
    yield "gbk.csv", f"编号,文本\n一,{ZH.splitlines()[1]}\n".encode("gbk"), IMPORTED, ZH.splitlines()[1]
    yield "bom-crlf.csv", b"\xef\xbb\xbf" + f"name,text\r\nA,{LONG}\r\n".encode(), IMPORTED, LONG
    yield "formula.csv", f"name,text\n=1+2,{LONG}\n".encode(), IMPORTED, LONG
    yield "dde.csv", f"name,text\nA,\"=cmd|' /C calc'!A0 {LONG}\"\n".encode(), IMPORTED, f"=cmd|' /C calc'!A0 {LONG}"
    yield "hostile-header.csv", f"name,<script>alert(1)</script>,text\nA,b,{LONG}\n".encode(), IMPORTED, LONG
    yield "twin-headers.csv", f"name,a,A,text\nA,1,2,{LONG}\n".encode(), IMPORTED, LONG
    yield "numbers.csv", f"name,n,text\nA,1e400,{LONG}\nB,007,{LONG}!\n".encode(), IMPORTED, LONG
    yield "wide-cell.csv", f"name,text\nA,{'x' * 200_000}\n".encode(), IMPORTED, "x" * 200_000
    yield "cases.csv", b"name,age\nA,3\nB,4\n", IMPORTED, None
    yield "empty-rows.csv", f"name,text\nA,{LONG}\nB,\n".encode(), CHANGED, LONG
    yield "nul.csv", f"name,text\nA,{LONG}\x00{LONG}\n".encode(), CHANGED, f"{LONG}\ufffd{LONG}"
    yield "lost-quote.csv", f'name,text\nA,"{LONG}\nB,{LONG}\n'.encode(), REJECTED, None
    yield "too-many-cells.csv", f"name,text\nA,{LONG},extra\n".encode(), REJECTED, None
    yield "no-header.csv", b"\n\n\n", REJECTED, None
    yield "header-only.csv", b"name,text\n", REJECTED, None
    yield "quote-in-quote.csv", f'name,text\nA,"{LONG}" and more\n'.encode(), REJECTED, None
    yield "long-header.csv", f"name,{'h' * 2000},text\nA,b,{LONG}\n".encode(), REJECTED, None
    yield "too-many-columns.csv", (",".join(f"c{i}" for i in range(3000)) + "\n").encode(), REJECTED, None
    yield (
        "wrong-delimiter.csv",
        f"name|text\nA|{LONG}, and more; and more\n".encode(),
        IMPORTED,
        f"{LONG}, and more; and more",
    )
    yield "sep-line.csv", f"sep=;\nname;text\nA;{LONG}\n".encode(), IMPORTED, LONG
    yield "own-codings.csv", f"document,code,coder,start,end,text\nP1,c,a,0,3,{LONG}\n".encode(), REJECTED, None
    yield "own-matrix.csv", b"document,sentence,start,end,c\nP1,1,0,3,1\n", REJECTED, None
    yield "like-own.csv", f"document,text\nP1,{LONG}\n".encode(), IMPORTED, LONG
    yield "binary.csv", bytes(range(256)) * 8, REJECTED, None


def word_files():
    """Word documents."""
    first = "Interviewer: What changed in the district office?"
    yield "plain.docx", docx(TALK), IMPORTED, first
    yield (
        "hostile-words.docx",
        docx(paragraph("&lt;script&gt;alert(1)&lt;/script&gt; =1+2 /x مرحبا 👍")),
        IMPORTED,
        "<script>",
    )
    inserted = f"<w:p><w:ins><w:r><w:t>kept</w:t></w:r></w:ins></w:p>{TALK}"
    yield "tracked-insertion.docx", docx(inserted), IMPORTED, "kept"
    yield (
        "tracked-deletion.docx",
        docx(f"<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del></w:p>{TALK}"),
        CHANGED,
        first,
    )
    yield "macro.docx", docx(TALK, extra=[("word/vbaProject.bin", b"x")]), CHANGED, first
    yield "picture.docx", docx(TALK + "<w:p><w:r><w:drawing/></w:r></w:p>"), CHANGED, first
    dde = '<w:p><w:r><w:instrText>DDEAUTO c:\\\\windows\\\\cmd.exe "/k calc"</w:instrText></w:r></w:p>'
    yield "dde.docx", docx(dde + TALK), CHANGED, first
    yield "altchunk.docx", docx("<w:altChunk/>" + TALK), CHANGED, first
    relation = '<Relationship Id="r9" Type="http://x/{}" Target="{}" TargetMode="External"/>'
    for kind, target in (
        ("attachedTemplate", "http://127.0.0.1:9/t.dotm"),
        ("image", "file:///etc/passwd"),
        ("oleObject", "\\\\\\\\host\\\\x"),
    ):
        yield f"external-{kind}.docx", docx(TALK, rels=relation.format(kind, target)), CHANGED, first
    yield "hyperlink.docx", docx(TALK, rels=relation.format("hyperlink", "http://127.0.0.1:9/")), IMPORTED, first
    hidden = paragraph("secret", run="<w:vanish/>")
    yield "hidden.docx", docx(TALK + hidden), CHANGED, first
    for name, attack in ATTACKS.items():
        yield f"{name}.docx", docx(TALK, prolog=attack), REJECTED, None
        yield f"{name}.utf-16.docx", utf16_docx(attack), REJECTED, None
    yield "entities-in-styles.docx", docx(TALK, extra=[("word/styles.xml", BILLION_LAUGHS + "<x/>")]), REJECTED, None
    yield "slip.docx", docx(TALK, extra=[("../../../tmp/evil.txt", "x")]), REJECTED, None
    yield "absolute.docx", docx(TALK, extra=[("/etc/cron.d/evil", "x")]), REJECTED, None
    yield "drive.docx", docx(TALK, extra=[("C:\\evil.txt", "x")]), REJECTED, None
    yield "symlink.docx", with_member(docx(TALK), *link("word/media/a", "/etc/passwd")), REJECTED, None
    yield "bomb.docx", docx(paragraph("a" * 40_000_000)), REJECTED, None
    yield "twins.docx", docx(TALK, extra=[("word/document.xml", "<x/>")]), REJECTED, None
    yield "many-members.docx", docx(TALK, extra=[(f"m/{i}", b"") for i in range(10_500)]), REJECTED, None
    yield "encrypted-flag.docx", patched(docx(TALK), flag=1), REJECTED, None
    yield "bad-crc.docx", patched(docx(TALK), crc=1), REJECTED, None
    yield "truncated.docx", docx(TALK)[:-200], REJECTED, None
    yield "half.docx", docx(TALK)[:300], REJECTED, None
    yield "not-xml.docx", docx("<w:p>"), REJECTED, None
    yield "empty.docx", docx(""), REJECTED, None
    yield "deep.docx", docx("<w:sdt>" * 5000 + "</w:sdt>" * 5000), REJECTED, None
    yield "text-named.docx", EN.encode(), REJECTED, None
    yield "zip-named.docx", zipped([("a.txt", "x")]), REJECTED, None
    yield "word-named.txt", docx(TALK), IMPORTED, first


def utf16_docx(attack):
    source = (
        f'<?xml version="1.0" encoding="UTF-16"?>{attack}<w:document xmlns:w="w"><w:body>{TALK}</w:body></w:document>'
    )
    return zipped([("[Content_Types].xml", "<Types/>"), ("word/document.xml", source.encode("utf-16"))])


def other_documents():
    """OpenDocument, books, rich text, PDF, workbooks."""
    line = "<text:p>The targets came down level by level.</text:p>"
    yield "plain.odt", odt(f"<text:h>Notes</text:h>{line}"), IMPORTED, "The targets came down"
    yield "spaces.odt", odt('<text:p>a<text:s text:c="3"/>b</text:p>'), IMPORTED, "a   b"
    yield "space-bomb.odt", odt('<text:p>a<text:s text:c="2000000000"/>b</text:p>'), REJECTED, None
    yield (
        "external-image.odt",
        odt(line + '<text:p><draw:frame><draw:image xlink:href="file:///etc/passwd"/></draw:frame></text:p>'),
        CHANGED,
        "The targets",
    )
    yield "macro.odt", odt(line, extra=[("Basic/Standard/evil.xml", "<x/>")]), CHANGED, "The targets"
    deleted = "<text:tracked-changes><text:changed-region><text:deletion><text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes>"
    yield "tracked.odt", odt(deleted + line), CHANGED, "The targets"
    for name, attack in ATTACKS.items():
        yield f"{name}.odt", odt(line, prolog=attack), REJECTED, None
    yield "drive.odt", odt(line, extra=[("C:\\x", "x")]), REJECTED, None
    yield "symlink.odt", with_member(odt(line), *link("Pictures/a", "/etc/passwd")), REJECTED, None
    yield "bad-crc.odt", patched(odt(line), crc=1), REJECTED, None
    yield "deep.odt", odt("<text:section>" * 5000 + "</text:section>" * 5000), REJECTED, None
    yield "slip.odt", odt(line, extra=[("../../x", "x")]), REJECTED, None
    yield "truncated.odt", odt(line)[:-60], REJECTED, None
    yield "bomb.odt", odt(f"<text:p>{'b' * 40_000_000}</text:p>"), REJECTED, None
    secret = '<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
    yield "password.odt", odt(line, extra=[("META-INF/manifest.xml", secret)]), REJECTED, None
    yield "no-content.odt", zipped([("mimetype", "application/vnd.oasis.opendocument.text")]), REJECTED, None

    yield "plain.epub", epub([chapter("<h1>One</h1><p>The targets came down.</p>")]), IMPORTED, "The targets came down."
    yield "script.epub", epub([chapter("<p>words</p><script>x</script>")]), CHANGED, "words"
    yield "entities.epub", epub([BILLION_LAUGHS + "<html><body>&c;</body></html>"]), REJECTED, None
    yield "bomb.epub", epub([chapter(f"<p>{'c' * 40_000_000}</p>")]), REJECTED, None
    yield "truncated.epub", epub([chapter("<p>x</p>")])[:-60], REJECTED, None
    yield "symlink.epub", with_member(epub([chapter("<p>x</p>")]), *link("OEBPS/a", "/etc/passwd")), REJECTED, None
    yield "missing-chapter.epub", epub([chapter("<p>x</p>")], order=[0, 7]), REJECTED, None
    yield "repeated-chapter.epub", epub([chapter("<p>x</p>")], order=[0] * 5000), REJECTED, None
    outside = '<container><rootfiles><rootfile full-path="../../../etc/passwd"/></rootfiles></container>'
    yield "outside.epub", epub([chapter("<p>x</p>")], container=outside), REJECTED, None
    yield "slip.epub", epub([chapter("<p>x</p>")], extra=[("../x", "x")]), REJECTED, None
    yield (
        "protected.epub",
        epub([chapter("<p>x</p>")], extra=[("META-INF/encryption.xml", "<EncryptedData/>")]),
        REJECTED,
        None,
    )

    yield (
        "plain.rtf",
        rb"{\rtf1\ansi The targets came down.\par Level by level.}",
        IMPORTED,
        "The targets came down.\nLevel by level.",
    )
    yield (
        "unicode.rtf",
        rb"{\rtf1\ansi\uc1 \u22522?\u23618? caf\'e9 \u-10179?\u-8704?}",
        IMPORTED,
        "基层 café 😀",
    )
    yield "gbk.rtf", rb"{\rtf1\ansi\ansicpg936 \'bb\'f9\'b2\'e3}", IMPORTED, "基层"
    yield "picture.rtf", rb"{\rtf1 words{\pict\wmetafile8 010203}}", CHANGED, "words"
    yield "object.rtf", rb"{\rtf1 words{\object\objemb{\*\objdata 0105}}}", CHANGED, "words"
    yield (
        "field.rtf",
        rb'{\rtf1 words{\field{\*\fldinst DDEAUTO cmd "/k calc"}{\fldrslt shown}}}',
        IMPORTED,
        "wordsshown",
    )
    yield "template.rtf", rb"{\rtf1{\*\template http://127.0.0.1:9/t}words}", IMPORTED, "words"
    yield "deleted.rtf", rb"{\rtf1 kept{\deleted gone}}", CHANGED, "kept"
    yield "deep.rtf", b"{\\rtf1 " + b"{" * 100_000 + b"x" + b"}" * 100_001, REJECTED, None
    yield "cut-off.rtf", rb"{\rtf1\ansi The targets {\b came", REJECTED, None
    yield "huge-bin.rtf", rb"{\rtf1 words\bin999999999 }", REJECTED, None
    yield "empty.rtf", rb"{\rtf1}", REJECTED, None
    yield "not.rtf", b"just words", REJECTED, None

    words = "The targets came down level by level."
    yield "plain.pdf", pdf([words, "Second page."]), IMPORTED, words
    yield "javascript.pdf", pdf([words], extra="/OpenAction << /S /JavaScript /JS (app.alert(1)) >>"), CHANGED, words
    yield "launch.pdf", pdf([words], extra="/OpenAction << /S /Launch /F (cmd.exe) >>"), CHANGED, words
    yield "no-text-layer.pdf", pdf([None, None]), REJECTED, None
    yield "no-pages.pdf", pdf([]), REJECTED, None
    yield "huge-count.pdf", pdf([words], count=10**9), None, None
    yield "page-500-times.pdf", pdf([words], kids="4 0 R " * 500, count=500), None, None
    yield "page-20000-times.pdf", pdf([words], kids="4 0 R " * 20_000, count=20_000), REJECTED, None
    yield "page-cycle.pdf", pdf([words], kids="2 0 R"), REJECTED, None
    yield "truncated.pdf", pdf([words])[:60], REJECTED, None
    yield "header-only.pdf", b"%PDF-1.7\n", REJECTED, None
    lock = (
        "/Encrypt << /Filter /Standard /V 1 /R 2 /O ("
        + "a" * 32
        + ") /U ("
        + "b" * 32
        + ") /P -4 >> /ID [(0123456789abcdef)(0123456789abcdef)]"
    )
    yield "password.pdf", pdf([words], trailer=lock), REJECTED, None
    yield "noise.pdf", b"%PDF-1.4\n" + bytes((i * 31 + i // 3) % 256 for i in range(3000)), REJECTED, None
    yield "pdf-named.txt", pdf([words]), IMPORTED, words

    yield "plain.xlsx", xlsx([["name", "age", "text"], ["A", 3, LONG]]), IMPORTED, LONG
    yield (
        "hostile-words.xlsx",
        xlsx([["name", "text"], ["A", f"=1+2 &lt;script&gt; {LONG}"]]),
        IMPORTED,
        f"=1+2 <script> {LONG}",
    )
    formula = "<c><f>1+2</f><v>3</v></c>"
    yield "formula.xlsx", xlsx([["name", "n", "text"], ["A", formula, LONG]]), IMPORTED, LONG
    yield "uncalculated.xlsx", xlsx([["name", "n", "text"], ["A", "<c><f>1+2</f></c>", LONG]]), CHANGED, LONG
    yield "macro.xlsx", xlsx([["name", "text"], ["A", LONG]], extra=[("xl/vbaProject.bin", b"x")]), CHANGED, LONG
    far = [("xl/externalLinks/externalLink1.xml", "<x/>")]
    yield "external-link.xlsx", xlsx([["name", "text"], ["A", LONG]], extra=far), CHANGED, LONG
    sparse = '<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>text</t></is></c></row><row r="1048576"><c r="A1048576" t="inlineStr"><is><t>{}</t></is></c></row></sheetData></worksheet>'
    yield "sparse-row.xlsx", xlsx([], sheet=sparse.format(LONG)), IMPORTED, LONG
    yield "sparse-column.xlsx", xlsx([], sheet=sparse.format("x").replace("A1048576", "XFD1048576")), REJECTED, None
    for name, attack in ATTACKS.items():
        yield f"{name}.xlsx", xlsx([["name", "text"], ["A", LONG]], sheet_prolog=attack), REJECTED, None
    yield "bomb.xlsx", xlsx([["text"], ["c" * 40_000_000]]), REJECTED, None
    yield "slip.xlsx", xlsx([["text"], [LONG]], extra=[("../x", "x")]), REJECTED, None
    yield "empty.xlsx", xlsx([]), REJECTED, None
    yield "truncated.xlsx", xlsx([["text"], [LONG]])[:-100], REJECTED, None
    yield "presentation.pptx", zipped([("ppt/presentation.xml", "<x/>")]), REJECTED, None
    yield "unknown.zip", zipped([("readme.txt", "x")]), REJECTED, None


def transcripts():
    """Subtitles, transcripts, reference lists."""
    head = "WEBVTT\n\n"
    yield "plain.vtt", (head + "00:01.000 --> 00:02.000\n<v Anna>Hello\n").encode(), IMPORTED, "Anna: Hello"
    yield "zoom.vtt", (head + "1\n00:00:01.000 --> 00:00:02.000\nAnna Li: Hello\n").encode(), IMPORTED, "Anna Li: Hello"
    yield (
        "tags.vtt",
        (head + "00:01.000 --> 00:02.000\n<c.red><i>Hello</i></c> <script>\n").encode(),
        IMPORTED,
        "Hello <script>",
    )
    yield "backwards.vtt", (head + "00:05.000 --> 00:02.000\nHello\n").encode(), CHANGED, "Hello"
    yield "bad-time.vtt", (head + "99:99:99:99 --> never\nHello\n").encode(), REJECTED, None
    yield "no-cue.vtt", head.encode(), REJECTED, None
    yield (
        "plain.srt",
        b"1\n00:00:01,000 --> 00:00:02,000\nHello there\n\n2\n00:00:02,100 --> 00:00:03,000\nfriend.\n",
        IMPORTED,
        "Hello there friend.",
    )
    yield "bad-time.srt", b"1\n00:00:01,000 --> soon\nHello\n", REJECTED, None
    whisper = {"text": "", "language": "en", "segments": [{"start": 0, "end": 1.5, "text": " Hello."}]}
    yield "whisper.json", json.dumps(whisper).encode(), IMPORTED, "Hello."
    yield "whisper-nan.json", b'{"segments": [{"start": NaN, "end": 1, "text": "x"}]}', REJECTED, None
    yield "whisper-broken.json", b'{"segments": [{"start": 0}]}', REJECTED, None
    yield "other.json", b'{"a": 1}', REJECTED, None
    yield "broken.json", b'{"a": ', REJECTED, None
    yield "deep.json", b"[" * 100_000, REJECTED, None
    yield (
        "references.json",
        json.dumps([{"title": "T", "abstract": "Words", "type": "article"}]).encode(),
        IMPORTED,
        "Words",
    )
    yield "plain.ris", b"TY  - JOUR\nTI  - A title\nAB  - An abstract\nER  - \n", IMPORTED, "An abstract"
    yield "unended.ris", b"TY  - JOUR\nTI  - A\nTY  - JOUR\nER  - \n", REJECTED, None
    yield "empty.ris", b"TY  - JOUR\nER  - \n", REJECTED, None
    otter = "Anna  0:01 \nHello\n\nBen  0:05 \nYes\n\nAnna  0:09 \nGood\n"
    yield "otter.txt", otter.encode(), IMPORTED, "Anna: Hello\nBen: Yes\nAnna: Good"
