"""The Odoo 19 source: Debian's package unpacked, or the tree ODOO_SOURCE names."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import base

# Odoo's package and those its symbolic links point to. Font Awesome 4.7 and Inconsolata
# come from bookworm: later packages lack the files that are linked.
PACKAGES = (
    "odoo-19/sid",
    "libjs-jquery/sid",
    "libjs-jquery-form/sid",
    "libjs-underscore/sid",
    "fonts-montserrat/sid",
    "fonts-roboto-unhinted/sid",
    "fonts-ocr-b/sid",
    "fonts-font-awesome/bookworm",
    "fonts-inconsolata/bookworm",
)
SUITES = ("sid", "trixie", "bookworm")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PYTHON_FOLDER = "usr/lib/python3/dist-packages"
LEFT_OUT = (
    f"./{PYTHON_FOLDER}/addons",  # a second copy
    f"./{PYTHON_FOLDER}/odoo/addons/l10n_*",
    "./usr/share/doc",
)
# Debian leaves this file out, yet web.assets_backend names it: without it every page
# logs an error, and each test in a browser fails.
STUB = (
    f"{PYTHON_FOLDER}/odoo/addons/mail/static/lib/selfie_segmentation"
    "/selfie_segmentation.js"
)


@dataclass(frozen=True)
class Odoo:
    """An Odoo 19 source tree, ready to be started by a Python that has its needs."""

    package: Path  # the folder `odoo`
    script: Path  # what to run
    version: str  # names exactly this source

    @property
    def path(self) -> Path:
        """What to put on PYTHONPATH."""
        return self.package.parent

    @property
    def addons_paths(self) -> list[Path]:
        """Odoo's own addons: of a checkout, of an installed package."""
        return [
            path
            for path in (self.path / "addons", self.package / "addons")
            if (path / "web/__manifest__.py").exists() or path.parent == self.package
        ]

    def addon(self, name: str) -> Path:
        """The folder of one of Odoo's own addons."""
        found = [path / name for path in self.addons_paths if (path / name).is_dir()]
        if not found:
            raise base.UserFacingError(f"{self.path} has no addon {name}.")
        return found[0]


def find() -> Odoo:
    """The tree that ODOO_SOURCE names, else Debian's package in the cache."""
    named = os.environ.get("ODOO_SOURCE")
    if named:
        return in_tree(Path(named).expanduser().absolute())
    recipe = base.content_hash(*PACKAGES, *SUITES, *LEFT_OUT, STUB)
    folder = base.make_whole(base.cache_dir() / f"odoo-{recipe}", unpack)
    return in_tree(folder / PYTHON_FOLDER, (folder / "VERSION").read_text())


def in_tree(tree: Path, version: str = "") -> Odoo:
    """Check that `tree` is Odoo 19; it is only read.

    :param version: what names this source, if it is more than the release and path
    """
    for path in (tree, tree / PYTHON_FOLDER):
        release = path / "odoo/release.py"
        if release.is_file():
            break
    else:
        raise base.UserFacingError(
            f"{tree} is not an Odoo 19 source tree: it has no odoo/release.py."
        )
    numbers = re.search(r"version_info\s*=\s*\((\d+), *(\d+)", release.read_text())
    if not numbers or numbers.groups() != ("19", "0"):
        found = ".".join(numbers.groups()) if numbers else "of an unknown version"
        raise base.UserFacingError(
            f"{tree} is not an Odoo 19 source tree: it is Odoo {found}."
        )
    for script in (path / "odoo-bin", path.parents[2] / "bin/odoo"):
        if script.is_file():
            break
    else:
        raise base.UserFacingError(
            f"{tree} is not a whole Odoo 19 source tree: it has no odoo-bin."
        )
    addons_paths = (path / "odoo/addons/crm", path / "addons/crm")
    if not any(each.is_dir() for each in addons_paths):
        raise base.UserFacingError(
            f"{tree} is not a whole Odoo 19 source tree: it has no addon crm."
        )
    head = path / ".git/HEAD"
    commit = base.content_hash(head) if head.is_file() else ""
    return Odoo(release.parent, script, version or f"{path}:{commit}")


