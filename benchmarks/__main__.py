"""Run the benchmarks and keep their figures, so that releases can be compared.

    python run.py bench                                  every benchmark, one after the other
    python run.py bench agreement language               some of them
    python run.py bench --out 0.2.0.json --beside 0.1.0.json

A file of figures holds the machine, the versions and every number by its path, such as ``agreement.ratio_sketch``.
Seconds of two machines say nothing; compare ratios to a peer, or runs on one quiet machine.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

FOLDER = Path(__file__).parent
PLAN = {
    "install": [],
    "importing": [],
    "storage": [],
    "agreement": ["--size", "L"],
    "interchange": [],
    "language": [],
    "text_coder": [],
    "load": ["--seconds", "60"],
}
VERSIONS = ("coding-workbench", "numpy", "pandas", "sqlalchemy", "spacy", "altair", "jupyterlab")


def machine():
    """Say what the figures were taken on."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "versions": {name: importlib.metadata.version(name) for name in VERSIONS},
    }


def flat(value, path=""):
    """Yield every number of nested figures with its path."""
    if isinstance(value, bool):
        return
    if isinstance(value, int | float):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for row in value:
            if isinstance(row, dict) and "what" in row:
                yield from flat({k: v for k, v in row.items() if k != "what"}, f"{path}.{row['what']}")


def run(name, extra):
    """Run one benchmark; its figures are the JSON object at the end of what it prints."""
    done = subprocess.run(
        [sys.executable, str(FOLDER / f"{name}.py"), "--json", *extra], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        return {"failed": done.returncode}
    text = done.stdout
    return json.loads(text[text.index("{") :])


def beside(now, before):
    """Print the figures that both runs hold and that moved by more than a tenth."""
    old = dict(flat(before["figures"]))
    print(f"{'figure':58} {'before':>12} {'now':>12} {'now/before':>10}")
    for path, value in flat(now["figures"]):
        was = old.get(path)
        if was and abs(value / was - 1) > 0.1:
            print(f"{path:58} {was:12.4g} {value:12.4g} {value / was:10.2f}")


def main():
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(PLAN)}; default: all")
    parser.add_argument("--out", type=Path, help="file to keep the figures in")
    parser.add_argument("--beside", type=Path, help="figures of an earlier run to compare with")
    given = parser.parse_args()
    if unknown := set(given.names) - set(PLAN):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(PLAN)}")
    kept = {"machine": machine(), "figures": {}}
    for name in given.names or PLAN:
        began = time.monotonic()
        kept["figures"][name] = run(name, PLAN[name])
        print(f"— {name}: {time.monotonic() - began:.0f} s")
        for path, value in flat(kept["figures"][name]):
            print(f"  {path:60} {value:12.6g}")
    if given.out:
        given.out.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if given.beside:
        beside(kept, json.loads(given.beside.read_text(encoding="utf-8")))
    return 1 if any("failed" in figures for figures in kept["figures"].values()) else 0


if __name__ == "__main__":
    sys.exit(main())
