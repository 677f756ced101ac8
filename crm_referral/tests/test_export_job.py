import io
import os
import shutil
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import psycopg2
from openpyxl import load_workbook

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged
from odoo.tools import config, mute_logger

from odoo.addons.base.models.ir_cron import MIN_TIME_PER_JOB

from .common import ReferralCase
from .export_common import JOB_LOGGER, ExportCommon


@tagged("post_install", "-at_install")
class TestExportJob(ExportCommon):
    def test_small_one_at_once(self):
        export = self._create_export()
        action = export.action_export()
        self.assertEqual(
            action["url"], f"/xlsx_stream/export/crm.referral.export/{export.id}"
        )
        self.assertEqual((export.state, export.progress), ("done", 100))
        with self.assertRaises(UserError):
            export.action_export()

    def test_large_one_in_the_background(self):
        export = self._queue()
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.env.ref("xlsx_stream.ir_cron_export").id)]
        )
        self.assertTrue(trigger)
        self._run_exports()
        workbook = self._open(export)
        self.assertIn(
            self.won_request.id,
            {row["Record"] for row in self._get_rows(workbook, "Requests")},
        )
        self.assertEqual(export.attempt_count, 1)
        note = self.env["mail.message"].search(
            [("model", "=", export._name), ("res_id", "=", export.id)]
        )
        self.assertIn(self.manager.partner_id, note.notified_partner_ids)

    def test_same_workbook_either_way(self):
        direct = self._create_export()
        direct.action_export()
        queued = self._queue()
        self._run_exports()
        for name in ("Requests", "Candidates", "Leads and Revenue"):
            self.assertEqual(
                self._get_rows(self._open(direct), name),
                self._get_rows(self._open(queued), name),
            )

    def test_goes_on_in_the_next_run(self):
        """A run a slice, and the same workbook in the end."""
        direct = self._create_export()
        direct.action_export()
        self._set_parameter("slice_rows", 1)
        export = self._queue()
        folder = export.sudo()._get_spool_folder()
        triggers = self.env["ir.cron.trigger"].search([])
        read = []
        for _run in range(3):
            self._run_until_its_time_is_up(export)
            self.assertEqual((export.state, export.attempt_count), ("running", 0))
            self.assertFalse(export.attachment_id)
            self.assertTrue(self.env["ir.cron.trigger"].search([]) - triggers)
            read.append(sum(p["rows"] for s in export.slices for p in s["parts"]))
        self.assertEqual(read, sorted(set(read)))
        self.assertGreater(export.progress, 0)
        self._run_exports()
        self.assertEqual((export.attempt_count, export.slices), (1, False))
        self.assertIn("several runs", export.note)
        self.assertFalse(os.path.exists(folder))
        for name in self._open(direct).sheetnames[:-1]:
            one, other = (
                list(self._open(each)[name].iter_rows(values_only=True))
                for each in (direct, export)
            )
            self.assertEqual(one, other, name)

    def test_cancel_between_two_runs(self):
        self._set_parameter("slice_rows", 1)
        export = self._queue()
        self._run_until_its_time_is_up(export)
        export.action_cancel()
        self._run_exports()
        self.assertEqual(export.state, "cancelled")
        export.action_retry()
        self.assertEqual((export.state, export.slices), ("queued", False))
        self._run_exports()
        self.assertFalse(export.note)
        self._open(export)

    def test_time_of_the_scheduler(self):
        """Half of what the server allows, of the clock and of the processor."""
        Export = self.env["crm.referral.export"]
        self.assertFalse(Export._is_time_up())
        limits = {"limit_time_real": 100, "limit_time_real_cron": -1}
        self.enterContext(patch.dict(config.options, limits))
        for seconds, limit, is_up in (
            (49, -1, False),
            (51, -1, True),
            (49, 60, True),
            (51, 200, False),
        ):
            config.options["limit_time_real_cron"] = limit
            end = time.monotonic() - seconds + MIN_TIME_PER_JOB
            timed = Export.with_context(cron_end_time=end)
            self.assertIs(timed._is_time_up(), is_up, (seconds, limit))
        timed = Export.with_context(cron_end_time=time.monotonic() + MIN_TIME_PER_JOB)
        with (
            patch.dict(config.options, limit_time_cpu=60),
            patch("resource.getrlimit") as getrlimit,
        ):
            for left, is_up in ((40, False), (20, True)):
                getrlimit.return_value = (time.process_time() + left, -1)
                self.assertIs(timed._is_time_up(), is_up)

    def test_cancel_while_it_waits(self):
        export = self._queue()
        export.action_cancel()
        self._run_exports()
        self.assertEqual(export.state, "cancelled")
        self.assertFalse(export.attachment_id)
        export.action_retry()
        self.assertEqual(export.state, "queued")

    @contextmanager
    def _before_each_commit(self, function):
        """Let somebody do something meanwhile; the job sees it after its next commit.

        :param function: is called with the export, as the job sees it
        """
        Cron = type(self.env["ir.cron"])
        commit = Cron._commit_progress

        def commit_progress(cron, *args, **kwargs):
            function(cron.env)
            cron.env.flush_all()
            return commit(cron, *args, **kwargs)

        with patch.object(Cron, "_commit_progress", commit_progress):
            yield

    def test_cancel_while_it_runs(self):
        """The next slice stops it, and leaves neither file nor attachment."""
        self._set_parameter("slice_rows", 1)
        export = self._queue()
        folder = self.env["ir.attachment"]._filestore()
        before = set(os.listdir(folder))
        read = []

        def cancel(env):
            running = env[export._name].browse(export.id)
            if running.slices:
                read.append(running.slices)
                running.with_user(self.manager).action_cancel()

        with self._before_each_commit(cancel):
            self._run_exports()
        self.assertEqual(export.state, "cancelled")
        # Of many slices only that in which it was cancelled, or the one behind it.
        self.assertLessEqual(len({str(each) for each in read}), 2)
        self.assertFalse(export.attachment_id)
        self.assertEqual(set(os.listdir(folder)), before)

    def test_progress(self):
        """It goes up with each slice, for everybody to see, and the user is told."""
        self._set_parameter("slice_rows", 1)
        export = self._queue()
        seen = []
        with (
            patch.object(type(self.env["res.users"]), "_bus_send") as send,
            self._before_each_commit(
                lambda env: seen.append(env[export._name].browse(export.id).progress)
            ),
        ):
            self._run_exports()
        told = [each.args for each in send.call_args_list]
        told = [what["progress"] for kind, what in told if kind == "xlsx_stream.export"]
        self.assertEqual(told, sorted(told))
        self.assertEqual((told[0], told[-1]), (0, 100))
        self.assertEqual(seen, sorted(seen))
        self.assertEqual((seen[0], seen[-1]), (0, 100))
        self.assertGreater(len(set(seen)), 3)

    def test_failure_is_told_and_retried(self):
        export = self._queue()
        Workbook = type(self.env["crm.referral.workbook"])
        with (
            mute_logger(JOB_LOGGER),
            patch.object(Workbook, "_build", side_effect=OSError("No space left")),
        ):
            self._run_exports()
        self.assertEqual((export.state, export.error), ("failed", "No space left"))
        self.assertFalse(export.attachment_id)
        export.action_retry()
        self._run_exports()
        self.assertEqual((export.state, export.error), ("done", False))

    def test_interrupted_one_starts_again(self):
        """A server that died left it running: it starts again, but not for ever."""
        export = self._queue()
        export.sudo().write({"state": "running", "attempt_count": 1})
        self._run_exports()
        self.assertEqual((export.state, export.attempt_count), ("done", 2))
        hopeless = self._queue()
        hopeless.sudo().write({"state": "running", "attempt_count": 3})
        self._run_exports()
        self.assertEqual(hopeless.state, "failed")
        self.assertIn("3 times", hopeless.error)

    def test_a_passing_failure_ends_nothing(self):
        """A replica that has to catch up: the next run goes on, on the primary."""
        self._set_parameter("slice_rows", 1)
        export = self._queue()
        self._run_until_its_time_is_up(export)
        read = export.slices
        self.assertTrue(read)
        conflict = psycopg2.errors.SerializationFailure(
            "canceling statement due to conflict with recovery"
        )
        Workbook = type(self.env["crm.referral.workbook"])
        build = Workbook._build
        attempts = []

        def fail_once(workbook, *args):
            # The job has a cursor of its own.
            workbook.env.cr.execute(
                "SELECT attempt_count FROM crm_referral_export WHERE id = %s",
                [export.id],
            )
            attempts.append(workbook.env.cr.fetchone()[0])
            if len(attempts) == 1:
                raise conflict
            return build(workbook, *args)

        with (
            mute_logger(JOB_LOGGER),
            patch.object(Workbook, "_build", fail_once),
        ):
            self._run_exports()
        self.assertEqual((export.state, export.error), ("done", False))
        self.assertEqual(attempts, [1, 2])
        self.assertIn("several runs", export.note)
        self._open(export)

    def test_the_primary_reads_after_an_interruption(self):
        export = self._create_export().sudo()
        for attempts, readonly in ((1, True), (2, False)):
            export.attempt_count = attempts
            asked = []

            @contextmanager
            def cursor(registry, readonly, asked=asked):
                asked.append(readonly)
                yield self.env.cr

            with (
                patch.object(type(self.env.registry), "cursor", cursor),
                export._open_reader(),
            ):
                self.assertEqual(asked, [readonly])

    def test_retry_goes_on_with_what_is_read(self):
        self._set_parameter("slice_rows", 1)
        Workbook = type(self.env["crm.referral.workbook"])
        for changed in (False, True):
            export = self._queue()
            self._run_until_its_time_is_up(export)
            read = export.slices
            with (
                mute_logger(JOB_LOGGER),
                patch.object(Workbook, "_build", side_effect=OSError("No space left")),
            ):
                self._run_exports()
            self.assertEqual((export.state, export.slices), ("failed", read))
            self.assertTrue(os.path.exists(export.sudo()._get_spool_folder()))
            if changed:
                # Other rows than those that are read.
                export.period = "last_year"
            export.action_retry()
            self.assertEqual(export.slices, False if changed else read)
            self._run_exports()
            self.assertEqual("several runs" in (export.note or ""), not changed)
            self.assertFalse(os.path.exists(export.sudo()._get_spool_folder()))

    def test_files_are_deleted_after_a_while(self):
        export = self._create_export()
        export.action_export()
        attachment = export.attachment_id
        draft = self._create_export()
        self.env["crm.referral.export"]._gc_files()
        self.assertTrue(attachment.exists())
        old = fields.Datetime.now() - timedelta(days=8)
        export.sudo().finished_on = old
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_referral_export SET create_date = %s WHERE id = %s",
            [old, draft.id],
        )
        self.env.invalidate_all()
        self.env["crm.referral.export"]._gc_files()
        self.assertFalse(attachment.exists())
        self.assertFalse(draft.exists())
        self.assertEqual(export.state, "expired")

    def test_files_are_kept_for_good(self):
        """With 0 days, as the settings say."""
        Settings = self.env["res.config.settings"]
        Settings.create({"referral_export_keep_days": 0}).execute()
        self.assertEqual(Settings.create({}).referral_export_keep_days, 0)
        export = self._create_export()
        export.action_export()
        export.sudo().finished_on = fields.Datetime.now() - timedelta(days=5000)
        self.env["crm.referral.export"]._gc_files()
        self.assertEqual(export.state, "done")
        self.assertTrue(export.attachment_id.exists())

    def test_leftovers_of_stopped_servers(self):
        """Files and folders that nobody writes to any more, and no others."""
        Export = self.env["crm.referral.export"]
        store = Path(self.env["ir.attachment"]._filestore())
        paths = []
        for name, days in (("old", 2), ("new", 0)):
            folder = store / f"{Export._get_temporary_name()}test_{name}"
            file = folder.with_suffix(".xlsx")
            folder.mkdir(parents=True)
            (folder / "0-0.rows").touch()
            file.touch()
            self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
            self.addCleanup(file.unlink, missing_ok=True)
            then = time.time() - days * 86400
            for path in (folder, file):
                os.utime(path, (then, then))
            paths += [folder, file]
        Export._gc_files()
        self.assertEqual([each.exists() for each in paths], [False, False, True, True])

    def test_attachment_is_a_file_like_any_other(self):
        export = self._create_export()
        export.action_export()
        attachment = export.attachment_id.sudo()
        self.assertEqual(
            attachment.checksum, attachment._compute_checksum(attachment.raw)
        )
        self.assertEqual(attachment.file_size, len(attachment.raw))
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        other = self._create_export()
        other.action_export()
        self._open(other)


