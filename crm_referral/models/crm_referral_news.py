from odoo import fields, models

KINDS = [
    ("introduced", "Thanks for the introduction"),
    ("contacted", "First contact made"),
    ("outcome", "What came of it"),
]
STATES = [
    ("due", "To tell"),
    ("sent", "Sent by e-mail"),
    ("told", "Told"),
    ("failed", "E-mail not delivered"),
    ("skipped", "Not wanted"),
]
OUTCOMES = [("won", "Won"), ("lost", "Lost"), ("ended", "Ended without a lead")]
WAITING_STATES = ("due", "failed")


class CrmReferralNews(models.Model):
    """A piece of news for the customer who introduced somebody, told once.

    Only the candidate's own methods write it, see ``crm.referral.news.mixin``.
    """

    _name = "crm.referral.news"
    _description = "News for the Referrer"
    _inherit = ["crm.guarded.mixin"]
    _order = "candidate_id, id"
    _protected_fields = frozenset(
        {
            "candidate_id",
            "failure",
            "kind",
            "message_id",
            "outcome",
            "state",
            "told_by_id",
            "told_on",
        }
    )

    candidate_id = fields.Many2one(
        comodel_name="crm.referral.candidate",
        required=True,
        readonly=True,
        ondelete="cascade",
        index=True,
    )
    kind = fields.Selection(selection=KINDS, required=True, readonly=True)
    state = fields.Selection(
        selection=STATES, required=True, readonly=True, default="due"
    )
    outcome = fields.Selection(
        selection=OUTCOMES,
        readonly=True,
        help="What came of it. Another outcome is news again.",
    )
    told_on = fields.Date(readonly=True)
    told_by_id = fields.Many2one(
        comodel_name="res.users", readonly=True, ondelete="restrict"
    )
    message_id = fields.Many2one(
        comodel_name="mail.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The e-mail in which the customer was told.",
    )
    failure = fields.Char(
        string="Why the Mail Did Not Arrive", readonly=True, copy=False
    )

    _once = models.UniqueIndex(
        "(candidate_id, kind)", "The customer hears each piece of news once."
    )
    _waiting_idx = models.Index("(candidate_id) WHERE state IN ('due', 'failed')")

    # === BUSINESS METHODS === #

    def _note_told(self, state, day):
        """The customer has heard of it. Called in sudo mode.

        :param str state: how: ``sent`` or ``told``
        :param date day: on which day
        """
        self.write(
            {
                "state": state,
                "told_on": day,
                "told_by_id": self.env.uid,
                "message_id": False,
                "failure": False,
            }
        )
        # Two people at once: the second one fails here, and starts again.
        self.flush_recordset()
