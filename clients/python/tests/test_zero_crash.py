"""Whatever happens to Redis: the app answers as before, nothing is raised, and memory stays bounded."""

import signal
import time

import pytest
from conftest import Reports, get, python, wait_for

SECRET = "a-password-of-the-test"


def gone(server):
    server.stop()


def hanging(server):
    server.popen.send_signal(signal.SIGSTOP)


def full(server):
    server.client.config_set("maxmemory", "1")
    server.client.config_set("maxmemory-policy", "noeviction")


def read_only(server):
    server.client.replicaof("127.0.0.1", 1)


def with_another_password(server):
    server.client.config_set("requirepass", SECRET)
    server.client.client_kill_filter(skipme=False, _type="normal")


@pytest.mark.parametrize("trouble", [gone, hanging, full, read_only, with_another_password])
def test_the_app_goes_on(serve, own_redis, trouble):
    server = own_redis()
    port, process = serve(*python("tests/apps/plain_app.py", "{port}"), QUASAR_REDIS_URL=server.url)
    wait_for(Reports(server.client, "shop").nodes)
    try:
        trouble(server)
    except Exception:
        assert trouble is with_another_password
    assert get(port, "/")[0] == 200
    wait_for(lambda: "'lastError': None" not in get(port, "/status")[1], "an error")
    before = int(get(port, "/memory")[1])
    for _ in range(15):
        assert get(port, "/") == (200, "ok")
    assert get(port, "/fails")[0] == 500
    assert int(get(port, "/memory")[1]) - before < 60_000
    began = time.monotonic()
    assert process.stop(signal.SIGTERM) == -signal.SIGTERM
    assert time.monotonic() - began < 15
    assert SECRET not in process.output
    assert process.output.count("Redis does not take reports") == 1
    assert "RuntimeError" in process.output
    assert process.output.count("Traceback") == 1


@pytest.mark.parametrize(
    "url",
    [
        f"redis://user:{SECRET}@127.0.0.1:1/0",
        f"redis://:{SECRET}@no-such-host.invalid:6379/0",
        f"rediss://:{SECRET}@127.0.0.1:1/0",
        "unix:///no/such/socket",
    ],
)
def test_a_redis_that_never_was(serve, url):
    port, process = serve(*python("tests/apps/plain_app.py", "{port}"), QUASAR_REDIS_URL=url)
    assert get(port, "/") == (200, "ok")
    wait_for(lambda: "'lastError': None" not in get(port, "/status")[1], "an error")
    process.stop()
    assert SECRET not in process.output


def test_it_reports_again_when_redis_is_back(serve, own_redis):
    server = own_redis()
    port, process = serve(*python("tests/apps/plain_app.py", "{port}"), QUASAR_REDIS_URL=server.url)
    reports = Reports(server.client, "shop")
    wait_for(reports.nodes)
    server.client.config_set("maxmemory", "1")
    wait_for(lambda: "'lastError': None" not in get(port, "/status")[1])
    get(port, "/")
    server.client.config_set("maxmemory", "0")
    wait_for(lambda: reports.job("job 7"))
    wait_for(lambda: "'lastError': None" in get(port, "/status")[1])
    process.stop()
    assert "Redis takes reports again" in process.output


def test_a_redact_that_raises(serve, redis_server, reports):
    port, process = serve(*python("tests/apps/plain_app.py", "{port}"), REDACT="raises")
    assert get(port, "/") == (200, "ok")
    wait_for(lambda: reports.job("job 7"))
    assert (reports.slow(), reports.exceptions()) == ([], [])
    process.stop()
    assert process.output.count('"redact" raised') == 1


def run_script(run, code, **env):
    process = run(*python("-c", code), **env)
    process.output = process.popen.communicate(timeout=30)[0].decode()
    return process


def test_no_redis_is_said_once(run):
    process = run_script(
        run, "import gravito_quasar as q; q.start(); q.start(); print(q.status())", QUASAR_REDIS_URL="", REDIS_URL=""
    )
    assert process.output.count("there is no Redis to report to") == 1
    assert "'reporting': False" in process.output


def test_two_starts_are_one(run, reports):
    code = "import gravito_quasar as q; a = q.start(); assert q.start(service='other') is a; print(q.flush())"
    process = run_script(run, code)
    assert process.output.strip() == "True"
    assert reports.client.zrange("gravito:quasar:index:services", 0, -1) == ["shop"]


def test_disabled_does_nothing(run, reports):
    code = (
        "import gravito_quasar as q, threading; q.start()\n"
        "with q.job('x'): pass\n"
        "q.capture_exception(ValueError()); print(threading.active_count(), q.flush())"
    )
    assert run_script(run, code, QUASAR_DISABLED="1").output.strip() == "1 False"
    assert reports.client.keys("*") == []


