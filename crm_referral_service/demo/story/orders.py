"""What contacts are compared with: small orders that the web shop wins each week."""

from datetime import timedelta

from .complaining import ADDON
from .log import DAYS

EACH_WEEK = 28
REVENUES = [180, 240, 95, 410, 320, 150, 275]
CLOSES_AFTER = 6


def win_orders(diary):
    """Win as many orders week by week as the log goes back, in a batch each.

    :param diary: of the story
    """
    stage = diary.env["crm.stage"].search([("is_won", "=", True)], limit=1)
    team = diary.get(f"{ADDON}.crm_team_shop_demo")
    Lead = diary.env["crm.lead"].with_context(
        tracking_disable=True, mail_create_nosubscribe=True
    )
    weeks = DAYS // 7 + 1
    for week in range(weeks):
        begin = diary.now - timedelta(weeks=weeks - week)
        with diary.set_to(begin):
            Lead.create(
                [
                    {
                        "name": f"Web order {1000 + week * EACH_WEEK + number}",
                        "type": "opportunity",
                        "partner_name": "Web shop customer",
                        "stage_id": stage.id,
                        "team_id": team.id,
                        "user_id": False,
                        "company_id": diary.env.company.id,
                        "expected_revenue": REVENUES[number % len(REVENUES)],
                        "date_closed": begin
                        + timedelta(days=number * CLOSES_AFTER / EACH_WEEK, hours=1),
                    }
                    for number in range(EACH_WEEK)
                ]
            )
