"""What there is in a database with the demo story: runs in Odoo's shell."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Domain

LOGINS = ("admin", "miriam", "helen", "aisha", "demo", "yichun")
AGENTS = ("helen", "aisha", "ravi")


def get_seen(env):
    """What each of those who log in sees, with their own rights."""
    users = {user.login: user for user in env["res.users"].search([])}
    return {
        login: _get_seen_by(env(user=users[login].id, su=False)) for login in LOGINS
    }


def _get_seen_by(env):
    is_open = Domain("outcome", "=", False)
    is_mine = Domain("user_id", "=", env.uid)
    stays = env["crm.referral.step.log"]._read_group([], ["step_id"], ["__count"])
    dashboard = env["crm.referral.dashboard"].get_dashboard()
    agents = env["crm.assessment.scorecard"].get_scorecards("be_sure")["agents"]
    on_ours = Domain("res_model", "=like", "crm.%")
    return {
        "open": env["crm.referral"].search_count(is_open),
        "board": env["crm.referral"].search_count(is_open & is_mine),
        "figures": {each["code"]: each["value"] for each in dashboard["figures"]},
        "steps": sorted(step.code for step, _count in stays),
        "heat_map": env["crm.assessment.heat.map"].get_heat_map("pride")["total"],
        "checklists": [agent["n"] for agent in agents],
        "activities": env["mail.activity"].search_count(is_mine & on_ours),
    }


def get_walked(env):
    """What each request has behind it, and when."""
    return [
        _get_walk(referral) for referral in env["crm.referral"].search([], order="id")
    ]


def _get_walk(referral):
    stays = referral.step_log_ids.sorted("id")
    left = stays.filtered("outcome")
    passed = stays.filtered(lambda stay: stay.outcome == "done").step_id
    skipped = stays.filtered(lambda stay: stay.outcome == "skipped")
    # What was agreed to is asked again when the same customer is asked anew.
    is_asked_anew = referral.search_count(
        [("partner_id", "=", referral.partner_id.id), ("id", ">", referral.id)]
    )
    if is_asked_anew and any(referral.benefit_ids.mapped("confirmed")):
        passed = passed.filtered(lambda step: step.code != "benefits")
    return {
        "customer": referral.partner_id.display_name,
        "outcome": referral.outcome or "",
        "steps": stays.step_id.mapped("code"),
        "stays": [stay.outcome or "" for stay in stays],
        "missing": [
            sentence
            for step in passed
            for sentence in referral._get_missing_requirements(step)
        ],
        "unexplained": len(skipped.filtered(lambda stay: not stay.reason)),
        "moments": [
            *map(str, [*stays.mapped("entered_on")[:1], *left.mapped("left_on")])
        ],
        "asked_on": str(referral.create_date.date()),
        "next_ask_date": str(referral.next_ask_date or ""),
        "override": referral.override_reason or "",
    }


def get_listened(env):
    """What is there of rounds and checklists."""
    Round = env["crm.assessment.round"]
    rounds = Round.search([("framework_id.code", "=", "pride")])
    actions = env["crm.assessment.action"].search([])
    today = fields.Date.today()
    return {
        "stages": sorted(set(rounds.stage_id.mapped("code"))),
        "trend": max(len(rows) for rows in rounds.grouped("partner_id").values()),
        "silent": len(rounds.filtered(lambda r: r.state == "done" and not r.stage_id)),
        "open": len(rounds.filtered(lambda r: r.state == "open")),
        "disputes": len(Round.search([]).filtered("dispute_state")),
        "done": len(actions.filtered(lambda action: action.state == "done")),
        "overdue": len(
            actions.filtered(lambda a: a.state == "open" and a.deadline < today)
        ),
        "effects": len(actions.filtered(lambda a: a.score_after is not False)),
    }


def get_written(env):
    """How old the messages are, and how many mails wait to be sent."""
    ours = Domain("model", "=like", "crm.referral%")
    ours |= Domain("model", "=like", "crm.assessment%")
    ours |= Domain("model", "=like", "crm.complaint%")
    ours |= Domain("model", "=like", "crm.service%")
    ours |= Domain("model", "=", "calendar.event")
    messages = env["mail.message"].search(ours)
    now = env.cr.now()
    ages = [(now - message.date).days for message in messages]
    return {
        "ahead": len([age for age in ages if age < 0]),
        "old": len([age for age in ages if age > 300]),
        "mails": env["mail.mail"].search_count(
            [("mail_message_id", "in", messages.ids)]
        ),
    }


def get_complaints(env):
    """What each complaint has behind it."""
    return [
        _get_complaint(complaint)
        for complaint in env["crm.complaint"].search([], order="id")
    ]


def _get_complaint(complaint):
    stays = complaint.step_log_ids.sorted("id")
    passed = stays.filtered(lambda stay: stay.outcome == "done").step_id
    if not complaint.outcome:
        # What lies ahead again is asked again.
        now = complaint.step_id.sequence
        passed = passed.filtered(lambda step: step.sequence < now)
    request = complaint.env["crm.referral.benefit"].search(
        [("complaint_id", "=", complaint.id), ("confirmed", "=", True)]
    )
    return {
        "step": complaint.step_code,
        "outcome": complaint.outcome or "",
        "is_late": complaint.is_answer_late and not complaint.answered_on,
        "escalation": complaint.escalation or "",
        "is_known": bool(complaint.partner_id),
        "lang": complaint.partner_id.lang or "",
        "mails": len(
            complaint.message_ids.filtered(lambda each: each.message_type == "email")
        ),
        "missing": [
            sentence
            for step in passed
            for sentence in complaint._get_missing_requirements(step)
        ],
        "moments": [str(complaint.received_on), *map(str, stays.mapped("entered_on"))],
        "gestures": [
            (gesture.state, gesture.amount, gesture.limit_amount)
            for gesture in complaint.gesture_ids
        ],
        "deciders": complaint.gesture_ids.approved_by_id.mapped("login"),
        "questions": complaint.handover_ids.mapped("state"),
        "endings": [complaint.solved or "", complaint.felt_heard or ""],
        "tested_via": complaint.tested_via or "",
        "reopened": complaint.reopen_count,
        "asked": [
            benefit.partner_id.referral_ids.sorted("id")[-1:].step_code
            for benefit in request
        ],
    }


def get_served(env):
    """What each of those who serve customers finds waiting for them."""
    users = {user.login: user for user in env["res.users"].search([])}
    return {
        login: _get_served_by(env(user=users[login].id, su=False)) for login in AGENTS
    }


def _get_served_by(env):
    mine = Domain("user_id", "=", env.uid)
    of_service = Domain("res_model", "in", ("crm.complaint", "crm.complaint.gesture"))
    of_service |= Domain("res_model", "=", "crm.service.handover")
    return {
        "open": env["crm.complaint"].search_count(mine & Domain("outcome", "=", False)),
        "activities": env["mail.activity"].search_count(mine & of_service),
    }


def get_asked(env):
    """What the technician finds, who has no other right than to answer."""
    technician = env["res.users"].search([("login", "=", "tom")])
    env = env(user=technician.id, su=False)
    handovers = env["crm.service.handover"].search([("state", "=", "asked")])
    return {
        "questions": handovers.mapped("question"),
        "activities": env["mail.activity"].search_count([("user_id", "=", env.uid)]),
        "complaints": env["crm.complaint"].has_access("read"),
    }


def get_duty(env):
    """When nobody is there in the next two weeks, where the team is."""
    [team] = env["crm.team"].search([("is_service", "=", True)])
    team = team.with_context(tz=team._get_duty_timezone())
    gaps = env["crm.service.duty.gap"].search([("team_id", "=", team.id)])
    return [
        [
            fields.Datetime.context_timestamp(team, moment).strftime("%a %H:%M")
            for moment in (gap.start, gap.stop)
        ]
        for gap in gaps
    ]


def get_fallen_into_a_gap(env):
    """When customers called in vain since there are shifts, where the team is."""
    [team] = env["crm.team"].search([("is_service", "=", True)])
    team = team.with_context(tz=team._get_duty_timezone())
    shifts = env["calendar.event"].search([("service_team_id", "=", team.id)])
    since = Domain("received_on", ">", min(shifts.mapped("start")))
    found = []
    for complaint in env["crm.complaint"].search(since):
        moment = fields.Datetime.context_timestamp(team, complaint.received_on)
        _promised, gaps = team._get_coverage(
            moment - timedelta(days=1), moment + timedelta(days=1)
        )[team]
        if any(start <= moment < stop for start, stop in gaps):
            found.append(moment.strftime("%a %H:%M"))
    return found


def get_contacts(env):
    """What is in the log of contacts, and who may be called back."""
    Contact = env["crm.service.contact"]
    log = Contact.search([], order="contacted_on, id")
    done = log.filtered(lambda contact: contact.state == "done")
    waiting = Contact.search([("can_call_now", "=", True)])
    return {
        "gurgles": [
            _get_contact(contact)
            for contact in log
            if "gurgles" in (contact.note or "") and not contact.complaint_id
        ],
        "log": len(log),
        "unfinished": [c.display_name for c in done if c._get_missing()],
        "first_times": list(set(log.mapped("first_time")) - {False}),
        "repeats_without_root": len(
            log.filtered(lambda c: c.is_repeat and c.first_id.first_time != "no")
        ),
        "call_now": waiting.mapped("note"),
        "missed": Contact.search([("is_callback_missed", "=", True)]).ids,
    }


def _get_contact(contact):
    called = contact.called_back_on
    return {
        "is_known": bool(contact.partner_id),
        "questions": [
            [handover.to_user_id.login, handover.state]
            for handover in contact.handover_ids
        ],
        "called_in_time": bool(
            called and contact.callback_from <= called < contact.callback_to
        ),
        "first_time": contact.first_time or "",
        "state": contact.state,
        "is_first_before": contact.previous_id.note == "It gurgles when the second tap "
        "is open",
        "miss": contact.miss_id.code or "",
        "takers": contact.user_id.mapped("login"),
    }


def get_fair_cards(env):
    """How often each agent solves it the first time, and what could be expected."""
    rates = {}
    totals = {}
    roots = env["crm.service.contact"].search([("first_time", "in", ("yes", "no"))])
    for (user, reason), found in roots.grouped(
        lambda contact: (contact.user_id.login, contact.reason_id.id)
    ).items():
        solved = len(found.filtered(lambda contact: contact.first_time == "yes"))
        rates[user, reason] = (len(found), solved)
        count, part = totals.get(reason, (0, 0))
        totals[reason] = (count + len(found), part + solved)
    cards = {}
    for login in ("aisha", "ravi"):
        mine = {reason: of for (user, reason), of in rates.items() if user == login}
        count = sum(number for number, _solved in mine.values())
        cards[login] = {
            "n": count,
            "rate": sum(solved for _number, solved in mine.values()) / count,
            "expected": sum(
                number * totals[reason][1] / totals[reason][0]
                for reason, (number, _solved) in mine.items()
            )
            / count,
        }
    return cards


def get_fair_screen(env):
    """The cards that who leads and an agent see: the share solved the first time."""
    seen = {}
    for login in ("helen", "ravi"):
        user = env["res.users"].search([("login", "=", login)])
        cards = env(user=user.id, su=False)["crm.service.fair.card"].get_dashboard(90)
        seen[login] = {
            section["title"].split()[0].lower(): [
                section["rows"][0]["value"],
                section["rows"][0]["hint"],
            ]
            for section in cards["sections"]
        }
    return seen


def get_improvement(env):
    """Meetings, actions, notices, posts and news."""
    councils = env["crm.service.council"].search([], order="date")
    actions = env["crm.assessment.action"].search([("effect_days", ">", 0)])
    news = env["crm.service.news"].search([])
    where = env.ref("crm_referral_service.reason_where")
    of_where = actions.filtered(lambda action: action.reason_id == where)
    posts = env["crm.service.post"].search([])
    return {
        "councils": [
            {
                "state": council.state,
                "decided": council.action_count,
                "is_ahead": council.date >= fields.Date.today(),
                "agenda": council.agenda,
            }
            for council in councils
        ],
        "effects": {"where": of_where.effect_verdict},
        "notices": [
            {
                "verdict": notice.verdict,
                "counts": [notice.before_count, notice.after_count],
                "bases": [notice.before_base, notice.after_base],
                "saved": notice.saved_contacts,
            }
            for notice in env["crm.service.notice"].search([])
        ],
        "news": {
            state: len(news.filtered(lambda each, state=state: each.state == state))
            for state in ("sent", "due")
        },
        "neglected": posts.filtered("is_neglected").mapped("name"),
        "heard_at": len(posts.filtered("last_heard_on")),
    }
