"""The parts of scripts/test: each a function that says what came of it."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator

from . import base, borders, lint, system
from .database import LOAD_LANGUAGES
from .session import Result, Session, count_odoo, free_ports, install_warnings

SCRIPT_TESTS = base.ROOT / "tests"
PROPERTIES = SCRIPT_TESTS / "properties"  # run with those of the addons
# What many a company has beside ours, and Odoo's tests that count queries there.
NEIGHBOURS = (
    *("crm_livechat", "crm_sms", "event_crm", "loyalty", "mass_mailing_crm"),
    *("sale_crm", "sale_loyalty", "survey_crm", "website_crm", "website_sale"),
    "test_mail",
)
NEIGHBOURS_TESTS = "/crm:TestLeadAssignPerf,/crm_livechat"
NEIGHBOURS_TESTS += ",/test_mail:TestBaseAPIPerformance"


def addon_tests(addons: list[str], *, tours: bool) -> list[str]:
    """The test files of these addons: those with tours, or all the others."""
    return [
        str(file.relative_to(base.ROOT))
        for addon in addons
        for file in sorted((base.ROOT / addon / "tests").rglob("test_*.py"))
        if ("tour" in file.name) is tours
    ]


def part_lint(session: Session) -> Result:
    """ruff, pylint-odoo, Odoo's own pylint rules, prettier, eslint, XML, traps"""
    result = Result()
    for name, trouble in lint.check(session.logs):
        if trouble:
            result.fail(f"{name}: see {session.logs}/lint-{name}.log")
        else:
            result.passed += 1
    return result


def part_scripts(session: Session) -> Result:
    """the tests of these scripts: bad surroundings, the checkers themselves"""
    return session.pytest("scripts", "-p", "no:odoo", str(SCRIPT_TESTS / "scripts"))


def part_python(session: Session) -> Result:
    """the Python tests of our addons"""
    files = addon_tests(base.core(), tours=False)
    if not files:
        return Result(failed=1, notes=["no file tests/test_*.py"])
    system.require(system.CHINESE_FONTS)
    # A scheduled report as PDF is made for real, where that can be.
    if not system.get_if_offered(system.WKHTMLTOPDF):
        base.say("  no package wkhtmltopdf here: the tests that make a PDF are skipped")
    files.append(str(PROPERTIES))
    return session.odoo_pytest("python", session.lab.template_assets(), *files)


def part_guests(session: Session) -> Result:
    """what is optional, and a second guest of each engine"""
    addons = base.guests()
    files = [*addon_tests(addons, tours=False), *addon_tests(addons, tours=True)]
    system.require(system.CHROMIUM, system.CHINESE_FONTS)
    return session.odoo_pytest("guests", session.lab.template_guests(), *files)


def part_bridges(session: Session) -> Result:
    """what installs itself beside sales, stock and others, with these installed"""
    template = session.lab.template_bridges()
    addons = base.bridges()
    files = [*addon_tests(addons, tours=False), *addon_tests(addons, tours=True)]
    system.require(system.CHROMIUM, system.CHINESE_FONTS)
    result = session.odoo_pytest("bridges", template, *files)
    for line in install_warnings(session.lab.install_log(template)):
        if any(addon in line for addon in addons):
            result.fail(line)
    return result


def part_tours(session: Session) -> Result:
    """the tours of our addons, in headless Chromium"""
    files = addon_tests(base.core(), tours=True)
    if not files:
        return Result(failed=1, notes=["no file tests/test_*tour*.py"])
    system.require(system.CHROMIUM, system.CHINESE_FONTS)
    return session.odoo_pytest("tours", session.lab.template_assets(), *files)


def part_hoot(session: Session) -> Result:
    """the hoot tests of our addons, on a desktop"""
    return _hoot(session, "hoot", "/web:WebSuite.test_unit_desktop")


