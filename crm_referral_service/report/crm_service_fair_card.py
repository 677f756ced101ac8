from odoo import api, models
from odoo.fields import Domain

from ..tools.fair_card import make_cards
from .crm_service_dashboard import SERVICE_MANAGER

REPORT = "crm.service.contact.report"
FIRST_TIME = "solved_first_rate"
# A figure that is counted the same way for all, beside what could be expected.
RATES = (FIRST_TIME, "customer_solved_rate", "repeat_rate")
# Those of which more is better; of the others it depends.
GOOD = (FIRST_TIME, "customer_solved_rate")


class CrmServiceFairCard(models.AbstractModel):
    """A card for each person: every figure beside the one of all with the same mix of
    reasons.

    Who leads sees all cards, in the order of names; everybody else the own one. There
    is no sum, no rank, and no column to sort by; of few contacts nothing is said.
    """

    _name = "crm.service.fair.card"
    _inherit = "crm.dashboard.mixin"
    _description = "Fair Card"

    # === CHOICES === #

    def _get_filter_fields(self):
        return {"team_id", "user_id"} if self._is_manager() else set()

    def _get_choices(self):
        if not self._is_manager():
            return []
        people = self._get_people()
        return [
            *self.env["crm.service.dashboard"]._get_choices(),
            {
                "name": "user_id",
                "label": self.env._("First Taker"),
                "all": self.env._("Everybody"),
                "options": [{"id": user.id, "name": user.name} for user in people],
            },
        ]

    def _get_people(self):
        """:return: who has taken contacts in these companies, by name
        :rtype: res.users
        """
        in_companies = Domain("company_id", "in", self.env.companies.ids)
        rows = self.env[REPORT]._read_group(in_companies, [], ["user_id:recordset"])
        # sudo: may be a colleague who has left
        return rows[0][0].sudo().sorted("name")

    def _get_explanation(self):
        return self.env._(
            "Each figure stands beside what all together have with the same mix of "
            "reasons: who takes the hard calls is not compared with who takes the easy "
            "ones. Of fewer than %(number)s contacts nothing is said.",
            number=self._get_fewest(),
        )

    def _get_empty_text(self):
        return self.env._("Nobody has taken a contact in this period.")

    def _is_empty(self, figures, sections):
        return not sections

    # === CARDS === #

    def _get_sections(self, period, filters):
        self.env[REPORT].check_access("read")
        options = self.env["crm.service.dashboard"]._get_options(*period, filters)
        cards = self._read_cards(options)
        fewest = self._get_fewest()
        people = self._get_people_of(cards)
        if not self._is_manager():
            people &= self.env.user
        elif "user_id" in filters:
            people = people.filtered(lambda user: user.id == filters["user_id"])
        return [
            self._prepare_section(
                f"user_{user.id}",
                user.name,
                "list",
                self._get_rows(user, cards, fewest, period, filters),
            )
            for user in people
        ]

    def _get_rows(self, user, cards, fewest, period, filters):
        """:return: the figures of one person, with the contacts they are of"""
        filters = {**filters, "user_id": user.id}
        to_words = self.env["crm.service.figures"]._format
        rows = []
        for figure, card, is_said in self._get_said(user, cards, fewest):
            rows.append(
                {
                    "code": figure.code,
                    "name": figure.name,
                    "value": card.rate if is_said else None,
                    "text": to_words(figure.format, card.rate if is_said else None),
                    "format": figure.format,
                    "note": self.env._("of %(count)s", count=card.count),
                    "hint": self._describe(figure, card, is_said),
                    "action": self._prepare_period_action(
                        figure.name, figure.records, filters, period
                    ),
                }
            )
        return rows

    def _describe(self, figure, card, is_said):
        """:return: in words how a figure is beside the expected one"""
        if not is_said:
            return self.env._("too few to say")
        usual = self.env._("as the same work usually goes")
        if figure.code in GOOD:
            words = {
                "above": self.env._("better than the same work usually goes"),
                "below": self.env._("not as well as the same work usually goes"),
            }
        else:
            words = {
                "above": self.env._("more than the same work usually brings"),
                "below": self.env._("less than the same work usually brings"),
            }
        return self.env._(
            "Expected: %(value)s · %(verdict)s",
            value=self.env["crm.service.figures"]._format(figure.format, card.expected),
            verdict=words.get(card.verdict, usual),
        )

    # === BUSINESS METHODS === #

    @api.model
    def _is_manager(self):
        return self.env.user.has_group(SERVICE_MANAGER)

    @api.model
    def _get_fewest(self):
        """:return: of how many contacts something is said of a person: as many as
        there are checklists that agents are compared by
        """
        # sudo: this number is no secret
        Framework = self.env["crm.assessment.framework"].sudo()
        framework = Framework.search([("code", "=", "be_sure")], limit=1)
        return framework.minimum_reviewed or 1

    @api.model
    def _get_people_of(self, cards):
        """:return: whose cards these are, by name
        :rtype: res.users
        """
        # sudo: may be a colleague who has left
        Users = self.env["res.users"].sudo()
        return Users.union(*(user for _f, found in cards for user in found)).sorted(
            "name"
        )

    @api.model
    def _get_said(self, user, cards, fewest):
        """What may be said of a person: of enough contacts, and only beside the share
        that was solved the first time.

        :param cards: as of :meth:`_read_cards`
        :param int fewest: as of :meth:`_get_fewest`
        :return: each figure of which there is anything, its card, and whether it is
            told
        :rtype: list[tuple]
        """
        first = next(
            found.get(user) for figure, found in cards if figure.code == FIRST_TIME
        )
        is_first_said = first is not None and first.count >= fewest
        return [
            (
                figure,
                found[user],
                found[user].count >= fewest and (figure.code in RATES or is_first_said),
            )
            for figure, found in cards
            if user in found
        ]

    @api.model
    def _read_cards(self, options):
        """Read the figures of everybody; an addon adds its own.

        :param dict options: as ``crm.referral.scope`` takes them
        :return: each figure with the cards of all persons, by res.users
        :rtype: list
        """
        Report = self._get_report()
        figures = self.env["crm.service.figures"]._get(*RATES)
        pairs = [Report._quotients[figure.measure] for figure in figures]
        rows = Report._read_group(
            self._get_contacts_domain(options),
            ["user_id", "reason_id"],
            [f"{name}:sum" for part, whole in pairs for name in (whole, part)],
        )
        return [
            (
                figure,
                make_cards(
                    (user, reason, counts[2 * number], *[counts[2 * number + 1]] * 2)
                    for user, reason, *counts in rows
                ),
            )
            for number, figure in enumerate(figures)
        ]

    @api.model
    def _get_report(self):
        """:return: the analysis of all contacts that are compared"""
        Report = self.env[REPORT]
        # sudo: one's own card is compared with all, also with what one may not see;
        # nothing else of them is told
        return Report if self._is_manager() else Report.sudo()

    @api.model
    def _get_contacts_domain(self, options):
        """:return: domain of the rows of the analysis that are compared"""
        domain = self.env["crm.referral.scope"]._get_domain(options, REPORT, "date")
        return domain & Domain("user_id", "!=", False)
