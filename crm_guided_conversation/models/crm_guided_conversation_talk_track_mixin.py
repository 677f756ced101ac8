from odoo import api, fields, models

from odoo.addons.crm_foundation.tools.languages import first_installed

from ..tools.placeholders import fill_in, get_list_separator


class CrmGuidedConversationTalkTrackMixin(models.AbstractModel):
    """What to say in the current step, in the language of the customer."""

    _name = "crm.guided.conversation.talk.track.mixin"
    _description = "What to Say in a Step"
    _inherit = ["crm.guided.conversation.gate.mixin"]

    spoken_lang = fields.Selection(
        selection="_get_installed_langs",
        string="Language of the Conversation",
        copy=False,
        help="In which language you talk to the customer. Empty: the language of the "
        "contact.",
    )
    lang_count = fields.Integer(compute="_compute_lang_count", aggregator=None)
    talk_track = fields.Text(
        string="What to Say",
        compute="_compute_talk_track",
        help="The words for this step, filled in for this customer, in their language.",
    )
    talk_track_gaps = fields.Char(
        string="Not Noted Yet",
        compute="_compute_talk_track",
        help="What the words for this step leave out, because it is not noted yet.",
    )

    # === COMPUTE METHODS === #

    @api.model
    def _get_installed_langs(self):
        return self.env["res.lang"].get_installed()

    def _compute_lang_count(self):
        self.lang_count = len(self._get_installed_langs())

    @api.depends(lambda self: self._get_talk_track_dependencies())
    @api.depends_context("lang")
    def _compute_talk_track(self):
        for record in self:
            words, gaps = record._get_talk_track(record.step_id)
            record.talk_track = words or False
            record.talk_track_gaps = gaps or False

    # === BUSINESS METHODS - TO OVERRIDE === #

    def _get_conversation_partner(self):
        """:return: the res.partner who is spoken to; empty when that is not known."""
        self.ensure_one()
        return self.env["res.partner"]

    def _get_conversation_langs(self):
        """:return: codes of the languages to speak, the best first; some may be empty
        :rtype: list
        """
        self.ensure_one()
        # sudo: the customer may be a contact of another company
        return [self.spoken_lang, self.sudo()._get_conversation_partner().lang]

    def _get_talk_track_dependencies(self):
        """:return: fields that the placeholders of the talk-tracks read."""
        return ["step_id", "step_id.talk_track", "spoken_lang"]

    @api.model
    def _get_talk_track_placeholders(self):
        """What a talk-track may say of a record.

        :return: what each placeholder stands for, in the user's language, by its name
        :rtype: dict
        """
        return {}

    def _get_talk_track_values(self):
        """:return: the text of each placeholder for this record, by its name."""
        self.ensure_one()
        return {}

    # === BUSINESS METHODS === #

    def _get_talk_track(self, step):
        """What to say in a step, also in one that is still to come.

        :return: the words in the language of the customer, and in that of the reader
            what they leave out because it is not noted yet
        :rtype: tuple[str, str]
        """
        self.ensure_one()
        step = step.with_context(lang=self._get_conversation_lang())
        words, gaps = fill_in(step.talk_track, self._get_talk_track_values())
        labels = self._get_talk_track_placeholders()
        comma = get_list_separator(self.env.lang)
        left_out = self._get_left_out_placeholders()
        return words, comma.join(
            str(labels[name]) for name in gaps if name in labels.keys() - left_out
        )

    def _get_left_out_placeholders(self):
        """:return: names of placeholders that are empty on purpose
        :rtype: set
        """
        return set()

    def _get_conversation_lang(self):
        """:return: the chosen language, else the customer's, else that of the user."""
        lang = first_installed(self.env, *self._get_conversation_langs())
        return lang or self.env.lang or "en_US"
