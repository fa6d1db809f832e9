import http.client
import signal
import socket

import pytest
from conftest import get, python, wait_for
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

UVICORN = python("-m", "uvicorn", "fastapi_app:app", "--port", "{port}", "--log-level", "warning")


@pytest.fixture
def app(serve, reports):
    port, process = serve(*UVICORN)
    return port, process


def test_a_node_with_its_figures(app, reports):
    get(app[0], "/users/1")
    [node] = wait_for(lambda: [one for one in reports.nodes() if one["eventLoop"] and one["requests"]], "a heartbeat")
    assert (node["language"], node["sdk"]["name"], node["environment"]) == ("python", "quasar-python", "test")
    assert node["pid"] == app[1].popen.pid
    assert node["runtime"]["framework"] == "fastapi"
    assert node["eventLoop"]["utilization"] is None
    assert node["eventLoop"]["max"] >= node["eventLoop"]["p50"] >= 0
    assert node["memory"]["process"]["rss"] > 1_000_000
    assert node["cpu"]["cores"] > 0
    assert node["gc"]["count"] >= 0


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/users/7", "GET /users/{user}"),
        ("/v1/orders/7", "GET /v1/orders/{order}"),
        ("/v1/orders/7/lines/2", "GET /v1/orders/{order}/lines/{line}"),
        ("/t/acme/items/9", "GET /t/{tenant}/items/{item}"),
        ("/t/acme/deep/2/9", "GET /t/{tenant}/deep/{level}/{item}"),
        ("/sub/hello/ada", "GET /sub/hello/{name}"),
        ("/nothing/here", "(unmatched)"),
    ],
)
def test_routes_are_patterns(module_app, path, name):
    port, reports = module_app
    before = reports.route(name).get("count", 0)
    get(port, path)
    wait_for(lambda: reports.route(name).get("count", 0) == before + 1, name)
    assert not any("acme" in one or "ada" in one for one in reports.route_names())


@pytest.fixture(scope="module")
def module_app(redis_server):
    from conftest import Process, Reports, free_port

    redis_server.client.flushall()
    port = free_port()
    env = {"QUASAR_SERVICE": "shop", "QUASAR_REDIS_URL": redis_server.url, "QUASAR_INTERVAL": "200"}
    process = Process([arg.replace("{port}", str(port)) for arg in UVICORN], env)
    wait_for(lambda: get(port, "/health")[0] == 200)
    yield port, Reports(redis_server.client, "shop")
    process.stop(signal.SIGKILL)


def test_statuses_and_exceptions(app, reports):
    port = app[0]
    assert get(port, "/fails")[0] == 500
    assert get(port, "/known")[0] == 409
    assert get(port, "/denied")[0] == 503
    assert get(port, "/caught")[0] == 200
    assert get(port, "/users/x")[0] == 422
    assert get(port, "/users/1", "DELETE")[0] == 405
    wait_for(lambda: reports.route("DELETE /users/{user}"))
    wait_for(lambda: len(reports.exceptions()) >= 2)
    by_name = {one["name"]: one for one in reports.exceptions()}
    assert set(by_name) == {"RuntimeError", "LookupError"}
    assert len(reports.exceptions()) == 2
    failed = by_name["RuntimeError"]
    assert (failed["route"], failed["kind"], failed["handled"]) == ("GET /fails", "request", False)
    assert "fastapi_app.py" in failed["stack"]
    assert by_name["LookupError"]["handled"] is True
    assert by_name["LookupError"]["route"] == "(unmatched)" or by_name["LookupError"]["route"] == "GET /caught"
    assert "hunter2" not in reports.texts()
    assert "ada@example.com" not in reports.texts()
    assert reports.route("GET /fails") == {"count": 1, "errors": 1}
    assert reports.route("GET /known") == {"count": 1}


