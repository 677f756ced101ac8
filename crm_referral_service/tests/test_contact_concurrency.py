from odoo.exceptions import MissingError, UserError, ValidationError
from odoo.service.model import retrying
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.crm_referral.tests.concurrency import ConcurrencyCase

CONTACT, PARTNER, REASON = "crm.service.contact", "res.partner", "crm.service.reason"


@tagged("post_install", "-at_install")
class TestContactConcurrency(ConcurrencyCase):
    """Two people at the same contact, customer or reason: nothing is lost or twice."""

    def setUp(self):
        super().setUp()
        with self._transaction() as env:
            agents = [
                new_test_user(
                    env, f"{name}-at-once", "crm_referral_service.group_service_user"
                )
                for name in ("ann", "ben")
            ]
            partners = env[PARTNER].create([{"name": "Double"}, {"name": "Customer"}])
            reasons = env[REASON].create(
                [{"name": f"At once {letter}"} for letter in "abc"]
            )
            contact = env[CONTACT].create(
                {
                    "partner_id": partners[0].id,
                    "reason_id": reasons[1].id,
                    "user_id": False,
                    "callback_wanted": True,
                }
            )
            self.agent_ids = [agent.id for agent in agents]
            self.partner_ids, self.reason_ids = partners.ids, reasons.ids
            self.contact_id = contact.id
        self.addCleanup(self._clean_up)

    def _clean_up(self):
        with self._transaction() as env:
            contacts = env[CONTACT].with_context(active_test=False)
            contacts.search(
                [
                    "|",
                    ("partner_id", "in", self.partner_ids),
                    ("reason_id", "in", self.reason_ids),
                ]
            ).unlink()
            env[PARTNER].browse(self.partner_ids).exists().unlink()
            env[REASON].browse(self.reason_ids).unlink()
            agents = env["res.users"].browse(self.agent_ids)
            partners = agents.partner_id
            agents.unlink()
            partners.unlink()

    # What they do

    def _get(self, env):
        return env[CONTACT].browse(self.contact_id)

    def _get_all(self, env):
        return env[CONTACT].search([("partner_id", "in", self.partner_ids)], order="id")

    def _log(self, env):
        return env[CONTACT].create(
            {"partner_id": self.partner_ids[0], "reason_id": self.reason_ids[1]}
        )

    def _merge_partners(self, env):
        source, target = self.partner_ids
        env["base.partner.merge.automatic.wizard"]._merge(
            [source, target], env[PARTNER].browse(target)
        )
        return True

    def _open_merge(self, first, second):
        """Open the window in which the second reason becomes the first.

        :param int first: its place
        :param int second: its place
        :return: function of an environment that presses the button
        """
        into, other = (self.reason_ids[number] for number in (first, second))
        with self._transaction() as env:
            wizard = env["crm.service.reason.merge"].create(
                {"reason_ids": [into, other], "into_id": into}
            )
        return lambda env: wizard.with_env(env).action_merge()

    def _do_beside(self, first, second):
        """The second has looked before the first begins, and acts in between.

        :return: what the second got while the first was at work, and afterwards
        """
        got = []
        with self.registry.cursor() as cr, self._transaction() as env:
            late = env(cr=cr)
            self._get(late).read(["reason_id"])
            first(env)
            env.flush_all()
            for is_over in (False, True):
                if is_over:
                    env.cr.commit()
                try:
                    got.append(retrying(lambda: second(late), late))
                except UserError as error:
                    got.append(error)
                    cr.rollback()
        return got

    # Customers that are merged

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_customers_are_merged_while_a_contact_is_logged(self):
        self.assertIs(self._race(self._merge_partners, self._log), True)
        with self._transaction() as env:
            contacts = self._get_all(env)
            self.assertEqual(len(contacts), 2)
            self.assertEqual(contacts.partner_id.ids, self.partner_ids[1:])
            self.assertEqual(
                set(contacts.mapped("customer_key")), {f"p{self.partner_ids[1]}"}
            )

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_contact_is_logged_while_customers_are_merged(self):
        """The agent hears that this customer is not there any more."""
        result = self._race(self._log, self._merge_partners)
        self.assertIsInstance(result, MissingError)
        with self._transaction() as env:
            self.assertEqual(self._get_all(env).ids, [self.contact_id])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_customers_are_merged_while_a_contact_is_written(self):
        def write(env):
            self._get(env).note = "It gurgles"

        self.assertIs(self._race(self._merge_partners, write), True)
        with self._transaction() as env:
            contact = self._get_all(env)
            self.assertEqual(contact.note, "It gurgles")
            self.assertEqual(contact.partner_id.id, self.partner_ids[1])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_merge_the_same_customers(self):
        """The second has nothing left to merge."""
        result = self._race(self._merge_partners)
        self.assertNotIsInstance(result, Exception)
        with self._transaction() as env:
            self.assertEqual(self._get_all(env).partner_id.ids, self.partner_ids[1:])

    # Reasons that are merged

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_merge_overlapping_reasons(self):
        meanwhile, afterwards = self._do_beside(
            self._open_merge(0, 1), self._open_merge(1, 2)
        )
        self.assertIn("Somebody is working", str(meanwhile))
        self.assertIn("is not used any more", str(afterwards))
        with self._transaction() as env:
            self.assertEqual(self._get(env).reason_id.id, self.reason_ids[0])
            reasons = env[REASON].browse(self.reason_ids)
            self.assertEqual(reasons.mapped("active"), [True, False, True])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_reason_is_merged_while_a_contact_gets_it(self):
        meanwhile, afterwards = self._do_beside(self._log, self._open_merge(0, 1))
        self.assertIn("Somebody is working", str(meanwhile))
        self.assertIsInstance(afterwards, dict)
        with self._transaction() as env:
            contacts = self._get_all(env)
            self.assertEqual(len(contacts), 2)
            self.assertEqual(contacts.reason_id.ids, self.reason_ids[:1])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_a_contact_gets_a_reason_while_it_is_merged(self):
        result = self._race(self._log, self._open_merge(0, 1))
        self.assertIsInstance(result, ValidationError)
        self.assertIn("is not used any more", str(result))

    # One contact, two agents

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_take_the_same_contact(self):
        first, second = (
            lambda env, uid=uid: self._get(env).with_user(uid).action_take()
            for uid in self.agent_ids
        )
        result = self._race(second, first)
        self.assertIsInstance(result, UserError)
        self.assertRegex(str(result), "^ann-at-once .* has taken it already")
        with self._transaction() as env:
            self.assertEqual(self._get(env).user_id.id, self.agent_ids[0])
            calls = self._get(env).activity_ids
            self.assertEqual(calls.user_id.ids, self.agent_ids[:1])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_have_called(self):
        result = self._race(lambda env: self._get(env).action_called())
        self.assertIsInstance(result, UserError)
        self.assertIn("does not wait for a call", str(result))
        with self._transaction() as env:
            self.assertEqual(self._get(env).callback_attempts, 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_reached_the_customer_and_one_did_not(self):
        result = self._race(
            lambda env: self._get(env).action_not_reached(),
            lambda env: self._get(env).action_called(),
        )
        self.assertIn("does not wait for a call", str(result))
        with self._transaction() as env:
            contact = self._get(env)
            self.assertTrue(contact.called_back_on)
            self.assertFalse(contact.activity_ids)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_promise_to_call(self):
        """One activity, whoever was last."""
        with self._transaction() as env:
            self._get(env).write({"callback_wanted": False})

        def promise(env):
            return self._get(env).write(
                {"callback_wanted": True, "user_id": self.agent_ids[0]}
            )

        self.assertIs(self._race(promise), True)
        with self._transaction() as env:
            self.assertEqual(len(self._get(env).activity_ids), 1)

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_make_a_complaint_of_it(self):
        def make(env):
            return self._get(env).action_make_complaint()["res_id"]

        result = self._race(make)
        with self._transaction() as env:
            contact = self._get(env)
            self.assertEqual(result, contact.complaint_id.id)
            complaints = env["crm.complaint"].search(
                [("partner_id", "in", self.partner_ids)]
            )
            contact.unlink()
            found = len(complaints)
            complaints.unlink()
        self.assertEqual(found, 1)
