"""`Project`: what a researcher holds. One method, one transaction; the file is the only truth."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from coding.errors import Refused
from coding.model import Coder, Coding, Document, Memo, Outline, ProjectInfo, Scalar, Snapshot, Uid, counted
from coding.project.codebook import ProjectCodebook
from coding.project.codings import Codings
from coding.project.collections import html_table
from coding.project.consensus import Consensus
from coding.project.documents import Documents
from coding.project.memos import Memos
from coding.project.pairs import Pairs
from coding.project.people import Cases, Coders, Variables
from coding.project.privacy import Privacy
from coding.project.queries import FoundCodings, Queries, find_codings
from coding.project.rounds import Rounds
from coding.project.search import SearchResult, Unit, search
from coding.project.suggestions import Suggestions
from coding.project.team import Team
from coding.screens import open_screen
from coding.storage import Store

if TYPE_CHECKING:
    import pandas as pd
    from spacy.tokens import Doc

    from coding.exporters import ExportReport
    from coding.project.agreement import AgreementResult
    from coding.project.codebook import CodeRef


def open_project(
    target: str | Path, *, coder: str | None = None, create: bool = False, readonly: bool = False
) -> Project:
    """Open a project file or a project on a server.

    Args:
        target: path of a ``.coding`` file, or a ``postgresql://`` address.
        coder: name under which work is kept; needed for coding, not for reading.
        create: make the project where there is none.
        readonly: refuse every change.

    Raises:
        NotAProject: another kind of file, or nothing there and `create` not given.
        ProjectNewer: written by a newer version.
        ProjectLocked: another process is writing.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "study.coding"
    >>> project = open_project(path, coder="amira", create=True)
    >>> document = project.documents.add("P01", "Nobody ordered it. We looked at Riverside.")
    >>> code = project.codebook.add("Driving")
    >>> coding = project.codings.add("P01", quote="We looked at Riverside.", code="Driving")
    >>> (coding.start, coding.end)
    (19, 42)
    >>> project.undo()
    'code'
    >>> len(project.codings)
    0
    """
    project = Project(Store.open(target, create=create, coder=coder, readonly=readonly))
    if coder:
        _warn_of_near_name(coder, [known.name for known in project.coders])
    return project


def _warn_of_near_name(coder: str, known: list[str]) -> None:
    """Say when a new coder is nearly an old one: a slip of the finger would make a third coder of two."""
    near = [] if coder in known else get_close_matches(coder, known, n=1, cutoff=0.8)
    if near and re.sub(r"\d", "", near[0]) != re.sub(r"\d", "", coder):  # coder1 and coder2 are two people
        warnings.warn(
            f"“{coder}” has not coded here yet, “{near[0]}” has. If that is you, open the project again under that name.",
            stacklevel=3,
        )


class Project:
    """A study: documents, a codebook, coders and their codings.

    Attributes:
        store: what keeps the project; the only door to the file.
        documents: texts and their units.
        codebook: the tree of codes.
        codings: who applied which code to which passage.
        coders: the people who code.
        cases: the units of study.
        variables: properties of cases and documents.
        memos: dated notes on anything.
        rounds: who codes what, for which purpose.
        consensus: decisions on disagreements, a layer beside the codings.
        team: files for coders and back, conflicts; called, it opens the board.
        suggestions: proposals of cue words and a model, for people to decide.
        pairs: originals and their translations, turn by turn.
        queries: searches kept by name.
        privacy: marks of identity found and blotted out; a participant erased.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.documents = Documents(self)
        self.codebook = ProjectCodebook(self)
        self.codings = Codings(self)
        self.coders = Coders(self)
        self.cases = Cases(self)
        self.variables = Variables(self)
        self.memos = Memos(self)
        self.rounds = Rounds(self)
        self.consensus = Consensus(self)
        self.team = Team(self)
        self.suggestions = Suggestions(self)
        self.pairs = Pairs(self)
        self.queries = Queries(self)
        self.privacy = Privacy(self)

    # -- who and what -----------------------------------------------------------------------------

    @property
    def info(self) -> ProjectInfo:
        """The project as such."""
        return self.store.info()

    @property
    def name(self) -> str:
        """Name of the project."""
        return self.info.name

    @property
    def coder(self) -> Coder | None:
        """Who is coding; None where the project was opened for reading."""
        return self.store.coder

    @property
    def coder_uid(self) -> Uid:
        """Uid of who is coding, or ""."""
        return self.store.coder.uid if self.store.coder else ""

    @property
    def coder_name(self) -> str:
        """Name of who is coding, or "nobody"."""
        return self.store.coder.name if self.store.coder else "nobody"

    def require_coder(self) -> Coder:
        """Return who is coding.

        Raises:
            Refused: the project was opened without a coder.
        """
        if self.store.coder is None:
            raise Refused('The project was opened without a coder. Open it with open_project(…, coder="your name").')
        return self.store.coder

    # -- what a coder may see ---------------------------------------------------------------------

    def visible(self, codings: Sequence[Coding]) -> list[Coding]:
        """Leave out others' codings of documents in an open blind round.

        In one file this is a courtesy; real blinding is a file for each coder, or a server.
        """
        blind = self.rounds.blind_documents()
        if not blind:
            return list(codings)
        return [c for c in codings if c.coder == self.coder_uid or c.document not in blind]

    def visible_memos(self, memos: Sequence[Memo]) -> list[Memo]:
        """Leave out others' memos while a blind round is open."""
        if not self.rounds.blind_documents():
            return list(memos)
        return [m for m in memos if m.coder in (None, self.coder_uid)]

    def code_counts(self) -> dict[Uid, int]:
        """Return code uid to number of codings, merged codes counted where they were merged into.

        While a blind round is open these are the coder's own.
        """
        own = [self.coder_uid] if self.rounds.blind_documents() else None
        counts: dict[Uid, int] = {}
        tree = self.codebook.tree
        for uid, n in self.store.code_counts(coders=own).items():
            target = tree.resolve(uid).uid
            counts[target] = counts.get(target, 0) + n
        return counts

    def snapshot(
        self, *, documents: Iterable[str] | None = None, coders: Iterable[str] | None = None, texts: bool = True
    ) -> Snapshot:
        """Return the project, or a part of it, as values that do not change.

        Args:
            documents: names or uids; None is all.
            coders: names or uids of those whose codings are wanted; None is all that may be seen.
            texts: whether texts can be read from it.
        """
        docs = [self.documents.find(d).uid for d in documents] if documents is not None else None
        people = [self.coders.find(c).uid for c in coders] if coders is not None else None
        blind = self.rounds.blind_documents()
        found = self.store.snapshot(documents=docs, coders=people, texts=texts, hide=(self.coder_uid, blind))
        if not blind:
            return found
        mine = (None, self.coder_uid)
        return replace(
            found,
            memos=tuple(self.visible_memos(found.memos)),
            decisions=tuple(d for d in found.decisions if d.coder in mine or d.document not in blind),
        )

    def store_outline(self, document: Document, outline: Outline) -> None:
        """Keep corrected units of a document; one step of undo."""
        with self.store.change("correct units") as change:
            change.put_outline(document.uid, outline)

    # -- finding ----------------------------------------------------------------------------------

    def show(self, chart: Any, **options: Any) -> Any:
        """Draw a chart of `coding.charts` so that a click on a mark lists its passages below.

        Args:
            chart: made from tables of this project.
            options: language of the list.

        Raises:
            InvalidValue: the chart's marks name no code, document or word.
        """
        return open_screen("chart", self, chart, **options)

    def search(
        self,
        query: str,
        *,
        within_code: CodeRef | None = None,
        case: str | None = None,
        speaker: str | None = None,
        coder: str | None = None,
        documents: Iterable[str] | None = None,
        where: Collection[str] = ("texts", "codings", "memos"),
        unit: Unit = "document",
        width: int = 60,
    ) -> SearchResult:
        """Find words in texts, coded passages and memos, with what stands on either side.

        Args:
            query: words (all must occur), ``prefix*``, ``"a phrase"``, ``AND OR NOT``, brackets,
                ``a NEAR/5 b``; Chinese terms exactly, two characters are enough.
            within_code: only passages of this code and the codes below it.
            case: only what this case says.
            speaker: only turns under this label, or of the case of this name.
            coder: only passages and memos of this coder.
            documents: names or uids; None is all.
            where: texts, codings (coded passages only), memos.
            unit: what must satisfy the search on its own: document, paragraph, sentence, turn, passage.
            width: characters on either side.

        Returns:
            `rows`, `to_frame()`, `count_by(…)`, `show()`, `save(name)`.

        Raises:
            InvalidQuery: the search cannot be read.
        """
        return search(
            self, query, within_code=within_code, case=case, speaker=speaker, coder=coder, documents=documents,
            where=where, unit=unit, width=width,
        )  # fmt: skip

    def find_codings(
        self,
        code: CodeRef | None = None,
        *,
        overlapping: CodeRef | None = None,
        within: CodeRef | None = None,
        followed_by: CodeRef | None = None,
        co_occurring: CodeRef | None = None,
        distance: int = 200,
        unit: Literal["sentence", "paragraph", "turn", "document"] = "sentence",
        coder: str | None = None,
        documents: Iterable[str] | None = None,
        where: Mapping[str, Scalar | Collection[Scalar]] | None = None,
        include_subcodes: bool = True,
        width: int = 60,
    ) -> FoundCodings:
        """Find codings by what lies around them; of `overlapping` to `co_occurring` one at a time.

        Args:
            code: of the codings wanted, with the codes below it; None is any.
            overlapping: they share a character with a coding of this code.
            within: they lie wholly inside one.
            followed_by: one begins at most `distance` characters after they end.
            co_occurring: one touches the same `unit`.
            distance: characters, for `followed_by`.
            unit: sentence, paragraph, turn or document, for `co_occurring`.
            coder: only this coder's codings, on both sides.
            documents: names or uids; None is all.
            where: variable (or case, speaker) to the value or values that the passage must have.
            include_subcodes: whether codes below those named count as well.
            width: characters on either side, on the screen.

        Returns:
            `codings`, `partners`, `to_frame()`, `crosstab(by)`, `chart(by)`, `show()`, `save(name)`.
        """
        return find_codings(
            self, code, overlapping=overlapping, within=within, followed_by=followed_by, co_occurring=co_occurring,
            distance=distance, unit=unit, coder=coder, documents=documents, where=where,
            include_subcodes=include_subcodes, width=width,
        )  # fmt: skip

    def keywords(
        self, code: CodeRef, *, minimum: int = 3, limit: int = 30, language: Literal["en", "zh"] = "en"
    ) -> pd.DataFrame:
        """Return the words that a code's passages use more than the rest of the same documents.

        Args:
            code: any reference; codes below it count as well.
            minimum: least number of times inside.
            limit: greatest number of words of each language.
            language: of the code's name.

        Returns:
            ``code, language, word, inside, outside, g2`` (log-likelihood), ``log_ratio`` (1 is twice as often), and
            all words on either side, “the” and “的” left out, as ``all_inside, all_outside``; surest first. Paragraphs are compared with
            those of their own language; interviewers' turns and paratext are left out. `coding.charts.keywords` draws it.
        """
        from coding.project.queries import keywords

        return keywords(self, code, minimum=minimum, limit=limit, language=language)

    def docs(
        self, documents: Iterable[str] | None = None, *, segmenter: Literal["jieba", "char"] = "jieba",
        trained: bool = True,
    ) -> Iterator[Doc]:  # fmt: skip
        """Yield one spaCy Doc a document, codings in ``doc.spans["codings"]``; see `coding.language.docs`.

        Args:
            documents: names or uids; None is all.
            segmenter: words of Chinese without a trained pipeline: jieba, or char for single characters.
            trained: whether trained pipelines may be used where they are installed.
        """
        from coding.language import docs

        snapshot = self.snapshot(documents=documents)
        return docs(snapshot, segmenter=segmenter, trained=trained)

    # -- results ----------------------------------------------------------------------------------

    def agreement(self, coders: Sequence[str] | None = None, **options: Any) -> AgreementResult:
        """Compare coders; see `coding.project.agreement.AgreementResult` for what comes back.

        Args:
            coders: two or more names; None is all who coded.
            options: unit="sentence", universe="respondents", round=, documents=, codes=, measure=,
                level= (parents instead of the codes below), confidence=, draws= …; all are named in the result.
        """
        from coding.project.agreement import agreement

        return agreement(self, coders=coders, **options)

    def export(self, target: str | Path, *, format: str | None = None, **options: Any) -> ExportReport:
        """Write the project for another program; what the target will lose is printed and returned.

        Args:
            target: file or folder; the suffix says the format where it can.
            format: "refi-qda", "nvivo", "csv", "xlsx", "parquet", "jsonl", "html" …
            options: profile="nvivo", and what else the format knows.
        """
        from coding.project.exports import export

        return export(self, target, format=format, **options)

    def audit(self, path: str | Path, *, language: Literal["en", "zh"] = "en") -> Path:
        """Write the appendix that reviewers ask for, as Word or HTML by the suffix.

        It tells how the codebook changed and why, the rounds with their fixed protocol and sample,
        agreement, what was settled, memos of method and theory, and saturation. Nothing in it tells who
        a participant is.

        Args:
            path: ``audit.docx`` or ``audit.html``.
            language: of headings and methods text.
        """
        from coding.project.audit import audit

        return audit(self, path, language=language)

    # -- going back, looking after ----------------------------------------------------------------

    def undo(self) -> str | None:
        """Take back the coder's last action, also after reopening; never another coder's.

        Returns:
            What was undone, None if there was nothing.
        """
        return self.store.undo()

    def redo(self) -> str | None:
        """Do again what was undone."""
        return self.store.redo()

    def history(self, limit: int = 50) -> list[Any]:
        """Return the latest actions, newest first: when, who, what."""
        return list(self.store.history(limit))

    def check(self) -> Any:
        """Look for anything broken, and say how to mend it."""
        return self.store.check()

    def backup(self) -> Path:
        """Write a verified copy beside the project and return its path."""
        return self.store.backup()

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self) -> list[tuple[str, Any]]:
        coders = ", ".join(c.name for c in self.coders) or "none yet"
        return [
            ("documents", len(self.documents)),
            ("codes", len(self.codebook)),
            ("codings", len(self.codings)),
            ("coders", coders),
            ("coding as", self.coder_name),
        ]

    def __repr__(self) -> str:
        if self.store.database.closed:
            return f"{self.store.database.name}, closed"
        return (
            f"{self.name}: " + ", ".join(counted(n, what) for what, n in self._rows()[:3]) + f", as {self.coder_name}"
        )

    def _repr_html_(self) -> str:
        if self.store.database.closed:
            return html_table(("", ""), [], repr(self))
        return html_table(("", ""), self._rows(), self.name)
