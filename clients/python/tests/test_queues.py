import signal
import sys

import pytest
import redis
from conftest import tool, wait_for

sys.path.insert(0, __file__.rsplit("/", 1)[0] + "/apps")


def send(redis_server, code):
    """Runs code of a producer, in a process of its own."""
    import os
    import subprocess

    from conftest import APPS, ROOT

    env = {**os.environ, "PYTHONPATH": f"{ROOT}:{APPS}", "BROKER_URL": redis_server.url, "QUASAR_DISABLED": ""}
    env = {**env, "QUASAR_SERVICE": "producer", "QUASAR_REDIS_URL": redis_server.url}
    subprocess.run([sys.executable, "-c", code], env=env, check=True, timeout=30)


@pytest.mark.parametrize("pool", ["prefork", "threads"])
def test_celery(run, redis_server, reports, pool):
    worker = run(
        tool("celery"), "-A", "celery_app", "worker", "-P", pool, "-c", "2", "-Q", "celery,mail", "-l", "warning",
        "--without-gossip", "--without-mingle", "--without-heartbeat",
        BROKER_URL=redis_server.url,
    )  # fmt: skip
    wait_for(lambda: len(reports.nodes()) >= (3 if pool == "prefork" else 1), "the worker")
    send(
        redis_server,
        "from celery_app import *\nfor n in range(3): send_mail.delay(n)\nslow.delay(); fails.delay(); retries.delay()",
    )
    wait_for(lambda: reports.job("retries").get("count") == 2 and reports.job("send_mail").get("count") == 3)
    wait_for(lambda: reports.job("slow") and reports.job("fails"))
    mail = reports.job("send_mail")
    assert (mail["count"], mail["queue"], mail.get("errors")) == (3, "mail", None)
    assert mail["waits"] >= 1
    assert reports.job("fails") | {"waits": 0} == {"count": 1, "errors": 1, "failed": 1, "queue": "celery", "waits": 0}
    retried = reports.job("retries")
    assert (retried["count"], retried["errors"], retried["failed"]) == (2, 2, 1)
    wait_for(lambda: len(reports.exceptions()) >= 3)
    handled = {(one["name"], one["handled"]) for one in reports.exceptions()}
    assert {("RuntimeError", False), ("LookupError", True), ("LookupError", False)} <= handled
    [slow] = wait_for(reports.slow)
    assert (slow["name"], slow["kind"], slow["meta"]["queue"], slow["meta"]["attempt"]) == ("slow", "job", "celery", 1)
    if pool == "prefork":
        send(redis_server, "from celery_app import dies; dies.delay()")
        wait_for(lambda: reports.job("dies"))
        assert wait_for(lambda: {one["name"] for one in reports.exceptions()} >= {"WorkerLostError"})
    worker.stop(signal.SIGTERM)
    wait_for(lambda: all(node["pid"] != worker.popen.pid for node in reports.nodes()))


@pytest.mark.parametrize("kind", ["QuasarWorker", "QuasarSimpleWorker"])
def test_rq(run, redis_server, reports, kind):
    worker = run(tool("rq"), "worker", "-w", f"gravito_quasar.rq.{kind}", "-u", redis_server.url, "mail")
    from rq import Queue, Retry

    queue = Queue("mail", connection=redis.Redis.from_url(redis_server.url))
    import rq_jobs

    for number in range(3):
        queue.enqueue(rq_jobs.quick, number)
    queue.enqueue(rq_jobs.slow)
    queue.enqueue(rq_jobs.fails, retry=Retry(max=1))
    if kind == "QuasarWorker":
        queue.enqueue(rq_jobs.dies)
    wait_for(lambda: reports.job("rq_jobs.fails").get("count") == 2)
    wait_for(lambda: reports.job("rq_jobs.slow"))
    quick = reports.job("rq_jobs.quick")
    assert (quick["count"], quick["queue"]) == (3, "mail")
    assert quick["waits"] >= 1
    fails = reports.job("rq_jobs.fails")
    assert (fails["errors"], fails["failed"]) == (2, 1)
    assert reports.job("inner") == {"count": 1}
    failures = [one for one in reports.exceptions() if one["name"] == "RuntimeError"]
    assert sorted(one["handled"] for one in failures) == [False, True]
    assert "hunter2" not in reports.texts()
    if kind == "QuasarWorker":
        wait_for(lambda: reports.job("rq_jobs.dies"))
        assert reports.job("rq_jobs.dies")["failed"] == 1
        wait_for(lambda: {one["name"] for one in reports.exceptions()} >= {"WorkHorseLostError"})
    # The work horses are no nodes: their worker reports for them.
    [node] = reports.nodes()
    assert (node["pid"], node["runtime"]["framework"]) == (worker.popen.pid, "rq")
    assert {rollup["node"] for rollup in reports.rollups()} == {node["id"]}
    worker.stop(signal.SIGTERM)
    wait_for(lambda: not reports.nodes())
