"""A blind round on a server, attacked with SQL from a coder's own login."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from coding.errors import InvalidValue, ProjectError, Refused
from coding.model import Assignment, Code, Coder, Coding, Memo, Round, new_uid
from coding.storage import Store, checking, roles

pytestmark = pytest.mark.postgres
CANARY = "Pflaumenmus"


@pytest.fixture
def blind(server, make_study):
    """The owner's store with an open blind round, and a store for each of two coders' logins."""
    address = server()
    study = make_study(address)
    database = sa.make_url(address).database
    coders = [Coder(new_uid(), f"{name}_{database}") for name in ("ann", "bob")]
    round_ = Round(new_uid(), "first", 1, "reliability", "open", blind=True)
    with study.store.change("round") as change:
        for coder in coders:
            change.put(coder)
        change.put(round_)
        for coder in coders:
            change.put(Assignment(study.document.uid, coder.uid, round_.uid))
    with study.store.database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        raw.execute(roles.setup_sql())
        for coder in coders:
            raw.execute(roles.login_sql(coder.name, coder.uid))
        raw.commit()
    url = sa.make_url(address)
    stores = [Store.open(url.set(username=c.name).render_as_string(hide_password=False), coder=c.name) for c in coders]
    yield study, round_, *stores
    for store in (*stores, study.store):
        store.close()


def work(study, store):
    coding = study.code(0, 6, store=store)
    with store.change("memo") as change:
        change.put(Memo(new_uid(), CANARY, about=(coding.uid,)))
    return coding


def ask(store, statement):
    with store.database.engine.connect() as connection, connection.begin():
        return connection.exec_driver_sql(statement).fetchall()


def test_coders_work_side_by_side_unseen(blind):
    study, round_, ann, bob = blind
    hers, his = work(study, ann), work(study, bob)
    assert ann.codings() == [hers]
    assert bob.codings() == [his]
    assert [m.body for m in ann.all(Memo)] == [CANARY]
    assert ann.code_counts() == {study.codes[0].uid: 1}
    assert ann.search_documents([[CANARY]])
    assert ann.undo() == "memo"
    assert ann.undo() == "code"
    assert ann.redo() == "code"
    with study.store.change("close round") as change:
        change.put(replace(round_, status="closed"))
    assert {c.uid for c in ann.codings()} == {hers.uid, his.uid}
    assert study.store.check().ok, str(study.store.check())


def test_nothing_of_the_other_is_there_for_her_sql(blind):
    study, _, ann, bob = blind
    his = work(study, bob)
    bob.search_documents([[CANARY]])
    for table in ("codings", "memos", "journal", "contents", "search_rows", "assignments", "anchors", "conflicts"):
        rows = ask(ann, f"SELECT t::text FROM {table} t")
        assert his.uid not in str(rows), table
        assert his.uid.replace("-", "") not in str(rows), table
        assert CANARY not in str(rows), table
        assert CANARY.lower() not in str(rows), table
    assert ask(ann, "SELECT count(*) FROM codings") == [(0,)]
    assert bob.coder.uid not in str(ask(ann, "SELECT coder FROM tips"))


def test_a_coder_may_check_her_own_work_while_the_round_is_blind(blind):
    study, _, ann, bob = blind
    for store in (bob, ann, bob, ann):
        study.code(0, 6, store=store)
        store.undo()
    with ann.database.reading() as connection:
        assert not list(checking._chain(connection))


ATTACKS = [
    "DELETE FROM codings", "DELETE FROM journal", "TRUNCATE codings", "UPDATE journal SET action = 'x'",
    "UPDATE rounds SET status = 'closed'; SELECT 1/count(*) FROM rounds WHERE status = 'closed'",
    "UPDATE documents SET uid = gen_random_uuid()", "UPDATE coders SET uid = gen_random_uuid()",
    "INSERT INTO logins VALUES ('x', gen_random_uuid(), 1)", "UPDATE logins SET lead = 1", "SELECT * FROM logins",
    "SET ROLE postgres", "SET SESSION AUTHORIZATION postgres", "ALTER TABLE codings DISABLE ROW LEVEL SECURITY",
    "DROP POLICY seen ON codings", "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "CREATE TABLE logins2 (x int)", "UPDATE codings SET coder = 1",
    "COPY codings TO PROGRAM 'cat'", "SELECT setval('lamports', 1)", "UPDATE here SET replica = gen_random_uuid()",
    "SELECT pg_read_file('postgresql.conf')", "SELECT lo_import('/etc/passwd')", "COPY journal FROM '/etc/passwd'",
    "CREATE TRIGGER t BEFORE INSERT ON codings FOR EACH ROW EXECUTE FUNCTION pg_notify()", "LISTEN x; SELECT 1/0",
    "CREATE RULE r AS ON INSERT TO codings DO ALSO SELECT 1", "ALTER ROLE CURRENT_USER BYPASSRLS",
    "GRANT SELECT ON logins TO PUBLIC", "ALTER FUNCTION i_lead() SECURITY INVOKER",
    "CREATE OR REPLACE FUNCTION i_lead() RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "UPDATE codings SET uid = gen_random_uuid()", "INSERT INTO journal SELECT * FROM journal",
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_are_refused(blind, attack):
    study, _, ann, bob = blind
    work(study, bob)
    with pytest.raises(
        sa.exc.DBAPIError, match=r"permission denied|must be|division by zero|row-level security|GENERATED ALWAYS"
    ):
        ask(ann, attack)
    assert ann.codings() == []


def test_session_settings_do_not_make_her_another(blind):
    study, _, ann, bob = blind
    work(study, bob)
    with ann.database.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("SET search_path = pg_temp, public")
        connection.exec_driver_sql(
            f"CREATE TEMP TABLE logins AS SELECT '{ann.coder.name}'::text AS login, my_coder() AS coder, 1 AS lead"
        )
        assert connection.exec_driver_sql("SELECT count(*) FROM public.codings").scalar() == 0


def test_she_cannot_write_in_his_name(blind):
    study, _, ann, bob = blind
    with pytest.raises((Refused, ProjectError), match="login"), ann.change("code") as change:
        change.put(Coding(new_uid(), study.document.uid, study.codes[0].uid, bob.coder.uid, 0, 3))
    assert bob.codings() == []


def test_a_coder_may_still_grow_the_codebook(blind):
    _, _, ann, bob = blind
    with ann.change("add code") as change:
        code = change.put(Code(new_uid(), "new"))
    assert bob.get(Code, code.uid) == code


@pytest.mark.parametrize("name", ["a; DROP TABLE x", "Ann", "ann-b", "a'b"])
def test_names_of_logins_are_plain(name):
    with pytest.raises(InvalidValue, match="lower-case"):
        roles.login_sql(name, new_uid())
