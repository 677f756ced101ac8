from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# What is looked back at, and from how many misses on it is no chance.
DAYS_BACK = timedelta(days=90)
MINIMUM_MISSES = 3


class CrmServiceLearning(models.Model):
    """What somebody could learn: weak areas of their reviewed checklists, and reasons
    about which they did not know the answer several times.

    A person sees what is about them; who leads sees all. Nobody is ranked.
    """

    _name = "crm.service.learning"
    _description = "Learning Plan"
    _auto = False
    _order = "user_id, source, id"
    _rec_name = "user_id"

    _depends = {
        "crm.assessment.action": ["agent_id", "kind", "reason_id", "section_id"],
        "crm.assessment.framework": ["fair_from", "is_checklist"],
        "crm.assessment.score": [
            *("company_id", "date", "framework_id", "is_comparable", "is_counted"),
            *("score", "section_id", "user_id"),
        ],
        "crm.service.contact": [
            *("active", "company_id", "contacted_on", "first_id", "miss_id"),
            *("reason_id", "user_id"),
        ],
        "crm.service.miss": ["code"],
    }

    user_id = fields.Many2one(comodel_name="res.users", string="Agent", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    source = fields.Selection(
        selection=[("checklist", "Weak area"), ("miss", "Did not know")],
        string="What Shows It",
        readonly=True,
    )
    section_id = fields.Many2one(
        comodel_name="crm.assessment.section", string="Area", readonly=True
    )
    reason_id = fields.Many2one(comodel_name="crm.service.reason", readonly=True)
    score = fields.Float(
        readonly=True, aggregator=None, help="On average of the last 90 days."
    )
    count = fields.Integer(
        string="How Often",
        readonly=True,
        aggregator=None,
        help="Reviewed checklists, or contacts that came back, in the last 90 days.",
    )
    action_id = fields.Many2one(
        comodel_name="crm.assessment.action",
        string="Open Action",
        readonly=True,
        help="What is planned already.",
    )

    # === QUERY === #

    @property
    def _table_query(self):
        # Ids of the two sources never meet.
        return SQL(
            """
            SELECT found.*, (
                   SELECT max(action.id)
                     FROM crm_assessment_action action
                    WHERE action.kind = 'learning' AND action.state = 'open'
                      AND action.agent_id = found.user_id
                      AND action.company_id = found.company_id
                      AND (action.section_id = found.section_id
                           OR action.reason_id = found.reason_id)) AS action_id
              FROM (%s UNION ALL %s) found
            """,
            self._get_checklist_query(),
            self._get_miss_query(),
        )

    @api.model
    def _get_checklist_query(self):
        return SQL(
            """
            SELECT min(score.id) * 2 AS id, score.user_id, score.company_id,
                   'checklist' AS source, score.section_id, NULL::integer AS reason_id,
                   avg(score.score)::float8 AS score,
                   count(DISTINCT score.assessment_id)::integer AS count
              FROM crm_assessment_score score
              JOIN crm_assessment_framework framework
                ON framework.id = score.framework_id AND framework.is_checklist
             WHERE score.is_comparable AND score.is_counted
               AND score.user_id IS NOT NULL AND score.score IS NOT NULL
               AND score.date >= %s::date
          GROUP BY score.user_id, score.company_id, score.section_id,
                   framework.fair_from
            HAVING avg(score.score) < framework.fair_from
            """,
            self.env.cr.now() - DAYS_BACK,
        )

    @api.model
    def _get_miss_query(self):
        # Of who took it first: the repeat came because they did not know.
        return SQL(
            """
            SELECT min(contact.id) * 2 + 1, root.user_id, contact.company_id, 'miss',
                   NULL::integer, contact.reason_id, NULL::float8, count(*)::integer
              FROM crm_service_contact contact
              JOIN crm_service_miss miss
                ON miss.id = contact.miss_id AND miss.code = 'not_known'
              JOIN crm_service_contact root ON root.id = contact.first_id
             WHERE contact.active AND root.user_id IS NOT NULL
               AND contact.reason_id IS NOT NULL
               AND contact.contacted_on >= %s
          GROUP BY root.user_id, contact.company_id, contact.reason_id
            HAVING count(*) >= %s
            """,
            self.env.cr.now() - DAYS_BACK,
            MINIMUM_MISSES,
        )

    # === ACTION METHODS === #

    def action_plan(self):
        """Plan what is learned, with whom and until when; or open what is planned.

        :return: a window action
        """
        self.ensure_one()
        self.check_access("read")
        self.env["crm.assessment.action"].check_access("create")
        section = self.section_id or self.reason_id.section_ids[:1]
        return {
            "name": self.env._("Learning"),
            "type": "ir.actions.act_window",
            "res_model": "crm.assessment.action",
            "res_id": self.action_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_kind": "learning",
                "default_agent_id": self.user_id.id,
                "default_user_id": self.user_id.id,
                "default_section_id": section.id,
                "default_reason_id": self.reason_id.id,
                "default_company_id": self.company_id.id,
            },
        }
