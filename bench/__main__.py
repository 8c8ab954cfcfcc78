"""`python -m bench [NAME …]`: run the benches named, or all."""

from __future__ import annotations

import sys

from rich.console import Console

from bench.suite import BENCHES, as_table, run_bench
from queueing.settings import Settings


def main(names: list[str]) -> None:
    """One table a bench; what is going on, on the error output."""
    if unknown := [name for name in names if name not in BENCHES]:
        sys.exit(f"没有叫 {unknown[0]} 的测量：可以写 {'、'.join(BENCHES)}。")
    console, progress = Console(), Console(stderr=True)
    for name in names or BENCHES:
        rows = run_bench(name, Settings.from_env(), lambda line: progress.print(line, style="dim"))
        console.print(as_table(name, rows))


if __name__ == "__main__":
    main(sys.argv[1:])
