from urllib.parse import parse_qs, urlsplit

from lxml import html

from odoo import fields
from odoo.exceptions import UserError

from .referrer_page_common import ReferrerPageCase


class TestReferrerPage(ReferrerPageCase):
    """What a customer sees and does on their page."""

    # === WHAT IS SHOWN === #

    def test_initials_only(self):
        response = self.url_open(self._path())
        text = self._get_text(response)
        self.assertIn("B. B.", text)
        self.assertIn("Finance head", text)
        self.assertIn("Would you introduce us?", text)
        for private in ("Bob", "Builder", "Clinic West", "bob@clinic", "23456789"):
            self.assertNotIn(private, response.text)

    def test_named_once_the_candidate_agrees(self):
        self.candidate.agreed_to_be_known = True
        self.assertIn("Bob Builder", self._get_text(self.url_open(self._path())))

    def test_what_is_prepared_for_the_talk_is_not_told_before_it(self):
        request = self._create_referral(partner_id=self.other_customer.id)
        ours, theirs = (
            self._create_candidate(request, name=name, named_by=named_by)
            for name, named_by in (("Dora Dent", "rep"), ("Emil Ernst", "customer"))
        )
        page = self.page._find_or_create(self.other_customer, self.company)
        self.assertEqual(page._get_page_candidates(), theirs)
        self._walk_to(request, "suggest")
        self.assertEqual(page._get_page_candidates(), theirs | ours)
        ours.action_unfit()
        self.assertEqual(page._get_page_candidates(), theirs, "Never heard of.")

    def test_states_in_words(self):
        self._walk_to(self.referral, "follow_through")
        self.assertEqual(self.candidate.state, "agreed")
        for method, words in (
            (None, "You would introduce us. Thank you!"),
            ("action_introduce", "You introduced us on"),
            ("action_contact", "We have been in touch."),
            ("_convert", "We are talking with each other."),
        ):
            if method:
                getattr(self.candidate, method)()
            self.assertIn(words, self._get_text(self.url_open(self._path())))
        self.candidate.lead_id.action_set_won()
        self.candidate.lead_id.expected_revenue = 4711
        text = self._get_text(self.url_open(self._path()))
        self.assertIn("We work together now.", text)
        self.assertNotIn("4,711", text)

    def test_an_objection_is_not_told(self):
        texts = []
        for method in ("action_object", "action_unfit"):
            candidate = self._create_candidate(
                self.referral, name="Zoe Zorn", email=f"{method}@example.com"
            )
            candidate.action_agree()
            candidate.action_introduce()
            getattr(candidate, method)()
            texts.append(
                self.page._prepare_page_candidates(candidate, False)[0]["status"]
            )
        self.assertEqual(texts[0], texts[1])
        self.assertIn("Nothing more happens here", texts[0])

    def test_other_customers_and_companies_are_not_shown(self):
        other = self._create_referral(partner_id=self.other_customer.id)
        self._create_candidate(other, name="Otto Other", function="Otter keeper")
        foreign = self._create_referral(
            self.foreign_manager, company_id=self.other_company.id
        )
        self._create_candidate(foreign, name="Fay Foreign", function="Ferry captain")
        text = self._get_text(self.url_open(self._path()))
        for word in ("Otter", "Ferry", "O. O.", "F. F."):
            self.assertNotIn(word, text)
        page = self.page._find_or_create(self.customer, self.other_company)
        self.assertIn("F. F.", self._get_text(self.url_open(self._path(page))))

    def test_languages(self):
        self.customer.lang = "zh_TW"
        tree = self._open()
        self.assertEqual(tree.get("lang"), "zh-TW")
        tree = self._open(f"{self._path()}?lang=zh_CN")
        self.assertEqual(tree.get("lang"), "zh-CN")

    # === ANSWERS === #

    def test_agree(self):
        response = self._post("agree", may_name="1", channel="phone")
        self.assertIn("Below is a text", self._get_text(response))
        self.assertEqual(self.candidate.state, "agreed")
        self.assertTrue(self.candidate.may_name_referrer)
        self.assertEqual(self.candidate.introduction_channel, "phone")
        self.assertIn(
            "Ann Archer agreed to introduce Bob Builder",
            self._get_chatter(self.referral),
        )
        message = self.referral.message_ids[0]
        self.assertEqual(message.author_id, self.customer)
        activity = self._get_activities(
            self.candidate, "mail_activity_type_referrer_page"
        )
        self.assertEqual(activity.user_id, self.rep)
        self.assertEqual(
            activity.summary, "Ann Archer agreed to introduce Bob Builder (Clinic West)"
        )

    def test_decline_with_a_reason(self):
        self._post("decline", note="He has <b>just</b> signed elsewhere")
        self.assertEqual(self.candidate.state, "declined")
        self.assertEqual(
            self.candidate.closing_note, "He has <b>just</b> signed elsewhere"
        )
        chatter = self._get_chatter(self.referral)
        self.assertIn("Ann Archer does not introduce Bob Builder", chatter)
        self.assertIn("&lt;b&gt;just", chatter)

    def test_decline_without_a_reason_keeps_what_was_noted(self):
        self.candidate.closing_note = "Noted before"
        self._post("decline")
        self.assertEqual(self.candidate.closing_note, "Noted before")

    def test_may_name_is_a_tick(self):
        self._post("agree")
        self.assertFalse(self.candidate.may_name_referrer)

    def test_pass_on_and_introduce(self):
        self.referral.improvement = "The month-end closing takes two days only."
        self._post("agree")
        tree = self._open()
        text = tree.xpath("//div[contains(@class, 'o_referrer_text')]//textarea")[0]
        self.assertIn("two days only", text.text)
        self.assertTrue(text.text.startswith("Hello,"), "She adds his name herself.")
        self.assertNotIn("Bob", text.text)
        self.assertNotIn("Below is a draft", text.text, "Only what is passed on.")
        [address] = tree.xpath("//a[contains(@class, 'o_referrer_mail')]/@href")
        self.assertTrue(address.startswith("mailto:?"))
        query = parse_qs(urlsplit(address).query)
        self.assertEqual(query["cc"], ["rep@ours.example.com"])
        self.assertIn("two days only", query["body"][0])
        response = self._post("introduce", channel="in_person")
        self.assertIn("Thank you for introducing us", self._get_text(response))
        self.assertEqual(self.candidate.state, "introduced")
        self.assertEqual(self.candidate.introduced_on, fields.Date.today())
        self.assertEqual(self.candidate.introduction_channel, "in_person")
        [activity] = self._get_activities(
            self.candidate, "mail_activity_type_referrer_page"
        )
        self.assertIn("get in touch", activity.summary)

    def test_template_that_was_changed(self):
        template = self.env.ref("crm_referral.mail_template_introduction")
        template.body_html = (
            "<p>Hi!</p><p>Meet <t t-out='object.name'/> at {{ nothing }}</p>"
        )
        self.candidate.action_agree()
        text = self.page._prepare_introductions(self.candidate)[self.candidate]["text"]
        self.assertIn("Meet B. B.", text)

    def test_changed_mind(self):
        self._post("agree")
        self._post("decline", note="On second thoughts")
        self.assertEqual(self.candidate.state, "declined")
        response = self._post("agree", csrf=True)
        self.assertEqual(response.status_code, 400, "It is not on the page any more.")

    def test_too_late(self):
        token = self._get_token()
        self.candidate.action_agree()
        response = self._post("agree", csrf=False, csrf_token=token)
        self.assertEqual(response.status_code, 409)
        self.assertIn("changed in the meantime", self._get_text(response))

    def test_closed_request(self):
        token = self._get_token()
        self.referral.action_cancel()
        self.assertNotIn("Yes, I introduce you", self.url_open(self._path()).text)
        response = self._post("agree", csrf=False, csrf_token=token)
        self.assertEqual(response.status_code, 409)
        self.assertEqual(self.candidate.state, "suggested")

    def test_archived(self):
        self.referral.action_archive()
        self.assertNotIn("B. B.", self.url_open(self._path()).text)
        self.assertEqual(self._post("agree").status_code, 400)
        self.customer.action_archive()
        self.assertEqual(self.url_open(self._path()).status_code, 410)

    def test_erased(self):
        self.candidate.with_user(self.manager).action_erase()
        self.assertNotIn("B. B.", self.url_open(self._path()).text)

    # === NAMING SOMEBODY === #

    def test_name_somebody(self):
        response = self._post(
            "name", name=" Cleo  Clark ", function="Buyer", partner_name="Mill"
        )
        self.assertIn("Thank you for thinking", self._get_text(response))
        candidate = self.referral.candidate_ids - self.candidate
        self.assertEqual(
            (candidate.name, candidate.function, candidate.partner_name),
            ("Cleo Clark", "Buyer", "Mill"),
        )
        self.assertEqual(candidate.named_by, "customer")
        self.assertEqual(candidate.state, "suggested")
        [activity] = self._get_activities(candidate, "mail_activity_type_referrer_page")
        self.assertEqual(activity.summary, "Ann Archer named Cleo Clark (Mill)")

    def test_a_position_is_enough(self):
        self._post("name", function="Finance head of a clinic")
        candidate = self.referral.candidate_ids - self.candidate
        self.assertFalse(candidate.name)
        self.assertIn("Finance head of a clinic", self.url_open(self._path()).text)

    def test_pressed_twice(self):
        for _time in range(2):
            self._post("name", name="Cleo Clark")
        self.assertEqual(len(self.referral.candidate_ids), 2)

    def test_refused_names(self):
        for values, words in (
            ({"name": "  "}, "Please write a name"),
            ({"name": "Cleo, cleo@mill.example.com"}, "leave out e-mail addresses"),
            ({"name": "Cleo", "function": "call 02-2345 678"}, "leave out e-mail"),
            ({"name": "x" * 101}, "too long"),
        ):
            with self.subTest(values):
                response = self._post("name", **values)
                self.assertEqual(response.status_code, 422)
                self.assertIn(words, self._get_text(response))
                typed = html.fromstring(response.text).xpath("//input[@name='name']")
                self.assertEqual(typed[0].get("value"), values["name"])
        self.assertEqual(self.referral.candidate_ids, self.candidate)

    def test_what_a_rule_says_is_not_told(self):
        """A rule of another addon refuses: it may tell of a third person."""

        words = "Cleo has objected"

        def refuse(_candidates):
            raise UserError(words)

        model = self.registry["crm.referral.candidate"]
        self.patch(model, "_check_objection", refuse)
        response = self._post("name", name="Cleo Clark")
        self.assertEqual(response.status_code, 422)
        self.assertIn("cannot take this person up", self._get_text(response))
        self.assertNotIn("objected", response.text)
        self.assertEqual(self.referral.candidate_ids, self.candidate)

    def test_named_without_a_request(self):
        """Who names somebody unasked is not held up by the quiet period."""
        self.referral.action_decline(self.decline_reason.id)
        self.assertEqual(self.customer.referral_readiness, "quiet")
        self._post("name", name="Cleo Clark")
        request = self.customer.referral_ids - self.referral
        self.assertEqual(request.candidate_ids.name, "Cleo Clark")
        self.assertEqual(request.user_id, self.rep)
        self.assertIn("without being asked", request.override_reason)

    def test_not_too_many(self):
        self._create_candidate(self.referral, name="Ours", named_by="rep")
        for number in range(20):
            self._create_candidate(self.referral, name=f"Named {number}")
        response = self._post("name", name="One More")
        self.assertIn("so many people", self._get_text(response))
        self.assertNotIn("One More", self.referral.candidate_ids.mapped("name"))

    # === WISHES === #

    def test_how_often(self):
        self.referral.action_decline(self.decline_reason.id)
        response = self._post("preferences", interval="year")
        self.assertIn("Saved.", self._get_text(response))
        self.assertEqual(self.customer.referral_ask_interval, "year")
        days = (self.referral.next_ask_date - fields.Date.today()).days
        self.assertIn(days, (364, 365, 366))
        self.assertIn("At most once a year", self._get_chatter(self.referral))
        self._post("preferences", interval="")
        self.assertFalse(self.customer.referral_ask_interval)
        self.assertEqual(self._post("preferences", interval="hourly").status_code, 400)

    def test_of_what_we_tell(self):
        wishes = {"with_news": "1", "news_introduced": "1", "news_outcome": "1"}
        self.assertIn("Saved.", self._get_text(self._post("preferences", **wishes)))
        self.assertTrue(self.customer.referral_no_news_contacted)
        self.assertFalse(self.customer.referral_no_news_introduced)
        self.assertFalse(self.customer.referral_no_news_outcome)
        self.assertIn("Of what we tell them", self._get_chatter(self.referral))
        wishes["news_contacted"] = "1"
        self._post("preferences", **wishes)
        self.assertFalse(self.customer.referral_no_news_contacted)
        # A page that does not ask changes nothing.
        self._post("preferences", interval="year")
        self.assertFalse(self.customer.referral_no_news_outcome)

    def test_stop(self):
        response = self._post("stop")
        self.assertIn("tick the box", self._get_text(response))
        self.assertFalse(self.customer.referral_do_not_ask)
        response = self._post("stop", confirmed="1")
        self.assertIn("do not ask you for introductions", self._get_text(response))
        self.assertTrue(self.customer.referral_do_not_ask)
        self.assertTrue(self.customer.referral_no_news_outcome)
        self.assertIn(
            "Ann Archer does not want to be asked again.",
            self._get_chatter(self.referral),
        )
        summaries = self.referral.activity_ids.mapped("summary")
        self.assertIn(
            "Ann Archer does not want to be asked again: end the request", summaries
        )
        for do in ("agree", "name"):
            response = self._post(
                do, csrf=False, csrf_token=self._get_known_token(), name="x"
            )
            self.assertEqual(response.status_code, 409)
        self.assertEqual(self.candidate.state, "suggested")
