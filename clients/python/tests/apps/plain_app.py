"""A server without a framework that goes on answering whatever happens to Redis."""

import os
import resource
import sys
from wsgiref.simple_server import make_server

import gravito_quasar as quasar
from gravito_quasar import QuasarWSGI


def redact(record):
    if os.environ.get("REDACT") == "raises":
        raise ValueError("of redact")
    return record


quasar.start(slow=0, redact=redact if "REDACT" in os.environ else None)


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/memory":
        body = str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
    elif path == "/status":
        body = repr(quasar.status())
    elif path == "/fails":
        raise RuntimeError("x" * 5_000)
    else:
        for number in range(50):
            quasar.capture_exception(RuntimeError(f"{'y' * 5_000} {number}"))
            with quasar.job(f"job {number}"):
                pass
        body = "ok"
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body.encode()]


if __name__ == "__main__":
    server = make_server("127.0.0.1", int(sys.argv[1]), QuasarWSGI(app))
    server.RequestHandlerClass.log_message = lambda *_: None
    server.serve_forever()
