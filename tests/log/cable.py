"""A cable between the desk and PostgreSQL that can be cut before a request arrives, or before its answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from pathlib import Path

_NAME = ".s.PGSQL.5432"


class Cable:
    """Listens in a folder as PostgreSQL would, and passes everything on to the server's own socket."""

    def __init__(self, folder: Path, server_folder: str) -> None:
        self._server = str(Path(server_folder) / _NAME)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(folder / _NAME))
        self._listener.listen()
        self._cut: bytes = b""
        self._before_it_arrives = False
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, request: bytes, *, before_it_arrives: bool) -> None:
        """Cut the connection that next carries this request: at once, or when its answer comes."""
        self._before_it_arrives, self._cut = before_it_arrives, request

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            doomed = threading.Event()
            for source, target, asks in ((client, server, True), (server, client, False)):
                threading.Thread(target=self._carry, args=(source, target, asks, doomed), daemon=True).start()

    def _carry(
        self, source: socket.socket, target: socket.socket, asks: bool, doomed: threading.Event
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if asks and self._cut and self._cut in data:
                    self._cut = b""
                    self.cuts += 1
                    if self._before_it_arrives:
                        break
                    doomed.set()
                if not asks and doomed.is_set():
                    break
                target.sendall(data)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
