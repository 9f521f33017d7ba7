"""The commands of a team: rounds, hand-out, merge, and what an administrator needs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import Any

AddCommand = Callable[..., argparse.ArgumentParser]


def add_commands(command: AddCommand) -> None:
    """Describe the commands of this room to the parser.

    Args:
        command: ``command(name, run, about)`` makes a subparser with a project argument and ``--json``.
    """
    sub = command("merge", run_merge, "take back what coders did in files of their own")
    sub.add_argument("sources", nargs="+", metavar="FROM")
    sub.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")


def run_merge(options: argparse.Namespace) -> int:
    """Merge projects; the sources are never written."""
    from coding.cli.commands import answer, opened

    with opened(options) as project:
        reports = [project.store.merge(source, dry_run=options.dry_run) for source in options.sources]
    answer(options, [_json(r) for r in reports], "\n".join(str(r) for r in reports))
    return 0


def _json(report: Any) -> Any:
    return report.as_json() if hasattr(report, "as_json") else json.loads(json.dumps(report, default=str))
