"""Subtitles (srt, vtt) as transcripts: speakers and times are kept with the turns."""

from __future__ import annotations

import html
import re
from typing import Any, Final

from coding.errors import ImportRejected
from coding.importers.builder import TextBuilder
from coding.importers.results import ImportResult
from coding.importers.text import decoded_text
from coding.importers.transcripts import join_words, milliseconds

__all__ = ["read", "write_cues"]

_TIMES: Final = re.compile(
    r"^\s*((?:\d{1,4}:)?\d{1,2}:\d{1,2}[.,]\d{1,3})\s*-->\s*((?:\d{1,4}:)?\d{1,2}:\d{1,2}[.,]\d{1,3})(?:\s.*)?$"
)
_VOICE: Final = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]{1,200})>")
_TAG: Final = re.compile(r"</?(?:[cbiuv]|ruby|rt|lang|font|\d{1,3}:[\d:.]+)(?:[.\s][^>]*)?>", re.IGNORECASE)
_NAMED: Final = re.compile(r"^([^\s:：][^:：]{0,40}?)[:：]\s+(?=\S)")
_SENTENCE_END: Final = re.compile(r"[.!?。！？…][\"'”’)）」』]*$")
_PAUSE_MS: Final = 2_000

Cue = tuple[int, int, str, str]
"""Begin and end in milliseconds, speaker, words."""


def read(data: bytes, file: str, *, encoding: str | None = None, **options: Any) -> ImportResult:
    """Read subtitles.

    Raises:
        ImportRejected: no cue in it, or a time that cannot be, by its line.
    """
    text, used, changes, notes = decoded_text(data, file, encoding)
    builder = TextBuilder(file)
    builder.changed(changes)
    builder.notes.extend(notes)
    write_cues(builder, _cues(text, file, builder))
    return builder.result(options, kind="transcript", encoding=used)


def _cues(text: str, file: str, builder: TextBuilder) -> list[Cue]:
    cues: list[Cue] = []
    lines = [*text.split("\n"), ""]
    i = 0
    while i < len(lines):
        if "-->" not in lines[i]:
            i += 1
            continue
        times = _TIMES.match(lines[i])
        if times is None:
            raise ImportRejected(
                file, "the times of the cue cannot be read.", place=f"line {i + 1}", remedy="Correct the line."
            )
        begin, end = milliseconds(times.group(1)), milliseconds(times.group(2))
        if end < begin:
            builder.change("cues that end before they begin were given their begin as end")
            end = begin
        i += 1
        first = i
        while lines[i].strip() and "-->" not in lines[i] and i < len(lines) - 1:
            i += 1
        body = lines[first : i - 1 if "-->" in lines[i] and i > first else i]
        cues.extend(_voices(begin, end, "\n".join(body)))
    if not cues:
        raise ImportRejected(file, "there is no cue in it.", remedy="Export the transcript again, or import it as txt.")
    return cues


def _voices(begin: int, end: int, body: str) -> list[Cue]:
    parts = _VOICE.split(body)
    pairs = [("", parts[0]), *zip(parts[1::2], parts[2::2], strict=True)]
    out: list[Cue] = []
    for speaker, raw in pairs:
        words = ""
        for line in html.unescape(_TAG.sub("", raw)).split("\n"):
            words = join_words(words, line.strip())
        if not words:
            continue
        named = None if speaker else _NAMED.match(words)
        if named:
            speaker, words = named.group(1), words[named.end() :]
        out.append((begin, end, html.unescape(speaker.strip()), words))
    return out


def write_cues(builder: TextBuilder, cues: list[Cue]) -> None:
    """Write cues as turns; without speakers, as paragraphs that end with a sentence or a pause."""
    turns: list[list[Any]] = []
    spoken = any(speaker for _, _, speaker, _ in cues)
    for begin, end, speaker, words in cues:
        last = turns[-1] if turns else None
        go_on = last is not None and (
            (last[2] == speaker or (spoken and not speaker))
            if spoken
            else not _SENTENCE_END.search(last[3]) and begin - last[1] < _PAUSE_MS
        )
        if go_on and last is not None:
            last[1], last[3] = max(last[1], end), join_words(last[3], words)
        else:
            turns.append([begin, end, speaker, words])
    for begin, end, speaker, words in turns:
        if speaker:
            builder.speaker(speaker)
        builder.block(f"{speaker}: {words}" if speaker else words, time=(begin, end))
