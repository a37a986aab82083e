"""The door to S3: moto, but with regions and permissions, which moto does not heed."""

import re
from collections.abc import Mapping
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

# What a request asks of a bucket, by the query of its URL.
PERMISSIONS = {"policy": "GetBucketPolicy", "publicAccessBlock": "GetBucketPublicAccessBlock"}


class BucketDoor(ThreadingHTTPServer):
    """Answers for the buckets of moto, each from its region only, unless it is denied."""

    daemon_threads = True

    def __init__(self, moto_port: int) -> None:
        super().__init__(("127.0.0.1", 0), Visitor)
        self.moto_port = moto_port
        self.regions: Mapping[str, str] = {}
        self.denied: set[str] = set()
        self.visits: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.shutdown()
        self.server_close()


class Visitor(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # What is written in two parts would wait for an acknowledgement.
    disable_nagle_algorithm = True
    server: BucketDoor

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        bucket = url.path.strip("/")
        wanted = next(it for query, it in PERMISSIONS.items() if query in url.query)
        self.server.visits.append((self.command, wanted))
        scope = re.search(r"Credential=[^/]+/\d+/([^/]+)/s3/", self.headers["Authorization"])
        region = self.server.regions.get(bucket, "us-east-1")
        if not scope or scope[1] != region:
            self._refuse(301, "PermanentRedirect", region)
        elif wanted in self.server.denied:
            self._refuse(403, "AccessDenied", region)
        else:
            self._pass_on()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def _pass_on(self) -> None:
        moto = HTTPConnection("127.0.0.1", self.server.moto_port)
        moto.request(self.command, self.path, headers=dict(self.headers))
        answer = moto.getresponse()
        self._answer(answer.status, answer.read(), {})

    def _refuse(self, status: int, code: str, region: str) -> None:
        body = f"<Error><Code>{code}</Code><Message>{code}</Message></Error>"
        self._answer(status, body.encode(), {"x-amz-bucket-region": region})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent: the visits are noted."""
