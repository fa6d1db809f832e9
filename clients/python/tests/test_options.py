import logging

import pytest

import gravito_quasar as quasar
from gravito_quasar.redaction import mask_message

TOKEN = "not-a-token with spaces"


@pytest.fixture(autouse=True)
def stopped(monkeypatch):
    for name in ("QUASAR_REDIS_URL", "REDIS_URL", "QUASAR_TOKEN", "QUASAR_INTERVAL", "QUASAR_PREFIX", "QUASAR_SERVICE"):
        monkeypatch.delenv(name, raising=False)
    yield
    quasar.stop()


@pytest.mark.parametrize(
    "given",
    [
        {"service": ""},
        {"service": "x" * 201},
        {"service": "\ud800"},
        {"redis": "redis://x/?socket_timeout=hunter2hunter"},
        {"environment": 3},
        {"redis": "http://user:hunter2hunter@x"},
        {"redis": "redis://x:notaport"},
        {"redis": 5},
        {"prefix": "no-colon"},
        {"interval": 99},
        {"interval": True},
        {"interval": "10"},
        {"slow": -1},
        {"slow": [["GET *", 10]]},
        {"slow": {"requests": 1, "others": 2}},
        {"ignore": 5},
        {"sample": 2},
        {"redact": "x"},
        {"logger": "x"},
        {"meta": 5},
        {"ready": True},
        {"disks": "/"},
        {"token": TOKEN},
        {"token": "short"},
        {"enabled": 1},
    ],
    ids=str,
)
def test_bad_options_are_named(given):
    [name] = given
    with pytest.raises(quasar.QuasarError) as raised:
        quasar.start(**given)
    assert raised.value.code == "invalid_option"
    assert f'option "{name}" takes' in str(raised.value)
    assert "hunter2" not in str(raised.value)
    assert TOKEN not in str(raised.value)
    assert quasar.status() == {"enabled": False}


@pytest.mark.parametrize(
    ("variable", "value"),
    [("QUASAR_INTERVAL", "soon"), ("QUASAR_PREFIX", "x"), ("QUASAR_TOKEN", TOKEN), ("QUASAR_REDIS_URL", "http://x")],
)
def test_bad_variables_are_named(monkeypatch, variable, value):
    monkeypatch.setenv(variable, value)
    with pytest.raises(quasar.QuasarError, match=variable) as raised:
        quasar.start()
    assert TOKEN not in str(raised.value)


def test_secrets_are_in_no_repr(caplog):
    recorder = quasar.start(service="shop", redis="redis://:hunter2hunter@127.0.0.1:1", token="hunter2hunter2hunter2")
    assert "hunter2" not in repr(recorder) + repr(recorder._options) + repr(recorder.status())


def test_slow_rules():
    from gravito_quasar.rules import compile_slow

    threshold = compile_slow([["GET /reports/*", 5_000], ["POST *", 200], 1_000])
    assert [threshold(name) for name in ("GET /reports/1", "POST /x", "GET /x")] == [5_000, 200, 1_000]
    assert compile_slow(False)("x") == float("inf")


def test_series_are_bounded():
    recorder = quasar.start(service="shop", redis=False, logger=logging.getLogger("test"))
    for number in range(700):
        recorder.core.count_request(f"GET /{number}", 200, 1.0, False)
    routes, _ = recorder.core.take()
    assert len(routes) == 501
    assert (routes[-1].key, routes[-1].count) == ("(other)", 200)


def test_records_of_an_interval_are_bounded():
    recorder = quasar.start(service="shop", redis=False, slow=0, logger=False)
    for number in range(300):
        recorder.core.job_ended("job", None, "completed", 5.0)
        quasar.capture_exception(ValueError(number))
    assert recorder.status()["waiting"] == 400
    assert recorder.status()["dropped"] == 200


def test_redact_can_drop_and_remove_but_add_nothing():
    def redact(record):
        if record.get("message") == "drop":
            return None
        return {**record, "message": "***", "stack": None, "service": "other", "more": 1}

    recorder = quasar.start(service="shop", redis=False, redact=redact, logger=False)
    quasar.capture_exception(ValueError("drop"))
    quasar.capture_exception(ValueError("keep"))
    [record] = [one.record for one in recorder.core.pending()]
    assert (record["message"], record["stack"], record["service"]) == ("***", None, "shop")
    assert "more" not in record


def test_missing_container_files(tmp_path):
    from gravito_quasar.probes import Probes

    figures = Probes(["/no/such/mount"], proc=str(tmp_path), cgroup=str(tmp_path)).read()
    assert (figures["cpu"]["system"], figures["memory"]["process"]["rss"], figures["disk"]) == (None, None, None)
    assert figures["cpu"]["cores"] > 0


@pytest.mark.parametrize("version", [1, 2])
def test_container_limits(tmp_path, version):
    from gravito_quasar.probes import Probes

    files = {
        2: {
            "cgroup.controllers": "cpu memory",
            "app/cpu.max": "50000 100000",
            "app/cpu.stat": "usage_usec 5000000\nthrottled_usec 7000",
            "app/memory.max": "1000000",
            "app/memory.current": "600000",
            "app/memory.stat": "inactive_file 100000",
            "self": "0::/app",
        },
        1: {
            "cpu/app/cpu.cfs_quota_us": "50000",
            "cpu/app/cpu.cfs_period_us": "100000",
            "cpu/app/cpu.stat": "throttled_time 7000000",
            "cpu/app/cpuacct.usage": "5000000000",
            "memory/app/memory.limit_in_bytes": "1000000",
            "memory/app/memory.usage_in_bytes": "600000",
            "memory/app/memory.stat": "total_inactive_file 100000",
            "self": "4:cpu,cpuacct:/app\n5:memory:/app",
        },
    }[version]
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (proc / "self" / "cgroup").write_text(files.pop("self"))
    (proc / "meminfo").write_text("MemTotal: 8000 kB\nMemAvailable: 4000 kB\n")
    for name, text in files.items():
        (tmp_path / "cgroup" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "cgroup" / name).write_text(text)
    figures = Probes(["/"], proc=str(proc), cgroup=str(tmp_path / "cgroup")).read()
    assert figures["memory"]["system"] == {"total": 1_000_000, "free": 500_000, "used": 500_000, "limit": 1_000_000}
    assert figures["cpu"]["cores"] == 0.5
    assert figures["cpu"]["throttled"] == 0


@pytest.mark.parametrize(
    "text", ["://a?" * 6_000, "y" * 30_000, "http://" + "a:" * 15_000, "password=,,,," + "," * 20_000], ids=range(4)
)
def test_no_text_is_too_hard_to_mask(text):
    assert mask_message(text)
