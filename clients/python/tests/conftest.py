"""A real Redis, and real servers as processes of their own, which each test ends itself."""

import base64
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from pathlib import Path

import pytest
import redis

ROOT = Path(__file__).parents[1]
APPS = Path(__file__).parent / "apps"
WAIT_S = 10


def wait_for(condition, what="the condition"):
    """The first truthy result."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.03)
    raise AssertionError(f"waited {WAIT_S} s for {what}")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Process:
    def __init__(self, args, env=None, cwd=ROOT):
        whole = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{APPS}", "PYTHONUNBUFFERED": "1", **(env or {})}
        self.popen = subprocess.Popen(
            args, env=whole, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
        )

    def stop(self, number=signal.SIGTERM):
        if number == signal.SIGKILL:
            # With its workers: they hold the output, too.
            os.killpg(self.popen.pid, number)
        elif self.popen.poll() is None:
            self.popen.send_signal(number)
        try:
            self.output = self.popen.communicate(timeout=8)[0].decode()
        except subprocess.TimeoutExpired:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.output = self.popen.communicate()[0].decode()
        return self.popen.returncode


class Server:
    """A redis-server."""

    def __init__(self, *args):
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.popen = subprocess.Popen([*command, *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = redis.Redis(port=self.port, decode_responses=True, password=None)
        wait_for(self._answers, "redis-server")

    def _answers(self):
        try:
            return self.client.ping()
        except redis.exceptions.AuthenticationError:
            return True
        except redis.exceptions.RedisError:
            return False

    def stop(self):
        if self.popen.poll() is None:
            self.popen.send_signal(signal.SIGCONT)
            self.popen.kill()
        self.popen.wait()


class Reports:
    """What a service wrote to Redis."""

    def __init__(self, client, service):
        self.client = client
        self.service = service

    def key(self, kind):
        return f"gravito:quasar:{kind}:{self.service}"

    def nodes(self):
        texts = [self.client.get(key) for key in self.client.scan_iter(f"gravito:quasar:node:{self.service}:*")]
        return [json.loads(text) for text in texts if text]

    def rollups(self, kind="rollup"):
        return [json.loads(inflated(fields)) for _, fields in self.client.xrange(self.key(kind))]

    def _series(self, group, name, kind="rollup"):
        sums = {}
        for rollup in self.rollups(kind):
            for series in rollup[group]:
                if series["key"] == name:
                    for field, value in series.items():
                        if isinstance(value, int):
                            sums[field] = sums.get(field, 0) + value
                        elif field == "queue":
                            sums["queue"] = value
                        elif field == "wait":
                            sums["waits"] = sums.get("waits", 0) + 1
        return sums

    def route(self, name):
        return self._series("routes", name)

    def job(self, name):
        return self._series("jobs", name)

    def route_names(self):
        return {series["key"] for rollup in self.rollups() for series in rollup["routes"]}

    def slow(self):
        entries = [fields for _, fields in self.client.xrange(self.key("slow"))]
        return [{**entry, "meta": json.loads(entry["meta"])} for entry in entries]

    def exceptions(self):
        return [json.loads(text) for text in self.client.zrange(self.key("errors"), 0, -1)]

    def texts(self):
        """Everything that was written, as one text."""
        return json.dumps([self.nodes(), self.rollups(), self.rollups("history"), self.slow(), self.exceptions()])


def inflated(fields):
    return fields["data"] if "data" in fields else zlib.decompress(base64.b64decode(fields["deflate"]), -15).decode()


def get(port, path, method="GET", headers=None, body=None):
    """Status and text of an answer; (None, …) if there is none."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method, headers=headers or {}, data=body)
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except (OSError, http.client.HTTPException) as error:
        return None, str(error)


@pytest.fixture(scope="session")
def redis_server():
    server = Server()
    yield server
    server.stop()


@pytest.fixture
def own_redis():
    """Starts servers of the test's own: `own_redis("--maxmemory", "1mb")`."""
    started = []

    def start(*args):
        started.append(Server(*args))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def reports(redis_server, request):
    redis_server.client.flushall()
    return Reports(redis_server.client, "shop")


@pytest.fixture
def run(redis_server):
    """Runs a command with the environment of a reporter; ended after the test."""
    started = []

    def start(*args, **env):
        settings = {
            "QUASAR_SERVICE": "shop",
            "QUASAR_REDIS_URL": redis_server.url,
            "QUASAR_INTERVAL": "200",
            **{name: str(value) for name, value in env.items()},
        }
        started.append(Process(args, settings))
        return started[-1]

    yield start
    for process in started:
        if process.popen.returncode is None:
            process.stop(signal.SIGKILL)


@pytest.fixture
def serve(run):
    """Starts a server, and waits until it answers at `/health`. Returns its port and its process."""

    def start(*args, **env):
        port = free_port()
        process = run(*[str(arg).replace("{port}", str(port)) for arg in args], **env)

        def answers():
            if process.popen.poll() is not None:
                raise AssertionError(process.popen.stdout.read().decode())
            return get(port, "/health")[0] == 200

        wait_for(answers, "the server")
        return port, process

    return start


def python(*args):
    return [sys.executable, *args]


def tool(name):
    return str(Path(sys.executable).parent / name)
