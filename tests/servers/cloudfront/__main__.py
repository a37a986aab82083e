"""A fake of CloudFront's control plane, on loopback: see README.md beside this file.

    python3 tests/servers/cloudfront [--port PORT]

The first line of its output is the port.
"""

import argparse
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qsl, unquote, urlsplit

from control import Control
from operations import Answer, Request, route
from refused import Refused
from wire import refusal


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.control = Control()
        self.lock = Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # What is written in two parts would wait for an acknowledgement.
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.server.lock:
            if url.path.startswith("/_fake/"):
                action = url.path.removeprefix("/_fake/")
                status, content = self.server.control.answer(self.command, action, body)
                answer: Answer | None = Answer(
                    status, content, {"Content-Type": "application/json"}
                )
            else:
                query = dict(parse_qsl(url.query, keep_blank_values=True))
                answer = self._operate(unquote(url.path), query, body)
        if answer is None:
            self.close_connection = True
        else:
            self._send(answer)

    do_POST = do_PUT = do_DELETE = do_GET

    def _operate(self, path: str, query: dict[str, str], body: bytes) -> Answer | None:
        """None: nobody hears how it went."""
        control = self.server.control
        request_id = str(uuid.uuid4())
        headers = {"x-amzn-RequestId": request_id, "Content-Type": "text/xml"}
        found = route(self.command, path)
        if not found:
            return Answer(404, b"<UnknownOperationException/>", headers)
        name, operation, id = found
        fault = control.fault(name)
        if fault == "ConnectionLost":
            control.calls.append({"operation": name, "id": id, "answer": fault})
            return None
        try:
            if fault and fault != "AnswerLost":
                raise Refused(
                    fault, denied(name) if fault == "AccessDenied" else "As was asked for."
                )
            if_match = self.headers.get("If-Match", "")
            answer = operation(control.account, Request(id, query, if_match, body))
            outcome = str(answer.status)
        except Refused as refused:
            answer = Answer(refused.status, refusal(refused, request_id))
            outcome = refused.code
        control.calls.append({"operation": name, "id": id, "answer": fault or outcome})
        if fault == "AnswerLost":
            return None
        return Answer(answer.status, answer.body, headers | answer.headers)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Silent: what was called is asked for at `/_fake/calls`."""


def denied(operation: str) -> str:
    user = "arn:aws:iam::123456789012:user/on-call"
    return (
        f"User: {user} is not authorized to perform: cloudfront:{operation} because no"
        f" identity-based policy allows the cloudfront:{operation} action"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description="A fake of CloudFront's control plane.")
    parser.add_argument("--port", type=int, default=0, help="[default: any that is free]")
    with Server(parser.parse_args().port) as server:
        print(server.server_port, flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