def mirror() -> str:
    """The Debian mirror this machine already uses."""
    if not shutil.which("apt-get"):
        raise base.UserFacingError(
            "This is not Debian: get an Odoo 19 source tree (branch 19.0) and name it "
            "in ODOO_SOURCE."
        )
    targets = base.run(
        ["apt-get", "indextargets", "--no-release-info"]
        + ["--format", "$(REPO_URI)", "Created-By: Packages"],
        what="ask apt for its mirror",
    )
    for line in targets.splitlines():
        if re.fullmatch(r"\S+/debian/?", line):
            return line
    raise base.UserFacingError(
        "apt knows no Debian mirror: add one to /etc/apt/sources.list, or name an "
        "Odoo 19 source tree in ODOO_SOURCE."
    )


def unpack(folder: Path, uri: str = "", keyring: Path = KEYRING) -> None:
    """Download Debian's packages, check their signatures, unpack them in `folder`."""
    base.say("Getting Odoo 19 (Debian's package, 130 MB) …")
    debs = _download(folder / "apt", uri or mirror(), keyring)
    for deb in debs:
        _extract(deb, folder)
    shutil.rmtree(folder / "apt")
    for catalogue in (folder / PYTHON_FOLDER).rglob("*.po"):
        if not catalogue.name.startswith("zh"):
            catalogue.unlink()
    stub = folder / STUB
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.touch()
    shutil.copy(folder / "usr/bin/odoo", folder / PYTHON_FOLDER / "odoo-bin")
    version = next(deb.name for deb in debs if deb.name.startswith("odoo-19_"))
    (folder / "VERSION").write_text(version.removesuffix("_all.deb"))
    in_tree(folder / PYTHON_FOLDER)


def _download(apt: Path, uri: str, keyring: Path) -> list[Path]:
    """Get the packages; apt runs with a state of its own: no root, no change of the
    system.
    """
    for path in ("state/lists/partial", "cache/archives/partial", "debs"):
        (apt / path).mkdir(parents=True)
    (apt / "status").touch()
    (apt / "sources.list").write_text(
        "".join(f"deb [signed-by={keyring}] {uri} {suite} main\n" for suite in SUITES)
    )
    options = [
        f"-oDir::Etc::SourceList={apt}/sources.list",
        "-oDir::Etc::SourceParts=/dev/null",
        f"-oDir::State={apt}/state",
        f"-oDir::State::status={apt}/status",
        f"-oDir::Cache={apt}/cache",
        "-oAPT::Sandbox::User=root",
        "-oAPT::Update::Error-Mode=any",
        "-oAcquire::Languages=none",
        # A mirror may hold a list of sid that is some days old; the signature still
        # has to be right.
        "-oAcquire::Check-Valid-Until=false",
        "-oAcquire::Retries=2",
        "-oDebug::NoLocking=1",
    ]
    log = apt.parents[1] / "logs/odoo-source.log"
    get = "get Odoo 19 from the Debian mirror"
    base.run(["apt-get", *options, "update"], what=get, log=log)
    base.run(
        ["apt-get", *options, "download", *PACKAGES],
        what=get,
        log=log,
        cwd=apt / "debs",
    )
    return sorted((apt / "debs").glob("*.deb"))


def _extract(deb: Path, folder: Path) -> None:
    """Unpack what we need of a package."""
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE
    ) as tar:
        exclude = [f"--exclude={pattern}" for pattern in LEFT_OUT]
        unpacked = subprocess.run(
            ["tar", "-x", "-C", folder, "--no-same-owner", "--wildcards", *exclude],
            stdin=tar.stdout,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    if tar.returncode or unpacked.returncode:
        reason = base.explain(unpacked.stderr) or unpacked.stderr.strip()
        raise base.UserFacingError(f"Could not unpack {deb.name}. {reason}")


def environment(odoo: Odoo) -> dict[str, str]:
    """The environment variables a Python process of Odoo needs."""
    env = {key: value for key, value in os.environ.items() if key != "ODOO_RC"}
    env["PYTHONPATH"] = str(odoo.path)
    # Bytecode in the cache, whatever the person set: a source tree stays as it is.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    version = "{}.{}".format(*sys.version_info)
    env["PYTHONPYCACHEPREFIX"] = str(base.cache_dir() / f"bytecode-{version}")
    env["RL_renderPMBackend"] = "_renderPM"  # reportlab's barcodes without Cairo
    return env
