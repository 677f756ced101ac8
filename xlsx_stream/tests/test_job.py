import hashlib
import os
import resource
from datetime import datetime
from types import SimpleNamespace
from unittest.mock import MagicMock, patch

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models import xlsx_export_job as job
from ..models.xlsx_export_mixin import JOB_FIELDS
from ..tools.workbook import Report


class Export(SimpleNamespace):
    """An export that waits, as far as the queue looks at it."""

    def __bool__(self):
        return True


@tagged("post_install", "-at_install")
class TestExportJob(TransactionCase):
    """What a job decides, without a workbook."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Export = cls.env["xlsx.export.mixin"]

    # Parameters

    @mute_logger("odoo.addons.xlsx_stream.models.xlsx_export_job")
    def test_numbers_of_parameters(self):
        Parameter = self.env["ir.config_parameter"]
        for text, number in (
            ("12", 12),
            (" 12 ", 12),
            ("0", 0),
            ("-5", 0),
            ("1000000", 1_000_000),
            ("12.5", 20_000),
            ("1e3", 20_000),
            ("many", 20_000),
            ("", 20_000),
            (" ", 20_000),
            (False, 20_000),
        ):
            with self.subTest(text=text):
                Parameter.set_param("xlsx_stream.export_direct_rows", text)
                self.assertEqual(self.Export._get_number("direct_rows", 20_000), number)
                self.assertEqual(self.Export._get_direct_rows(), number)
        Parameter.set_param("xlsx_stream.export_direct_rows", "12")
        self.assertEqual(self.Export._get_number("slice_rows", 7), 7)
        self.patch(type(self.Export), "_export_parameters", "other.workbook")
        self.assertEqual(self.Export._get_number("direct_rows", 7), 7)
        Parameter.set_param("other.workbook_direct_rows", "3")
        self.assertEqual(self.Export._get_number("direct_rows", 7), 3)

    def test_a_number_that_is_none_is_told(self):
        key = "xlsx_stream.export_keep_days"
        self.env["ir.config_parameter"].set_param(key, "a week")
        with self.assertLogs(job._logger, "WARNING") as log:
            self.assertEqual(self.Export._get_number("keep_days", 7), 7)
        self.assertIn(f"{key} is no number: a week", log.output[0])

    def test_users_need_not_read_parameters(self):
        self.env["ir.config_parameter"].set_param(
            "xlsx_stream.export_direct_rows", "12"
        )
        user = new_test_user(self.env, "export_user", "base.group_user")
        self.assertEqual(self.Export.with_user(user)._get_direct_rows(), 12)

    # Time

    def is_time_up(self, worked, *, limit=120, fallback=60, cpu=(-1, 0)):
        """:param worked: seconds since the scheduler began
        :param cpu: the limit of the process, and what it has used, in seconds
        """
        now = 1000.0
        planned_end = now - worked + job.MIN_TIME_PER_JOB
        limits = {
            "limit_time_real_cron": limit,
            "limit_time_real": fallback,
            "limit_time_cpu": 60,
        }
        clock = MagicMock()
        clock.monotonic.return_value = now
        clock.process_time.return_value = cpu[1]
        with (
            patch.object(job, "config", limits),
            patch.object(job, "time", clock),
            patch.object(resource, "getrlimit", return_value=(cpu[0], -1)),
        ):
            return self.Export.with_context(cron_end_time=planned_end)._is_time_up()

    def test_half_of_the_time(self):
        for worked, options, expected in (
            (0, {}, False),
            (60, {}, False),
            (60.5, {}, True),
            (300, {}, True),
            # Without a limit of its own, the scheduler has that of all.
            (30, {"limit": -1}, False),
            (30.5, {"limit": -1}, True),
            (30.5, {"limit": 0}, True),
            (10**6, {"limit": -1, "fallback": 0}, False),
        ):
            with self.subTest(worked=worked, **options):
                self.assertIs(self.is_time_up(worked, **options), expected)

    def test_half_of_the_processor(self):
        for cpu, expected in (
            ((resource.RLIM_INFINITY, 10**6), False),
            ((100, 40), False),  # all of it
            ((100, 70), False),  # just half is left
            ((100, 70.5), True),
            ((100, 101), True),
        ):
            with self.subTest(cpu=cpu):
                self.assertIs(self.is_time_up(0, cpu=cpu), expected)

    def test_no_end_without_the_scheduler(self):
        self.assertIs(self.Export._is_time_up(), False)

    # Queue

    def test_who_is_next(self):
        """The fewest attempts, then who has waited longest, of all models."""

        def export(name, attempts, started, created=9):
            return Export(
                name=name,
                attempt_count=attempts,
                started_on=started and datetime(2026, 3, started),
                create_date=datetime(2026, 3, created),
            )

        for waiting, expected in (
            ([export("a", 0, 2), export("b", 0, 1)], "b"),
            ([export("a", 1, 1), export("b", 0, 2)], "b"),
            ([export("a", 0, 2), None, export("b", 0, 3)], "a"),
            ([export("a", 0, 5), export("b", 0, False, created=4)], "b"),
            ([None, None], None),
            ([], None),
        ):
            models = [
                MagicMock(**{"search.return_value": each or self.env["res.partner"]})
                for each in waiting
            ]
            with (
                self.subTest(waiting=waiting),
                patch.object(
                    type(self.Export), "_get_export_models", lambda _self, m=models: m
                ),
            ):
                found = self.Export._get_next_export()
                self.assertEqual(found and found.name, expected)

    def test_how_many_wait(self):
        models = [MagicMock(**{"search_count.return_value": n}) for n in (3, 0, 4)]
        with patch.object(
            type(self.Export), "_get_export_models", lambda _self: models
        ):
            self.assertEqual(self.Export._count_waiting(), 7)
        (domain,) = models[0].search_count.call_args.args
        ((fname, operator, states),) = domain
        self.assertEqual((fname, operator), ("state", "in"))
        self.assertEqual(set(states), {"queued", "running"})

    def test_only_models_with_records(self):
        for model in self.Export._get_export_models():
            self.assertFalse(model._abstract, model._name)
            self.assertNotIn(model._name, ("xlsx.export.job", "xlsx.export.mixin"))

    # Progress

    def test_progress_once_a_second(self):
        told = []
        clock = MagicMock()
        clock.monotonic.return_value = 50.0
        with (
            patch.object(job, "time", clock),
            patch.object(
                type(self.Export),
                "_save_progress",
                lambda _self, percent: told.append(percent),
            ),
        ):
            tell = self.Export._get_progress_callback()
            for moment, done in (
                *((50.5, 10), (51.0, 20), (51.9, 30)),
                *((52.0, 40), (60.0, 200), (60.1, 200)),
            ):
                clock.monotonic.return_value = moment
                tell(done, 200)
        self.assertEqual(told, [10.0, 20.0, 99.0])

    def test_slices_are_saved_and_the_job_pauses(self):
        """It only pauses behind what could be noted."""
        spool = SimpleNamespace(rows=50, state=[{"shape": "x"}])
        for noted, is_time_up, pauses in (
            (True, True, True),
            (True, False, False),
            (False, True, False),
        ):
            export, saved = self.Export.new({"row_count": 200}), []

            def save(_self, *args, saved=saved, noted=noted):
                saved.append(args)
                return noted

            with (
                self.subTest(noted=noted, is_time_up=is_time_up),
                patch.object(type(self.Export), "_save_progress", save),
                patch.object(
                    type(self.Export), "_is_time_up", lambda _self, up=is_time_up: up
                ),
            ):
                if pauses:
                    with self.assertRaises(job.ExportPaused):
                        export._save_slice(spool)
                else:
                    export._save_slice(spool)
            self.assertEqual(saved, [(25.0, spool.state)])

    # Names and notes

    def test_file_names(self):
        for name, expected in (
            ("Leads 2026", "Leads 2026.xlsx"),
            ("轉介 – 三月", "轉介 – 三月.xlsx"),
            ("../../etc/passwd", "..-..-etc-passwd.xlsx"),
            ('a/b\\c:d*e?f"g<h>i|j', "a-b-c-d-e-f-g-h-i-j.xlsx"),
            ("a\nb\x00c\u202ed", "a-b-c-d.xlsx"),
            ("  x  ", "x.xlsx"),
            ("x" * 200, "x" * 80 + ".xlsx"),
            ("x" * 79 + "  y", "x" * 79 + ".xlsx"),
            ("", "xlsx_export_mixin.xlsx"),
            ("   ", "xlsx_export_mixin.xlsx"),
            (False, "xlsx_export_mixin.xlsx"),
        ):
            with self.subTest(name=name):
                self.assertEqual(
                    self.Export.new({"name": name})._get_filename(), expected
                )

    def test_temporary_names(self):
        """Of no other model: each vacuum deletes only its own."""
        name = self.Export._get_temporary_name()
        self.assertEqual(name, ".xlsx_export-xlsx_export_mixin-")
        export = self.Export.new(origin=self.Export.browse(7))
        folder = self.Export.browse(7)._get_spool_folder()
        self.assertEqual(os.path.basename(folder), f"{name}7")
        self.assertEqual(
            os.path.dirname(folder), self.env["ir.attachment"]._filestore()
        )
        self.assertEqual(export._origin._get_spool_folder(), folder)

    def test_notes(self):
        """What is cut, and what was read at several moments; else nothing."""
        for report, resumed, count, number in (
            (Report(rows=5), False, 0, ""),
            (Report(rows=5, truncated=3), False, 1, "3 texts"),
            (Report(rows=5), True, 1, "several runs"),
            (Report(rows=5, truncated=12), True, 2, "12 texts"),
        ):
            with self.subTest(report=report, resumed=resumed):
                notes = self.Export._get_notes(report, resumed)
                self.assertEqual(len(notes), count)
                self.assertIn(number, " ".join(notes))

    # Rights

    def test_what_only_the_job_writes(self):
        for fname in sorted(JOB_FIELDS):
            with self.subTest(fname=fname):
                label = self.Export._fields[fname]._description_string(self.env)
                with self.assertRaises(AccessError) as caught:
                    self.Export._check_job_fields({"name": "x"}, {fname: False})
                self.assertIn(label, str(caught.exception))
        self.Export._check_job_fields({"name": "x"}, {})
        self.Export._check_job_fields()

    def test_right_to_export(self):
        """It may be taken away while the export waits."""
        group = "base.group_allow_export"
        may = new_test_user(self.env, "may_export", f"base.group_user,{group}")
        may_not = new_test_user(self.env, "may_not_export", "base.group_user")
        may_not.group_ids -= self.env.ref(group)
        self.assertFalse(may_not.has_group(group))
        self.Export.with_user(may)._check_may_export()
        self.Export.new({"user_id": may.id})._check_job_rights()
        self.Export.with_user(may_not).sudo()._check_may_export()
        with self.assertRaises(AccessError):
            self.Export.with_user(may_not)._check_may_export()
        with self.assertRaises(AccessError):
            self.Export.new({"user_id": may_not.id})._check_job_rights()


@tagged("post_install", "-at_install")
class TestExportFiles(TransactionCase):
    """Files in the filestore that nobody reads into memory."""

    CONTENT = b"PK\x03\x04 not really a workbook \x00\xff"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Attachment = cls.env["ir.attachment"]
        cls.folder = cls.Attachment._filestore()
        os.makedirs(cls.folder, exist_ok=True)

    def make_file(self, name, content=CONTENT, age=0):
        path = os.path.join(self.folder, name)
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        with open(path, "wb") as file:
            file.write(content)
        if age:
            moment = datetime.now().timestamp() - age
            os.utime(path, (moment, moment))
        return path

    def check_attachment(self):
        path = self.make_file(".xyz_test-made")
        attachment = self.Attachment._create_from_path(
            path, {"name": "a.xlsx", "mimetype": "application/x-test"}
        )
        self.assertEqual(attachment.raw, self.CONTENT)
        self.assertEqual(attachment.file_size, len(self.CONTENT))
        checksum = hashlib.sha1(self.CONTENT, usedforsecurity=False).hexdigest()
        self.assertEqual(attachment.checksum, checksum)
        self.assertEqual(attachment.mimetype, "application/x-test")
        return path, attachment

    def test_becomes_an_attachment(self):
        path, attachment = self.check_attachment()
        self.assertFalse(os.path.exists(path))
        self.assertTrue(attachment.store_fname)
        self.assertFalse(attachment.db_datas)
        # The same content once more is the same file.
        _path, again = self.check_attachment()
        self.assertEqual(again.store_fname, attachment.store_fname)

    def test_files_in_the_database(self):
        self.env["ir.config_parameter"].set_param("ir_attachment.location", "db")
        _path, attachment = self.check_attachment()
        self.assertFalse(attachment.store_fname)

    def test_leftovers(self):
        """Only those with our name, and only when nobody writes to them any more."""
        old, day = 3 * 86400, 86400
        paths = {
            age: self.make_file(f".xyz_test-{age}", age=age)
            for age in (old, day + 60, day - 60)
        }
        other = self.make_file(".other_test-1", age=old)
        folder = os.path.join(self.folder, ".xyz_test-folder")
        os.makedirs(folder, exist_ok=True)
        self.make_file(os.path.join(".xyz_test-folder", "0-0.rows"))
        os.utime(folder, (0, 0))
        self.Attachment._delete_unfinished(".xyz_test-", 1)
        self.assertEqual(
            [age for age, path in paths.items() if os.path.exists(path)], [day - 60]
        )
        self.assertFalse(os.path.exists(folder))
        self.assertTrue(os.path.exists(other))

    def test_no_filestore_yet(self):
        self.patch(
            type(self.Attachment),
            "_filestore",
            lambda _self: os.path.join(self.folder, "no", "such", "folder"),
        )
        self.Attachment._delete_unfinished(".xyz_test-", 1)