def test_a_slow_request_tells_its_trace_but_no_query(app, reports):
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01", "x-request-id": "r-1", "user-agent": "test/1"}
    get(app[0], "/slow?seconds=0.2&token=abc123def", headers=headers)
    [slow] = wait_for(reports.slow)
    assert (slow["name"], slow["status"], slow["kind"]) == ("GET /slow", "200", "request")
    assert (slow["traceId"], slow["requestId"]) == (trace_id, "r-1")
    assert slow["meta"]["url"] == "/slow?seconds=&token="
    assert slow["meta"]["headers"]["user-agent"] == "test/1"
    assert float(slow["durationMs"]) >= 150


def test_a_blocked_loop_shows_as_its_delay(app, reports):
    wait_for(
        lambda: (
            get(app[0], "/blocks")[0] == 200
            and any((n["eventLoop"] or {}).get("max", 0) > 100 for n in reports.nodes())
        )
    )


def test_streams_end_with_their_last_byte(app, reports):
    assert get(app[0], "/stream") == (200, "0\n1\n2\n")
    get(app[0], "/breaks")
    wait_for(lambda: reports.route("GET /breaks"))
    assert reports.route("GET /stream") == {"count": 1}
    assert reports.route("GET /breaks") == {"count": 1, "errors": 1}
    assert [one["message"] for one in wait_for(reports.exceptions)] == ["broken stream"]


def leave_early(port, path, read=0):
    client = socket.create_connection(("127.0.0.1", port))
    client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    if read:
        client.recv(read)
    client.close()


def test_clients_that_leave(app, reports):
    leave_early(app[0], "/slow?seconds=0.4")
    leave_early(app[0], "/endless", read=100)
    wait_for(lambda: reports.route("GET /slow") and reports.route("GET /endless"))
    assert reports.route("GET /slow") == {"count": 1, "aborted": 1}
    assert reports.route("GET /endless") == {"count": 1, "aborted": 1}
    assert "499" in {entry["status"] for entry in wait_for(reports.slow)}
    assert reports.exceptions() == []


def test_event_streams_are_connections(app, reports):
    client = http.client.HTTPConnection("127.0.0.1", app[0])
    client.request("GET", "/events")
    client.getresponse().read(5)
    wait_for(lambda: any((node["connections"] or {}).get("open") == 1 for node in reports.nodes()))
    assert all(node["requests"]["inFlight"] == 0 for node in reports.nodes() if node["requests"])
    client.close()
    wait_for(lambda: any((node["connections"] or {}).get("open") == 0 for node in reports.nodes()))
    series = wait_for(lambda: reports.route("GET /events"))
    assert series == {"count": 1}


def test_websockets_are_connections(app, reports):
    with connect(f"ws://127.0.0.1:{app[0]}/ws/kitchen") as socket_:
        socket_.send("hello")
        assert socket_.recv() == "hello"
        wait_for(lambda: any((node["connections"] or {}).get("open") == 1 for node in reports.nodes()))
        socket_.send("fail")
        wait_for(reports.exceptions)
    wait_for(lambda: any((node["connections"] or {}).get("open") == 0 for node in reports.nodes()))
    assert reports.exceptions()[0]["route"] == "GET /ws/{room}"
    with pytest.raises(InvalidStatus):
        connect(f"ws://127.0.0.1:{app[0]}/closed")
    wait_for(lambda: reports.route("GET /closed"))
    assert reports.route("GET /closed") == {"count": 1}
    assert reports.route("GET /ws/{room}") == {}


def test_uvicorn_signs_off(app, reports):
    wait_for(reports.nodes)
    get(app[0], "/users/5")
    app[1].stop(signal.SIGTERM)
    # The server of the whole module reports under the same name.
    pid = app[1].popen.pid
    assert pid not in {node["pid"] for node in reports.nodes()}
    assert not any(f"-{pid}-" in member for member in reports.client.zrange("gravito:quasar:index:nodes", 0, -1))
    assert reports.route("GET /users/{user}")["count"] == 1
    assert [rollup["routes"] for rollup in reports.rollups("history")] != []