def part_hoot_mobile(session: Session) -> Result:
    """the same on a phone"""
    return _hoot(session, "hoot-mobile", "/web:MobileWebSuite.test_unit_mobile")


def _hoot(session: Session, part: str, test: str) -> Result:
    system.require(system.CHROMIUM, system.CHINESE_FONTS)
    result = Result()
    addons = [
        addon
        for addon in base.addons()
        if next((base.ROOT / addon / "static/tests").rglob("*.test.js"), None)
    ]
    if not addons:
        result.fail("no addon has a static/tests/**/*.test.js")
    for addon in addons:
        lab = session.lab
        optional = addon in base.guests()
        template = lab.template_guests() if optional else lab.template_assets()
        with lab.database(template) as name:
            log = f"{part}-{addon}"
            status, output = session.lab.odoo(
                *("-d", name, "--stop-after-init", f"--test-tags={test}[@{addon}]"),
                *free_ports(),
                *screenshots(session),
                log=log,
            )
        # A name that matches no suite would run the tests of all of Odoo.
        suites = set(re.findall(r"\[HOOT\] Running suite.*?@(\w+)", output))
        counts = [int(n) for n in re.findall(r"\[HOOT\] Passed (\d+) tests", output)]
        failures = re.findall(r"\[HOOT\] (?:Failed|Test) \"?(.+?)\"? failed", output)
        result.passed += sum(counts)
        if status or failures or not sum(counts) or suites - {addon}:
            result.failed += max(0, len(failures) - 1)
            result.fail(f"{addon}: {failures or 'no test passed'}, see {log}.log")
    return result


def part_alone(session: Session) -> Result:
    """each engine in a database with nothing of its guests, its tests there"""
    result = Result()
    for addon in borders.ENGINES:
        with session.lab.database() as name:
            log = session.lab.install(
                name, f"-i{addon}", LOAD_LANGUAGES, log=f"alone-{addon}"
            )
            for line in install_warnings(log):
                result.fail(f"{addon}: {line}")
            files = [
                file
                for tours in (False, True)
                for file in addon_tests([addon], tours=tours)
            ]
            if files:
                options = [*session.odoo_options(name), *files]
                part = f"alone-{addon}"
                result.add(session.pytest(part, *options, env=session.lab.env))
    return result


def part_beside(session: Session) -> Result:
    """Odoo's tests that count queries, with shop, website and more beside ours"""
    lab = session.lab
    with lab.database(lab.template_addon()) as name:
        lab.install(name, f"-i{','.join(NEIGHBOURS)}", log="beside-install")
        _status, output = lab.odoo(
            *("-d", name, "--stop-after-init", f"--test-tags={NEIGHBOURS_TESTS}"),
            *free_ports(),
            log="beside",
        )
    return count_odoo(output)


def part_operations(session: Session) -> Result:
    """install, upgrade, uninstall; exports in real servers; a replica"""
    return _lab_tests(session, "operations")


def part_wheels(session: Session) -> Result:
    """wheels of our addons, installed into an environment: Odoo finds and runs them"""
    return _lab_tests(session, "wheels")


def part_libreoffice(session: Session) -> Result:
    """LibreOffice opens our workbooks and finds every cell as it is in the database"""
    system.require(system.LIBREOFFICE)
    return _lab_tests(session, "libreoffice")


def _lab_tests(session: Session, part: str) -> Result:
    """Run the tests of tests/<part>, which make their own databases."""
    lab = session.lab
    lab.template_addon()
    env = {**lab.env, "PYTHONPATH": f"{base.ROOT}/scripts:{lab.env['PYTHONPATH']}"}
    env["CRM_REFERRAL_LAB"] = str(session.logs / part)
    return session.pytest(part, "-p", "no:odoo", str(SCRIPT_TESTS / part), env=env)


