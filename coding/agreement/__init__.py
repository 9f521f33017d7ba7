"""Agreement between coders, as numbers: no project, no charts, no screens.

`from_snapshot` and `from_table` make an `AgreementTable`; `measures.compute` reaches every measure by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from coding.agreement.computing import agreement_of
from coding.agreement.figure import LOW, REASONS, SOLID, Figure, printed, reason_text
from coding.agreement.live import LiveAgreement
from coding.agreement.material import OWN_WORK, Material, Who, material_of_snapshot
from coding.agreement.material_table import material_of_table
from coding.agreement.measures import compute
from coding.agreement.methods_text import MethodsFacts, methods_text
from coding.agreement.nvivo import CodingComparison, coding_comparison
from coding.agreement.result import AgreementTable, CodeRow, DomainResult
from coding.agreement.sample import Sample, against_key, documents_needed, draw_sample
from coding.agreement.settling import settled
from coding.agreement.units import UNITS, UNIVERSES, Unit, Universe
from coding.model import Snapshot

__all__ = [
    "LOW",
    "REASONS",
    "SOLID",
    "UNITS",
    "UNIVERSES",
    "AgreementTable",
    "CodeRow",
    "CodingComparison",
    "DomainResult",
    "Figure",
    "LiveAgreement",
    "Material",
    "MethodsFacts",
    "Sample",
    "against_key",
    "agreement_of",
    "by_round",
    "coding_comparison",
    "compute",
    "documents_needed",
    "draw_sample",
    "from_snapshot",
    "from_table",
    "material_of_snapshot",
    "material_of_table",
    "methods_text",
    "printed",
    "reason_text",
    "settled",
]


def from_snapshot(
    snapshot: Snapshot,
    *,
    coders: Iterable[Any] | None = None,
    documents: Iterable[Any] | None = None,
    codes: Iterable[Any] | None = None,
    rounds: Any = None,
    origins: Iterable[str] = OWN_WORK,
    who: Who = "assigned",
    unit: Unit = "sentence",
    universe: Universe = "respondents",
    draws: int = 2000,
    seed: int = 20260101,
    block: int | None = None,
    with_domains: bool = True,
) -> AgreementTable:
    """Compute agreement per code from a project.

    Args:
        snapshot: the project; its texts are not read, its outlines only where the unit needs them.
        coders: names, uids or coders; all who worked by default.
        documents: names, uids or documents; all by default.
        codes: names, paths, uids or codes, with what is below them; all by default.
        rounds: names, numbers, uids or rounds; all codings by default.
        origins: what counts as a coder's own work; suggestions that were accepted do not, by default.
        who: what makes a document a coder's: “assigned” (or coded), “finished”, “coded”, “all”.
        unit: sentence, character, paragraph, turn or document.
        universe: respondents (without the interviewer's turns and paratext), all, or coded.
        draws: resamples for the intervals; 0 for none.
        seed: makes the intervals repeatable.
        block: most units per block; by default documents are resampled, and blocks where there are fewer than ten.
        with_domains: whether to compute the unitizing family for exclusive parents.

    Raises:
        AgreementError: fewer than two coders, or a document without stored units.
        NotFound: a name that the project does not have.
    """
    material = material_of_snapshot(
        snapshot, coders=coders, documents=documents, codes=codes, rounds=rounds, origins=origins, who=who
    )
    return agreement_of(
        material, unit=unit, universe=universe, draws=draws, seed=seed, block=block, with_domains=with_domains
    )


def from_table(
    source: Any,
    *,
    lengths: Mapping[str, int] | None = None,
    units: Mapping[str, Sequence[tuple[int, int]]] | None = None,
    coders: Iterable[str] | None = None,
    exclusive: Iterable[str] = (),
    who: Who | Mapping[str, Iterable[str]] = "all",
    unit: Unit | None = None,
    universe: Universe = "all",
    draws: int = 2000,
    seed: int = 20260101,
    block: int | None = None,
    with_domains: bool = True,
) -> AgreementTable:
    """Compute agreement per code from a plain table of codings.

    Args:
        source: a CSV file, a DataFrame or a mapping of columns: document, length, coder, code, start, end.
        lengths: characters of each document, where the table does not say.
        units: (start, end) of each document's units; without them characters are compared.
        coders: names; all by default.
        exclusive: paths of parents whose children exclude each other.
        who: “all”, “coded”, or document to its coders.
        unit: as in `from_snapshot`; sentence where `units` are given, else character.
        universe: all or coded.
        draws: resamples for the intervals; 0 for none.
        seed: makes the intervals repeatable.
        block: most units per block.
        with_domains: whether to compute the unitizing family for exclusive parents.

    >>> table = from_table({"document": ["d", "d"], "length": [100, 100], "coder": ["a", "b"],
    ...                     "code": ["x", "x"], "start": [0, 0], "end": [10, 12]}, draws=0)
    >>> round(table["x"].alpha, 3), round(table["x"].positive, 3)
    (0.898, 0.909)
    """
    material = material_of_table(source, lengths=lengths, units=units, coders=coders, exclusive=exclusive, who=who)
    chosen: Unit = unit or ("sentence" if units else "character")
    return agreement_of(
        material, unit=chosen, universe=universe, draws=draws, seed=seed, block=block, with_domains=with_domains
    )


def by_round(snapshot: Snapshot, rounds: Iterable[Any] | None = None, **options: Any) -> dict[str, AgreementTable]:
    """Compute agreement in each closed round, oldest first, for a look at drift.

    Args:
        snapshot: the project.
        rounds: rounds, or their names, numbers or uids; by default the closed ones, since an open
            reliability round shows no figures.
        options: as for `from_snapshot`.
    """
    chosen = [r for r in snapshot.rounds if r.status == "closed"] if rounds is None else list(rounds)
    tables = {}
    for one in sorted(chosen, key=lambda r: getattr(r, "number", 0)):
        table = from_snapshot(snapshot, rounds=one, **options)
        tables[str(getattr(one, "name", one))] = table
    return tables
