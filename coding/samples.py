"""The sample study: invented interviews and abstracts on local governance, coded by two invented coders."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coding.model import Coding, Memo, new_uid
from coding.project import Project, open_project
from coding.shipped import SAMPLE, shipped_path

if TYPE_CHECKING:
    from coding.model import Round

__all__ = ["build_sample", "open_sample"]

CODERS: Final = ("amira", "ben")
BOOKS: Final = (
    "optional_project_tournament", "resistance_negotiation", "keeping_in_touch", "leading_small_groups",
    "common_local_governance",
)  # fmt: skip
ROUNDS: Final[dict[str, tuple[str, bool]]] = {
    "Training": ("training", False), "Reliability": ("reliability", True), "Production": ("production", False),
}  # fmt: skip


def open_sample(path: str | Path | None = None, *, coder: str | None = None) -> Project:
    """Open the project that the notebooks work on; the sample study is made where there is none.

    Args:
        path: of the project; by default what the command or the server was started with
            (`CODING_PROJECT`), else ``sample.coding`` in the working folder.
        coder: under whose name; by default `CODING_CODER`, the hub's user, or "amira".
    """
    target = str(path or os.environ.get("CODING_PROJECT") or SAMPLE)
    name = coder or os.environ.get("CODING_CODER") or os.environ.get("JUPYTERHUB_USER") or CODERS[0]
    if "://" not in target and not Path(target).exists():
        build_sample(target, coder=name).close()
    return open_project(target, coder=name)


def build_sample(path: str | Path, *, coder: str = CODERS[0]) -> Project:
    """Make the sample study as a new project and open it.

    Args:
        path: of the new project file.
        coder: under whose name it is opened.
    """
    lead = open_project(path, coder=CODERS[0], create=True)
    data = shipped_path("data")
    for kind in ("interview", "abstract"):
        files = sorted((data / f"{kind}s").glob("*.txt"))
        lead.documents.add_files(*files, progress=False, kind=kind)
    for book in BOOKS:
        lead.codebook.read(shipped_path("codebooks", f"{book}.yaml"))
    for name in CODERS:
        lead.coders.add(name)
        lead.coders.set(name, languages=("en", "zh"))
    _variables(lead, data)
    rows = list(_rows(data / "codings.csv"))
    for name, (purpose, blind) in ROUNDS.items():
        _round(lead, path, [r for r in rows if r["round"] == name], name, purpose, blind)
    _memos(lead, data)
    if coder == CODERS[0]:
        return lead
    lead.close()
    return open_project(path, coder=coder)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def _variables(project: Project, data: Path) -> None:
    project.cases.read_csv(str(data / "cases.csv"))
    for row in _rows(data / "documents.csv"):
        values = {k: v for k, v in row.items() if v and k not in ("document", "kind", "language", "file")}
        project.cases.set_values(row["document"], values, on="document")


def _round(
    project: Project, path: str | Path, rows: list[dict[str, str]], name: str, purpose: Any, blind: bool
) -> None:
    """Plan, code and close one round, each coder at her own work."""
    if not rows:
        return
    given = sorted({(r["coder"], r["document"]) for r in rows})
    sample = {"share": 0.5, "stratify": "language", "seed": 7} if purpose == "reliability" else {}
    item = project.rounds.add(name, purpose=purpose, blind=blind, protocol={"sample": sample} if sample else None)
    for coder in CODERS:
        if documents := [d for c, d in given if c == coder]:
            project.rounds.assign(item, documents, [coder])
    item = project.rounds.open(item)
    for coder in CODERS:
        mine = [r for r in rows if r["coder"] == coder]
        if coder == CODERS[0]:
            _code(project, item, mine)
        else:
            with open_project(path, coder=coder) as other:
                _code(other, item, mine)
    if purpose != "production":
        project.rounds.close(item)


def _code(project: Project, item: Round, rows: list[dict[str, str]]) -> None:
    coder = project.require_coder()
    documents = {d.name: d.document for d in project.documents}
    find = project.codebook.tree.find
    made = []
    for row in rows:
        document, code = documents[row["document"]], find(row["code"])
        made.append(
            Coding(
                new_uid(), document.uid, code.uid, coder.uid, int(row["start"]), int(row["end"]),
                code_version=code.version, document_version=document.version, round=item.uid,
            )
        )  # fmt: skip
    with project.store.change("code") as change:
        change.put_codings(made)
    if item.purpose != "production":
        for name in sorted({r["document"] for r in rows}):
            project.rounds.finish(name)


def _memos(project: Project, data: Path) -> None:
    path = data / "memos.csv"
    if not path.exists():
        return
    for row in _rows(path):
        about = _about(project, row)
        with project.store.change("write memo") as change:
            change.put(Memo(new_uid(), row["body"], row.get("title", ""), row.get("kind") or "memo", about))  # type: ignore[arg-type]


def _about(project: Project, row: dict[str, str]) -> tuple[str, ...]:
    if row.get("code"):
        return (project.codebook.find(row["code"]).uid,)
    if row.get("document"):
        return (project.documents.find(row["document"]).uid,)
    return ()
