import threading
import time
from contextlib import contextmanager

from odoo import api
from odoo.modules.registry import DummyRLock, Registry
from odoo.service.model import retrying
from odoo.tests import BaseCase, get_db_name

PATIENCE = 20  # seconds; what is waited for takes milliseconds


class ConcurrencyCase(BaseCase):
    """Two people at once, in two real transactions that commit.

    Each test cleans up after itself, since nothing is rolled back for it.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.addClassCleanup(cls.registry.reset_changes)
        cls.addClassCleanup(cls.registry.clear_all_caches)

    def setUp(self):
        super().setUp()
        # Odoo's own test runner holds this lock; our second thread would wait for it.
        self.patch(Registry, "_lock", DummyRLock())

    @contextmanager
    def _transaction(self):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, api.SUPERUSER_ID, {})

    def _delete(self, model, ids):
        with self._transaction() as env:
            env[model].browse(ids).exists().unlink()

    def _wait_until_blocked(self, pid):
        """Wait until the database holds this backend up for another transaction."""
        deadline = time.monotonic() + PATIENCE
        with self.registry.cursor() as cr:
            while time.monotonic() < deadline:
                cr.execute("SELECT cardinality(pg_blocking_pids(%s))", [pid])
                if cr.fetchone()[0]:
                    return
                time.sleep(0.01)
        self.fail("The second transaction did not wait for the first.")

    def _race(self, call, first=None):
        """Two do the same at once: the second is in the middle when the first commits.

        :param call: called with an environment, first in one, then in another thread
        :param first: what the first does, if it is something else
        :return: what the second got: a result or an exception
        """
        second = {}
        started = threading.Event()
        go = threading.Event()

        def run_second():
            with self.registry.cursor() as cr:
                env = api.Environment(cr, api.SUPERUSER_ID, {})
                cr.execute(
                    "SELECT pg_backend_pid()"
                )  # its view of the data starts here
                second["pid"] = cr.fetchone()[0]
                started.set()
                go.wait(PATIENCE)
                try:
                    # as Odoo does for every call from outside
                    second["result"] = retrying(lambda: call(env), env)
                except Exception as error:  # noqa: BLE001, told to the main thread
                    second["result"] = error
                    cr.rollback()  # as Odoo does

        thread = threading.Thread(target=run_second)
        thread.start()
        try:
            self.assertTrue(started.wait(PATIENCE))
            with self._transaction() as env:
                (first or call)(env)
                env.flush_all()
                go.set()
                self._wait_until_blocked(second["pid"])
        finally:
            go.set()
            thread.join(PATIENCE)
        self.assertFalse(thread.is_alive())
        return second["result"]
