from odoo.tests import tagged

from odoo.addons.crm_foundation.tools import local_time

from .test_report import ReportCommon


@tagged("post_install", "-at_install")
class TestReportTime(ReportCommon):
    """Days are the reader's days, in time zones of any name."""

    def test_days_are_never_negative(self):
        """Named at 17:00 in Los Angeles, introduced the same day: UTC has the next."""
        self.rep.tz = "America/Los_Angeles"
        self.env.cr.execute(
            "UPDATE crm_referral_candidate SET create_date = %s, introduced_on = %s "
            "WHERE id = %s",
            ["2026-03-03 01:00:00", "2026-03-02", self.converted.id],
        )
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = %s WHERE id = %s",
            ["2026-02-01 09:00:00", self.won_lead.id],
        )
        self.env.invalidate_all()
        specs = ["days_to_introduction:avg", "days_to_lead:avg", "days_to_win:avg"]
        for zone in ("America/Los_Angeles", "Asia/Taipei", False):
            self.company.partner_id.tz = zone
            [row] = self._read(
                specs, ["|", ("lead_id", "=", self.won_lead.id), self._is_converted()]
            )
            self.assertEqual(row[:2], (0.0, 0.0), zone)
            self.assertGreaterEqual(row[2], 0)

    def _is_converted(self):
        return ("candidate_id", "=", self.converted.id)

    def test_the_day_of_the_company(self):
        """Named on Monday evening in Taipei, introduced on Wednesday: two days."""
        self.company.partner_id.tz = "Asia/Taipei"
        self.env.cr.execute(
            "UPDATE crm_referral_candidate SET create_date = %s, introduced_on = %s "
            "WHERE id = %s",
            ["2026-03-01 17:00:00", "2026-03-04", self.converted.id],
        )
        self.env.invalidate_all()
        [(days,)] = self._read(["days_to_introduction:avg"], [self._is_converted()])
        self.assertEqual(days, 2)

    def test_old_names_of_time_zones(self):
        """No statement has a name that PostgreSQL may not know."""
        names = {
            "Asia/Calcutta": "Asia/Kolkata",
            "US/Eastern": "America/New_York",
            "Asia/Saigon": "Asia/Ho_Chi_Minh",
        }
        for old, new in names.items():
            self.manager.tz = old
            user = self.manager.with_context(tz=old)
            Report = self.env["crm.referral.report"].with_user(user)
            Report = Report.with_context(tz=old)
            export = self.env["crm.referral.export"].with_user(user)
            export = export.with_context(tz=old).create({"period": "all"})
            with self.assertLogs("odoo.sql_db", "DEBUG") as log:
                Report.formatted_read_group([], ["date:month"], ["request_count:sum"])
                Report.formatted_read_grouping_sets(
                    [("kind", "=", "step")], [["date:month"]], ["__count"]
                )
                self.env["crm.referral.dashboard"].with_user(user).with_context(
                    tz=old
                ).get_dashboard()
                export.action_export()
            text = "\n".join(log.output)
            self.assertIn(f"'{new}'", text)
            self.assertFalse(
                [line for line in log.output if f"timezone('{old}'" in line]
            )

    def test_a_zone_that_postgresql_does_not_know(self):
        zone = "Asia/Kolkata"
        self.addCleanup(local_time._known.pop, zone, None)
        local_time._known[zone] = False
        name = local_time.sql_timezone(self.env.cr, zone)
        self.env.cr.execute(
            "SELECT timezone(%s, timestamptz '2026-03-02 00:00+00')::text", [name]
        )
        self.assertEqual(self.env.cr.fetchone()[0], "2026-03-02 05:30:00")
