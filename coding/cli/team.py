"""The commands of a team: rounds, files for coders and back, conflicts, from file to server."""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from coding.errors import InvalidValue

if TYPE_CHECKING:
    from coding.project.team import Team

AddCommand = Callable[..., argparse.ArgumentParser]
SERVE_HELP = """\
A project on PostgreSQL, in five steps. The first three are for the database's owner.

1. Make a database and an empty project in it.
     createdb -E UTF8 study
     coding new postgresql://OWNER@HOST/study          (or bring one: coding move study.coding postgresql://OWNER@HOST/study)
2. Give it its rules: who may read and write which rows. Harmless to repeat, needed again after an update.
     python -m coding.storage.roles setup | psql postgresql://OWNER@HOST/study
3. Bring an older project up to date.
     python -m coding.storage.roles migrate postgresql://OWNER@HOST/study
4. Name each coder, then give each a login of her own, bound to the uid that the first command prints.
     coding round coders postgresql://OWNER@HOST/study --coders ann,bob --json
     python -m coding.storage.roles login ann UID | psql postgresql://OWNER@HOST/study
     psql postgresql://OWNER@HOST/study -c '\\password ann'
   Whoever plans, opens and closes rounds gets the same with --lead.
5. Back it up.
     pg_dump -Fc postgresql://OWNER@HOST/study > study.dump

A coder opens it with open_project("postgresql://ann@HOST/study", coder="ann"); the password comes from ~/.pgpass.
JupyterHub and Voilà in front of it: docs/team.
"""


def add_commands(command: AddCommand) -> None:
    """Describe the commands of this room to the parser.

    Args:
        command: ``command(name, run, about)`` makes a subparser with a project argument and ``--json``.
    """
    sub = command("round", run_round, "plan, assign, open and close rounds, and see how far they are", project=False)
    sub.add_argument("action", choices=sorted(_ROUND))
    sub.add_argument("project", help="a .coding file, or a postgresql:// address")
    sub.add_argument("round", nargs="?", help="number or name of a round")
    sub.add_argument("--coder", help="under whose name")
    sub.add_argument("--purpose", choices=["training", "reliability", "production"], help="default: production")
    sub.add_argument("--blind", action=argparse.BooleanOptionalAction, help="default: reliability rounds are blind")
    sub.add_argument("--unit", help="of a reliability round: sentence, paragraph, turn, character, document")
    sub.add_argument("--universe", help="respondents, all or coded")
    sub.add_argument("--measure", help="reported beside alpha")
    sub.add_argument("--threshold", type=float)
    sub.add_argument("--documents", help="names, separated by commas (default: all)")
    sub.add_argument("--coders", help="names, separated by commas (default: all)")
    sub.add_argument("--overlap", type=float, help="assign: share that everyone codes; without it everyone gets all")
    sub.add_argument("--stratify", help="assign: kind, language, folder or a variable of documents")
    sub.add_argument("--seed", type=int, help="assign: default 1")
    sub = command("hand-out", run_hand_out, "write a coder a project file of her own")
    sub.add_argument("--to", required=True, metavar="FILE")
    sub = command("merge", run_merge, "take back what coders did in files of their own")
    sub.add_argument("sources", nargs="+", metavar="FROM")
    sub.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
    sub = command("conflicts", run_conflicts, "list what was changed on two sides, and codes of one name, or choose")
    sub.add_argument("--keep", type=int, metavar="N", help="keep the value that stands")
    sub.add_argument("--take", type=int, metavar="N", help="take the other value")
    sub.add_argument("--one", type=int, metavar="N", help="two codes that are called the same are one code")
    sub.add_argument("--two", type=int, metavar="N", help="they are two: the younger gets a name of its own")
    sub = command("move", run_move, "bring a whole project from a file to a server, or back", project=False)
    sub.add_argument("source", metavar="SOURCE")
    sub.add_argument("target", metavar="TARGET")
    command("serve-help", run_serve_help, "what an administrator does for a project on a server", project=False)


def _names(text: str | None, every: list[str]) -> list[str]:
    return [name.strip() for name in text.split(",")] if text else every


def run_round(options: argparse.Namespace) -> int:
    """Do one thing with rounds and show what came of it."""
    from coding.cli.commands import answer, opened

    _refuse_strays(options)
    with opened(options, readonly=options.action in ("list", "progress")) as project:
        facts, text = _ROUND[options.action](project, options)
        answer(options, facts, text)
    return 0


_BELONGS = {
    "plan": ("purpose", "blind", "unit", "universe", "measure", "threshold"),
    "assign": ("documents", "coders", "overlap", "stratify", "seed"),
    "coders": ("coders",),
}


def _refuse_strays(options: argparse.Namespace) -> None:
    """An option that another action takes is a misunderstanding: say so before anything happens."""
    for name in dict.fromkeys(name for names in _BELONGS.values() for name in names):
        if getattr(options, name) is not None and name not in _BELONGS.get(options.action, ()):
            takers = " and ".join(action for action, names in _BELONGS.items() if name in names)
            raise InvalidValue(f"--{name} belongs to coding round {takers}, not to {options.action}. Nothing was done.")


def _one(project: Any, options: argparse.Namespace) -> Any:
    if options.round is None:
        raise InvalidValue(f"Say which round: {', '.join(r.name for r in project.rounds) or 'none is planned yet'}.")
    return project.rounds[options.round]


def _facts(item: Any) -> dict[str, Any]:
    protocol = {k: v for k, v in item.protocol.items() if k not in ("codebook", "handed_out")}
    return {
        "number": item.number, "name": item.name, "purpose": item.purpose, "status": item.status, "blind": item.blind,
        "protocol": protocol, "uid": item.uid,
    }  # fmt: skip