@tagged("post_install", "-at_install")
class TestExportHttp(ReferralCase, HttpCase):
    def test_download(self):
        """The finished file; a small one is even made on the way; nobody else's."""
        referral = self._create_referral(self.manager)
        Export = self.env["crm.referral.export"].with_user(self.manager)
        draft = Export.create({"period": "all"})
        done = Export.create({"period": "all"})
        done.action_export()
        self.authenticate(self.manager.login, self.manager.login)
        for export in (draft, done):
            response = self.url_open(
                f"/xlsx_stream/export/crm.referral.export/{export.id}"
            )
            self.assertEqual(response.status_code, 200)
            self.assertIn(".xlsx", response.headers["Content-Disposition"])
            workbook = load_workbook(io.BytesIO(response.content))
            ids = {row[0].value for row in workbook["Requests"].iter_rows()}
            self.assertTrue(any(str(referral.id) in str(each) for each in ids))
            # Who got which file is known for good, whichever way it was.
            export.invalidate_recordset()
            self.assertEqual((export.state, export.user_id), ("done", self.manager))
            self.assertTrue(export.finished_on)
        draft.sudo()._gc_files()
        self.assertTrue(draft.exists())
        self.authenticate(self.rep.login, self.rep.login)
        for export in (draft, done):
            self.assertEqual(
                self.url_open(
                    f"/xlsx_stream/export/crm.referral.export/{export.id}"
                ).status_code,
                404,
            )
        self.authenticate(None, None)
        response = self.url_open(
            f"/xlsx_stream/export/crm.referral.export/{done.id}", allow_redirects=False
        )
        self.assertEqual(response.status_code, 303)
