"""A server that goes away: between two keys, within one, and after it has kept a key but before it has said so."""

from __future__ import annotations

import psycopg
import pytest
import sqlalchemy as sa

import coding as qc
from coding.errors import ProjectLocked, ProjectUnreachable
from coding.model import Coding, new_uid
from coding.widget.desk import Desk
from coding.widget.messages import read_request

pytestmark = pytest.mark.postgres
TEXT = "Nobody planned it. There is a table of towns."


@pytest.fixture
def project(server):
    with qc.open_project(server(), coder="amira") as project:
        project.documents.add("L1", TEXT)
        project.codebook.add("Ranking")
        project.codings.add("L1", 0, 6, code="Ranking")
        yield project


def hang_up(project):
    """End every connection of the project, as a restart of the server does."""
    address = sa.make_url(str(project.store.database.target)).set(drivername="postgresql+psycopg", database="postgres")
    admin = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        name = sa.make_url(str(project.store.database.target)).database
        connection.execute(
            sa.text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
    admin.dispose()


class Lost:
    """Commits reach the server; its answers do not come back."""

    def __init__(self, project, monkeypatch):
        self.dialect, self.monkeypatch = project.store.database.engine.dialect, monkeypatch
        self.commit = self.dialect.do_commit

    def __enter__(self):
        def commit(connection):
            self.commit(connection)
            if connection.dbapi_connection.read_only:
                return
            connection.dbapi_connection.close()
            raise psycopg.OperationalError("server closed the connection unexpectedly")

        self.monkeypatch.setattr(self.dialect, "do_commit", commit)

    def __exit__(self, *_):
        self.monkeypatch.setattr(self.dialect, "do_commit", self.commit)


def send(desk, project, action, op):
    document = project.documents.find("L1")
    message = {
        "id": op, "document": document.uid, "version": 1, "coder": project.coder_uid, "session": desk.session,
        "action": action,
    }  # fmt: skip
    ((answer, _),) = desk.answer(read_request({"v": 1, "kind": "op", "op": message}))
    return answer


def code(project, start, end):
    from hashlib import sha256

    digest = sha256(TEXT[start:end].encode()).hexdigest()
    return {"kind": "code", "code": project.codebook.find("Ranking").uid, "start": start, "end": end, "hash": digest}


def test_a_key_after_the_server_was_restarted_is_kept_without_a_word(project):
    hang_up(project)
    project.codings.add("L1", 7, 14, code="Ranking")
    assert len(project.codings) == 2
    assert project.check().ok


def test_a_server_that_goes_away_within_a_change_takes_the_whole_change_back(project):
    document, ranking = project.documents.find("L1"), project.codebook.find("Ranking")
    with pytest.raises(ProjectUnreachable, match="try again"), project.store.change("code") as change:  # noqa: PT012
        change.put(Coding(new_uid(), document.uid, ranking.uid, project.coder_uid, 7, 9))
        hang_up(project)
        change.put(ranking)
    assert len(project.codings) == 1
    assert project.check().ok


def test_an_op_whose_commit_was_kept_and_not_confirmed_is_there_once(project, monkeypatch):
    desk = Desk(project, project.documents.find("L1").uid)
    desk.state()
    actions = [code(project, 7, 14), {"kind": "memo", "about": project.documents.find("L1").uid, "body": "Late.", "memo": None},
               {"kind": "create", "name": "Table", "parent": None, **{k: v for k, v in code(project, 19, 24).items() if k in ("start", "end", "hash")}}]  # fmt: skip
    for action in actions:
        op = new_uid()
        with Lost(project, monkeypatch), pytest.raises(ProjectUnreachable, match="does not answer"):
            send(desk, project, action, op)
        assert send(desk, project, action, op)["kind"] == "ack"
    assert sorted((c.start, c.end) for c in project.codings) == [(0, 6), (7, 14), (19, 24)]
    assert [m.body for m in project.memos] == ["Late."]
    assert [c.name for c in project.codebook] == ["Ranking", "Table"]
    assert project.check().ok


def test_one_step_back_whose_answer_was_lost_does_not_become_two(project, monkeypatch):
    for start in (7, 15):
        project.codings.add("L1", start, start + 3, code="Ranking")
    desk = Desk(project, project.documents.find("L1").uid)
    desk.state()
    op = new_uid()
    with Lost(project, monkeypatch), pytest.raises(ProjectUnreachable, match="does not answer"):
        send(desk, project, {"kind": "undo"}, op)
    answer = send(desk, project, {"kind": "undo"}, op)
    assert (answer["kind"], answer["done"]) == ("ack", "code")
    assert sorted(c.start for c in project.codings) == [0, 7]


def test_who_waits_too_long_for_another_is_told_and_loses_nothing(project):
    other = qc.open_project(str(project.store.database.target), coder="ben")
    other.codebook.add("Other")

    @sa.event.listens_for(other.store.database.engine, "connect")
    def impatient(connection, _):
        connection.execute("SET lock_timeout = 200")
        connection.commit()

    other.store.database.engine.dispose()
    with project.store.change("edit code") as change:
        change.put(project.codebook.find("Ranking"))
        with pytest.raises(ProjectLocked, match="another program"):
            other.codings.add("L1", 7, 14, code="Ranking")
    other.codings.add("L1", 7, 14, code="Ranking")
    assert len(other.codings) == 2
    other.close()
