"""Computing agreement: counts, intervals per code, and the unitizing family per domain."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from coding.agreement import binary
from coding.agreement.bootstrap import (
    FEWEST_DOCUMENTS,
    FEWEST_FOR_BCA,
    Draws,
    Interval,
    intervals,
    left_out,
    resample_counts,
    resample_units,
)
from coding.agreement.columns import Columns
from coding.agreement.counts import count
from coding.agreement.figure import undefined
from coding.agreement.material import Material
from coding.agreement.notes import Note
from coding.agreement.result import AgreementTable, CodeRow, DomainResult, Part
from coding.agreement.unitizing import FAMILY, Domains, family, family_figures, find_overlaps, unit_statistics
from coding.agreement.units import UNIT_ZH, Unit, Universe, in_blocks
from coding.errors import OverlappingDomain
from coding.model import counted

__all__ = ["agreement_of", "with_ancestors"]

_BLOCK: Final[dict[str, int]] = {"character": 3000, "sentence": 25, "paragraph": 10, "turn": 10}
"""Most units per block where there are too few documents to resample."""
_LARGEST_JACKKNIFE: Final = 20_000_000
_NOTHING: Final = Note(
    "There is nothing to compare: no document was worked on by two of these coders. Assign documents to both in a "
    "round, or pass who='all' where each coder worked on all of them.",
    "没有可比较的内容：没有文档由其中两名编码员共同处理。请在轮次中将文档分派给双方；若每人都处理了全部文档，请用 who='all'。",
)
_APART: Final = Note(
    "Characters of different languages are not pooled; each language has rows of its own.",
    "不同语言的字符不合并计算；每种语言各有其行。",
)


def agreement_of(
    material: Material,
    *,
    unit: Unit = "sentence",
    universe: Universe = "respondents",
    draws: int = 2000,
    seed: int = 20260101,
    confidence: float = 0.95,
    block: int | None = None,
    with_domains: bool = True,
) -> AgreementTable:
    """Compute agreement per code, with intervals, and the unitizing family per domain.

    Args:
        material: what is compared.
        unit: sentence, character, paragraph, turn or document.
        universe: respondents (without the interviewer's turns and paratext), all, or coded.
        draws: number of resamples; 0 for none.
        seed: makes the intervals repeatable.
        confidence: of the intervals.
        block: most units per block; by default documents are resampled, and blocks only where there are
            fewer than ten. With fewer than ten blocks there is no interval.
        with_domains: whether to compute the unitizing family, which is always on characters.
    """
    unit_map_ = material.units(unit, universe)
    projected, _ = unit_map_.project(material.columns)
    expanded = with_ancestors(projected, material)
    together = material.columns.assigned.sum(axis=1) >= 2
    notes = list(material.notes)
    if not together.any():
        notes.append(_NOTHING)
    apart = unit == "character" and len(material.languages) > 1
    if apart:
        notes.append(_APART)
    parts: list[Part] = []
    resampled_what = "documents" if draws else ""
    spoken = np.array([d.language for d in material.documents], dtype=object)
    for language in material.languages if apart else ("",):
        chosen = np.flatnonzero(together & (spoken == language if language else True))
        size = _block_size(block, len(chosen), unit) if draws else 0
        parts.append(_part(expanded, chosen, language, draws=draws, seed=seed, block=size))
        if size:
            resampled_what = "blocks"
            notes += _blocks_notes(len(chosen), len(parts[-1].resampled.lengths), size, unit)
    domains = (
        _domains(material, universe, parts[0].draws if resampled_what == "documents" else None) if with_domains else ()
    )
    notes += _overlaps_note(domains)
    from coding import __version__  # the package knows its version; importing it above would be a cycle

    return AgreementTable(
        rows=tuple(row for part in parts for row in _rows(material, part, confidence)),
        domains=tuple(domains),
        coders=material.coders,
        documents=int(together.sum()),
        unit=unit,
        universe=universe,
        units=int(unit_map_.lengths[together].sum()),
        characters=int(unit_map_.characters[together].sum()),
        resampled=resampled_what,
        resamples=sum(len(part.resampled.lengths) for part in parts),
        draws=draws,
        seed=seed,
        measure="krippendorff_alpha_nominal",
        notes=tuple(dict.fromkeys(notes)),
        languages=material.languages,
        version=__version__,
        material=material,
        map=unit_map_,
        expanded=expanded,
        parts=tuple(parts),
    )


def _block_size(asked: int | None, documents: int, unit: Unit) -> int:
    """Return the most units per block, 0 where whole documents are drawn."""
    if asked is not None:
        return asked
    return _BLOCK.get(unit, 0) if documents < FEWEST_DOCUMENTS else 0


def _part(expanded: Columns, chosen: npt.NDArray[np.intp], language: str, *, draws: int, seed: int, block: int) -> Part:
    """Return the counts of one language's documents, and what is drawn of them: documents, or blocks of `block` units."""
    own = expanded.of_documents(chosen)
    counts = count(own)
    resampled = count(in_blocks(own, block)[0]) if block else counts
    drawn = Draws.of(len(resampled.lengths), draws, seed) if draws and len(resampled.lengths) else None
    return Part(language, chosen, counts, resampled, drawn)


def _blocks_notes(documents: int, blocks: int, size: int, unit: Unit) -> list[Note]:
    """Return what is to be said of intervals that rest on blocks, or of there being none."""
    if not documents:
        return []  # the rows say that no unit was judged by two
    if not blocks:
        return [
            Note("There is nothing to compare: no text is left to judge.", "没有可比较的内容：没有可供判断的文本。")
        ]
    have = f"With {counted(documents, 'document')}, cut into {counted(blocks, 'block')} of up to {counted(size, unit)},"
    chinese = f"{documents} 份文档，按每块至多 {size} 个{UNIT_ZH[unit]}分为 {blocks} 块；"
    if blocks < FEWEST_DOCUMENTS:
        return [Note(f"{have} there is no interval; ten blocks are needed.", f"{chinese}不足十块，不给出区间。")]
    return [
        Note(
            f"{have} the interval rests on the blocks; blocks of one document are less independent than documents, so it "
            "may be too narrow.",
            f"{chinese}区间由对文本块的重抽样得到。同一文档的文本块不如文档独立，区间可能偏窄。",
        )
    ]


def with_ancestors(columns: Columns, material: Material) -> Columns:
    """Return the codings, each also under its ancestors: children are merged before comparing."""
    lines = material.ancestry()
    if lines.shape[1] == 1 or not len(columns):
        return columns
    under = lines[columns.code]
    rows, step = np.nonzero(under >= 0)
    return replace(columns.select(rows), code=under[rows, step])


def _rows(material: Material, part: Part, confidence: float) -> list[CodeRow]:
    totals = part.counts.totals()
    figures = {k: binary.BINARY_MEASURES[k](totals) for k in ("percent", "alpha", "positive_agreement", "kappa")}
    reasons = binary.reasons(totals)
    lost = np.isnan(binary.pair_kappas(totals)).sum(axis=-1)
    found = _intervals(part, figures["alpha"], confidence)
    own = totals.own.sum(axis=0)
    passages = _passages(material, part.documents)
    parents = {c.parent for c in material.codes}
    return [
        CodeRow(
            code=info,
            merged=k in parents,
            language=part.language,
            codings=tuple(int(n) for n in passages[k]),
            units=tuple(int(n) for n in own[k]),
            percent=float(figures["percent"][k]),
            alpha=float(figures["alpha"][k]),
            interval=found[k],
            positive=float(figures["positive_agreement"][k]),
            kappa=float(figures["kappa"][k]),
            undefined_pairs=int(lost[k]),
            reason=str(reasons[k]),
        )
        for k, info in enumerate(material.codes)
    ]


def _passages(material: Material, documents: npt.NDArray[np.intp]) -> npt.NDArray[np.int64]:
    """Return how many passages each coder coded with each code, descendants included: K × m."""
    columns = material.columns
    m, codes = len(material.coders), max(len(material.codes), 1)
    rows = np.isin(columns.document, documents)
    direct = np.bincount(columns.code[rows].astype(np.intp) * m + columns.coder[rows], minlength=codes * m).reshape(
        codes, m
    )
    total = direct.copy()
    for k in range(len(material.codes) - 1, -1, -1):
        if (parent := material.codes[k].parent) >= 0:
            total[parent] += total[k]
    return total


def _intervals(part: Part, points: npt.NDArray[np.float64], confidence: float) -> list[Interval]:
    if part.draws is None:
        return [Interval(math.nan, math.nan, "", "none") for _ in points]
    counts = part.resampled
    drawn = binary.alpha(resample_counts(counts, part.draws))
    jackknife = None
    patterns = len(counts.patterns()[0])
    if (
        len(counts.lengths) >= FEWEST_FOR_BCA
        and len(counts.lengths) * counts.sums[0].size * patterns < _LARGEST_JACKKNIFE
    ):
        jackknife = left_out(counts, binary.alpha)
    return intervals(drawn, points, jackknife, documents=len(counts.lengths), confidence=confidence)


def _domain_codes(material: Material) -> list[tuple[int, list[int], npt.NDArray[np.intp]]]:
    """Return per exclusive parent its children, and for every code the child it lies under (−1: none)."""
    out = []
    for k, info in enumerate(material.codes):
        if not info.exclusive:
            continue
        children = material.children(k)
        under = np.full(len(material.codes), -1, dtype=np.intp)
        for i, code in enumerate(material.codes):
            if i in children:
                under[i] = children.index(i)
            elif code.parent >= 0 and under[code.parent] >= 0:
                under[i] = under[code.parent]
        if children:
            out.append((k, children, under))
    return out


def _domains(material: Material, universe: Universe, draws: Draws | None) -> list[DomainResult]:
    """Compute the unitizing family for every domain, per language where there are several."""
    todo = _domain_codes(material)
    if not todo:
        return []
    characters = material.units("character", universe)
    projected, _ = characters.project(material.columns)
    together = material.columns.assigned.sum(axis=1) >= 2
    spoken = np.array([d.language for d in material.documents], dtype=object)
    out = []
    several = len(material.languages) > 1
    for language in material.languages if several else ("",):
        chosen = np.flatnonzero(together & (spoken == language if language else True))
        own = projected.of_documents(chosen)
        usable = draws
        if several and draws is not None:
            usable = Draws.of(len(chosen), len(draws.weights), draws.seed) if len(chosen) else None
        for at, children, under in todo:
            found = _domain(material, own, chosen, at, children, under, language, usable)
            # overlaps were found in characters of the universe; a reader looks for them in the text
            placed = tuple((d, c, *characters.locate(d, s, e)) for d, c, s, e in found[1])
            listed = tuple((material.documents[d].uid, material.coders[c], s, e) for d, c, s, e in placed)
            out.append(replace(found[0], overlaps=listed))
    return out


def _overlaps_note(domains: Iterable[DomainResult]) -> list[Note]:
    """Return what to say of domains that are undefined because a coder's codes overlap."""
    clashing = {d.code.path: d.code for d in domains if d.overlaps}
    if not clashing:
        return []
    places = sum(len(d.overlaps) for d in domains)
    names = ", ".join(c.name for c in clashing.values())
    names_zh = "、".join(c.name_zh or c.name for c in clashing.values())
    return [
        Note(
            f"{names}: the codes exclude each other, and a coder gave {counted(places, 'passage')} two of them, so the "
            "unitizing family is undefined there; overlaps() lists the places.",
            f"{names_zh}：代码互斥，但有编码员在 {places} 处同时给出两个代码，因此单元化系列指标无法计算；overlaps() 列出这些位置。",
        )
    ]


def _domain(
    material: Material,
    columns: Columns,
    documents: npt.NDArray[np.intp],
    at: int,
    children: list[int],
    under: npt.NDArray[np.intp],
    language: str,
    draws: Draws | None,
) -> tuple[DomainResult, list[tuple[int, int, int, int]]]:
    """Return the family of a domain, and the overlaps that leave it undefined: (document, coder, start, end)."""
    info = material.codes[at]
    codes = tuple(material.codes[c] for c in children)
    mine = columns.recoded(under, len(children))
    domains = Domains.of([0] * len(children))
    none = Interval(math.nan, math.nan, "too_few_documents", "none")
    try:
        statistics = unit_statistics(mine, domains)
    except OverlappingDomain:
        clashes = find_overlaps(mine, domains)
        listed = [(int(documents[d]), int(c), int(s), int(e)) for d, c, _, s, e in clashes]
        family_ = {m: undefined("overlapping_units", m) for m in FAMILY[:3]}
        singles = tuple(undefined("overlapping_units", FAMILY[3]) for _ in codes)
        return DomainResult(info, codes, language, family_, none, singles), listed
    total = statistics.total()
    figures = family_figures(total, 0, codes=len(children))
    singles = tuple(family_figures(total, 0, v, len(children))[FAMILY[3]] for v in range(len(children)))
    found = none
    if draws is not None and figures["cu_alpha_nominal"].defined and draws.weights.shape[1] == len(documents):
        drawn = family(resample_units(statistics, draws), domains.sizes).cu
        point = np.array([figures["cu_alpha_nominal"].value])
        found = intervals(drawn, point, documents=len(documents))[0]
    return DomainResult(info, codes, language, figures, found, singles), []