def _said(item: Any) -> tuple[Any, str]:
    return _facts(item), f"{item.number}. {item.name}: {item.purpose}, {'blind, ' if item.blind else ''}{item.status}"


def _list(project: Any, _: argparse.Namespace) -> tuple[Any, str]:
    found = [_said(r) for r in project.rounds]
    return [facts for facts, _ in found], "\n".join(text for _, text in found) or "No rounds yet."


def _plan(project: Any, options: argparse.Namespace) -> tuple[Any, str]:
    given = {name: getattr(options, name) for name in ("unit", "universe", "measure", "threshold")}
    protocol = {name: value for name, value in given.items() if value is not None}
    return _said(
        project.rounds.add(
            options.round or "", purpose=options.purpose or "production", blind=options.blind, protocol=protocol
        )
    )


def _assign(project: Any, options: argparse.Namespace) -> tuple[Any, str]:
    item = _one(project, options)
    documents = _names(options.documents, [d.name for d in project.documents])
    coders = _names(options.coders, [c.name for c in project.coders])
    if options.overlap is None:
        made = project.rounds.assign(item, documents, coders)
    else:
        made = project.rounds.distribute(
            item,
            documents,
            coders,
            overlap=options.overlap,
            stratify=options.stratify,
            seed=1 if options.seed is None else options.seed,
        )
    each = Counter(a.coder for a in made)
    who = ", ".join(f"{c.name} {each[c.uid]}" for c in project.coders if each[c.uid])
    return {**_facts(project.rounds[item.uid]), "assigned": len(made)}, f"Documents in {item.name}: {who or 'none'}."


def _coders(project: Any, options: argparse.Namespace) -> tuple[Any, str]:
    for name in _names(options.coders, []):
        project.coders.add(name)
    rows = [{"coder": c.name, "role": c.role, "uid": c.uid} for c in project.coders]
    return rows, "\n".join(f"{r['coder']}  {r['role']}  {r['uid']}" for r in rows)


def _progress(project: Any, options: argparse.Namespace) -> tuple[Any, str]:
    frame = project.rounds.progress(_one(project, options) if options.round else None)
    rows = json.loads(frame.to_json(orient="records"))
    return rows, frame.drop(columns="uid").to_string(index=False) if len(frame) else "Nothing is assigned."


_ROUND: dict[str, Callable[[Any, argparse.Namespace], tuple[Any, str]]] = {
    "list": _list,
    "plan": _plan,
    "assign": _assign,
    "coders": _coders,
    "open": lambda project, options: _said(project.rounds.open(_one(project, options))),
    "close": lambda project, options: _said(project.rounds.close(_one(project, options))),
    "progress": _progress,
}


def run_hand_out(options: argparse.Namespace) -> int:
    """Write a coder her own file; `--coder` says whose, so the work itself is nobody's."""
    from coding.cli.commands import answer
    from coding.project import open_project

    if not options.coder:
        raise InvalidValue("Say whose file it is with --coder NAME.")
    with open_project(options.project, coder=os.environ.get("CODING_CODER")) as project:
        made = project.team.hand_out(options.coder, options.to)
    answer(options, made.as_json(), str(made))
    return 0


def run_merge(options: argparse.Namespace) -> int:
    """Merge projects; the sources are never written."""
    from coding.cli.commands import answer, opened

    with opened(options) as project:
        reports = project.team.merge(*options.sources, dry_run=options.dry_run)
        left, names = len(project.team.conflicts()), len(project.team.same_names())
    hint = [f"{left} conflicts wait: coding conflicts {options.project}"] if left else []
    hint += [f"{names} pairs of codes are called the same: coding conflicts {options.project}"] if names else []
    answer(options, [r.as_json() for r in reports], "\n".join([*map(str, reports), *hint]))
    return 0


def run_conflicts(options: argparse.Namespace) -> int:
    """List conflicts with both values and codes of one name, or settle one by choosing."""
    from coding.cli.commands import answer, opened

    chosen = [name for name in ("keep", "take", "one", "two") if getattr(options, name) is not None]
    if len(chosen) > 1:
        raise InvalidValue("Settle one at a time: the numbers change with each.")
    with opened(options, readonly=not chosen) as project:
        team = project.team
        if chosen:
            said = _settled(team, chosen[0], getattr(options, chosen[0]))
            left = {"left": len(team.conflicts()), "same_names": len(team.same_names())}
            answer(options, {"settled": said, **left}, said)
            return 0
        found, names = team.conflicts(), team.same_names()
    facts = [*(c.as_json() for c in found), *({"kind": "same name", **n.as_json()} for n in names)]
    lines = [*map(str, found), *(["Called the same (--one N, --two N):"] if names else []), *map(str, names)]
    answer(options, facts, "\n".join(lines) or "No conflicts.")
    return 0


def _settled(team: Team, how: str, number: int) -> str:
    if how in ("one", "two"):
        return team.settle_name(number, "one" if how == "one" else "two")
    return team.settle(number, "kept" if how == "keep" else "other")


def run_move(options: argparse.Namespace) -> int:
    """Bring a project elsewhere whole; the source stays."""
    from coding.cli.commands import answer
    from coding.project.team import move

    report = move(options.source, options.target)
    answer(options, report.as_json(), f"{options.target} holds all of it now. The source stays as it is.\n{report}")
    return 0


def run_serve_help(options: argparse.Namespace) -> int:
    """Print the few commands that an administrator needs."""
    from coding.cli.commands import answer

    answer(options, {"text": SERVE_HELP}, SERVE_HELP)
    return 0
