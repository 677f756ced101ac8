"""The clock of the demo story: what happened, in its order, at its time."""

import heapq
import random
from contextlib import contextmanager
from datetime import timedelta

from odoo.tools import SQL

# What the gates note is noted at the time of the cursor; Odoo has no public way to set
# it. Mails and activities that notify somebody are for people who are there.
QUIETLY = {
    "mail_activity_quick_update": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_notify_author": False,
}
USERS = {
    "helen": "crm_referral.user_helen_demo",
    "aisha": "crm_referral.user_aisha_demo",
    "yichun": "crm_referral.user_yichun_demo",
    "miriam": "crm_referral.user_miriam_demo",
    "demo": "base.user_demo",  # trap-ok: this is demo data
}


class Diary:
    """What is planned for a day in the past is done with the clock set to that day.

    The same plans give the same times each time: chance has a fixed seed.

    :param dict users: external ids of those who act, by their login
    """

    def __init__(self, env, users=USERS) -> None:
        self.env = env(context={**env.context, **QUIETLY, "lang": "en_US"})
        self.now = env.cr.now()
        self.chance = random.Random("crm_referral")
        self.users = {login: env.ref(xmlid) for login, xmlid in users.items()}
        self._records = {}
        self._plans = []
        self._count = 0

    def of(self, login, *, plans=True):
        """Act in somebody's name, with no more rights than they have.

        :param bool plans: whether Odoo plans activities; what has come to its end long
            ago has none left, and is told in half of the time without
        :return: an environment
        """
        context = {**self.env.context, "mail_activity_automation_skip": not plans}
        return self.env(user=self.users[login].id, su=False, context=context)

    def get(self, name):
        """:return: a record by its external id, ours without addon, looked up once"""
        if name not in self._records:
            self._records[name] = self.env.ref(
                name if "." in name else f"crm_referral.{name}"
            )
        return self._records[name]

    def get_framework(self, code):
        """:return: the framework with this code, in sudo mode"""
        if code not in self._records:
            Framework = self.env["crm.assessment.framework"]
            self._records[code] = Framework.search([("code", "=", code)])
        return self._records[code]

    @property
    def today(self):
        return self.env.cr.now().date()

    def day(self, days_ago):
        """:return: the date so many days ago"""
        return (self.now - timedelta(days=days_ago)).date()

    def plan(self, *entries):
        """Do these one after the other, in working hours.

        :param entries: how many days ago, and what
        """
        moments = sorted(self.find_moment(days_ago) for days_ago, _act in entries)
        for moment, (_days_ago, act) in zip(moments, entries, strict=True):
            self.plan_at(moment, act)

    def plan_at(self, moment, act):
        """Do this at that moment, be it in the night, but not in the future."""
        self._count += 1
        moment = min(moment, self.now)
        heapq.heappush(self._plans, (moment, self._count, act))

    def plan_between(self, day, until, acts):
        """Do these one after the other, from ``day`` to ``until`` days ago."""
        days = self.spread(day, until, len(acts))
        self.plan(*zip(days, acts, strict=True))

    def spread(self, day, until, count):
        """:return: so many days ago, the first and the last of them as given"""
        between = [self.chance.uniform(until, day) for _each in range(count - 2)]
        return [day, *sorted(between, reverse=True), until][:count]

    def find_moment(self, days_ago):
        """:return: some time in the working hours of a working day"""
        moment = self.now - timedelta(days=int(days_ago))
        moment -= timedelta(days=max(0, moment.weekday() - 4))  # not at the weekend
        return moment.replace(
            hour=self.chance.randint(7, 15),
            minute=self.chance.randint(0, 59),
            second=0,
            microsecond=0,
        )

    def live(self):
        """Do all that was planned, in the order of time; acts may plan more."""
        self.env.flush_all()
        last = "SELECT MAX(id) FROM mail_message"
        [[last_message]] = self.env.execute_query(SQL(last))
        while self._plans:
            moment, _number, act = heapq.heappop(self._plans)
            with self.set_to(moment):
                act()
        # Odoo dates a message by the clock of the machine.
        self.env.cr.execute(
            SQL(
                "UPDATE mail_message SET date = create_date WHERE id > %s", last_message
            )
        )
        self.env.invalidate_all()

    @contextmanager
    def set_to(self, moment):
        """Let the transaction believe that it is another time."""
        cr = self.env.cr
        try:
            cr._now = moment
            yield
            cr.flush()  # the chatter is written before the time goes on
        finally:
            cr._now = self.now
