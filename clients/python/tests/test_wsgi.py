import signal

import pytest
from conftest import get, python, tool, wait_for
from test_asgi import leave_early

GUNICORN = (tool("gunicorn"), "-b", "127.0.0.1:{port}", "--log-level", "warning", "--graceful-timeout", "2")


def test_flask(serve, reports):
    port, _ = serve(*GUNICORN, "-k", "gthread", "--threads", "4", "flask_app:app")
    assert get(port, "/users/7") == (200, "7\n")
    assert get(port, "/users/x")[0] == 404
    assert get(port, "/fails")[0] == 500
    assert get(port, "/known")[0] == 409
    assert get(port, "/stream")[1] == "0\n1\n2\n"
    assert get(port, "/echo", "POST", body=b"x" * 100_000)[1] == "x" * 100_000
    get(port, "/slow?token=abc123def")
    leave_early(port, "/endless", read=100)
    wait_for(lambda: reports.route("GET /endless"))
    assert reports.route("GET /users/<int:user>") == {"count": 1}
    assert reports.route("(unmatched)") == {"count": 1}
    assert reports.route("GET /fails") == {"count": 1, "errors": 1}
    assert reports.route("GET /known") == {"count": 1}
    assert reports.route("GET /endless") == {"count": 1, "aborted": 1}
    [failed] = wait_for(reports.exceptions)
    assert (failed["name"], failed["route"], failed["message"]) == ("RuntimeError", "GET /fails", "")
    assert {entry["name"] for entry in wait_for(reports.slow)} >= {"GET /slow", "GET /stream"}
    assert "abc123def" not in reports.texts()


@pytest.mark.parametrize("kind", ["wsgi", "asgi"])
def test_django(serve, reports, kind):
    server = GUNICORN if kind == "wsgi" else python("-m", "uvicorn", "--port", "{port}", "--log-level", "critical")
    port, _ = serve(*server, f"django_app:{kind}")
    assert get(port, "/api/users/7/") == (200, "7")
    assert get(port, "/api/users/x/")[0] == 404
    assert get(port, "/fails")[0] == 500
    assert get(port, "/stream")[1] == "0\n1\n2\n"
    assert get(port, "/later")[1] == "later"
    assert get(port, "/slow")[1] == "slow"
    wait_for(lambda: reports.route("GET /slow"))
    assert reports.route("GET /api/users/<int:user>/") == {"count": 1}
    assert reports.route("(unmatched)") == {"count": 1}
    assert reports.route("GET /fails") == {"count": 1, "errors": 1}
    assert reports.route("GET /stream") == {"count": 1}
    assert {entry["name"] for entry in wait_for(reports.slow)} == {"GET /slow", "GET /later"}
    [failed] = wait_for(reports.exceptions)
    assert (failed["name"], failed["route"]) == ("RuntimeError", "GET /fails")
    assert reports.nodes()[0]["runtime"]["framework"] == "django"


@pytest.mark.parametrize("preload", [False, True])
def test_gunicorn_workers_are_nodes_of_their_own(serve, reports, preload):
    port, process = serve(*GUNICORN, "-w", "2", *(["--preload"] if preload else []), "flask_app:app")
    # With --preload the master runs the app's code, too.
    nodes = wait_for(lambda: len(found := reports.nodes()) == (3 if preload else 2) and found)
    assert len({node["pid"] for node in nodes}) == len({node["id"] for node in nodes}) == len(nodes)
    assert (process.popen.pid in {node["pid"] for node in nodes}) is preload
    for number in range(20):
        assert get(port, f"/users/{number}")[0] == 200
    wait_for(lambda: reports.route("GET /users/<int:user>").get("count") == 20)
    assert process.stop(signal.SIGTERM) == 0
    assert reports.nodes() == []


def test_a_fork_within_a_request(serve, reports):
    port, _ = serve(*GUNICORN, "flask_app:app")
    assert get(port, "/fork") == (200, "0")
    wait_for(lambda: reports.job("work") and reports.route("GET /fork"))
    assert reports.job("work") == {"count": 1, "queue": "forked"}
    assert reports.route("GET /fork") == {"count": 1}
    assert len(reports.nodes()) == 1


def test_uwsgi(serve, reports):
    port, process = serve(
        tool("uwsgi"), "--http", "127.0.0.1:{port}", "--master", "--processes", "2", "--enable-threads",
        "--die-on-term", "--wsgi", "flask_app:app", "--disable-logging", "--need-app",
        "-H", python()[0].rsplit("/bin/", 1)[0],
    )  # fmt: skip
    wait_for(lambda: {node["instance"] for node in reports.nodes()} >= {"1", "2"})
    assert get(port, "/users/7")[0] == 200
    wait_for(lambda: reports.route("GET /users/<int:user>"))
    process.stop(signal.SIGTERM)
