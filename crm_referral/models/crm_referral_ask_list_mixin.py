from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.crm_foundation.tools.local_time import today

ASK = "crm_referral.mail_activity_type_ask"
# Days in which somebody acts upon a good moment.
REMIND_DAYS = timedelta(days=3)
# So long a good moment puts a customer before others.
MOMENT_DAYS = timedelta(days=30)
# A customer is on one list, whether now or later.
WAITING = ("open", "put_off")
# Contacts looked at for each place on a list: one person of a company is proposed.
CONTACTS_PER_PLACE = 4


class CrmReferralAskListMixin(models.AbstractModel):
    """Keeps the lists of whom to ask: fills them, shortens them, and reminds."""

    _name = "crm.referral.ask.list.mixin"
    _description = "Keeps the Lists of Whom to Ask"

    # === THE LIST === #

    @api.model
    def _get_people(self):
        """:return: whose lists the user looks at: their own, and those of the teams
        that they lead.
        """
        user = self.env.user
        # sudo: who works in one's own team is no secret
        teams = self.env["crm.team"].sudo().search([("user_id", "=", user.id)])
        return (user | teams.member_ids).filtered(
            lambda u: u.active and self.env.company in u.company_ids
        )

    @api.model
    def _refresh(self, users):
        """Fill the lists of these salespeople in the current company.

        What nobody has noted anything on, and is too much, goes again.

        :param users: the res.users
        """
        # sudo: the system keeps the lists, whoever looks at them
        Ask = self.sudo()
        Ask._hand_over(users)
        Ask._wake_up(users)
        Ask._let_moments_fade(users)
        listed = Ask.search(
            Domain("is_listed", "=", True) & Domain("user_id", "in", users.ids)
        )
        listed._note_score()
        limit = self.env.company.referral_ask_limit
        vals_list = []
        by_user = listed.sorted().grouped("user_id")
        for user in users:
            mine = by_user.get(user, Ask)
            mine[limit:].filtered(lambda ask: not ask.moment).unlink()
            if len(mine) < limit:
                vals_list += self._prepare_suggestions(user, limit - len(mine))
        Ask._create_missing(vals_list)

    @api.model
    def _hand_over(self, users):
        """Who serves a customer has them on the list. In sudo mode."""
        waiting = Domain("company_id", "=", self.env.company.id) & Domain(
            "state", "in", WAITING
        )
        for ask in self.search(waiting & Domain("partner_id.user_id", "in", users.ids)):
            if ask.user_id != ask.partner_id.user_id:
                ask.user_id = ask.partner_id.user_id
                ask.activity_reschedule([ASK], new_user_id=ask.user_id.id)
        nobodys = self.search(waiting & Domain("user_id.active", "=", False))
        nobodys.user_id = False
        nobodys.activity_unlink([ASK])

    @api.model
    def _wake_up(self, users):
        """Who was put off until today is on the list again. In sudo mode."""
        due = self.search(
            Domain("company_id", "=", self.env.company.id)
            & Domain("state", "=", "put_off")
            & Domain("user_id", "in", [*users.ids, False])
        ).filtered(
            lambda ask: not ask.put_off_until or ask.put_off_until <= ask._get_today()
        )
        due.write({"state": "open", "put_off_until": False})

    @api.model
    def _let_moments_fade(self, users):
        """What was good for asking weeks ago is no moment any more. In sudo mode."""
        self.search(
            Domain("company_id", "=", self.env.company.id)
            & Domain("state", "=", "open")
            & Domain("user_id", "in", [*users.ids, False])
            & Domain("moment_on", "<", today(self.env, self.env.company) - MOMENT_DAYS)
        ).write({"moment": False, "moment_on": False})

    def _note_score(self):
        """Keep how ready these customers are now, for the order. In sudo mode."""
        for ask in self:
            score = ask.partner_id.referral_readiness_score
            if ask.score != score:
                ask.score = score

    @api.model
    def _get_suggestion_domain(self, user):
        """Whom this salesperson may be told to ask: their customers who may be asked.

        :return: domain of res.partner
        :rtype: Domain
        """
        # sudo: only the customers count; which of them the user sees, their rules say
        won = (
            self.env["crm.lead"]
            .sudo()
            .with_context(active_test=False)
            ._search(
                [
                    ("user_id", "=", user.id),
                    ("won_status", "=", "won"),
                    ("partner_id", "!=", False),
                ]
            )
        )
        # sudo: as above
        asked = self.env["crm.referral"].sudo()._search([("user_id", "=", user.id)])
        mine = Domain("user_id", "=", user.id) | (
            Domain("user_id", "=", False)
            & (
                Domain("id", "in", won.subselect("partner_id"))
                | Domain("id", "in", asked.subselect("partner_id"))
            )
        )
        here = Domain("company_id", "=", self.env.company.id)
        # sudo: nobody is on two lists
        Ask = self.sudo()
        known = Ask._search(here & Domain("state", "in", (*WAITING, "dismissed")))
        waiting = Ask._search(here & Domain("state", "in", WAITING))
        colleagues = (
            self.env["res.partner"]
            .sudo()  # sudo: as above
            ._search(Domain("id", "in", waiting.subselect("partner_id")))
        )
        return (
            mine
            & Domain("type", "=", "contact")
            & Domain("is_referral_customer", "=", True)
            & Domain("referral_readiness", "=", "ready")
            & Domain("id", "not in", known.subselect("partner_id"))
            & Domain(
                "commercial_partner_id",
                "not in",
                colleagues.subselect("commercial_partner_id"),
            )
        )

    @api.model
    def _prepare_suggestions(self, user, places):
        """:return: values of new entries on a list, the readiest first; of each
        company one person.
        :rtype: list[dict]
        """
        company = self.env.company
        Partner = (
            self.env["res.partner"]
            .with_user(user)
            .with_context(allowed_company_ids=company.ids)
        )
        partners = Partner.search(
            self.with_user(user)
            .with_context(allowed_company_ids=company.ids)
            ._get_suggestion_domain(user),
            order=Partner._get_asking_order(),
            limit=places * CONTACTS_PER_PLACE,
        )
        # sudo: the company of a contact may be hidden
        by_company = partners.sudo().grouped("commercial_partner_id")
        best = [contacts[0] for contacts in by_company.values()][:places]
        return [
            {
                "partner_id": partner.id,
                "user_id": user.id,
                "company_id": company.id,
                "score": partner.referral_readiness_score,
            }
            for partner in best
        ]

    # === REMINDERS === #

    def _remind(self):
        """Plan an activity for whose list it is, unless one waits. In sudo mode."""
        waits = set(self.activity_search([ASK]).mapped("res_id"))
        self.env["mail.activity"]._schedule_batch(
            ASK,
            {
                ask: {
                    "user_id": ask.user_id.id,
                    "date_deadline": ask._get_today() + REMIND_DAYS,
                    "summary": lambda ask: (
                        ask.env["res.partner"]._get_good_moments().get(ask.moment)
                        or ask.env.ref(ASK).summary
                    ),
                }
                for ask in self
                if ask.user_id and ask.id not in waits
            },
        )

    @api.model
    def _cron_plan_week(self, batch_size=100):
        """Make activities of the lists, where a company wants that."""
        # sudo: a job for all
        companies = self.env["res.company"].sudo()
        for company in companies.search([("referral_ask_weekly", "=", True)]):
            # Who finds five activities on Monday needs no five mails about them.
            Ask = self.with_company(company).with_context(
                mail_activity_quick_update=True
            )
            users = Ask._get_salespeople()
            for start in range(0, len(users), batch_size):
                Ask._refresh(users[start : start + batch_size])
                self.env["ir.cron"]._commit_progress()
            Ask._process_in_batches(
                Domain("is_listed", "=", True)
                & Domain("user_id", "!=", False)
                & ~Domain(
                    "activity_ids",
                    "any",
                    Domain("activity_type_id", "=", self.env.ref(ASK).id),
                ),
                "_remind",
                batch_size,
            )

    @api.model
    def _get_salespeople(self):
        """:return: everybody who asks customers in the current company."""
        group = self.env.ref("sales_team.group_sale_salesman")
        return self.env["res.users"].search(
            [
                ("all_group_ids", "in", group.ids),
                ("company_ids", "in", self.env.company.ids),
                ("share", "=", False),
            ]
        )
