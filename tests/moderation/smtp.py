"""A mail server for tests: takes letters, refuses some addresses, and can be gone."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks as much SMTP as one letter needs. `refuses`: addresses it answers 550 to."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Talk)
        self.refuses: set[str] = set()
        self.letters: list[tuple[str, str]] = []  # to whom, and the whole text

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.to = ""
        self.say("220 here")
        while line := self.rfile.readline().decode().strip():
            if line.upper().startswith("QUIT"):
                return self.say("221 bye")
            self.answer(line)
        return None

    def answer(self, line: str) -> None:
        word = line.upper()[:4]
        if word == "RCPT":
            self.to = line.partition("<")[2].partition(">")[0]
            self.say("550 no such person" if self.to in self.server.refuses else "250 yes")
        elif word == "DATA":
            self.say("354 go on")
            self.server.letters.append((self.to, self.letter()))
            self.say("250 taken")
        else:
            self.say("250 yes")

    def letter(self) -> str:
        lines = []
        while (line := self.rfile.readline().decode()) not in {".\r\n", ""}:
            lines.append(line)
        return "".join(lines)

    def say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
