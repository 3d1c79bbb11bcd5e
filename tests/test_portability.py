"""Nothing asks for what Linux or POSIX alone has, as far as that can be seen here."""

import os
import subprocess
import sys

import pytest

WITHOUT = """
import os, signal, sys

for module in ("fcntl", "grp", "pwd", "resource", "termios", "tty"):
    sys.modules[module] = None  # importing it is an ImportError
for name in dir(os):
    if name.startswith(("sched_", "fork", "sysconf", "get", "set", "chown", "nice", "statvfs")):
        if name not in ("get_exec_path", "get_terminal_size", "getcwd", "getenv", "getpid"):
            delattr(os, name)
for name in ("SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1", "pthread_sigmask"):
    if hasattr(signal, name):
        delattr(signal, name)
"""


@pytest.mark.parametrize("line", ["info", "train --iterations 20 --save net", "graph apple"])
def test_a_command_runs_without_the_modules_and_functions_of_posix(tmp_path, line):
    run = f"sys.argv[1:] = {line.split()!r}\nfrom xpnet.__main__ import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + run],
        cwd=tmp_path,
        env={**os.environ, "XPNET_BACKEND": "numpy"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout
