"""Reports is an HTTP API in Python, of the standard library alone, with one line of Quasar around it."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import gravito_quasar as quasar

quasar.start(service="reports-api")


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Handler(WSGIRequestHandler):
    def log_message(self, *_):
        """Prints nothing of requests."""


@quasar.job(queue="reports")
def render(month):
    time.sleep(random.uniform(0.02, 0.08))
    if random.random() < 0.1:
        raise ValueError(f"no figures of {month}")


def app(environ, start_response):
    head, _, rest = environ["PATH_INFO"].strip("/").partition("/")
    status, text = "200 OK", "ok"
    if head == "reports" and rest:
        quasar.name_route("/reports/{month}")
        render(rest)
    elif head == "exports":
        quasar.name_route("/exports")
        # Slow: all figures.
        time.sleep(random.uniform(1.1, 1.5))
    else:
        status, text = "404 Not Found", "not found"
    start_response(status, [("Content-Type", "text/plain")])
    return [text.encode()]


def main():
    port = int(os.environ.get("PORT", "0"))
    server = make_server("127.0.0.1", port, quasar.QuasarWSGI(app), Server, Handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"reports-api listens on 127.0.0.1:{server.server_port}", flush=True)
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
