from odoo.tests import tagged
from odoo.tools import SQL

from .test_service_access import ServiceRolesCommon

MANY = 20_000


@tagged("post_install", "-at_install")
class TestServicePerformance(ServiceRolesCommon):
    """Queries do not grow with the records, and an index answers every search."""

    def _count(self, call):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        call()
        self.env.flush_all()
        return self.cr.sql_log_count - before

    def _create(self, number):
        return (
            self.env["crm.complaint"]
            .with_user(self.agent)
            .create(
                [
                    {"partner_id": self.customer.id, "team_id": self.team.id}
                    for _number in range(number)
                ]
            )
        )

    def test_list_takes_as_many_queries_for_many(self):
        self._create(80)
        names = {
            *("name", "customer_name", "step_id", "user_id", "answer_by"),
            *("is_answer_late", "severity", "acting_user_id", "missing_requirements"),
        }
        specification = {name: {} for name in names}
        model = self.env["crm.complaint"].with_user(self.agent)

        def read(limit):
            model.web_search_read([], specification, limit=limit)

        self._count(lambda: read(10))  # fill the ormcaches
        few, many = (self._count(lambda n=n: read(n)) for n in (10, 80))
        self.assertLessEqual(many, few)

    def test_each_of_a_batch_is_cheap(self):
        """At most two queries a record; one of them is its number."""
        self._count(lambda: self._create(2))
        few, many = (self._count(lambda n=n: self._create(n)) for n in (10, 60))
        self.assertLessEqual((many - few) / 50, 2)

    def _fill_table(self):
        complaint = self._create_complaint().sudo()
        self.env.flush_all()
        columns = [
            name
            for name, field in complaint._fields.items()
            if field.store
            and field.column_type
            and name not in ("id", "name", "access_token", "partner_id", "outcome")
        ]
        self.cr.execute(
            SQL(
                """
                INSERT INTO crm_complaint (name, access_token, outcome, %(columns)s)
                SELECT 'M' || n, 'M' || n || repeat('x', 40),
                       CASE WHEN n %% 50 = 0 THEN NULL ELSE 'passed_on' END, %(values)s
                  FROM crm_complaint, generate_series(1, %(many)s) n
                 WHERE id = %(id)s
                """,
                columns=SQL(", ").join(map(SQL.identifier, columns)),
                values=SQL(", ").join(
                    SQL("'x'")
                    if name == "unresolved_reason"
                    else SQL.identifier("crm_complaint", name)
                    for name in columns
                ),
                many=MANY,
                id=complaint.id,
            )
        )
        self.cr.execute("ANALYZE crm_complaint")
        self.env.invalidate_all()

    def _explain(self, domain, order=None, limit=None):
        query = (
            self.env["crm.complaint"]
            .sudo()
            ._search(domain, order=order or "id", limit=limit)
        )
        rows = self.env.execute_query(SQL("EXPLAIN %s", query.select()))
        return "\n".join(row[0] for row in rows)

    def test_an_index_answers_every_search(self):
        self._fill_table()
        model = self.env["crm.complaint"].sudo()
        token = model.search([], limit=1).access_token
        self.assertTrue(model._find_by_token(token))
        for domain in (
            [("partner_id", "=", self.customer.id + 10_000)],
            [
                ("commercial_partner_id", "=", self.customer.id + 10_000),
                ("outcome", "=", False),
            ],
            [("email_normalized", "=", "nobody@nowhere.example")],
            [("phone_sanitized", "=", "+8862123")],
            [("user_id", "=", self.stranger.id)],
            [("name", "=", "M77"), ("company_id", "=", self.env.company.id)],
            model._get_escalation_domain(),
            model._get_second_contact_domain(),
        ):
            with self.subTest(str(domain)):
                self.assertNotIn("Seq Scan on crm_complaint", self._explain(domain))
        self.assertNotIn("Seq Scan", self._explain([], "id desc", 80))
