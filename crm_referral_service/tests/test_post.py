from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import ServiceCommon

NEGLECTED = "crm_referral_service.mail_activity_type_neglected"


@tagged("post_install", "-at_install")
class TestPost(ServiceCommon):
    """Somebody listens, and when nobody does it shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.post = cls._create_post()

    @classmethod
    def _create_post(cls, **values):
        return cls.env["crm.service.post"].create(
            {
                "name": "Card at the front desk",
                "owner_id": cls.technician.id,
                "listen_days": 7,
                **values,
            }
        )

    def _set_listened(self, days_ago):
        self.post.last_listened_on = self.env.cr.now() - timedelta(days=days_ago)

    def _find_neglected(self):
        return self.env["crm.service.post"].search([("is_neglected", "=", True)])

    def _get_reminders(self):
        kind = self.env.ref(NEGLECTED)
        return self.post.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def test_neglected_the_day_after_it_was_due(self):
        self._set_listened(7)
        self.assertFalse(self.post.is_neglected)
        self.assertNotIn(self.post, self._find_neglected())
        self._set_listened(8)
        self.assertTrue(self.post.is_neglected)
        self.assertIn(self.post, self._find_neglected())
        others = self.env["crm.service.post"].search([("is_neglected", "=", False)])
        self.assertNotIn(self.post, others)

    def test_new_post_has_its_time(self):
        self.assertFalse(self.post.is_neglected)
        due = self.post.create_date.date() + timedelta(days=7)
        self.assertEqual(self.post.listen_by, due)

    def test_archived_post_is_not_neglected(self):
        self._set_listened(100)
        self.post.active = False
        self.assertFalse(self.post.is_neglected)
        found = self._find_neglected().with_context(active_test=False)
        self.assertNotIn(self.post, found)

    def test_owner_is_reminded_once(self):
        self._set_listened(8)
        for _day in range(2):
            self._run_cron("neglected")
            self.assertEqual(len(self._get_reminders()), 1)
        self.assertEqual(self._get_reminders().user_id, self.technician)
        self._get_reminders().action_done()
        self._run_cron("neglected")
        self.assertFalse(self._get_reminders(), "Once, until somebody has listened.")

    def test_listening_ends_it(self):
        self._set_listened(8)
        self._run_cron("neglected")
        self.post.with_user(self.technician).action_listened()
        self.assertFalse(self.post.is_neglected)
        self.assertFalse(self._get_reminders())
        self._set_listened(8)
        self._run_cron("neglected")
        self.assertEqual(len(self._get_reminders()), 1)

    def test_new_owner_is_reminded(self):
        self._set_listened(8)
        self._run_cron("neglected")
        self.post.with_user(self.manager).owner_id = self.agent
        self._run_cron("neglected")
        self.assertEqual(self._get_reminders().user_id, self.agent)

    def test_owner_who_has_left(self):
        """Somebody has to choose another one."""
        self._set_listened(8)
        self.post.team_id = self.team
        self.technician.active = False
        self._run_cron("neglected")
        self.assertEqual(self._get_reminders().user_id, self.manager)

    def test_owner_changes_how_they_listen_and_nothing_else(self):
        post = self.post.with_user(self.technician)
        post.write({"note": "Look behind the counter, too", "listen_days": 3})
        for vals in (
            {"listen_days": 4},
            {"owner_id": self.agent.id},
            {"team_id": self.team.id},
            {"alias_name": "mine"},
            {"active": False},
        ):
            with self.assertRaises(AccessError):
                post.write(vals)

    def test_owner_closes_the_form_and_managers_open_it_anew(self):
        """What is printed is not replaced by who only listens."""
        before = self.post._get_link()
        self.post.with_user(self.technician).action_revoke_link()
        self.assertTrue(self.post.is_link_revoked)
        self.assertEqual(self.post._get_page_status(), "revoked")
        self.assertEqual(self.post.message_ids[:1].author_id.name, "Technician")
        with self.assertRaises(AccessError):
            self.post.with_user(self.technician).action_renew_link()
        self.assertEqual(self.post._get_link(), before)
        with self.assertRaises(AccessError):
            self.post.with_user(self.agent).action_revoke_link()
        self.post.with_user(self.manager).action_renew_link()
        self.assertNotEqual(self.post._get_link(), before)
        self.assertEqual(self.post._get_page_status(), "open")

    def test_rights(self):
        mine = self._create_post(owner_id=self.agent.id)
        self.assertTrue(self.post.with_user(self.agent).read(["name", "form_url"]))
        mine.with_user(self.agent).note = "Mine"
        with self.assertRaises(AccessError):
            self.post.with_user(self.agent).note = "Not mine"
        with self.assertRaises(AccessError):
            self.post.with_user(self.agent).action_listened()
        with self.assertRaises(AccessError):
            mine.with_user(self.technician).read(["name"])
        with self.assertRaises(AccessError):
            self.post.with_user(self.manager).read(["access_token"])
        self.post.with_user(self.manager).write({"owner_id": self.agent.id})

    def test_nobody_writes_when_somebody_listened(self):
        for fname, value in (
            ("last_listened_on", self.env.cr.now()),
            ("listen_by", "2030-01-01"),
            ("is_reminded", True),
            ("alias_id", False),
        ):
            with self.assertRaises(AccessError):
                self.post.with_user(self.manager).write({fname: value})

    def test_customers_do_not_listen(self):
        portal = self._create_user("buyer", "base.group_portal")
        with self.assertRaises(ValidationError):
            self.post.owner_id = portal

    def test_new_address_ends_the_old_one(self):
        Post = self.env["crm.service.post"]
        old = self.post.access_token
        self.assertEqual(Post._find_by_token(old), self.post)
        self.assertTrue(self.post.form_url.endswith(f"/service/tell-us/{old}"))
        self.post.with_user(self.manager).action_renew_link()
        self.assertFalse(Post._find_by_token(old))
        self.assertNotIn(old, self.post.form_url)

    def test_form_is_seen_where_the_reader_is(self):
        """Through another address of the server than the one that customers use."""
        self.env["ir.config_parameter"].set_param("web.base.url", "https://crm.example")
        action = self.post.with_user(self.agent).action_open_form()
        self.assertEqual(action["url"], f"/service/tell-us/{self.post.access_token}")
        self.assertEqual(self.post.form_url, f"https://crm.example{action['url']}")

    def test_every_post_has_its_own_address(self):
        posts = self._create_post() | self._create_post()
        self.assertEqual(len(set(posts.mapped("access_token"))), 2)

    def test_what_was_told_here(self):
        contacts = self.env["crm.service.contact"].create(
            [
                {
                    "post_id": self.post.id,
                    "contacted_on": f"2026-11-0{day} 08:00:00",
                    "reason_id": self.reason.id,
                }
                for day in (1, 3, 2)
            ]
        )
        contacts[0].action_done()
        post = self.post.with_user(self.technician)
        self.assertEqual(str(post.last_heard_on), "2026-11-03 08:00:00")
        self.assertEqual(post.open_contact_count, 2)
        self.assertFalse(self._create_post().last_heard_on)
        action = self.post.with_user(self.agent).action_open_contacts()
        found = self.env["crm.service.contact"].search(action["domain"])
        self.assertEqual(found, contacts.sorted("contacted_on", reverse=True))
