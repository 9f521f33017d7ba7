"""Places, backups and migrations: what keeps a project whole."""

from __future__ import annotations

import sqlite3
import stat
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from coding.errors import InvalidValue, ProjectDamaged, ProjectError
from coding.storage import Store, backup, migrating, places
from coding.storage import store as store_module

MOUNTS = """\
24 1 0:22 / / rw - ext4 /dev/sda rw
31 24 0:40 / /home rw,relatime shared:1 - nfs4 server:/home rw
32 31 0:41 / /home/local rw - ext4 /dev/sdb rw
33 24 0:42 / /mnt/my\\040share rw - cifs //server/x rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/a.coding", "nfs4"),
        ("/home/local/a.coding", None),
        ("/homes/a.coding", None),
        ("/mnt/my share/a.coding", "cifs"),
        ("/a", None),
    ],
)
def test_network_shares_are_recognised(path, kind):
    assert places.is_on_network(places.Path(path), MOUNTS) == kind


def test_a_project_on_a_share_opens_for_reading_with_advice(file_study, monkeypatch):
    file_study.store.close()
    monkeypatch.setattr(places, "is_on_network", lambda path, mountinfo=None: "nfs4")
    places._seen.clear()
    with pytest.warns(places.PlaceWarning, match="network share"):
        store = Store.open(file_study.target, coder="amira")
    assert store.readonly
    monkeypatch.setenv("CODING_ALLOW_NETWORK", "1")
    assert not Store.open(file_study.target, coder="amira").readonly


@pytest.mark.parametrize("folder", ["Dropbox", "OneDrive - University", "坚果云", "Nextcloud"])
def test_synchronised_folders_are_recognised(tmp_path, folder):
    (tmp_path / folder / "study").mkdir(parents=True)
    assert places.sync_service(tmp_path / folder / "study" / "a.coding", {}) is not None
    assert places.sync_service(tmp_path / "a.coding", {}) is None


def test_conflicted_copies_are_reported(file_study):
    path = file_study.store.path
    file_study.store.close()
    copy = path.with_name("study (Ben's conflicted copy 2026-11-01).coding")
    copy.touch()
    path.with_name("study two.coding").touch()
    assert places.conflicted_copies(path) == [copy]
    places._seen.clear()
    with pytest.warns(places.PlaceWarning, match="coding merge"):
        Store.open(file_study.target).close()


def test_a_backup_is_whole_private_and_opens(file_study):
    coding = file_study.code()
    path = file_study.store.backup()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with Store.open(path, readonly=True) as copy:
        assert copy.codings() == [coding]
        assert copy.state_hash() == file_study.store.state_hash()
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_failed_backup_leaves_nothing(file_study, monkeypatch):
    def fail(self, target):
        raise ProjectError("no room")

    monkeypatch.setattr(backup.Path, "replace", fail)
    with pytest.raises(ProjectError, match="no room"):
        file_study.store.backup()
    assert list(backup.backup_folder(file_study.store.path).iterdir()) == []


def test_backups_are_made_while_working(file_study, monkeypatch):
    monkeypatch.setattr(store_module, "BACKUP_SECONDS", 0)
    file_study.code()
    assert len(list(backup.backup_folder(file_study.store.path).glob("*.coding"))) == 1


def test_old_backups_are_thinned_out(tmp_path):
    newest = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for hours in range(0, 24 * 120, 6):
        when = newest - timedelta(hours=hours)
        (tmp_path / f"study-{when:%Y%m%d-%H%M%S}-000.coding").touch()
    other = tmp_path / "mine.coding"
    other.touch()
    backup.thin_out(tmp_path)
    left = sorted(p.name for p in tmp_path.iterdir() if p != other)
    assert other.exists()
    assert left[-1] == "study-20261120-120000-000.coding"
    assert 10 + 11 <= len(left) <= 10 + 14 + 8
    assert len({name[6:14] for name in left}) >= 14 + 5


def test_a_copy_never_overwrites(file_study, tmp_path):
    target = tmp_path / "there.coding"
    target.write_text("mine")
    with pytest.raises(InvalidValue, match="there already"):
        file_study.store.copy_to(target)
    assert target.read_text() == "mine"


def add_column(operations, connection):
    operations.add_column("codes", sa.Column("weight", sa.Integer))


def lose_rows(operations, connection):
    connection.exec_driver_sql("UPDATE codes SET definition = 'lost'")


def break_off(operations, connection):
    operations.add_column("codes", sa.Column("weight", sa.Integer))
    raise RuntimeError("half way")


def columns(path):
    with sqlite3.connect(path) as connection:
        return [row[1] for row in connection.execute("PRAGMA table_info(codes)")]


def test_a_migration_keeps_every_row_and_makes_a_backup(file_study):
    before = file_study.store.state_hash()
    migrating.migrate(file_study.store, 1, target=2, steps={1: add_column})
    assert "weight" in columns(file_study.target)
    assert file_study.store.state_hash() == before
    with sqlite3.connect(file_study.target) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    assert len(list(backup.backup_folder(file_study.store.path).glob("*before-schema-2.coding"))) == 1


@pytest.mark.parametrize(("step", "error"), [(lose_rows, ProjectDamaged), (break_off, RuntimeError)])
def test_a_migration_that_fails_changes_nothing(file_study, step, error):
    before = file_study.store.state_hash()
    with pytest.raises(error, match="codes|half way"):  # noqa: RUF043
        migrating.migrate(file_study.store, 1, target=2, steps={1: step})
    assert "weight" not in columns(file_study.target)
    assert file_study.store.state_hash() == before
    file_study.code()


def test_a_project_too_old_says_so(file_study):
    with pytest.raises(ProjectError, match="no way leads"):
        migrating.migrate(file_study.store, 0, target=1, steps={})
