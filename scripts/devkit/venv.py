"""Virtual environments with pinned requirements; the node modules of the linters."""

import os
import shutil
import sys
import venv
from pathlib import Path

from . import base, system

RUN = base.ROOT / "requirements.txt"
DEV = base.ROOT / "requirements-dev.txt"
NODE_FILES = (
    "package.json",
    "package-lock.json",
    ".npmrc",
    "eslint.config.mjs",
    ".prettierrc.json",
)


def python(requirements: Path = RUN) -> Path:
    """The Python of a virtual environment that has exactly `requirements`."""
    system.require(system.VENV)
    version = "{}.{}.{}".format(*sys.version_info)
    files = {RUN, requirements} if requirements == DEV else {requirements}
    pins = base.content_hash(version, sys.executable, *sorted(files))
    name = f"venv-{requirements.stem.removeprefix('requirements').strip('-') or 'run'}"

    def build(folder: Path) -> None:
        base.say(f"Installing {requirements.name} for Python {version} (a minute) …")
        venv.create(folder, with_pip=True)
        base.run(
            [folder / "bin/python", "-m", "pip", "install", "--no-input", "--quiet"]
            + ["--disable-pip-version-check", "--requirement", requirements],
            what=f"install {requirements.name}",
            log=folder.parent / f"logs/{folder.name}.log",
        )

    cache = base.cache_dir()
    folder = base.make_whole(cache / f"{name}-{pins}", build)
    os.utime(folder)
    base.keep_newest(cache.glob(f"{name}-*[!k]"), 3)
    return folder / "bin/python"


def node_modules() -> Path:
    """The folder with the node modules as package-lock.json pins them."""
    system.require(system.NODE, system.NPM)
    sources = [base.ROOT / name for name in NODE_FILES]
    pins = base.content_hash(*sources)

    def build(folder: Path) -> None:
        base.say("Installing eslint, prettier and readers of workbooks …")
        for source in sources:
            shutil.copy(source, folder)
        base.run(
            ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
            what="install the node modules",
            log=folder.parent / "logs/npm.log",
            cwd=folder,
        )

    cache = base.cache_dir()
    folder = base.make_whole(cache / f"node-{pins}", build)
    os.utime(folder)
    base.keep_newest(cache.glob("node-*[!k]"), 3)
    return folder
