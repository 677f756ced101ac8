"""What a process has used of the processors."""

import contextlib
import os
from pathlib import Path


def processor_time(pid):
    """The seconds of a process of this machine, else nothing."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return None
