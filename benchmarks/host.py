"""What the addons cost who does not use them: CRM and Contacts with and without.

Each everyday operation on a database without our addons and on one with them, in the
same run: its queries, and the processor time of Python. The benchmark fails where the
addons cost more queries than the goal allows.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

EVERYDAY = Path(__file__).with_name("_everyday.py")
# Queries more than without the addons. A contact is where a salesperson looks for all
# we know about a customer.
GOALS, GOAL = {"contact: open": 4}, 1


def compare(config: str, bare: str, database: str) -> dict[str, tuple[dict, dict]]:
    """:return: what each operation costs without and with the addons, by its name."""
    without, having = (costs(config, name) for name in (bare, database))
    return {name: (without[name], having[name]) for name in without}


def costs(config: str, database: str) -> dict[str, dict]:
    """:return: queries and milliseconds of each operation, by its name."""
    command = [sys.executable, str(EVERYDAY)]
    options = [f"--database={database}", f"--config={config}"]
    process = subprocess.run(
        [*command, *options], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(process.stdout)


def goal(name: str) -> int:
    """:return: how many queries more an operation may take."""
    return GOALS.get(name, GOAL)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", required=True)
    parser.add_argument("--bare-database", required=True)
    parser.add_argument("--config", required=True)
    options = parser.parse_args()
    compared = compare(options.config, options.bare_database, options.database)
    print("| operation | queries without | with | more | goal | ms without | with |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name, (without, having) in compared.items():
        more = having["queries"] - without["queries"]
        print(
            f"| {name} | {without['queries']} | {having['queries']} | {more} "
            f"| {goal(name)} | {without['ms']:.1f} | {having['ms']:.1f} |"
        )
    sys.exit(
        any(
            having["queries"] - without["queries"] > goal(name)
            for name, (without, having) in compared.items()
        )
    )


if __name__ == "__main__":
    main()
