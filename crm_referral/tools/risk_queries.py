"""The queries behind the reasons to look closer, over a select of who was named.

Each takes the select (see ``crm.referral.risk.mixin``) and gives one of ``id`` and
``detail``, a row for each record that it concerns.
"""

from odoo.tools import SQL

from .free_mail import FREE_MAIL_DOMAINS

# Longer rings are chance.
LONGEST_RING = 8
# Who was named, the referrer, the company of the referrer, and who they are.
NAMED = SQL(
    """JOIN res_partner r ON r.id = s.referrer_id
    LEFT JOIN res_partner rc ON rc.id = r.commercial_partner_id
    LEFT JOIN res_partner p ON p.id = s.partner_id"""
)
IS_SELF = SQL(
    """(r.id = s.partner_id OR r.email_normalized = s.email
        OR (r.phone_sanitized = s.phone AND LOWER(r.name) = LOWER(s.name)))"""
)


def find_self(subjects: SQL) -> SQL:
    """The referrer has named themselves: the same contact or address, or the same
    number and name.
    """
    return SQL(
        "SELECT s.id, 'self' AS detail FROM (%s) s %s WHERE %s",
        subjects,
        NAMED,
        IS_SELF,
    )


def find_internal(subjects: SQL) -> SQL:
    """The referrer is, or was, one of our users."""
    return SQL(
        """SELECT s.id, 'internal' AS detail FROM (%s) s
        WHERE EXISTS (SELECT FROM res_users u
            WHERE u.partner_id = s.referrer_id AND NOT u.share)""",
        subjects,
    )


def find_own_company(subjects: SQL) -> SQL:
    """The referrer has named somebody of their own company."""
    domain = SQL("SPLIT_PART(s.email, '@', 2)")
    signs = SQL(
        """CASE
        WHEN p.commercial_partner_id = r.commercial_partner_id THEN 'commercial'
        WHEN %(vat)s = %(company_vat)s THEN 'vat'
        WHEN %(domain)s <> ALL (%(free)s) AND %(domain)s IN (
            SPLIT_PART(r.email_normalized, '@', 2),
            SPLIT_PART(rc.email_normalized, '@', 2)
        ) THEN 'domain'
        WHEN s.phone IN (r.phone_sanitized, rc.phone_sanitized) THEN 'phone'
        WHEN rc.is_company AND LOWER(TRIM(s.organization)) = LOWER(TRIM(rc.name))
        THEN 'name' END""",
        vat=_vat(SQL("p.vat")),
        company_vat=_vat(SQL("rc.vat")),
        domain=domain,
        free=["", *sorted(FREE_MAIL_DOMAINS)],
    )
    return SQL(
        """SELECT * FROM (SELECT s.id, %s AS detail FROM (%s) s %s
            WHERE (%s) IS NOT TRUE) signs
        WHERE detail IS NOT NULL""",
        signs,
        subjects,
        NAMED,
        IS_SELF,
    )


def _vat(column: SQL) -> SQL:
    """A tax ID without what is only for the eye; nothing for none."""
    digits = SQL("REGEXP_REPLACE(UPPER(%s), '[^A-Z0-9]', '', 'g')", column)
    return SQL("NULLIF(%s, '')", digits)


def find_known(subjects: SQL) -> SQL:
    """We knew the person: from our contacts, or from an earlier lead."""
    earlier = SQL(
        """SELECT FROM crm_lead o
        WHERE o.create_date < s.named_on
        AND (o.company_id IS NULL OR s.company_id IS NULL
            OR o.company_id = s.company_id)"""
    )
    return SQL(
        """SELECT s.id, 'known' AS detail FROM (%(subjects)s) s
        WHERE s.was_known
        OR EXISTS (%(earlier)s AND o.email_normalized = s.email)
        OR EXISTS (%(earlier)s AND o.phone_sanitized = s.phone)""",
        subjects=subjects,
        earlier=earlier,
    )


def find_ring(subjects: SQL) -> SQL:
    """Who was named has brought us the referrer, themselves or through others.

    Customers and leads tell who brought whom; an old customer who is introduced again
    has no referrer as a customer.
    """
    return SQL(
        """WITH RECURSIVE named AS MATERIALIZED (%(subjects)s),
        up AS (
            SELECT n.id, n.referrer_id AS partner_id, 0 AS steps FROM named n
            UNION
            SELECT up.id, brought.referrer_id, up.steps + 1
            FROM up CROSS JOIN LATERAL (
                SELECT x.referrer_id FROM res_partner x WHERE x.id = up.partner_id
                UNION
                SELECT l.referrer_id FROM crm_lead l WHERE l.partner_id = up.partner_id
            ) brought
            WHERE brought.referrer_id IS NOT NULL AND up.steps < %(longest)s
        )
        SELECT s.id, CASE MIN(up.steps) WHEN 1 THEN 'pair' ELSE 'ring' END AS detail
        FROM up JOIN named s ON s.id = up.id
        JOIN res_partner a ON a.id = up.partner_id
        LEFT JOIN res_partner p ON p.id = s.partner_id
        WHERE up.steps > 0 AND up.partner_id <> s.referrer_id
        AND (a.id = s.partner_id OR a.commercial_partner_id = p.commercial_partner_id
            OR a.email_normalized = s.email)
        GROUP BY s.id""",
        subjects=subjects,
        longest=LONGEST_RING,
    )


def find_many(subjects: SQL, usual: int) -> SQL:
    """The referrer has named more people in the week before than is usual.

    :param usual: how many are, where a record has no company that says it; zero for
        any number
    """
    return SQL(
        """SELECT s.id, n.count::text AS detail FROM (%(subjects)s) s
        LEFT JOIN res_company c ON c.id = s.company_id
        CROSS JOIN LATERAL (
            SELECT COUNT(*) FROM crm_referral_candidate o
            WHERE o.referrer_id = s.referrer_id
            AND o.create_date > s.named_on - INTERVAL '7 days'
            AND o.create_date < s.named_on + INTERVAL '1 second'
        ) n
        WHERE n.count > COALESCE(c.referral_many_names, %(usual)s)
        AND COALESCE(c.referral_many_names, %(usual)s) > 0""",
        subjects=subjects,
        usual=usual,
    )
