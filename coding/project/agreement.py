"""Agreement bound to a project: the numbers of `coding.agreement`, and the way from a figure to its passages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from coding.agreement import named
from coding.agreement.computing import agreement_of
from coding.agreement.disagreements import ChoiceMatrix, Disagreement
from coding.agreement.figure import Figure, printed
from coding.agreement.material import OWN_WORK, material_of_snapshot
from coding.agreement.material_table import material_of_table
from coding.agreement.named import known
from coding.agreement.naming import convention_named, described
from coding.agreement.notes import note_in, quoted
from coding.agreement.nvivo import CodingComparison, coding_comparison
from coding.agreement.result import AgreementTable, CodeRow
from coding.agreement.units import Unit, Universe
from coding.errors import AgreementError, InvalidValue
from coding.model import Decision, Round, counted
from coding.project.agreement_facts import FIXED_BY_ROUND, departures, note_of, pooled_note, stale_codes, stale_paths
from coding.project.agreement_options import COMPUTING, DEFAULT_MEASURE, OF_MEASURES, TABLE_MATERIAL, Asked
from coding.project.collections import html_table
from coding.screens import open_screen

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from coding.project.project import Project

Language = Literal["en", "zh"]
_WORDS = {
    "en": ("Code", "Units", "% agree", "α", "95 % interval", "Positive", "Note"),
    "zh": ("代码", "单位数", "一致率 %", "α", "95% 区间", "正一致", "说明"),
}


def agreement(
    project: Project,
    *,
    coders: Sequence[str] | None = None,
    round: str | int | Round | None = None,
    **options: Any,
) -> AgreementResult:
    """Compare coders of a project; see `Project.agreement`."""
    if isinstance(coders, str):
        raise InvalidValue(
            f'coders takes two or more names; the text “{coders}” was given. Write coders=["{coders}", …].'
        )
    check_coders(coders)
    item = project.rounds[round] if isinstance(round, str | int) else round
    if item is not None and item.status == "open" and item.blind:
        raise AgreementError(f"{item.name} is open and blind; its figures come when it is closed.")
    if item is not None and item.purpose == "reliability" and not {"measure", "convention"} & options.keys():
        options["measure"] = item.protocol.get("measure", DEFAULT_MEASURE)
    asked = Asked.of(options)
    computing = dict(asked.computing)
    if item is not None and item.purpose == "reliability":
        for name, usual in FIXED_BY_ROUND.items():
            computing.setdefault(name, item.protocol.get(name, usual))
    material = material_of_snapshot(
        project.snapshot(texts=False), coders=coders, rounds=[item.uid] if item else None, **asked.material
    )
    table = agreement_of(material, **computing)
    words = {**asked.as_options(), **computing, "coders": coders}
    return AgreementResult(table, project, item, asked.measure, words, _exploratory(item, asked), asked.convention)


def check_coders(coders: Sequence[Any] | None) -> None:
    """Refuse a coder who is named twice: nobody can be compared with herself."""
    given = [str(getattr(c, "name", c)) for c in (() if coders is None else coders)]
    if twice := [name for name in dict.fromkeys(given) if given.count(name) > 1]:
        raise InvalidValue(f"coders names {quoted(twice)} twice; give two or more different coders.")


def _exploratory(item: Round | None, asked: Asked) -> tuple[str, ...]:
    """Return what was asked for in another way than a reliability round fixed it."""
    if item is None or item.purpose != "reliability":
        return ()
    differ = [
        name for name in FIXED_BY_ROUND
        if name in asked.computing and asked.computing[name] != item.protocol.get(name)
    ]  # fmt: skip
    fixed = known(str(item.protocol.get("measure") or DEFAULT_MEASURE))
    return (*differ, *(["measure"] if asked.measure not in (DEFAULT_MEASURE, fixed) else []))


def agreement_of_table(
    source: str | Path | pd.DataFrame,
    *,
    coders: Sequence[str] | None = None,
    texts: str | Path | Mapping[str, str] | None = None,
    unit: Unit | None = None,
    universe: Universe | None = None,
    **options: Any,
) -> AgreementResult:
    """Compare coders of a plain table of codings, without a project.

    Args:
        source: CSV or frame with the columns document, length, coder, code, start, end.
        coders: names; all of them by default.
        texts: the words, for units smaller than a document: a folder with one ``NAME.txt`` a document, or
            name to text. They give the length too, where the table has none.
        unit: by default sentence where there are texts, else character.
        universe: respondents, all or coded; by default respondents where there are texts, else all.
        options: measure, convention; draws, seed, block, confidence; level, exclusive, who, lengths.

    Raises:
        InvalidValue: a unit or a universe that cannot be known without the texts.
    """
    check_coders(coders)
    words = _words_of(texts)
    given = {"unit": unit, "universe": universe}
    asked = Asked.of({**options, **{k: v for k, v in given.items() if v is not None}}, TABLE_MATERIAL)
    unit = asked.computing.get("unit") or ("sentence" if words else "character")
    universe = asked.computing.get("universe") or ("respondents" if words else "all")
    if not words and unit not in ("character", "document"):
        raise InvalidValue(
            f"The unit {unit} needs the texts, which a table of codings does not hold. Give texts= (--texts FOLDER), "
            "or compare by character or document."
        )
    if not words and universe == "respondents":
        raise InvalidValue(
            "Without the texts nobody knows what the interviewer said. Give texts= (--texts FOLDER), or take universe all or coded."
        )
    chosen = dict(asked.material)
    if words:
        from coding.language import outline

        chosen["outlines"] = {name: outline(text) for name, text in words.items()}
        chosen["lengths"] = {name: len(text) for name, text in words.items()} | dict(chosen.get("lengths") or {})
    computing = {**asked.computing, "unit": unit, "universe": universe}
    table = agreement_of(material_of_table(source, coders=coders, **chosen), **computing)
    said = {**asked.as_options(), **computing, "coders": coders}
    return AgreementResult(table, None, None, asked.measure, said, (), asked.convention, words)


def _words_of(texts: str | Path | Mapping[str, str] | None) -> dict[str, str]:
    """Return document to text as the workbench stores it: LF line ends, no byte order mark."""
    if texts is None:
        return {}
    if isinstance(texts, Mapping):
        found = {str(name): text for name, text in texts.items()}
    else:
        folder = Path(texts)
        found = {file.stem: file.read_text(encoding="utf-8-sig") for file in sorted(folder.glob("*.txt"))}
        if not found:
            raise InvalidValue(f"{folder} holds no .txt file; one NAME.txt for each document is needed.")
    return {name: text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n") for name, text in found.items()}


@dataclass(frozen=True, eq=False)
class AgreementResult:
    """Agreement per code, with what is needed to believe it, to report it and to act on it.

    Attributes:
        table: the numbers; `to_frame` shows them.
        round: the round compared, None for all work.
        measure: shown beside Krippendorff's alpha.
        options: how it was asked, so that it can be asked again.
        exploratory: what differs from the protocol that the round fixed.
        convention: the program whose way of counting was asked for, "" for ours.
        settled: whether decisions have been taken over, so that it is no measure of reliability.
    """

    table: AgreementTable
    project: Project | None = field(repr=False)
    round: Round | None = None
    measure: str = DEFAULT_MEASURE
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    exploratory: tuple[str, ...] = ()
    convention: str = ""
    texts: Mapping[str, str] = field(default_factory=dict, repr=False)
    settled: bool = False

    # -- at a glance ------------------------------------------------------------------------------

    def __str__(self) -> str:
        beside = (self.measure, self.beside) if self.beside is not None else None
        lines = [self.table.text(beside=beside)]
        if self.overall is not None:
            lines.append(self.overall_said())
        return "\n".join([*lines, *self.notes()])

    __repr__ = __str__

    def bound(self) -> Project:
        """Return the project that the figures are of.

        Raises:
            InvalidValue: they are of a plain table.
        """
        if self.project is None:
            raise InvalidValue(
                "A plain table is no project, and no screen opens it. result.passages() lists where coders differ; for the "
                "screens make a project: coding new, coding import TEXTS, coding import TABLE --as codings."
            )
        return self.project

    def measure_options(self) -> dict[str, Any]:
        """Return the options that were given for the measure, such as a threshold."""
        return {name: self.options[name] for name in OF_MEASURES if name in self.options}

    @cached_property
    def beside(self) -> tuple[Figure, ...] | None:
        """The measure that was asked for, for each row; None for alpha itself and for one about all codes."""
        if self.measure == DEFAULT_MEASURE or self.measure in named.ABOUT_ALL:
            return None
        given = self.measure_options()
        if self.measure == "token_f1":
            given["tokens"] = self._tokens()
        return named.of_rows(self.table, self.measure, **given)

    @cached_property
    def overall(self) -> Figure | None:
        """The measure that was asked for where it is one figure about all codes at once, else None."""
        if self.measure not in named.ABOUT_ALL:
            return None
        return named.of_all_codes(self.table, self.measure, **self.measure_options())

    def _overall_text(self, language: Language = "en") -> str:
        figure = self.overall
        assert figure is not None
        params = ", ".join(f"{k} {v:.3g}" if isinstance(v, float) else f"{k} {v}" for k, v in figure.params.items())
        shown = printed(figure.value) if figure.defined else figure.sentence(language)
        return shown + (f" ({params})" if params else "")

    def _tokens(self) -> dict[str, list[tuple[int, int]]]:
        """Return the words of each document; Chinese ones as jieba cuts them."""
        from coding.language.words import words

        texts: Mapping[str, str] = self.texts
        if self.project is not None:
            texts = {d.uid: self.project.store.text(d.uid) for d in self.table.material.documents}
        if not texts:
            raise InvalidValue("token_f1 needs the words of the documents; give texts= (--texts FOLDER).")
        return {uid: words(text) for uid, text in texts.items()}

    def notes(self, language: Language = "en") -> list[str]:
        """Return what a reader must know: exploratory choices, stale figures, blocks instead of documents."""
        zh, out = language == "zh", []
        if stale := stale_paths(self, language):
            codes = quoted(stale, language)
            out.append(f"已过时：{codes}的规则已变更。" if zh else f"Stale: the rules of {codes} have changed since.")
        if (apart := departures(self)) is not None:
            out.append(f"探索性：{apart.chinese}。" if zh else f"Exploratory: {apart}.")
        if self.convention:
            out.append(convention_named(self.convention).sentence(language))
        if (together := pooled_note(self)) is not None:
            out.append(note_in(language, together))
        return out + [note_in(language, note) for note in self.table.notes]

    @property
    def stale(self) -> list[str]:
        """Codes whose rules have changed in meaning since the round, or since codings were made; their figures are of the past."""
        return stale_codes(self)

    def __getitem__(self, code: str) -> CodeRow:
        """Return the row of a code by uid, path or name, as `table` does."""
        return self.table[code]

    def _repr_html_(self) -> str:
        return self._html("en")

    def _html(self, language: Language) -> str:
        from coding.project.agreement_charts import caption

        h, zh = self.table.headline, language == "zh"
        below = f"{len(h.below)} 个代码低于 .667" if zh else f"{counted(len(h.below), 'code')} below .667"
        about = f"{caption(self, language)} · {'α 中位数' if zh else 'median α'} {printed(h.median)} · {below}"
        columns, rows = self.printed(language)
        said = [self.overall_said(language)] if self.overall is not None else []
        return html_table(columns, rows, about) + html_table((), [(note,) for note in [*said, *self.notes(language)]])

    def overall_said(self, language: Language = "en") -> str:
        """Return the one figure about all codes at once, with the name of its measure."""
        between = "，全部代码合计：" if language == "zh" else ", all codes at once: "
        return described(self.measure, language) + between + self._overall_text(language)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per code: counts, percent, alpha with interval, positive agreement, kappa, reason, uid."""
        frame = self.table.to_frame()
        if self.beside is not None:
            frame[self.measure] = [f.value for f in self.beside]
            frame[f"{self.measure}_reason"] = [f.reason for f in self.beside]
            if any("coverage" in f.params for f in self.beside):
                frame["coverage"] = [f.params.get("coverage", math.nan) for f in self.beside]
        if self.project is not None:
            stale = set(self.stale)
            frame["stale"] = [row.code.path in stale for row in self.table.rows]
        return frame

    def as_json(self) -> dict[str, Any]:
        """Return all figures with unit, universe, coders and N, NaN as null."""
        t = self.table
        return {
            "coders": list(t.coders), "documents": t.documents, "unit": t.unit, "units": t.units, "universe": t.universe,
            "characters": t.characters, "measure": self.measure, "convention": self.convention,
            "measure_options": self.measure_options(), "overall": self._overall_json(), "resampled": t.resampled, "draws": t.draws, "seed": t.seed,
            "round": self.round.name if self.round else None, "exploratory": list(self.exploratory), "stale": self.stale,
            "notes": list(t.notes), "version": t.version, "codes": [_plain(r) for r in self.to_frame().to_dict("records")],
            "domains": [_plain(r) for r in self.by("domain").to_dict("records")] if t.domains else [],
        }  # fmt: skip

    def _overall_json(self) -> dict[str, Any] | None:
        figure = self.overall
        if figure is None:
            return None
        return _plain({"value": figure.value, "reason": figure.reason, **figure.params})

    def printed(self, language: Language = "en") -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Return heads and rows of the table as text, for a report."""
        rows = []
        stale = set(self.stale)
        beside = self.beside or (None,) * len(self.table.rows)
        for r, other in zip(self.table.rows, beside, strict=True):
            name = (r.code.name_zh if language == "zh" else "") or r.code.name
            interval = f"{r.interval.low:.2f} – {r.interval.high:.2f}" if r.defined and r.interval.defined else ""
            figures = (f"{r.alpha:.3f}", interval, _two(r.positive)) if r.defined else ("", "", "")
            rows.append(
                (
                    "\u2003" * r.code.level + name, " / ".join(map(str, r.units)), "" if math.isnan(r.percent) else f"{100 * r.percent:.1f}", *figures,
                    *([printed(other.value)] if other is not None else []), note_of(r, stale, language),
                )
            )  # fmt: skip
        percent = next((100 * r.interval.confidence for r in self.table.rows), 95)
        heads = [head.replace("95", f"{percent:g}") for head in _WORDS[language]]
        if self.beside is not None:
            heads.insert(-1, self.measure)
        return tuple(heads), tuple(rows)

    def to_great_table(self, language: Language = "en") -> Any:
        """Return the table as a Great Tables object, for a paper.

        Raises:
            MissingExtra: the extra “tables” is not installed.
        """
        from coding.errors import MissingExtra

        try:
            from great_tables import GT
        except ImportError:
            raise MissingExtra.named("A table for print", "tables") from None
        import pandas as pd

        from coding.project.agreement_charts import caption

        columns, rows = self.printed(language)
        title = "编码员间一致性" if language == "zh" else "Agreement between coders"
        table = GT(pd.DataFrame(rows, columns=list(columns))).tab_header(title, caption(self, language))
        for note in self.notes(language):
            table = table.tab_source_note(note)
        return table

    def write(self, path: str | Path, language: Language = "en") -> Path:
        """Write the figures as ``.csv``, ``.xlsx`` or ``.html``.

        Args:
            path: the file. A workbook has a table for a paper, then what it is of, then all figures.
            language: of headings and notes, en or zh; a csv has the names of `to_frame` in either.
        """
        if language not in ("en", "zh"):
            raise InvalidValue(f"A table is written in en or zh, not in {language!r}.")
        target = Path(path)
        if not target.resolve().parent.is_dir():
            raise InvalidValue(f"There is no folder {target.parent} to write {target.name} in; make it first.")
        match target.suffix.lower():
            case ".csv":
                self.to_frame().to_csv(target, index=False, encoding="utf-8-sig")
            case ".xlsx":
                from coding.project.agreement_book import write_agreement

                write_agreement(target, self, language)
            case ".html":
                target.write_text(f"<!doctype html><meta charset='utf-8'>{self._html(language)}", encoding="utf-8")
            case other:
                raise InvalidValue(
                    f"Agreement is written as .csv, .xlsx or .html; {other or 'no suffix'} was given. For a text document, "
                    'project.audit("appendix.docx") holds the table too.'
                )
        return target

    # -- the same in another way ------------------------------------------------------------------

    def again(self, **options: Any) -> AgreementResult:
        """Compute the same comparison with other options, such as ``unit="character"``."""
        if self.project is None:
            raise InvalidValue("A plain table is compared again with agreement_of_table(…).")
        return agreement(self.project, round=self.round, **{**self.options, **options})

    def after(self) -> AgreementResult:
        """Return the figures after consensus: disputed codings replaced by what was decided; originals stay."""
        if self.project is None:
            raise InvalidValue("A plain table has no consensus layer.")
        from coding.agreement import settled

        options = {k: v for k, v in self.options.items() if k in COMPUTING}
        material = settled(self.table.material, self.project.store.all(Decision))
        return replace(self, table=agreement_of(material, **options), settled=True)

    def sensitivity(self) -> pd.DataFrame:
        """Return alpha per code without and with codings taken from suggestions, which the headline leaves out."""
        import pandas as pd

        with_them = self.again(origins=(*OWN_WORK, "accepted")).table
        rows = [
            (r.code.path, r.alpha, w.alpha, w.alpha - r.alpha)
            for r, w in zip(self.table.rows, with_them.rows, strict=True)
        ]
        return pd.DataFrame(rows, columns=["code", "alpha", "with_accepted", "difference"])

    def compare(self, other: AgreementResult) -> pd.DataFrame:
        """Return per code how much alpha differs from another result, with an interval from common draws."""
        import pandas as pd

        return pd.DataFrame(self.table.compare(other.table))

    def compare_codes(self, first: str, second: str) -> pd.DataFrame:
        """Return how much alpha of one code exceeds another's, with an interval from common draws."""
        import pandas as pd

        gap, ci = self.table.difference(first, second)
        row = {"first": self.table[first].code.path, "second": self.table[second].code.path, "difference": gap}
        return pd.DataFrame([{**row, "low": ci.low, "high": ci.high, "reason": ci.reason}])

    def compare_pairs(self, first: Sequence[str], second: Sequence[str]) -> pd.DataFrame:
        """Return per code how much one pair's kappa exceeds another pair's, with an interval from common draws.

        Args:
            first: names of two coders.
            second: names of two coders, of whom one may stand in both pairs.
        """
        import pandas as pd

        rows = [
            {"code": row.code.path, "language": row.language, "difference": gap, "low": ci.low, "high": ci.high,
             "reason": ci.reason}
            for row, gap, ci in self.table.difference_pairs(_pair(first), _pair(second))
        ]  # fmt: skip
        return pd.DataFrame(rows)

    def coding_comparison(
        self,
        first: str | Sequence[str] | None = None,
        second: str | Sequence[str] | None = None,
        *,
        undefined_is_one: bool = False,
        utf16: bool = False,
    ) -> CodingComparison:
        """Return NVivo's coding comparison of two coders or groups: its columns, and the three averages.

        Args:
            first: a name, or the names of a group; the first coder by default.
            second: as `first`; the second coder by default.
            undefined_is_one: show 1 where kappa is 0/0, as NVivo does.
            utf16: count UTF-16 units, as NVivo on Windows does.
        """
        coders, texts = self.table.coders, self.texts
        if utf16 and self.project is not None:
            texts = {d.uid: self.project.store.text(d.uid) for d in self.table.material.documents}
        return coding_comparison(
            self.table.material, first or coders[0], second or coders[1], texts=texts or None, utf16=utf16,
            undefined_is_one=undefined_is_one,
        )  # fmt: skip

    def by(self, what: str) -> pd.DataFrame:
        """Return agreement by "code", "document" (or "file"), "pair", "level", "round", "domain", "language" or a variable.

        Every cell that is undefined has its reason.

        Args:
            what: one of these words, or the name of a variable of documents, or of cases with one document.

        Raises:
            NotFound: no such variable.
            InvalidValue: a variable that no compared document has, no closed round, or no domain.
        """
        from coding.project.agreement_views import by

        return by(self, what)

    # -- from figure to passage -------------------------------------------------------------------

    def differences(self, code: str | None = None, kinds: str | Iterable[str] | None = None) -> list[Disagreement]:
        """Return every mismatch as a value, worst codes first."""
        return self.table.disagreements(codes=[code] if code else None, kinds=kinds)

    def disagreements(self, code: str | None = None, *, kind: str | None = None) -> pd.DataFrame:
        """Return what to talk about, worst first: place, kind, both coders' codes, and what that suggests.

        Args:
            code: only mismatches that touch this code or one below it.
            kind: boundary, missing, sibling or other_branch.

        Returns:
            Offsets and names, no words of a document; `passages` and `review` show them.
        """
        import pandas as pd

        rows = [
            {
                "document": d.document, "start": d.start, "end": d.end, "kind": d.kind, "edges": d.edges,
                d.first: "; ".join(p.code.path for p in d.a), d.second: "; ".join(p.code.path for p in d.b),
                "suggests": d.suggestion(), "codings": [p.uid for p in (*d.a, *d.b)], "document_uid": d.document_uid,
            }
            for d in self.differences(code, [kind] if kind else None)
        ]  # fmt: skip
        heads = ["document", "start", "end", "kind", "edges", *self.table.coders, "suggests", "codings", "document_uid"]
        return pd.DataFrame(rows, columns=None if rows else heads)

    def matrix(self, parent: str | None = None, first: str = "", second: str = "") -> ChoiceMatrix:
        """Return who chose what instead, under one parent or among all codes; the last place is "not coded".

        Args:
            parent: name, path or uid; all codes by default.
            first: coder in the rows; the first one by default.
            second: coder in the columns; the second one by default.
        """
        return self.table.matrix(parent, first, second)

    def overlaps(self) -> pd.DataFrame:
        """Return where a coder gave one place two codes that exclude each other, which leaves the domain undefined.

        Returns:
            Offsets in characters of the document, and names; no words.
        """
        import pandas as pd

        names = {d.uid: d.name for d in self.table.material.documents}
        rows = [
            (names[uid], coder, domain.code.path, start, end, uid)
            for domain in self.table.domains
            for uid, coder, start, end in domain.overlaps
        ]
        return pd.DataFrame(rows, columns=["document", "coder", "domain", "start", "end", "document_uid"])

    def passages(self, code: str | None = None) -> Any:
        """Open the passages behind a figure, in the same screen as `review`, at one code.

        Returns:
            The screen; of a plain table its `disagreements`, with the words where its texts were given.
        """
        if self.project is not None:
            return open_screen("agreement", self, code=code)
        found = self.disagreements(code)
        if self.texts:
            words = [self.texts[row.document][row.start : row.end] for row in found.itertuples()]
            found.insert(found.columns.get_loc("kind"), "text", words)
        return found

    def review(self, code: str | None = None) -> Any:
        """Open the PI's screen, at one code or at all: click a figure, read the passages, open or settle them."""
        return open_screen("agreement", self, code=code)

    def settle(self, code: str | None = None) -> Any:
        """Open the consensus screen on the disagreements, of one code or of all."""
        return open_screen("consensus", self, code=code)

    def chart(
        self, kind: str = "codes", *, language: Language = "en", coders: tuple[str, str] | None = None
    ) -> alt.Chart | alt.LayerChart:
        """Draw the result.

        Args:
            kind: "codes" (agreement with interval and thresholds), "coders" (codes by pair of coders),
                "matrix" (who chose what instead), "levels", "rounds", "documents" (where coders differ).
            language: of names, titles and captions.
            coders: the two whose choices a matrix sets against each other; by default the first two.
        """
        from coding.project.agreement_charts import draw

        return draw(self, kind, language, coders)

    def methods(self, language: Language = "en") -> str:
        """Return the paragraph for the methods section, made from this very result."""
        from coding.project.methods import methods_paragraph

        return methods_paragraph(self, language)


def _pair(names: Sequence[str]) -> tuple[str, str]:
    if isinstance(names, str) or len(names) != 2:
        raise InvalidValue(f"A pair is two names, such as (“amira”, “ben”); {names!r} was given.")
    return names[0], names[1]


def _two(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.2f}"


def _plain(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(k): (None if isinstance(v, float) and math.isnan(v) else v) for k, v in row.items()}