def part_translations(session: Session) -> Result:
    """the .pot files are fresh, the Chinese files complete and in the right words"""
    result = Result()
    for addon, status, lines in translations(session, "check"):
        right = [line for line in lines if line.startswith("ok ")]
        result.passed += len(right)
        for line in lines:
            if line not in right:
                result.fail(line)
        if status and len(right) == len(lines):
            result.fail(f"the checker of {addon} ended with status {status}")
    return result


def translations(
    session: Session, command: str
) -> Iterator[tuple[str, int, list[str]]]:
    """Export the texts of each addon, and check or update its files with them."""
    yield from _translations(
        session, command, session.lab.template_guests(), base.chosen()
    )
    yield from _translations(
        session, command, session.lab.template_bridges(), base.bridges()
    )


def _translations(
    session: Session, command: str, template: str, addons: list[str]
) -> Iterator[tuple[str, int, list[str]]]:
    lab = session.lab
    with lab.database(template) as name:
        for addon in addons:
            exported = session.logs / f"{addon}.pot"
            lab.odoo(
                *("i18n", "export", "-d", name, "-l", "pot", "-o", str(exported)),
                addon,
                log=f"translations-{addon}",
            )
            checked = subprocess.run(
                [str(lab.python), "-m", "devkit.translations", command]
                + [str(base.ROOT / addon), str(exported)],
                env={**os.environ, "PYTHONPATH": str(base.ROOT / "scripts")},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            yield addon, checked.returncode, checked.stdout.splitlines()


def part_odoo_lint(session: Session) -> Result:
    """Odoo's own test_lint, over our addons"""
    tests = session.lab.source.addon("test_lint") / "tests"
    names = "dunderinit i18n index jstranslate manifests markers naming"
    names += " onchange_domains orm_import override_signatures pofile routes test_holes"
    env = {**session.lab.env}
    env["PYTHONPATH"] += f":{base.ROOT / 'scripts'}"
    with session.lab.database(session.lab.template_guests()) as name:
        return session.pytest(
            "odoo-lint",
            *("-p", "devkit.only_our_addons"),
            *session.odoo_options(name),
            *(str(tests / f"test_{each}.py") for each in names.split()),
            env=env,
        )


def part_crm(session: Session) -> Result:
    """Odoo's own tests of crm, with our addons installed"""
    system.require(system.CHROMIUM)
    with session.lab.database(session.lab.template_assets()) as name:
        _status, output = session.lab.odoo(
            *("-d", name, "--stop-after-init", "--test-tags=/crm"),
            *free_ports(),
            *screenshots(session),
            log="crm",
            # As Odoo runs them: some of its tours do not wait for the server.
            env={"ODOO_TEST_FAILURE_RETRIES": "1"},
        )
    for test in re.findall(r"Retrying a failed test: (.+)", output):
        base.say(f"  tried again: {test}")
    return count_odoo(output)


def screenshots(session: Session) -> list[str]:
    return [f"--screenshots={session.screenshots or session.logs / 'screenshots'}"]


PARTS: dict[str, Callable[[Session], Result]] = {
    "lint": part_lint,
    "scripts": part_scripts,
    "python": part_python,
    "alone": part_alone,
    "guests": part_guests,
    "bridges": part_bridges,
    "translations": part_translations,
    "odoo-lint": part_odoo_lint,
    "operations": part_operations,
    "wheels": part_wheels,
    "libreoffice": part_libreoffice,
    "tours": part_tours,
    "hoot": part_hoot,
    "hoot-mobile": part_hoot_mobile,
    "crm": part_crm,
}
# What takes too long for every run: `scripts/test --part NAME`, each night.
NIGHTLY: dict[str, Callable[[Session], Result]] = {"beside": part_beside}


# No browser, and no clock that matters: they run beside the Python tests, which take
# one processor and most of the time.
BESIDE_PYTHON = (
    "lint",
    "scripts",
    "alone",
    "guests",
    "bridges",
    "translations",
    "odoo-lint",
    "operations",
    "wheels",
    "libreoffice",
)
