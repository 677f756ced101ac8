"""The rows of the analysis of referrals, as SQL: one part for each kind of row.

A part says where its rows come from and what it has in which column. All parts are
brought to the same columns, so that they can stand one below the other.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from odoo.tools import SQL

from .. import figures
from ..tools.candidate_states import PROMISING_STATES

RATES = {
    **figures.RATES,
    "introduction_rate": ("introduced_count", "candidate_count"),
    "conversion_rate": ("converted_count", "introduced_count"),
    "revenue_per_request": ("won_revenue", "request_count"),
}


# Every kind of row gives each column, or nothing (zero for what is summed).
COLUMN_TYPES = {
    "kind": "varchar",
    "active": "bool",
    "date": "timestamp",
    "asked_on": "timestamp",
    "introduced_on": "date",
    "closed_on": "timestamp",
    "lead_created_on": "timestamp",
    "referral_id": "int4",
    "candidate_id": "int4",
    "lead_id": "int4",
    "step_id": "int4",
    "partner_id": "int4",
    "industry_id": "int4",
    "buyer_industry_id": "int4",
    "user_id": "int4",
    "team_id": "int4",
    "company_id": "int4",
    "outcome": "varchar",
    "decline_reason_id": "int4",
    "step_outcome": "varchar",
    "state": "varchar",
    "introduction_channel": "varchar",
    "named_by": "varchar",
    "won_status": "varchar",
    "step_days": "float8",
    "days_to_close": "float8",
    "days_to_introduction": "float8",
    "days_to_lead": "float8",
    "days_to_win": "float8",
}
COUNT_COLUMNS = (
    "request_count",
    "request_open_count",
    "request_closed_count",
    "request_introduced_count",
    "request_declined_count",
    "step_entered_count",
    "step_left_count",
    "step_done_count",
    "step_skipped_count",
    "step_back_count",
    "candidate_count",
    "agreed_count",
    "introduced_count",
    "introduced_won_count",
    "contacted_count",
    "converted_count",
    "lead_count",
    "lead_closed_count",
    "won_count",
    "lost_count",
)
REVENUE_COLUMNS = ("won_revenue", "total_won_revenue", "open_revenue")

# Whole seconds: sums of fractions would not come out even.
STAY_SECONDS = SQL("COALESCE((s.duration_hours * 3600)::int4, 0)")


@dataclass(frozen=True)
class Reader:
    """Who reads the analysis: where their days begin, and in which currency.

    :param find_timezone: gives the name of a time zone that PostgreSQL knows; called
        only for what needs it
    :param company_id: of the company whose currency rates count
    :param won_revenue: what the won lead ``l`` has won, in its own currency
    """

    find_timezone: Callable[[], str]
    today: date
    currency_id: int
    company_id: int
    won_revenue: SQL


@dataclass(frozen=True)
class Part:
    """The rows of one kind.

    :param row_id: what tells a row from the others of its kind
    :param columns: expressions by name; what is left out is empty, or zero
    :param source: what comes after FROM
    """

    row_id: SQL
    columns: dict[str, SQL]
    source: SQL

    def select(self, kind: str, row_id: SQL, reader: Reader) -> SQL:
        """The rows with all columns, in their order.

        :param row_id: what tells a row from those of all kinds
        """
        columns = {"kind": SQL("%s", kind), "active": SQL("TRUE"), **self.columns}
        terms = [
            SQL("%s AS id", row_id),
            SQL("%s::int4 AS currency_id", reader.currency_id),
        ]
        for name, column_type in COLUMN_TYPES.items():
            value = SQL("(%s)::%s", columns.get(name, SQL("NULL")), SQL(column_type))
            terms.append(named(name, value))
        for name in COUNT_COLUMNS:
            count = SQL("(%s)::int", columns[name]) if name in columns else SQL("0")
            terms.append(named(name, count))
        for name in REVENUE_COLUMNS:
            value = SQL("(%s)::numeric", columns.get(name, SQL("0.0")))
            terms.append(named(name, value))
        seconds = SQL("(%s)::int8", columns.get("step_seconds", SQL("0")))
        terms.append(named("step_seconds", seconds))
        for name, (numerator, denominator) in RATES.items():
            rate = SQL(
                "(%s)::float8 / NULLIF((%s)::float8, 0)",
                columns.get(numerator, SQL("0")),
                columns.get(denominator, SQL("0")),
            )
            terms.append(named(name, rate))
        return SQL("SELECT %s FROM %s", SQL(", ").join(terms), self.source)


def find_kinds(domain: Iterable, known: Iterable[str]) -> set[str]:
    """The kinds of rows that a domain allows.

    :param domain: in prefix notation
    :return: kinds; none when the domain does not say
    """
    kinds, said = set(known), False
    for fname, operator, value in _conjuncts(iter(domain)):
        if fname == "kind" and operator in ("=", "in"):
            kinds &= {value} if isinstance(value, str) else set(value or ())
            said = True
    return kinds if said else set()


def _conjuncts(tokens: Iterator) -> list:
    """The conditions of a domain, in prefix notation, that always hold."""
    token = next(tokens, None)
    if token in ("|", "&"):
        sides = [_conjuncts(tokens) for _side in range(2)]
        return sides[0] + sides[1] if token == "&" else []
    if token == "!":
        _conjuncts(tokens)
        return []
    return [token] if token and len(token) == 3 else []


def named(name: str, value: SQL) -> SQL:
    """A column of a select."""
    return SQL("%s AS %s", value, SQL.identifier(name))


# The kinds: outer joins, which PostgreSQL drops when nothing of them is read.


def request_part(_reader: Reader) -> Part:
    """One row for each request."""
    columns = {
        "active": SQL("r.active"),
        "date": SQL("r.create_date"),
        "asked_on": SQL("r.create_date"),
        "closed_on": SQL("r.closed_on"),
        "referral_id": SQL("r.id"),
        "step_id": SQL("r.step_id"),
        "partner_id": SQL("r.partner_id"),
        "industry_id": SQL("COALESCE(p.industry_id, cp.industry_id)"),
        "user_id": SQL("r.user_id"),
        "team_id": SQL("r.team_id"),
        "company_id": SQL("r.company_id"),
        "outcome": SQL("r.outcome"),
        "decline_reason_id": SQL("r.decline_reason_id"),
        "days_to_close": _days(SQL("r.create_date"), SQL("r.closed_on")),
        "request_count": SQL("1"),
        "request_open_count": _flag(SQL("r.outcome IS NULL")),
        "request_closed_count": _flag(SQL("r.outcome IS NOT NULL")),
        "request_introduced_count": _flag(SQL("r.outcome = 'introduced'")),
        "request_declined_count": _flag(SQL("r.outcome = 'declined'")),
    }
    source = SQL("crm_referral r %s", _join_partner(SQL("r.partner_id")))
    return Part(SQL("r.id"), columns, source)


def step_part(_reader: Reader) -> Part:
    """One row for each stay of a request in a step."""
    left = SQL("s.left_on IS NOT NULL")
    columns = {
        "active": SQL("s.referral_active"),
        "date": SQL("s.entered_on"),
        "asked_on": SQL("r.create_date"),
        "closed_on": SQL("r.closed_on"),
        "referral_id": SQL("s.referral_id"),
        "step_id": SQL("s.step_id"),
        "partner_id": SQL("r.partner_id"),
        "industry_id": SQL("COALESCE(p.industry_id, cp.industry_id)"),
        "user_id": SQL("s.user_id"),
        "team_id": SQL("s.team_id"),
        "company_id": SQL("s.company_id"),
        "outcome": SQL("r.outcome"),
        "decline_reason_id": SQL("r.decline_reason_id"),
        "step_outcome": SQL("s.outcome"),
        "step_days": SQL("CASE WHEN %s THEN %s / 86400.0 END", left, STAY_SECONDS),
        "step_seconds": STAY_SECONDS,
        "step_entered_count": SQL("1"),
        "step_left_count": _flag(left),
        "step_done_count": _flag(SQL("s.outcome = 'done'")),
        "step_skipped_count": _flag(SQL("s.outcome = 'skipped'")),
        "step_back_count": _flag(SQL("s.outcome = 'back'")),
    }
    source = SQL(
        """crm_referral_step_log s
        LEFT JOIN crm_referral r ON r.id = s.referral_id
        %s""",
        _join_partner(SQL("r.partner_id")),
    )
    return Part(SQL("s.id"), columns, source)


def candidate_part(reader: Reader) -> Part:
    """One row for each candidate."""
    promising = SQL("(c.state IN %s OR c.introduced_on IS NOT NULL)", PROMISING_STATES)
    introduced = SQL("(c.introduced_on IS NOT NULL OR c.state = 'converted')")
    columns = {
        "active": SQL("(c.active AND c.referral_active)"),
        "date": SQL("c.create_date"),
        "asked_on": SQL("r.create_date"),
        "introduced_on": SQL("c.introduced_on"),
        "closed_on": SQL("r.closed_on"),
        "lead_created_on": SQL("l.create_date"),
        "referral_id": SQL("c.referral_id"),
        "candidate_id": SQL("c.id"),
        "lead_id": SQL("c.lead_id"),
        "step_id": SQL("r.step_id"),
        "partner_id": SQL("c.referrer_id"),
        "industry_id": SQL("COALESCE(p.industry_id, cp.industry_id)"),
        "user_id": SQL("c.user_id"),
        "team_id": SQL("c.team_id"),
        "company_id": SQL("c.company_id"),
        "outcome": SQL("r.outcome"),
        "decline_reason_id": SQL("r.decline_reason_id"),
        **_named_columns(),
        "won_status": SQL("l.won_status"),
        "days_to_introduction": _days_until(
            reader, SQL("c.create_date"), SQL("c.introduced_on")
        ),
        "candidate_count": SQL("1"),
        "agreed_count": _flag(promising),
        "introduced_count": _flag(introduced),
        "introduced_won_count": _flag(SQL("%s AND %s", introduced, _has_won_lead())),
        "contacted_count": _flag(
            SQL("(c.contacted_on IS NOT NULL OR c.state = 'contacted')")
        ),
        "converted_count": _flag(SQL("c.state = 'converted'")),
    }
    source = SQL(
        """crm_referral_candidate c
        LEFT JOIN crm_referral r ON r.id = c.referral_id
        LEFT JOIN crm_lead l ON l.id = c.lead_id
        %s""",
        _join_partner(SQL("c.referrer_id")),
    )
    return Part(SQL("c.id"), columns, source)


def _has_won_lead() -> SQL:
    """Whether the introduction counts for a won lead: the first one, as a rule."""
    return SQL(
        """EXISTS (SELECT FROM crm_lead won
        WHERE won.referral_candidate_id = c.id AND won.won_status = 'won')"""
    )


def lead_part(reader: Reader) -> Part:
    """One row for each lead that came of a referral."""
    won_on = _won_on()
    won = SQL("(l.won_status = 'won')")
    revenue = _won_revenue(reader)
    columns = {
        **_lead_columns(),
        "asked_on": SQL("r.create_date"),
        "introduced_on": SQL("c.introduced_on"),
        "closed_on": SQL("r.closed_on"),
        "lead_created_on": SQL("l.create_date"),
        "date": SQL(
            "CASE WHEN l.won_status = 'pending' THEN l.create_date ELSE %s END",
            won_on,
        ),
        "referral_id": SQL("r.id"),
        "candidate_id": SQL("c.id"),
        "partner_id": SQL("l.referrer_id"),
        "industry_id": SQL("COALESCE(p.industry_id, cp.industry_id)"),
        "outcome": SQL("r.outcome"),
        "step_id": SQL("r.step_id"),
        **_named_columns(),
        "days_to_lead": _days(SQL("r.create_date"), SQL("l.create_date")),
        "days_to_win": SQL(
            "CASE WHEN %s THEN %s END",
            won,
            _days(SQL("r.create_date"), won_on),
        ),
        "lead_count": SQL("1"),
        "lead_closed_count": _flag(SQL("l.won_status IN ('won', 'lost')")),
        "won_count": _flag(won),
        "lost_count": _flag(SQL("l.won_status = 'lost'")),
        "won_revenue": SQL("CASE WHEN %s THEN %s ELSE 0 END", won, revenue),
        "total_won_revenue": SQL("CASE WHEN %s THEN %s ELSE 0 END", won, revenue),
        "open_revenue": SQL(
            "CASE WHEN l.won_status = 'pending' THEN %s ELSE 0 END",
            _open_revenue(reader),
        ),
    }
    source = SQL(
        """crm_lead l
        LEFT JOIN crm_referral_candidate c ON c.id = l.referral_candidate_id
        LEFT JOIN crm_referral r ON r.id = c.referral_id
        %s %s %s
        WHERE l.referrer_id IS NOT NULL""",
        _join_partner(SQL("l.referrer_id")),
        _join_buyer(),
        _join_company(),
    )
    return Part(SQL("l.id"), columns, source)


def _named_columns() -> dict[str, SQL]:
    """What became of the candidate, and how they came to us."""
    return {
        "state": SQL("c.state"),
        "introduction_channel": SQL("c.introduction_channel"),
        "named_by": SQL("c.named_by"),
    }


def other_part(reader: Reader) -> Part:
    """One row for each other opportunity that was won."""
    columns = {
        **_lead_columns(),
        "lead_created_on": SQL("l.create_date"),
        "date": _won_on(),
        "total_won_revenue": _won_revenue(reader),
    }
    source = SQL(
        "crm_lead l %s %s WHERE l.referrer_id IS NULL AND l.won_status = 'won'",
        _join_buyer(),
        _join_company(),
    )
    return Part(SQL("l.id"), columns, source)


def _lead_columns() -> dict[str, SQL]:
    return {
        # A lead that is won or lost counts all the same when it is archived.
        "active": SQL("(l.active OR l.won_status IN ('won', 'lost'))"),
        "lead_id": SQL("l.id"),
        "buyer_industry_id": SQL("COALESCE(b.industry_id, cb.industry_id)"),
        "user_id": SQL("l.user_id"),
        "team_id": SQL("l.team_id"),
        "company_id": SQL("l.company_id"),
        "won_status": SQL("l.won_status"),
    }


# What the parts are made of


def _flag(condition) -> SQL:
    """:return: 1 if the condition holds, else 0."""
    return SQL("CASE WHEN %s THEN 1 ELSE 0 END", condition)


def _days(start, end) -> SQL:
    """:return: days from one time to another, with fractions and never negative."""
    days = SQL("EXTRACT(EPOCH FROM (%s - %s)) / 86400.0", end, start)
    return SQL("CASE WHEN %s >= %s THEN %s ELSE 0 * %s END", end, start, days, days)


def _days_until(reader, moment, day) -> SQL:
    """:return: whole days from the day of a moment in UTC to a day, never negative;
    the day it was at the company, or where its user is.
    """
    days = SQL(
        "%s - timezone(%s, timezone('UTC', %s))::date",
        day,
        reader.find_timezone(),
        moment,
    )
    return SQL("CASE WHEN (%s) < 0 THEN 0 ELSE %s END", days, days)


def _won_on() -> SQL:
    """:return: when a lead was closed, also for one that was imported without."""
    return SQL("COALESCE(l.date_closed, l.date_last_stage_update, l.create_date)")


def _join_partner(column) -> SQL:
    return SQL(
        """LEFT JOIN res_partner p ON p.id = %s
        LEFT JOIN res_partner cp ON cp.id = p.commercial_partner_id""",
        column,
    )


def _join_buyer() -> SQL:
    return SQL(
        """LEFT JOIN res_partner b ON b.id = l.partner_id
        LEFT JOIN res_partner cb ON cb.id = b.commercial_partner_id"""
    )


def _join_company() -> SQL:
    return SQL("LEFT JOIN res_company lc ON lc.id = l.company_id")


def _won_revenue(reader: Reader) -> SQL:
    """What a won lead has won, at the rate of that day."""
    return _convert(reader, reader.won_revenue, SQL("(%s)::date", _won_on()))


def _open_revenue(reader: Reader) -> SQL:
    """What is expected of a lead, at the rate of today."""
    expected = SQL("COALESCE(l.expected_revenue, 0)")
    return _convert(reader, expected, SQL("%s::date", reader.today))


def _convert(reader: Reader, amount: SQL, day: SQL) -> SQL:
    """An amount of a lead in the currency of the current company.

    A lead of no company is in the current company's currency, as everywhere in CRM.
    """
    return SQL(
        """CASE WHEN lc.currency_id IS NULL OR lc.currency_id = %(currency)s
            THEN %(amount)s
            ELSE %(amount)s * %(to_rate)s / %(from_rate)s
            END""",
        currency=reader.currency_id,
        amount=amount,
        to_rate=_rate(reader, SQL("%s", reader.currency_id), day),
        from_rate=_rate(reader, SQL("lc.currency_id"), day),
    )


def _rate(reader, currency, day) -> SQL:
    """:return: the rate of that day, or the first there is, as Odoo chooses it."""
    rates = SQL(
        """SELECT rate FROM res_currency_rate
        WHERE currency_id = %s AND (company_id IS NULL OR company_id = %s)""",
        currency,
        reader.company_id,
    )
    return SQL(
        """COALESCE(
            (%(rates)s AND name <= %(day)s ORDER BY company_id, name DESC LIMIT 1),
            (%(rates)s ORDER BY company_id, name LIMIT 1),
            1.0)""",
        rates=rates,
        day=day,
    )
