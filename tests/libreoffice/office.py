"""What LibreOffice makes of a workbook: it loads the file and saves it anew."""

import csv
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openpyxl

CSV = "csv:Text - txt - csv (StarCalc):44,34,76"
SECONDS = 600
# It says what it does, and on a machine without Java that it has none.
EXPECTED = ("convert ", "Overwriting", "Warning: failed to launch javaldx")


class Office:
    """LibreOffice with a profile of its own.

    :param folder: for the profile, and for what it writes
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def convert(self, path: Path, target: str, suffix: str = "") -> Path:
        """What it makes of a file; a warning or an error of its own fails.

        :param suffix: what it adds to the name: that of a sheet, if one was asked for
        """
        profile = f"-env:UserInstallation=file://{self.folder}/profile"
        out = self.folder / "out"
        result = subprocess.run(
            ["soffice", "--headless", profile, "--convert-to", target]
            + ["--outdir", str(out), str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        saved = out / f"{path.stem}{suffix}.{target.partition(':')[0]}"
        assert not result.returncode, result.stdout
        assert saved.exists(), result.stdout
        lines = [line for line in result.stdout.splitlines() if line.strip()]
        assert all(line.startswith(EXPECTED) for line in lines), lines
        return saved

    def saved_anew(self, path: Path) -> openpyxl.Workbook:
        """The workbook with the values of its cells."""
        return openpyxl.load_workbook(self.convert(path, "xlsx"), data_only=True)

    def formulas(self, path: Path) -> openpyxl.Workbook:
        """The workbook that `saved_anew` has saved, with its formulas."""
        return openpyxl.load_workbook(self.folder / "out" / path.name)

    def shown(self, path: Path) -> Iterator[list[str]]:
        """What it shows of the first sheet, without its heading."""
        with self.convert(path, CSV).open(newline="") as file:
            lines = csv.reader(file)
            next(lines)
            yield from lines