def test_the_exit_waits_for_no_redis_that_hangs(run, own_redis):
    server = own_redis()
    code = (
        "import gravito_quasar as q, os, signal, sys, time; r = q.start()\n"
        "while not r.reporter.reported_at: time.sleep(0.05)\n"
        f"os.kill({server.popen.pid}, signal.SIGSTOP)\n"
        "with q.job('x'): pass\n"
        "print('ends', flush=True); sys.exit(4)"
    )
    process = run(*python("-c", code), QUASAR_REDIS_URL=server.url)
    assert process.popen.communicate(timeout=20)[0] == b"ends\n"
    assert process.popen.returncode == 4


@pytest.mark.parametrize(
    ("ending", "code"), [("raise SystemExit(3)", 3), ("raise ValueError('at the end')", 1), ("", 0)]
)
def test_the_end_of_a_script(run, reports, ending, code):
    script = f"import gravito_quasar as q, time; q.start()\nwith q.job('nightly'): time.sleep(0.01)\n{ending}"
    process = run_script(run, script)
    assert process.popen.returncode == code
    assert reports.job("nightly") == {"count": 1}
    # It ended before its first heartbeat: a node that was never there can't be lost.
    assert reports.client.keys("*node*") == []
    uncaught = [(one["kind"], one["message"]) for one in reports.exceptions()]
    assert uncaught == ([("uncaught", "at the end")] if code == 1 else [])
    assert process.output.count("Traceback") == (1 if code == 1 else 0)


def test_excepthooks_are_chained(run, reports):
    script = (
        "import sys, threading\n"
        "sys.excepthook = lambda *a: print('main hook')\n"
        "threading.excepthook = lambda a: print('thread hook')\n"
        "import gravito_quasar as q; q.start(); q.stop(); q.start()\n"
        "def f(): raise KeyError('in a thread')\n"
        "t = threading.Thread(target=f); t.start(); t.join()\n"
        "raise ValueError('in main')"
    )
    process = run_script(run, script)
    assert process.output.split("\n")[:2] == ["thread hook", "main hook"]
    assert sorted(one["message"] for one in reports.exceptions()) == ["'in a thread'", "in main"]
    assert {one["handled"] for one in reports.exceptions()} == {False}


def test_a_signed_report(run, reports):
    from gravito_quasar.protocol.signature import Signer

    token = "a-token-for-this-test"
    code = "import gravito_quasar as q, time; q.start(slow=0)\nwith q.job('x'): pass\nq.flush(); import os; os._exit(0)"
    process = run_script(run, code, QUASAR_TOKEN=f"{token},another-token-for-it")
    [key] = list(reports.client.scan_iter("*:node:*"))
    text = reports.client.get(key)
    record, _, rest = text.rpartition(',"sig":"')
    assert Signer(token).json(key, record + "}") == text
    assert rest.endswith('"}')
    assert reports.slow()[0]["sig"]
    assert token not in process.output


def test_the_reporter_imports_nothing(run, reports):
    # A child that is forked during an import of another thread waits for its lock for ever.
    code = (
        "import sys, gravito_quasar as q; q.start(service='shop', redis='redis://localhost:PORT')\n"
        "before = set(sys.modules)\nwith q.job('x'): pass\nq.capture_exception(ValueError())\n"
        "print(q.flush(20), sorted(set(sys.modules) - before)); q.stop(20)\n"
        "print(sorted(set(sys.modules) - before))"
    ).replace("PORT", str(reports.client.connection_pool.connection_kwargs["port"]))
    assert run_script(run, code).output == "True []\n[]\n"


def test_two_forks_deep(run, reports):
    script = (
        "import os, threading, time, gravito_quasar as q\n"
        "q.start()\n"
        "def busy():\n"
        "    while True:\n"
        "        with q.job('busy', queue='x'): time.sleep(0.001)\n"
        "[threading.Thread(target=busy, daemon=True).start() for _ in range(4)]\n"
        "for number in range(6):\n"
        "    pid = os.fork()\n"
        "    if pid == 0:\n"
        "        with q.job('child'): pass\n"
        "        inner = os.fork()\n"
        "        if inner == 0:\n"
        "            with q.job('grandchild'): pass\n"
        "            q.stop(5); os._exit(0)\n"
        "        os.waitpid(inner, 0)\n"
        "        q.stop(5); os._exit(0)\n"
        "    os.waitpid(pid, 0)\n"
        "print('done'); q.stop(5)\n"
    )
    assert run_script(run, script).output == "done\n"
    assert reports.job("child")["count"] == 6
    assert reports.job("grandchild")["count"] == 6
    assert reports.nodes() == []


def test_an_app_that_ends_its_thread_in_a_function_of_options_does_not_end_reports(run, reports):
    code = (
        "import sys, gravito_quasar as q; q.start(meta=lambda: sys.exit(3))\n"
        "q.flush(20)\nwith q.job('later'): pass\nprint(q.flush(20))\nq.stop(20)"
    )
    process = run_script(run, code)
    assert process.popen.returncode == 0
    assert reports.job("later")["count"] == 1
