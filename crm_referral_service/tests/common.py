from odoo.fields import Command
from odoo.tests import TransactionCase
from odoo.tools import SQL

SERVICE_USER = "crm_referral_service.group_service_user"
SERVICE_MANAGER = "crm_referral_service.group_service_manager"
SALESPERSON = "sales_team.group_sale_salesman"


class ServiceCommon(TransactionCase):
    """A service team, its people, and a customer who complains."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.agent = cls._create_user("agent", SERVICE_USER)
        cls.colleague = cls._create_user("colleague", SERVICE_USER)
        cls.manager = cls._create_user("service-manager", SERVICE_MANAGER)
        cls.technician = cls._create_user("technician", "base.group_user")
        cls.salesperson = cls._create_user("salesperson", SALESPERSON)
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Service",
                "is_service": True,
                "user_id": cls.manager.id,
                "company_id": cls.env.company.id,
                "member_ids": [Command.set((cls.agent | cls.colleague).ids)],
                "service_calendar_id": False,
            }
        )
        cls.customer = cls.env["res.partner"].create(
            {"name": "Clinic", "phone": "+32 2 290 34 90", "is_company": True}
        )
        cls.reason = cls.env.ref("crm_referral_service.reason_late")
        cls.refund = cls.env.ref("crm_referral_service.gesture_type_refund")
        cls.apology = cls.env.ref("crm_referral_service.gesture_type_apology")

    @classmethod
    def _create_user(cls, login, group, **values):
        return cls.env["res.users"].create(
            {
                "name": login.title(),
                "login": f"service-{login}",
                "email": f"{login}@service.example",
                "group_ids": [Command.set([cls.env.ref(group).id])],
                **values,
            }
        )

    @classmethod
    def _create_complaint(cls, user=None, **values):
        return (
            cls.env["crm.complaint"]
            .with_user(user or cls.agent)
            .create({"partner_id": cls.customer.id, "team_id": cls.team.id, **values})
        )

    @classmethod
    def _fill_in(cls, complaint, until):
        """Walk a complaint through its steps until the one with this code."""
        values = {
            "greet": {"acknowledged_on": cls.env.cr.now()},
            "listen": {
                "story": "The third delivery this month",
                "feeling_ids": [
                    cls.env["crm.complaint.feeling"].search([], limit=1).id
                ],
            },
            "question": {
                "basic_facts": "Delivery of Monday",
                "details": "Nobody called before",
                "severity": "3",
                "wanted_remedy": "A call on the day before",
                "reason_id": cls.reason.id,
            },
            "empathise": {"common_ground": "One should be told before"},
            "address": {
                "our_part": "From now on we call the day before",
                "nothing_material_wanted": True,
            },
            "test": {"solved": "yes", "felt_heard": "yes"},
            "follow_through": {
                "second_contact_done_on": "2025-11-20",
                "second_contact_reason": "Heard whether it still holds",
                "scope": "one_off",
            },
        }
        while complaint.step_code != until:
            complaint.write(values[complaint.step_code])
            complaint.action_next_step()
        return values[until]

    def _run_cron(self, name):
        """Run a cron as the scheduler does: its record, its code, its user."""
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.env.ref(f"crm_referral_service.ir_cron_{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _explain_with(self, index, query):
        """What an index can do, not what the planner prefers: that differs between
        databases, with rows, statistics and what is vacuumed.

        :param str index: the only one that its table keeps, but for the primary key
        :return: the plan of the query
        :rtype: str
        """
        self.env.flush_all()
        others = self.env.execute_query(
            SQL(
                """
                SELECT other.indexrelid::regclass::text
                  FROM pg_index kept JOIN pg_index other USING (indrelid)
                 WHERE kept.indexrelid = %s::regclass
                   AND other.indexrelid <> kept.indexrelid AND NOT other.indisprimary
                """,
                index,
            )
        )
        self.assertTrue(others)
        for [name] in others:
            self.env.cr.execute(SQL("DROP INDEX %s", SQL.identifier(name)))
        self.env.cr.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;"
            "SET LOCAL enable_sort = off"
        )
        rows = self.env.execute_query(SQL("EXPLAIN %s", query))
        return "\n".join(row for [row] in rows)
