"""What the administrator of a PostgreSQL server runs, so that blindness is the database's and not a courtesy.

Every coder has a login of her own; what she may see follows from ``session_user``, which no client can set.
While a blind round is open, others' codings, memos, decisions and events are not there for her, whatever
program she uses. The journal can only be added to; nothing real can be deleted.

``python -m coding.storage.roles setup`` prints the statements for a project's database, to be run by its owner;
``… login NAME CODER_UID [--lead]`` those for one coder; ``… migrate ADDRESS`` brings a server up to date.
What remains visible to a coder is that something was saved and when: the common counter moves.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Final

from coding.errors import InvalidValue
from coding.storage.schema import THINGS, codings, metadata
from coding.storage.server_clock import NOBODY, clock_sql
from coding.storage.things import is_uid

__all__ = ["login_sql", "setup_sql"]

GROUP: Final = "coding_coder"

_FUNCTIONS: Final = """
CREATE OR REPLACE FUNCTION my_coder() RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp
    AS $$ SELECT coder FROM logins WHERE login = session_user $$;
CREATE OR REPLACE FUNCTION my_coder_id() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp
    AS $$ SELECT c.id FROM coders c JOIN logins l ON l.coder = c.uid WHERE l.login = session_user $$;
CREATE OR REPLACE FUNCTION i_lead() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp
    AS $$ SELECT coalesce((SELECT lead = 1 FROM logins WHERE login = session_user), false) $$;
CREATE OR REPLACE FUNCTION blind_now() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp
    AS $$ SELECT EXISTS (SELECT 1 FROM rounds WHERE status = 'open' AND blind = 1 AND live = 1) $$;
CREATE OR REPLACE FUNCTION blind_documents() RETURNS bigint[] LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = {schema}, pg_temp
    AS $$ SELECT coalesce(array_agg(DISTINCT d.id), '{{}}') FROM rounds r JOIN assignments a ON a.round = r.uid
          JOIN documents d ON d.uid = a.document WHERE r.status = 'open' AND r.blind = 1 AND r.live = 1 $$;
