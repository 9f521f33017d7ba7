"""Keeping people unknown: marks of identity found, blotted out or replaced, and a participant erased.

Nothing here makes a text anonymous: an office, a year and a rank may still name one human being.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coding import language as languages
from coding.errors import InvalidValue, Refused
from coding.model import Case, CaseLink, Document, Memo, Outline, Speaker, Uid, counted
from coding.project.pseudonyms import COLUMNS

if TYPE_CHECKING:
    import pandas as pd

    from coding.project.project import Project
    from coding.spans import Span
    from coding.storage.erasing import EraseReport

__all__ = ["Privacy", "Redacted"]

BLOT: Final = "█"


@dataclass(frozen=True)
class Redacted:
    """What was blotted out, and what a person must still see to."""

    documents: tuple[str, ...]
    passages: int
    unclear: int
    """Codings whose place became unclear; they wait on the review list."""
    remains: tuple[str, ...]

    def __repr__(self) -> str:
        if not self.passages:
            return "Nothing was blotted out: no place was given, and no certain mark found."
        done = f"Blotted out {counted(self.passages, 'passage')} in {counted(len(self.documents), 'document')}; the words are gone from the project."
        review = [f"{counted(self.unclear, 'coding')} to look at: project.codings.to_review()"] if self.unclear else []
        return "\n".join([done, *review, "What remains:", *(f"  {line}" for line in self.remains)])


class Privacy:
    """Identity numbers, telephones and names in a project's texts, and how they leave it."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._store = project.store

    def find(
        self, documents: str | Iterable[str] | None = None, *, names: bool = False, text: bool = False
    ) -> pd.DataFrame:
        """Return marks of identity: numbers and addresses by checked rules; names and places as suggestions.

        Args:
            documents: names; None is all.
            names: also suggest names of people, places and organisations (about seven in ten are found).
            text: also give the words; that is your own choice, since frames end up in notebooks.

        Returns:
            One row each: document, kind, certain (a checksum held, or the form leaves no doubt), start, end, and
            words with ``text=True``. Filter it, and hand it to `redact`.
        """
        import pandas as pd

        rows: list[tuple[Any, ...]] = []
        for document in self._documents(documents):
            words = self._store.text(document.uid)
            found = languages.find_identifiers(words) + (languages.suggest_names(words) if names else [])
            found.sort(key=lambda f: f.start)
            rows += [(document.name, f.kind, f.certain, f.start, f.end, words[f.start : f.end]) for f in found]
        frame = pd.DataFrame(rows, columns=["document", "kind", "certain", "start", "end", "words"])
        frame["certain"] = frame["certain"].astype(bool)
        return frame if text else frame.drop(columns="words")

    def redact(self, what: pd.DataFrame | str, spans: Iterable[Span] | None = None, *, reason: str = "") -> Redacted:
        """Blot out words for good: each character becomes █, former versions lose their words, codings stay.

        It cannot be undone. Backups and exports that were made before still hold the words; the answer names them.

        Args:
            what: rows of `find`, or the name of a document with `spans`; a name alone takes its certain marks.
            spans: (start, end) in that document.
            reason: kept with the new version of the text.

        Raises:
            InvalidValue: a place outside the text.
        """
        wanted = self._wanted(what, spans)
        blots = [(document, *self._blotted(document, places)) for document, places in wanted.items() if places]
        unclear = 0
        gone: set[str] = set()
        for document, text, outline, labels in blots:
            unclear += len(self._store.redact_text(document.uid, text, outline, labels=labels, reason=reason))
            gone |= labels.keys()
        cases = sorted(case.name for case in self._store.all(Case) if case.name in gone)
        known = (
            [
                f"cases that are called as the label was: {', '.join(cases)}; erase them, since the history keeps a name that is changed"
            ]
            if cases
            else []
        )
        number = sum(map(len, wanted.values()))
        names = tuple(document.name for document, *_ in blots)
        return Redacted(
            names, number, unclear, (*known, *self._store.left_elsewhere(), "memos, and names of documents and codes")
        )

    def erase(
        self, *, cases: str | Iterable[str] = (), documents: str | Iterable[str] = (), for_good: bool = False
    ) -> EraseReport:
        """Take a participant out: texts, codings, memos about them, values, names and the index. It cannot be undone.

        Args:
            cases: names of cases; documents in which nobody else was asked go with them, others are named.
            documents: names of documents.
            for_good: must be said; without it you are told what would go.

        Returns:
            What was erased, and what remains in backups, exports and the copies of others.

        Raises:
            Refused: `for_good` was not said.
        """
        people = [self._project.cases[ref] for ref in _listed(cases)]
        texts = {d.uid: d for d in self._documents(_listed(documents))} if documents else {}
        texts |= {uid: self._project.documents.find(uid) for uid in self._theirs({c.uid for c in people})}
        if not people and not texts:
            raise InvalidValue("Say whom: cases=… or documents=…")
        if not for_good:
            about = {*texts, *(c.uid for c in people)}
            memos = sum(bool(about & set(memo.about)) for memo in self._store.all(Memo))
            codings = len(self._store.codings(documents=list(texts))) if texts else 0
            what = [f"the cases {', '.join(c.name for c in people)}"] if people else []
            what += [f"the documents {', '.join(d.name for d in texts.values())}"] if texts else []
            raise Refused(
                f"Erasing cannot be undone. It would take {' and '.join(what)}, {counted(codings, 'coding')} and"
                f" {counted(memos, 'memo')} about them. Call it again with for_good=True."
            )
        return self._store.erase(documents=list(texts), cases=[c.uid for c in people])

    def _theirs(self, people: set[Uid]) -> set[Uid]:
        """Documents in which these people and nobody else were asked."""
        asked: dict[Uid, set[Uid | None]] = {}
        for link in self._store.all(CaseLink):
            asked.setdefault(link.document, set()).add(link.case)
        for speaker in self._store.all(Speaker):
            if speaker.role == "respondent":
                asked.setdefault(speaker.document, set()).add(speaker.case)
        return {document for document, who in asked.items() if who <= people}

    def write_table(self, path: str | Path) -> Path:
        """Write a table of suggested names for you to fill in: name, pseudonym, kind, times. It is the key to who is who.

        Fill in a pseudonym where a row names a person, and keep the table apart from the project. It is used on the way in:
        ``project.documents.add_files("interviews/", pseudonyms="…/names.csv")``.

        Raises:
            Refused: the file is there already, or it would lie beside the project.
        """
        import pandas as pd

        target = Path(path)
        home = self._store.path
        if target.exists():
            raise Refused(f"{target} is there already; nothing was written.")
        if home is not None and target.resolve().parent == home.resolve().parent:
            raise Refused(
                f"{target.name} would lie beside the project, and whoever gets the folder would know everyone. Name another folder."
            )
        found = self.find(names=True, text=True)
        times = Counter(zip(found["words"], found["kind"], strict=True))
        rows = [
            (words, "", kind, n)
            for (words, kind), n in times.most_common()
            if kind in {"name", "place", "organisation"}
        ]
        pd.DataFrame(rows, columns=[*COLUMNS, "kind", "times"]).to_csv(target, index=False, encoding="utf-8-sig")
        return target

    def _documents(self, names: str | Iterable[str] | None) -> Sequence[Document]:
        if names is None:
            return self._store.all(Document)
        return [self._project.documents.find(name) for name in _listed(names)]

    def _wanted(self, what: Any, spans: Iterable[Span] | None) -> dict[Document, list[Span]]:
        if isinstance(what, str):
            (document,) = self._documents(what)
            marks = languages.find_identifiers(self._store.text(document.uid)) if spans is None else []
            return {document: [*(spans or ()), *((f.start, f.end) for f in marks if f.certain)]}
        out: dict[Document, list[Span]] = {}
        for name, start, end in zip(what["document"], what["start"], what["end"], strict=True):
            out.setdefault(self._project.documents.find(name), []).append((int(start), int(end)))
        return out

    def _blotted(self, document: Document, places: Iterable[Span]) -> tuple[str, Outline, dict[str, str]]:
        """Return the text with blots, its units as they were, and the labels of speakers that changed."""
        old = self._store.text(document.uid)
        characters = list(old)
        for start, end in places:
            if not 0 <= start < end <= len(old):
                raise InvalidValue(f"{document.name} has {len(old)} characters; {start} to {end} is no place in it.")
            characters[start:end] = [c if c.isspace() else BLOT for c in old[start:end]]
        text = "".join(characters)
        outline = self._store.outline(document.uid)
        labels = dict(_new_labels(outline, old, text))
        turns = tuple(replace(turn, speaker=labels.get(turn.speaker, turn.speaker)) for turn in outline.turns)
        return text, replace(outline, turns=turns), labels


def _new_labels(outline: Outline, old: str, new: str) -> Iterator[tuple[str, str]]:
    for turn in outline.turns:
        at = old.find(turn.speaker, turn.start, turn.label_end) if turn.speaker else -1
        label = new[at : at + len(turn.speaker)]
        if at >= 0 and label != turn.speaker:
            yield turn.speaker, label


def _listed(names: str | Iterable[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)
