"""What the workbench weighs: python benchmarks/install.py [--json].

Builds the wheel, installs it into an empty environment with uv, and adds up the files of every package. What
JupyterLab, ipywidgets, pandas, spaCy and Altair bring with them is theirs; the rest is our own budget of 150 MB.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FIVE = ("jupyterlab", "ipywidgets", "pandas", "spacy", "altair")
GOAL_MB = 150
WEIGH = """
import importlib.metadata as m, json, re, sys
from packaging.requirements import Requirement
def key(name): return re.sub(r"[-_.]+", "-", name).lower()
size, compiled, needs = {}, {}, {}
for d in m.distributions():
    name = key(d.metadata["Name"])
    files = [f.locate() for f in d.files or ()]
    size[name] = sum(f.stat().st_size for f in files if f.is_file() and f.suffix != ".pyc")
    compiled[name] = sum(c.stat().st_size for f in files if f.suffix == ".py" for c in f.parent.glob(f"__pycache__/{f.stem}.*.pyc"))
    wanted = [Requirement(r) for r in d.requires or ()]
    needs[name] = [key(r.name) for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
def closure(names):
    seen, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name in size and name not in seen:
            seen.add(name); todo += needs[name]
    return seen
print(json.dumps({"size": size, "compiled": compiled, "theirs": sorted(closure(sys.argv[1:])), "all": sorted(closure(["coding-workbench"]))}))
"""


def uv():
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if not found:
        raise SystemExit("This needs uv: python run.py setup brings it.")
    return found


def weigh():
    """Return size in bytes by package, who is whose, and the seconds of the installation."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder]
        subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
        (wheel,) = place.glob("*.whl")
        python = place / "env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        subprocess.run([uv(), "venv", "--quiet", "--python", sys.executable, str(place / "env")], check=True)
        began = time.monotonic()
        # bytecode is weighed apart: uv writes none, pip and the first run do
        pip = [uv(), "pip", "install", "--quiet", "--compile-bytecode", "--python", str(python)]
        subprocess.run([*pip, str(wheel)], check=True)
        seconds = time.monotonic() - began
        subprocess.run([*pip, "packaging"], check=True)
        said = subprocess.run([str(python), "-c", WEIGH, *FIVE], check=True, capture_output=True, text=True).stdout
        return json.loads(said), seconds, wheel.stat().st_size


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    given = parser.parse_args()
    facts, seconds, wheel = weigh()
    ours = sorted(
        set(facts["all"]) - set(facts["theirs"]) - {"coding-workbench"}, key=lambda name: -facts["size"][name]
    )
    mb = {name: round(facts["size"][name] / 1e6, 2) for name in ours}
    result = {
        "wheel_mb": round(wheel / 1e6, 2),
        "install_s": round(seconds, 1),
        "theirs_mb": round(sum(facts["size"][name] for name in facts["theirs"]) / 1e6, 1),
        "ours_mb": round(sum(mb.values()), 1),
        "ours_bytecode_mb": round(sum(facts["compiled"][name] for name in ours) / 1e6, 1),
        "goal_mb": GOAL_MB,
        "packages": mb,
    }
    if given.json:
        print(json.dumps(result))
        return
    for name, size in mb.items():
        print(f"{name:32} {size:8.2f} MB")
    print(f"\nbeyond {', '.join(FIVE)}: {result['ours_mb']} MB of {GOAL_MB} allowed, in {len(ours)} packages,")
    print(f"and {result['ours_bytecode_mb']} MB of bytecode once they have run")
    print(f"they and what they need: {result['theirs_mb']} MB; installed in {result['install_s']} s")


if __name__ == "__main__":
    main()