"""

# each in a query of its own, so that the server asks once a statement and not once a row
_ME, _MY_ID, _LEAD, _BLIND = (f"(SELECT {f}())" for f in ("my_coder", "my_coder_id", "i_lead", "blind_now"))

# table, what of a row is one's own, what else may be read
_PRIVATE: Final = (
    ("codings", f"coder = {_MY_ID}", "document <> ALL ((SELECT blind_documents())::bigint[])"),
    *(
        (table, f"coder = {_ME}", f"NOT {_BLIND}")
        for table in ("memos", "decisions", "suggestions", "assignments", "settings", "reviews")
    ),
    (
        "journal",
        f"coder = {_ME}",
        (
            f"NOT {_BLIND} OR (scope = 'things' AND payload !~ "
            '\'"o":"(add|drop|revive)"|"k":"(memo|decision|suggestion|assignment|setting|review)"\')'
        ),
    ),
)
_LEADS_WRITE: Final = ("rounds", "project", "document_versions")
_READABLE_BY_REFERENCE: Final = (
    ("anchors", "EXISTS (SELECT 1 FROM codings c WHERE c.uid = coding)"),
    ("contents", "kind <> 'memo' OR EXISTS (SELECT 1 FROM memos m WHERE m.body = hash)"),
    ("conflicts", f"{_LEAD} OR NOT {_BLIND}"),
    ("search_rows", "EXISTS (SELECT 1 FROM documents d WHERE d.uid = search_rows.uid) OR EXISTS (SELECT 1 FROM memos m WHERE m.uid = search_rows.uid)"),
)  # fmt: skip
_DERIVED: Final = ("anchors", "conflicts")


def setup_sql(schema: str = "public") -> str:
    """Return the statements that give a project's database its rules; running them again is harmless.

    Args:
        schema: where the tables lie.
    """
    _identifier(schema)
    out = [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{GROUP}') THEN CREATE ROLE {GROUP} NOLOGIN; END IF; END $$;",  # noqa: S608 (a constant)
        f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;",
        f"GRANT USAGE ON SCHEMA {schema} TO {GROUP};",
        _FUNCTIONS.format(schema=schema).strip(),
        clock_sql(schema),
        *_grants(),
    ]
    for table, own, seen in _PRIVATE:
        out += _policies(table, f"{_LEAD} OR {own} OR {seen}", own)
    for table in _LEADS_WRITE:
        out += _policies(table, "true", _LEAD)
    mine = f"{_LEAD} OR coder = {_ME} OR coder = '{NOBODY}'"
    out += _policies("tips", mine, mine)
    out += _policies("coders", "true", f"{_LEAD} OR uid = {_ME}")
    for table, seen in _READABLE_BY_REFERENCE:
        out += _policies(table, seen, "true")
    return "\n".join(out) + "\n"


def _grants() -> list[str]:
    out = []
    for table in metadata.sorted_tables:
        name = table.name
        if name == "logins":
            continue
        if name in {t.table.name for t in THINGS.values()}:
            changeable = ", ".join(f'"{c.name}"' for c in table.c if c.name not in {"id", "uid"})
            out.append(f"GRANT SELECT, INSERT, UPDATE ({changeable}) ON {name} TO {GROUP};")
        elif name == codings.name:
            out.append(f'GRANT SELECT, INSERT, UPDATE (state, "start", "end", document_version) ON {name} TO {GROUP};')
        elif name in _DERIVED:
            out.append(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {GROUP};")
        elif name == "here":
            out.append(f"GRANT SELECT ON {name} TO {GROUP};")
        else:
            out.append(f"GRANT SELECT, INSERT ON {name} TO {GROUP};")
    out.append(f"GRANT SELECT, INSERT ON search_rows TO {GROUP};")
    out.append(f"GRANT SELECT, INSERT, UPDATE (lamport, things, tip) ON tips TO {GROUP};")
    out.append(f"GRANT USAGE ON SEQUENCE lamports TO {GROUP};")
    return out


def _policies(table: str, seen: str, own: str) -> list[str]:
    """Return who reads and who writes the rows of one table."""
    made = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"]
    for name, rule in (
        ("seen", f"FOR SELECT TO {GROUP} USING ({seen})"),
        ("added", f"FOR INSERT TO {GROUP} WITH CHECK ({own})"),
        ("changed", f"FOR UPDATE TO {GROUP} USING ({own}) WITH CHECK ({own})"),
    ):
        made += [f"DROP POLICY IF EXISTS {name} ON {table};", f"CREATE POLICY {name} ON {table} {rule};"]
    if table in _DERIVED:
        made += [
            f"DROP POLICY IF EXISTS gone ON {table};",
            f"CREATE POLICY gone ON {table} FOR DELETE TO {GROUP} USING ({seen});",
        ]
    return made


def login_sql(login: str, coder: str, *, lead: bool = False) -> str:
    """Return the statements that make a coder's login; its password is set apart, in psql.

    Args:
        login: name of the role.
        coder: uid of the coder, whose row must exist.
        lead: whether the coder may open and close rounds and see everything.
    """
    _identifier(login)
    if not is_uid(coder):
        raise InvalidValue(f"{coder!r} is not the uid of a coder.")
    return (  # both parts are checked above
        f"DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{login}') THEN CREATE ROLE {login} LOGIN; END IF; END $$;\n"  # noqa: S608
        f"GRANT {GROUP} TO {login};\n"
        f"INSERT INTO logins (login, coder, lead) VALUES ('{login}', '{coder}', {int(lead)})\n"
        f"    ON CONFLICT (login) DO UPDATE SET coder = excluded.coder, lead = excluded.lead;\n"
    )


def _identifier(name: str) -> None:
    if not (name.isascii() and name.isidentifier() and name == name.lower()):
        raise InvalidValue(f"{name!r} cannot be a name on the server; use lower-case letters, digits and _.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the statements, or bring a server up to date."""
    parser = argparse.ArgumentParser(prog="python -m coding.storage.roles", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("setup", help="rules of a project's database").add_argument("--schema", default="public")
    login = commands.add_parser("login", help="one coder's login")
    login.add_argument("login")
    login.add_argument("coder")
    login.add_argument("--lead", action="store_true")
    commands.add_parser("migrate", help="bring a server up to date").add_argument("address")
    options = parser.parse_args(arguments)
    if options.command == "setup":
        sys.stdout.write(setup_sql(options.schema))
    elif options.command == "login":
        sys.stdout.write(login_sql(options.login, options.coder, lead=options.lead))
    else:
        from coding.storage.migrating import migrate_server

        sys.stdout.write(migrate_server(options.address) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
