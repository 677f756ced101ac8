"""What a look at the acquaintances costs, and by which indexes they are found."""

from odoo.fields import Domain
from odoo.tests import tagged

from ..tools.acquaintances import Surroundings
from .acquaintance_common import AcquaintanceCommon

# By what each reason is found, for leads and for contacts, when nothing else is asked.
INDEXES = {
    ("crm.lead", "group"): ["crm_lead_acquaintance_organization_idx"],
    ("crm.lead", "former"): ["crm_lead_acquaintance_organization_idx"],
    ("crm.lead", "domain"): ["crm_lead__email_domain_criterion_index"],
    ("crm.lead", "city"): ["crm_lead_acquaintance_city_idx"],
    ("res.partner", "domain"): ["res_partner_acquaintance_domain_idx"],
    ("res.partner", "industry"): [
        "res_partner_acquaintance_industry_idx",
        "res_partner_acquaintance_industry_city_idx",
    ],
    ("res.partner", "city"): ["res_partner_acquaintance_city_idx"],
}


@tagged("post_install", "-at_install")
class TestCost(AcquaintanceCommon):
    def _count(self):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        people = self._suggest()["people"]
        return len(people), self.env.cr.sql_log_count - before

    def _fill(self, number):
        for n in range(number):
            partner = self.Partner.create(
                {"name": f"P {n}", "city": "Hsinchu", "email": f"p@{n}.test"}
            )
            self._create_lead(
                contact_name=f"L {n}",
                city="Hsinchu",
                tag_ids=self.tag.ids,
                partner_id=partner.id if n % 2 else False,
            )

    def test_queries(self):
        self._fill(4)
        self._count()  # fill the ormcaches
        _people, few = self._count()
        self._fill(40)
        people, many = self._count()
        self.assertEqual(people, 8)
        self.assertLessEqual(many, few + 2)
        self.assertLessEqual(many, 45)

    def test_nothing_is_looked_for_without_surroundings(self):
        Acquaintance = self.env["crm.referral.acquaintance"].with_user(self.rep)
        leads, partners = Acquaintance._collect(self.referral, Surroundings())
        self.assertFalse(leads)
        self.assertFalse(partners)

    def test_indexes(self):
        surroundings = Surroundings(
            group={"lin clinic": "Lin Clinic"},
            former={"old clinic": "Old Clinic"},
            domain={"lin.test": "@lin.test"},
            industry={self.industry.id: "Clinics"},
            city={"hsinchu": "Hsinchu"},
        )
        Acquaintance = self.env["crm.referral.acquaintance"].sudo()
        self._fill_table()
        seen = set()
        for model, code, condition in [
            *Acquaintance._get_lead_branches(surroundings, Domain.TRUE),
            *Acquaintance._get_partner_branches(surroundings, Domain.TRUE),
        ]:
            plan = self._explain(self.env[model], condition)
            with self.subTest(model=model, code=code):
                self.assertTrue(
                    any(name in plan for name in INDEXES[model, code]), plan
                )
            seen.add((model, code))
        self.assertEqual(seen, set(INDEXES))

    def test_index_of_addresses(self):
        self._fill_table()
        for model in ("crm.lead", "res.partner"):
            emails = Domain("email_normalized", "in", ["a@b.test", "c@d.test"])
            plan = self._explain(self.env[model], emails)
            name = f"{self.env[model]._table}_acquaintance_email_idx"
            self.assertIn(name, plan)

    def _fill_table(self):
        """Contacts enough for a choice; of leads it counts what could answer at all."""
        self.env.cr.execute(
            """
            INSERT INTO res_partner (name, complete_name, active, type, city,
                                     email_normalized, industry_id)
            SELECT 'P', 'P', true, 'contact', 'City ' || n %% 90,
                   n || '@d' || n || '.test', CASE WHEN n %% 70 = 0 THEN %s END
              FROM generate_series(1, 5000) n
            """,
            [self.industry.id],
        )
        self.env.cr.execute("ANALYZE res_partner")
        self.env.cr.execute("SET LOCAL enable_seqscan = off")

    def _explain(self, model, domain):
        select = model.sudo()._search(domain, active_test=False).select()
        self.env.cr.execute("EXPLAIN " + select.code, select.params)
        return "\n".join(line for (line,) in self.env.cr.fetchall())
