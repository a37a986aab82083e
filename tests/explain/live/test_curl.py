"""`--curl`: the request made again."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from aws import run_program

MISSING_KEY = b"""<?xml version="1.0" encoding="UTF-8"?><Error><Code>MissingKey</Code>\
<Message>Missing Key-Pair-Id query parameter or cookie value</Message></Error>"""
COOKIES = "CloudFront-Policy=cG9saWN5; CloudFront-Signature=c2lnbmF0dXJl"


class Edge(ThreadingHTTPServer):
    """Answers like CloudFront, and notes what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Refusal)
        self.requests: list[tuple[str, str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Refusal(BaseHTTPRequestHandler):
    server: Edge

    def do_GET(self) -> None:
        self.server.requests.append((self.command, self.path, self.headers["Cookie"]))
        let_in = self.path.startswith("/open/")
        self.send_response_only(200 if let_in else 403)
        self.send_header("Server", "CloudFront")
        self.send_header("X-Cache", "Error from cloudfront")
        self.end_headers()
        if not let_in:
            self.wfile.write(MISSING_KEY)
            return
        try:
            while True:
                self.wfile.write(bytes(1 << 16))
        except OSError:
            self.server.requests.append(("hung up", self.path, None))

    do_OPTIONS = do_HEAD = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent: the requests are noted."""


@pytest.fixture
def edge() -> Iterator[Edge]:
    with Edge() as edge:
        Thread(target=edge.serve_forever, daemon=True).start()
        yield edge
        edge.shutdown()


def test_the_answer_is_explained(edge: Edge) -> None:
    run = run_program("explain", f"{edge.url}/film.mp4", "--curl", "--json")
    assert run.answer["source"] == "signature-check"
    assert run.causes[0] == ("unsigned-request", "proved")
    assert edge.requests == [("GET", "/film.mp4", None)]


def test_exactly_what_was_given_is_sent(edge: Edge) -> None:
    target = "/a/../b//[1-3]{x,y}%2f?q=a+b&quote='$HOME'"
    cookies = ["--cookie", f"Cookie: {COOKIES}", "--cookie", "Set-Cookie: session=1; Path=/"]
    run = run_program(
        "explain", edge.url + target, *cookies, "--method", "OPTIONS", "--curl", "--json"
    )
    assert ("preflight-without-cookies", "proved") in run.causes
    assert edge.requests == [("OPTIONS", target, f"{COOKIES}; session=1")]
    assert "c2lnbmF0dXJl" not in run.output + run.errors


def test_a_long_answer_is_left_early(edge: Edge) -> None:
    run = run_program("explain", f"{edge.url}/open/film.mp4", "--curl")
    assert "the status is 200, not 403" in run.output
    assert edge.requests[-1][0] in ("hung up", "GET")


def test_a_curl_of_ones_own_settings(edge: Edge, tmp_path: Path) -> None:
    (tmp_path / ".curlrc").write_text("request = DELETE\n")
    run_program("explain", f"{edge.url}/a", "--curl", environment={"HOME": str(tmp_path)})
    assert edge.requests == [("GET", "/a", None)]


def test_no_answer() -> None:
    run = run_program("explain", "http://127.0.0.1:1/film.mp4", "--curl", "--json")
    assert (run.code, run.output) == (3, "")
    assert "the URL cannot be requested: curl: (7)" in run.errors


def test_no_curl(tmp_path: Path) -> None:
    run = run_program("explain", "http://h/", "--curl", environment={"PATH": str(tmp_path)})
    assert run.code == 2
    assert "the program `curl` is not here" in run.errors


@pytest.mark.parametrize(
    "arguments",
    [
        ["http://127.0.0.1:1/\nupload-file = /etc/passwd", "--curl"],
        ["http://127.0.0.1:1/", "--cookie", "a=1\x01url = x", "--curl"],
        ["http://127.0.0.1:1/", "--curl", "--response", "response.txt"],
        ["--curl"],
    ],
)
def test_usage(arguments: list[str]) -> None:
    assert run_program("explain", *arguments).code == 2


def test_a_line_of_cookies_is_no_line_for_curl() -> None:
    """Pasted cookies may have several lines; curl still asks for nothing but the URL."""
    run = run_program("explain", "http://127.0.0.1:1/", "--cookie", "a=1\nurl = x", "--curl")
    assert run.code == 3
    assert "Failed to connect to 127.0.0.1 port 1" in run.errors
