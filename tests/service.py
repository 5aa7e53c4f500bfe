# SPDX-License-Identifier: LGPL-2.1-or-later
"""A daemon under a service manager, which keeps what it leaves on its way out."""

import os
import socket
import threading

from programs import Daemon, decode

# As the service manager starts a program: what it keeps begins at descriptor 3, and the environment says so.
EXEC = """
import os, sys
n = int(sys.argv[1])
fds = [int(word) for word in sys.argv[2:2 + n]]
high = [os.dup2(fd, 10000 + i) for i, fd in enumerate(fds)]
for fd in fds:
    os.close(fd)
for i, fd in enumerate(high):
    os.dup2(fd, 3 + i)
    os.close(fd)
pid = str(os.getpid())
os.environ["SYSTEMD_EXEC_PID"] = pid
if n:
    os.environ.update(LISTEN_PID=pid, LISTEN_FDS=str(n), LISTEN_FDNAMES=":".join(["s"] * n))
os.execv(sys.argv[2 + n], sys.argv[2 + n:])
"""


class Service(Daemon):
    """A daemon whose notices bring descriptors, which are kept for the next one."""

    kept = ()

    def start(self, *args, wrap=(), **options):
        given, self.kept = list(self.kept), []
        wrap = [*wrap, "/usr/bin/python3", "-c", EXEC, len(given), *given]
        super().start(*args, wrap=wrap, pass_fds=given, **options)
        for fd in given:
            os.close(fd)
        return self

    def _listen_notices(self):
        self._notify_path = self.config.short / "n"
        self._notify_path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(str(self._notify_path))
        notices = self.notices

        def collect():
            with listener:
                while True:
                    data, fds, _, _ = socket.recv_fds(listener, 65536, 253)
                    if not data:
                        break
                    notice = dict(line.split("=", 1) for line in decode(data).split("\n") if "=" in line)
                    if notice.get("FDSTORE") == "1":
                        assert notice["FDNAME"] == "s" and notice["FDPOLL"] == "0"
                        self.kept.extend(fds)
                    else:  # a barrier is over when its descriptor is closed
                        for fd in fds:
                            os.close(fd)
                    notices.add(notice)
            notices.end()

        self._notices_thread = threading.Thread(target=collect, daemon=True)
        self._notices_thread.start()

    def forget(self):
        """What the manager does when a service was stopped, not restarted."""
        for fd in self.kept:
            os.close(fd)
        self.kept = []
