"""The `coding` command: what a notebook does, from a shell, so that it can be scripted and tested.

Every command that answers with facts takes ``--json``. Exit codes: 0 done, 1 something is broken or
was rejected, 2 the command itself was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coding.errors import CodingError, ExportFailed, InvalidValue
from coding.model import counted
from coding.shipped import SAMPLE

if TYPE_CHECKING:
    from coding.project import Project
    from coding.project.agreement import AgreementResult

TABLE_SUFFIXES = {".csv", ".tsv"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = build_parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and not getattr(options, "hands_on", False):
        parser.error(f"unrecognised: {' '.join(rest)}")
    options.rest = rest
    try:
        return int(options.run(options) or 0)
    except CodingError as error:
        if getattr(options, "json", False):
            print(json.dumps({"error": type(error).__name__, "reason": str(error)}, ensure_ascii=False))
        else:
            print(f"coding: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("coding: stopped; what was stored so far stays.", file=sys.stderr)
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    parser = argparse.ArgumentParser(prog="coding", description="Qualitative coding in Jupyter.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(
        name: str, run: Any, about: str, *, project: bool = True, facts: bool = True
    ) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        sub.set_defaults(run=run)
        if project:
            sub.add_argument("project", help="a .coding file, or a postgresql:// address")
            sub.add_argument("--coder", help="under whose name (default: CODING_CODER, JUPYTERHUB_USER or the login)")
        if facts:
            sub.add_argument("--json", action="store_true", help="answer in JSON")
        return sub

    for name, run, about in (
        ("lab", run_lab, "open JupyterLab on the first notebook"),
        ("app", run_app, "open the text coder as a page, with a token, for people who never see code"),
    ):
        sub = command(name, run, about, project=False, facts=False)
        sub.add_argument("project", nargs="?", help=f"a .coding file (default: {SAMPLE} here, else a new sample study)")
        sub.add_argument("--coder", help="under whose name the page codes")
        sub.add_argument("--no-browser", action="store_true", help="print the address, open nothing")
        sub.add_argument("--port", type=int, help="default: a stable port for each project")
        sub.set_defaults(hands_on=True)

    command("new", run_new, "make an empty project")
    sub = command("demo", run_demo, "make the sample study as a project", project=False)
    sub.add_argument("project", nargs="?", default=SAMPLE, help=f"a new .coding file (default: {SAMPLE}, as for lab)")
    sub.add_argument("--coder", help="under whose name (default: amira, one of its two)")
    sub = command("import", run_import, "import documents, a codebook, a project or a table of codings")
    sub.add_argument("files", nargs="+", metavar="FILE")
    sub.add_argument("--as", dest="as_", choices=["document", "codebook", "project", "codings", "survey", "cases"])
    sub.add_argument("--encoding", help="of text files, where the guess is wrong")
    sub.add_argument(
        "--pseudonyms", metavar="TABLE", help="names to replace before anything is stored: name, pseudonym"
    )
    sub = command("codebook", run_codebook, "show the codebook, or read or write one")
    sub.add_argument("--read", metavar="FILE")
    sub.add_argument("--write", metavar="FILE")
    sub = command("agreement", run_agreement, "compare coders of a project, or of a table of codings (.csv)")
    sub.add_argument("--coders", help="names, separated by commas")
    sub.add_argument(
        "--unit", choices=["sentence", "character", "paragraph", "turn", "document"], help="default: sentence"
    )
    sub.add_argument("--universe", choices=["respondents", "all", "coded"], help="default: respondents")
    sub.add_argument("--texts", metavar="FOLDER", help="of a table: NAME.txt for each document, for units in the text")
    sub.add_argument("--level", type=int, help="0 for the top of the tree: codes below count as their parents")
    sub.add_argument("--measure", help="shown beside alpha, such as cohen_kappa, span_f1_iou, u_alpha_binary or gamma")
    sub.add_argument(
        "--convention", help="count as another program does: nvivo, atlas.ti, maxqda, qualcoder, inception"
    )
    sub.add_argument("--by", help="document, pair, level, round, domain, language or a variable of documents")
    sub.add_argument("--who", choices=["assigned", "finished", "coded", "all"], help="whose document is whose")
    sub.add_argument("--exclusive", help="of a table: paths of parents whose codes exclude each other, with commas")
    sub.add_argument("--draws", type=int, help="resamples for the intervals (default: 2000; 0 for none)")
    sub.add_argument("--seed", type=int, help="makes the intervals repeatable")
    sub.add_argument("--disagreements", action="store_true", help="list every mismatch and what it suggests")
    sub.add_argument(
        "--to", metavar="FILE", help="write the figures as .csv, .xlsx or .html, in the language of --methods"
    )
    sub.add_argument("--replace", action="store_true", help="write over a file that is there already")
    sub.add_argument("--round", help="number or name of a round")
    sub.add_argument("--methods", choices=["en", "zh"], help="print the paragraph for the methods section")
    sub = command("export", run_export, "write the project for another program")
    sub.add_argument("--format", help="nvivo, refi-qda, csv, xlsx, parquet, jsonl, html … (default: by the suffix)")
    sub.add_argument("--profile", help="for refi-qda: standard, nvivo, atlasti, maxqda")
    sub.add_argument("--full-text", action="store_true", help="for nvivo, refi-qda: also what may not be quoted")
    sub.add_argument("--to", required=True, metavar="PATH")
    sub.add_argument("--replace", action="store_true", help="write over a file that is there already")
    sub = command("suggest", run_suggest, "propose codings by cue words and, where there are enough codings, a model")
    sub.add_argument("--documents", help="names, separated by commas (default: all)")
    sub.add_argument("--method", choices=["cues", "model", "both"], help="default: both; for --parquet: cues")
    sub.add_argument("--parquet", metavar="FILE", help="suggest for the passages of a table instead of the project's")
    sub.add_argument("--to", metavar="FOLDER", help="for --parquet: where the suggestions go; stopped, it goes on")
    sub.add_argument("--text", default="text", help="for --parquet: column of the words")
    sub.add_argument("--key", default="passage", help="for --parquet: column that names the passage")
    sub.add_argument("--dask", metavar="ADDRESS", help="for --parquet: a Dask scheduler that does the work")
    sub = command("check", run_check, "look for anything broken in a project")
    sub.add_argument(
        "--repair-to", metavar="FILE", help="write a project made anew from the journal; the damaged one stays"
    )
    command("backup", run_backup, "write a verified copy beside the project")
    from coding.cli.team import add_commands  # rounds, hand-out, merge, serve-help

    add_commands(command)
    return parser


def coder_name(options: argparse.Namespace) -> str | None:
    """Return under whose name a command works: asked for, of the hub, or of the login."""
    return (
        options.coder
        or os.environ.get("CODING_CODER")
        or os.environ.get("JUPYTERHUB_USER")
        or os.environ.get("USER")
        or os.environ.get("USERNAME")
        or "coder"
    )


def opened(options: argparse.Namespace, *, create: bool = False, readonly: bool = False) -> Project:
    """Open the project that a command names."""
    from coding.project import open_project

    return open_project(
        options.project, coder=None if readonly else coder_name(options), create=create, readonly=readonly
    )


def answer(options: argparse.Namespace, facts: Any, text: str) -> None:
    """Print facts as JSON where asked for, else as text."""
    print(json.dumps(facts, ensure_ascii=False, indent=None, default=str) if options.json else text)


def run_new(options: argparse.Namespace) -> int:
    """Make an empty project; an existing file is never touched."""
    if "://" not in options.project and Path(options.project).exists():
        raise InvalidValue(f"{options.project} is there already; nothing was changed.")
    with opened(options, create=True) as project:
        project.store.initialise()
        answer(
            options,
            {"project": options.project},
            f"Made {options.project}. Next: coding import {options.project} FILE …",
        )
    return 0


def run_demo(options: argparse.Namespace) -> int:
    """Make the sample study as a project."""
    from coding.samples import build_sample

    if Path(options.project).exists():
        raise InvalidValue(f"{options.project} is there already; nothing was changed.")
    with build_sample(options.project, coder=options.coder or "amira") as project:
        answer(options, {"project": options.project, "codings": len(project.codings)}, repr(project))
    return 0


def run_import(options: argparse.Namespace) -> int:
    """Import files of any kind; one JSON object for each, and exit 1 when any was rejected."""
    from coding.project.intake import take_files

    with opened(options, create=True) as project:
        reports = take_files(
            project, options.files, as_=options.as_, encoding=options.encoding, pseudonyms=options.pseudonyms
        )
    for report in reports:
        if options.json:
            print(json.dumps(report.as_json(), ensure_ascii=False))
        elif report.status == "rejected":
            print(f"not imported: {report.reason}", file=sys.stderr)
        else:
            taken = [counted(n, what) for n, what in _counts(report) if n]
            print(f"{report.file}: {', '.join(taken) or 'nothing new'}")
            for line in (*report.changes, *report.notes):
                print(f"  {line}")
    return 1 if any(r.status == "rejected" for r in reports) else 0


def _counts(report: Any) -> list[tuple[int, str]]:
    return [(report.documents, "documents"), (report.codes, "codes"), (report.codings, "codings")]


def run_codebook(options: argparse.Namespace) -> int:
    """Show the codebook, or read or write one."""
    with opened(options, readonly=not options.read) as project:
        if options.read:
            project.codebook.read(options.read)
        if options.write:
            project.codebook.write(options.write)
        tree = project.codebook.tree
        counts = project.code_counts()
        rows = [
            {
                "uid": c.uid, "path": tree.path(c), "name_zh": c.name_zh, "version": c.version,
                "retired": c.retired, "codings": counts.get(c.uid, 0),
            }
            for c in tree
        ]  # fmt: skip
        answer(options, rows, repr(project.codebook))
    return 0


def run_agreement(options: argparse.Namespace) -> int:
    """Print agreement per code with its interval, unit and universe."""
    _check_free(options)
    asked = ("unit", "universe", "level", "measure", "convention", "who", "draws", "seed")
    settings = {name: value for name in asked if (value := getattr(options, name)) is not None}
    settings["coders"] = [name.strip() for name in options.coders.split(",")] if options.coders else None
    if options.exclusive:
        settings["exclusive"] = [path.strip() for path in options.exclusive.split(",")]
    if Path(options.project).suffix.lower() in TABLE_SUFFIXES:
        from coding.project.agreement import agreement_of_table

        return _show_agreement(options, agreement_of_table(options.project, texts=options.texts, **settings))
    with opened(options, readonly=True) as project:
        return _show_agreement(options, project.agreement(round=options.round, **settings))


def _show_agreement(options: argparse.Namespace, result: AgreementResult) -> int:
    """Print what was asked for of a result, while its project is open."""
    if options.to:
        result.write(options.to, options.methods or "en")
    if options.methods:
        print(result.methods(options.methods))
    elif options.by or options.disagreements:
        frame = result.by(options.by) if options.by else result.disagreements()
        rows = json.loads(frame.to_json(orient="records"))
        answer(options, rows, frame.to_string(index=False) if len(frame) else "The coders do not differ anywhere.")
    else:
        answer(options, result.as_json(), str(result))
    return 0


def _check_free(options: argparse.Namespace) -> None:
    """Refuse to write over a file, unless told to."""
    if options.to and Path(options.to).is_file() and not options.replace:
        raise ExportFailed(
            f"{Path(options.to).name} is there already; it is as it was. Give another name, or write over it with --replace."
        )


def run_export(options: argparse.Namespace) -> int:
    """Write the project for another program and say what the target loses."""
    _check_free(options)
    extra: dict[str, Any] = {"profile": options.profile} if options.profile else {}
    extra |= {"full_text": True} if options.full_text else {}
    with opened(options, readonly=True) as project:
        report = project.export(options.to, format=options.format, **extra)
    answer(options, report.as_json(), str(report))
    return 0


def run_suggest(options: argparse.Namespace) -> int:
    """Propose codings; they wait as suggestions and count nowhere."""
    if options.parquet:
        return _suggest_table(options)
    with opened(options) as project:
        documents = options.documents.split(",") if options.documents else None
        made = project.suggestions.make(documents=documents, method=options.method or "both")
        answer(options, {"suggestions": made}, f"{counted(made, 'suggestion')} to look at in the text coder.")
    return 0


def _suggest_table(options: argparse.Namespace) -> int:
    """Suggest for a Parquet file of passages, here or on a cluster; nothing goes into the project."""
    from coding.language.suggest_stream import suggest_parquet, suggest_parquet_on_cluster

    if not options.to:
        raise InvalidValue("--parquet needs --to FOLDER, where the suggestions are written.")
    with opened(options, readonly=True) as project:
        scorer = project.suggestions.scorer(options.method or "cues")
    columns = {"text": options.text, "key": options.key}
    if options.dask:
        parts = suggest_parquet_on_cluster(options.parquet, options.to, scorer, options.dask, **columns)
    else:
        parts = suggest_parquet(options.parquet, options.to, scorer, progress=not options.json, **columns)
    answer(options, {"parts": len(parts), "to": options.to}, f"Suggestions in {len(parts)} parts: {options.to}")
    return 0


def run_check(options: argparse.Namespace) -> int:
    """Look for anything broken; exit 1 if there is."""
    if options.repair_to:
        from coding.project.team import move

        move(options.project, options.repair_to, damaged=True)
        options.project = options.repair_to
    with opened(options, readonly=True) as project:
        report = project.check()
    answer(options, report.as_json(), str(report))
    return 0 if report.ok else 1


def run_backup(options: argparse.Namespace) -> int:
    """Write a verified copy."""
    with opened(options) as project:
        path = project.backup()
    answer(options, {"backup": str(path)}, f"Backup: {path}")
    return 0


def run_lab(options: argparse.Namespace) -> int:
    """Open JupyterLab on the first notebook."""
    from coding.cli.serving import serve_lab

    return serve_lab(
        options.project, coder=options.coder, browser=not options.no_browser, port=options.port, rest=options.rest
    )


def run_app(options: argparse.Namespace) -> int:
    """Open the text coder as a Voilà page with a token."""
    from coding.cli.serving import serve_app

    return serve_app(
        options.project, coder=options.coder, browser=not options.no_browser, port=options.port, rest=options.rest
    )


__all__ = ["build_parser", "main"]
