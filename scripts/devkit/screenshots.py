"""scripts/screenshots: the pictures of the documents, taken of the demo story."""

import argparse
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from . import base, documents, serve, session, system, venv
from .database import LOAD_LANGUAGES, PREGENERATE, Lab, stopped

FOLDER = documents.PICTURES
LARGEST = 200_000  # bytes of a picture
COLOURS = (256, 128, 64, 32)  # the first with which a picture is small enough
WORKBOOK = "workbook"
EXPORT = """
user = env["res.users"].search([("login", "=", "miriam")])
Export = env(user=user.id)["crm.referral.export"]
export = Export.create({{"period": "all"}})
export.action_export()
assert export.state == "done", export.state
open({path!r}, "wb").write(export.attachment_id.sudo().raw)
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripts/screenshots",
        description="Take the pictures of README and docs: start Odoo with the demo "
        "story, open the screens in a headless Chromium, and the workbook in "
        "LibreOffice.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--lang", default="en_US", choices=["en_US", *base.LANGUAGES], metavar="LANG"
    )
    parser.add_argument(
        "--to", type=Path, default=FOLDER, metavar="DIR", help="default: docs/images"
    )
    parser.add_argument("names", nargs="*", help="only these, for example heat-map")
    options = parser.parse_args()
    system.require(
        *(system.CHROMIUM, system.CHINESE_FONTS, system.LIBREOFFICE),
        *(system.POPPLER, system.IMAGEMAGICK),
    )
    logs = base.ROOT / "logs" / f"screenshots-{time.strftime('%Y%m%d-%H%M%S')}"
    raw = logs / "pictures"
    raw.mkdir(parents=True)
    with session.Session(logs) as shared, with_story(shared.lab) as database:
        screens = [name for name in options.names if name != WORKBOOK]
        if not options.names or WORKBOOK in options.names:
            picture_workbook(shared.lab, database, raw / f"{WORKBOOK}.png")
        if screens or not options.names:
            picture_screens(shared.lab, database, raw, options.lang, screens)
    options.to.mkdir(parents=True, exist_ok=True)
    for picture in sorted(raw.glob("*.png")):
        small = compress(picture, options.to / picture.name)
        base.say(f"{small}: {small.stat().st_size // 1000} kB")
    documents.make()  # the pages for Apps show some of them, too
    return 0


@contextmanager
def with_story(lab: Lab) -> Iterator[str]:
    """A database with the demo story, for the time of the block."""
    with lab.database() as name:
        base.say("Creating a database with the demo story (a few minutes) …")
        addons = ",".join([*base.core(), *base.guests()])
        lab.install(name, f"-i{addons}", LOAD_LANGUAGES, "--with-demo", log="install")
        lab.shell(name, PREGENERATE, log="bundles")
        yield name


def picture_screens(
    lab: Lab, database: str, folder: Path, lang: str, names: list[str]
) -> None:
    """Start Odoo and let devkit.photographer, which needs our libraries, look at it."""
    ports = session.free_ports()
    command = lab.odoo_command("-d", database, f"--db-filter=^{database}$", *ports)
    log = lab.logs / "odoo.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, "--max-cron-threads=0"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=lab.env,
        )
    with stopped(process):
        url = f"http://127.0.0.1:{ports[0].partition('=')[2]}"
        serve.wait_until_ready(process, url, log)
        base.say("Taking pictures …")
        try:
            base.run(
                [venv.python(venv.DEV), "-m", "devkit.photographer"]
                + [url, database, str(folder), lang, *names],
                what="take the pictures",
                log=lab.logs / "photographer.log",
                env={**os.environ, "PYTHONPATH": str(base.ROOT / "scripts")},
            )
        finally:
            process.terminate()
            process.wait(20)


def picture_workbook(lab: Lab, database: str, picture: Path) -> None:
    """Export a workbook, open it in LibreOffice, and keep its first page."""
    base.say("Opening a workbook …")
    work = picture.parent / "workbook"
    work.mkdir()
    path = work / "workbook.xlsx"
    lab.shell(database, EXPORT.format(path=str(path)), log="export")
    profile = f"-env:UserInstallation=file://{work}/profile"
    office = ["soffice", "--headless", profile, "--convert-to", "pdf"]
    what = "let LibreOffice open the workbook"
    base.run([*office, "--outdir", work, path], what=what)
    pages = ["pdftoppm", "-png", "-r", "110", "-f", "1", "-l", "1", "-singlefile"]
    target = picture.with_suffix("")
    base.run([*pages, work / "workbook.pdf", target], what="draw a page of a PDF")
    what = "cut the margins off a picture"
    trim = ["-trim", "-bordercolor", "white", "-border", "16"]
    base.run([magick(), picture, *trim, picture], what=what)


def compress(picture: Path, target: Path) -> Path:
    """Make a picture small, with as many colours as that allows.

    :return: target
    """
    for colours in COLOURS:
        base.run(
            [magick(), picture, "-strip", "+dither", "-colors", str(colours)]
            + ["-define", "png:compression-level=9", f"PNG8:{target}"],
            what=f"compress {picture.name}",
        )
        if target.stat().st_size <= LARGEST:
            return target
    raise base.UserFacingError(f"{target} is larger than {LARGEST // 1000} kB.")


def magick() -> str:
    """The command of ImageMagick, which has another name in each of its versions."""
    return shutil.which("magick") or "convert"
