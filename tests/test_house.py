"""House rules that neither a linter nor a type checker knows."""

from __future__ import annotations

import ast
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "coding").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OTHER_WORDS = {"tag", "highlight", "annotation", "rater", "quotation", "segment"}
NAMES_OF_THE_FIELD = {"segment_match", "segment_match_kappa"}  # Krippendorff and colleagues' own names of measures
BROAD_ALLOWED = "coding/widget/"


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def words_of(name: str) -> set[str]:
    """Return the words of a name: ``CodeTag`` and ``code_tags`` both hold ``tag``."""
    return {word.lower().removesuffix("s") for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in done.stdout.decode().split("\0") if name]


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    return {relative(path): ast.parse(path.read_text(encoding="utf-8")) for path in [*MODULES, *TESTS]}


def test_no_module_is_longer_than_600_lines():
    paths = [*MODULES, *TESTS, *(ROOT / "coding/widget/frontend/src").rglob("*.ts"), ROOT / "run.py"]
    lengths = {relative(path): path.read_text(encoding="utf-8").count("\n") for path in paths}
    assert {name: n for name, n in lengths.items() if n > 600} == {}


def test_broad_excepts_stay_at_the_widget_boundary(trees):
    found = []
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and name.startswith("coding/"):
                caught = ast.unparse(node.type) if node.type else "everything"
                broad = caught in ("everything", "Exception", "BaseException") and not name.startswith(BROAD_ALLOWED)
                if broad and not _raises(node):
                    found.append(f"{name}:{node.lineno}")
    assert found == []


def _raises(handler: ast.ExceptHandler) -> bool:
    """Say whether a handler passes the exception on: cleaning up is not swallowing."""
    return any(isinstance(node, ast.Raise) and node.exc is None for node in ast.walk(handler))


def test_every_raises_says_what_the_person_reads(trees):
    found = []
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.raises"):
                continue
            if not any(keyword.arg in ("match", "check") for keyword in node.keywords):
                found.append(f"{name}:{node.lineno}")
    assert found == []


def test_public_names_use_the_words_of_the_house(trees):
    public = [
        f"{name}: {node.value}"
        for name, tree in trees.items()
        if name.startswith("coding/")
        for statement in tree.body
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__"
        for node in ast.walk(statement)
        if isinstance(node, ast.Constant)
        and node.value not in NAMES_OF_THE_FIELD
        and words_of(str(node.value)) & OTHER_WORDS
    ]
    assert public == []


def test_only_the_store_speaks_sql(trees):
    importing = set()
    for name, tree in trees.items():
        for node in ast.walk(tree):
            modules = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if name.startswith("coding/") and any(m.split(".")[0] in ("sqlalchemy", "sqlite3") for m in modules):
                importing.add(name)
    # a QualCoder project is a SQLite file of another program, read only
    others = {"coding/importers/qualcoder.py"}
    assert {name for name in importing if not name.startswith("coding/storage/")} <= others


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_are_prose_with_few_cells_and_no_outputs(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert notebook["cells"][0]["cell_type"] == "markdown"
    assert len(code) < 10
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in code)
    assert not [c for c in code if re.search(r"^\s*(def|class) ", "".join(c["source"]), re.MULTILINE)]


def test_nothing_names_a_package_index_or_a_folder_of_one_machine():
    forbidden = re.compile(
        "|".join(
            [
                "pypi" + r"\.org/",
                "pythonhosted" + r"\.org",
                "registry" + r"\.npmjs",
                "/ho" + r"me/(?!local/)\w+/",  # “local” is a made-up mount point
                "/wo" + "rk/",
                "/ro" + "ot/",
            ]
        )
    )
    found = []
    for path in tracked():
        if not path.is_file() or path.suffix in (".png", ".docx", ".xlsx", ".pdf", ".qdpx", ".coding", ".js"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{relative(path)}: {match[0]}" for match in forbidden.finditer(text)]
    assert found == []
