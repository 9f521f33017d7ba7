"""Pages to read and to print: codes with their passages, and a participant's own passages for checking.

One file each, no script, nothing loaded from anywhere; every word is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from html import escape
from pathlib import Path
from typing import Any, Final

from coding.codebook import Codebook
from coding.errors import ExportFailed
from coding.exporters.files import atomic
from coding.exporters.passages import Passage, Passages
from coding.exporters.quotes import speaker_of
from coding.exporters.report import ExportReport, Loss
from coding.model import Case, Code, Outline, Snapshot
from coding.refi import hue_colour
from coding.tables.resolve import name_in

__all__ = ["write_packet", "write_report"]

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE: Final = """
:root{color-scheme:light dark}
body{font:17px/1.65 Georgia,"Noto Serif CJK SC","Songti SC",serif;max-width:44rem;margin:2.5rem auto;padding:0 1rem}
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.2rem;margin:2.4rem 0 .3rem;padding-left:.6rem;border-left:6px solid}
nav{columns:2;font:14px/1.6 system-ui,sans-serif}nav a{color:inherit}
.rule,.from,.note{font:14px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;opacity:.78}
blockquote{margin:1rem 0 .1rem;padding-left:1rem;border-left:2px solid #8884;white-space:pre-wrap}
.withheld{font-style:italic;opacity:.7}section{break-inside:auto}blockquote{break-inside:avoid}
.reply{border:1px solid #8886;min-height:4rem;margin:.4rem 0 1.4rem}
"""
_WORDS: Final = {
    "en": {
        "codes": "codes", "passages": "passages", "paragraph": "paragraph", "include": "Include", "exclude": "Exclude",
        "packet": "Passages from your interview",
        "intro": "Please read what we understood. Under each passage there is room for your reply.",
        "reply": "Your reply:", "ours": "We read this as:",
    },
    "zh": {
        "codes": "个代码", "passages": "个片段", "paragraph": "段落", "include": "纳入标准", "exclude": "排除标准",
        "packet": "您访谈中的片段", "intro": "请阅读我们的理解，每个片段下面可以写下您的回应。",
        "reply": "您的回应：", "ours": "我们的理解：",
    },
}  # fmt: skip


def _head(title: str, language: str) -> str:
    return (
        f'<!DOCTYPE html>\n<html lang="{"zh-Hans" if language == "zh" else "en"}"><head><meta charset="utf-8">\n'
        '<meta name="generator" content="Coding workbench">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>\n<h1>{escape(title)}</h1>\n"
    )


def _save(path: Path, parts: Iterator[str]) -> None:
    with atomic(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n", errors="replace") as out:
        out.writelines(parts)


def write_report(
    snapshot: Snapshot, path: str | Path, *, language: str = "en", title: str = "", progress: bool = False
) -> ExportReport:
    """Write one page: each code with its rules and its passages, in the order of the tree.

    Args:
        snapshot: the project.
        path: the ``.html`` to write.
        language: of the page, ``en`` or ``zh``.
        title: the heading; by default the project's name.
        progress: unused; every format takes it.
    """
    del progress
    target, passages = Path(path), Passages(snapshot, language=language)
    _save(target, _report(passages, title or snapshot.project.name))
    losses = []
    if passages.withheld:
        losses.append(Loss("passages", passages.withheld, "may not be quoted; their words are withheld"))
    counts = {"codes": len(snapshot.codes), "passages": len(passages)}
    return ExportReport("html", target.name, files=(target.name,), counts=counts, losses=tuple(losses))


def _report(passages: Passages, title: str) -> Iterator[str]:
    words, s = _WORDS[passages.language], passages.snapshot
    by_code: dict[int, list[str]] = {}
    at = passages.tree.at
    for p in passages:
        by_code.setdefault(at[p.code.uid], []).append(_passage(p, words))
    shown = [i for i, c in enumerate(s.codes) if not c.redirect and (i in by_code or not c.retired)]
    shown.sort(key=lambda i: int(passages.tree.order[i]))
    yield _head(title, passages.language)
    total = f"{len(shown):,} {words['codes']}, {len(passages):,} {words['passages']}"
    yield f'<p class="note">{total}</p>\n<nav>\n'
    for i in shown:
        count = len(by_code.get(i, ()))
        yield f'<div><a href="#c{i}">{escape(str(passages.tree.paths[i]))}</a> {count:,}</div>\n'
    yield "</nav>\n"
    book = Codebook(s.codes)
    for i in shown:
        colour = hue_colour(book.hue(s.codes[i]))
        path = escape(str(passages.tree.paths[i]))
        yield f'<section><h2 id="c{i}" style="border-color:{colour}">{path}</h2>\n'
        yield from _rules(s.codes[i], passages.language, words)
        yield from by_code.get(i, ())
        yield "</section>\n"
    yield "</body></html>\n"


def _rules(code: Code, language: str, words: dict[str, str]) -> Iterator[str]:
    def pick(name: str) -> str:
        other = str(getattr(code, f"{name}_zh"))
        return other if language == "zh" and other else str(getattr(code, name))

    if definition := pick("definition"):
        yield f'<p class="rule">{escape(definition)}</p>\n'
    for name in ("include", "exclude"):
        if rule := pick(name):
            yield f'<p class="rule"><b>{words[name]}</b> {escape(rule)}</p>\n'


def _escaped(text: str) -> str:
    """Escape a text; most passages hold nothing to escape, and looking is quicker than replacing."""
    marked = "'" in text or '"' in text or "&" in text or "<" in text or ">" in text
    return escape(text) if marked else text


@cache
def _lang(language: str) -> str:
    return f' lang="{escape(language)}"' if language != "und" else ""


@lru_cache(10_000)
def _source(speaker: str, role: str, document: str) -> str:
    """Return who spoke where, which many passages of a report have in common."""
    return escape(f"{speaker} ({role}), {document}" if role else f"{speaker}, {document}")


def _passage(p: Passage, words: dict[str, str]) -> str:
    document = p.document
    place = f", {words['paragraph']} {p.paragraph}" if p.paragraph else ""
    lang = _lang(document.language)
    mark = ' class="withheld"' if p.withheld else ""
    source = f"{_source(speaker_of(p), p.role, document.name)}{place} — {_escaped(p.coder.name)}"
    notes = "".join([f'<p class="note">✎ {escape(m.body)}</p>\n' for m in p.memos]) if p.memos else ""
    return f'<blockquote{mark}{lang}>{_escaped(p.text)}</blockquote>\n<p class="from">{source}</p>\n{notes}'


def write_packet(
    snapshot: Snapshot,
    folder: str | Path,
    *,
    case: str | None = None,
    language: str = "en",
    progress: bool = False,
) -> ExportReport:
    """Write a page per participant with her own passages and room to reply, for member checking.

    Only the person's own words stand in it, whatever may be quoted in print: a passage that runs on into
    what is not hers ends there. No coder and no other person is named.

    Args:
        snapshot: the project.
        folder: made if it is not there; a page per case.
        case: name of the one case to write for; None is every case that has passages.
        language: of the page.
        progress: unused; every format takes it.
    """
    del progress
    target = Path(folder)
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ExportFailed(f"The folder {target.name} cannot be made: {error.strerror or error}.") from error
    passages = Passages(snapshot, language=language)
    own: dict[str, list[Passage]] = {}
    cases: dict[str, Case] = {}
    for p in passages:
        if p.case and (case is None or p.case.name == case) and p.role != "interviewer":
            own.setdefault(p.case.uid, []).append(p)
            cases[p.case.uid] = p.case
    files = []
    for number, uid in enumerate([c.uid for c in snapshot.cases if c.uid in own], start=1):
        shown = cases[uid].pseudonym or f"participant {number}"
        name = "".join(c if c.isalnum() or c in " -_" else "_" for c in shown)[:60] + ".html"
        name = name if name not in files else f"{number}_{name}"
        _save(target / name, _packet(snapshot, own[uid], language))
        files.append(name)
    counts = {"participants": len(files)}
    note = "A reply comes back as a dated memo of the kind “reply” about the case."
    return ExportReport("packet", target.name, files=tuple(files), counts=counts, notes=(note,))


def _own_end(snapshot: Snapshot, p: Passage) -> int:
    """Return where a passage ends to be the person's own: with her turn, or with the stretch that is tied to her.

    One that begins between turns ends where the next one is somebody else's.
    """
    if p.turn:
        return min(p.end, snapshot.outlines[p.document.uid].turns[p.turn - 1].end)
    assert p.case is not None
    ends = [
        p.end if x.end is None else x.end
        for x in snapshot.case_links
        if (x.case, x.document) == (p.case.uid, p.document.uid) and (x.start or 0) <= p.start < (x.end or p.end)
    ]
    end = min(p.end, max(ends, default=p.end))
    whose = {s.label: s.case for s in snapshot.speakers if s.document == p.document.uid}
    outline = snapshot.outlines.get(p.document.uid) or Outline()
    others = (
        turn.start
        for turn in outline.turns
        if turn.role == "interviewer" or whose.get(turn.speaker) not in (None, p.case.uid)
    )
    return min((start for start in others if p.start < start < end), default=end)


def _packet(snapshot: Snapshot, passages: list[Passage], language: str) -> Iterator[str]:
    words = _WORDS[language]
    yield _head(words["packet"], language)
    yield f'<p class="note">{words["intro"]}</p>\n'
    spans: dict[tuple[str, int, int], list[Any]] = {}
    for p in passages:
        spans.setdefault((p.document.uid, p.start, _own_end(snapshot, p)), []).append(p)
    for (document, start, end), found in spans.items():
        names = "; ".join(dict.fromkeys(name_in(p.code, language) for p in found))
        yield f"<blockquote>{escape(snapshot.texts[document][start:end])}</blockquote>\n"
        yield f'<p class="from">{words["ours"]} {escape(names)}</p>\n<p class="note">{words["reply"]}</p>\n'
        yield '<div class="reply"></div>\n'
    yield "</body></html>\n"
