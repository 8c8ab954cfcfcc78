"""The supervisor keeps the processes of a running system alive and writes their logs.

It listens on nothing: no port, no socket. It is told to stop by a signal.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from queueing.runtime.leftovers import MARK, end_supervised
from queueing.runtime.paths import make_private_dir
from queueing.runtime.programs import Program
from queueing.settings import project_root

# The supervisor works in the var directory, so most paths are relative: it chokes on a "%" in %(here)s.
# The retries outlast a night without a database.
_HEAD = """\
[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
pidfile=supervisord.pid
umask=077
minprocs=50
"""
_PROGRAM = """\
[program:{name}]
command={command}
directory={directory}
process_name={process_name}
numprocs={count}
numprocs_start=1
autorestart=true
startretries=1000
stopwaitsecs=5
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile=log/{process_name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=3
"""


@contextmanager
def supervising(
    var_dir: Path, programs: Sequence[Program], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Keep these programs running for the length of a block; none of their processes outlives it."""
    log = make_private_dir(var_dir / "log") / "supervisord.log"
    file = var_dir / "supervisord.conf"
    file.write_text(configuration(programs), encoding="utf-8")
    process = None
    try:
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "-c", str(file)],
                env={**os.environ, **environment, "PYTHONUNBUFFERED": "1", MARK: str(var_dir)},
                cwd=var_dir,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the parent, which stops everything in order
            )
        yield process
    finally:
        end_supervised(var_dir)
        if process is not None:
            process.wait()


def configuration(programs: Sequence[Program]) -> str:
    """One group, so that stopping asks all of them at once instead of one after another."""
    head = _HEAD + ("user=root\n" if os.geteuid() == 0 else "")
    group = f"[group:queueing]\nprograms={','.join(program.name for program in programs)}\n"
    return "\n".join([head, group, *map(_section, programs)])


def _section(program: Program) -> str:
    return _PROGRAM.format(
        name=program.name,
        command=_literal(shlex.join(program.command)),
        directory=_literal(str(project_root())),
        process_name="%(program_name)s-%(process_num)d" if program.count > 1 else "%(program_name)s",
        count=program.count,
    )


def _literal(text: str) -> str:
    return text.replace("%", "%%")
