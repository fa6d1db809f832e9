"""Everything that is written equals what the other implementations write."""

import base64
import json
import zlib
from pathlib import Path

import pytest

from gravito_quasar import series
from gravito_quasar.protocol import limits, records
from gravito_quasar.protocol.keys import Keys, node_member, queues_member
from gravito_quasar.protocol.signature import Signer
from gravito_quasar.protocol.sketch import Sketch, parse_sketch
from gravito_quasar.redaction import mask_message, redact_url

FOLDER = Path(__file__).parents[3] / "schemas" / "vectors"


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def cases(name, group="cases"):
    return [pytest.param(case, id=str(case.get("name") or number)) for number, case in enumerate(load(name)[group])]


@pytest.mark.parametrize("case", cases("keys"))
def test_keys(case):
    keys = Keys(case["service"], case["prefix"])
    node, rank = case["node"], case["rank"]
    made = {
        "node": keys.node(node),
        "member": node_member(case["service"], node),
        "queues": keys.queues(rank),
        "queuesMember": queues_member(case["service"], rank),
        "slow": keys.slow,
        "errors": keys.errors,
        "rollup": keys.rollup,
        "history": keys.history,
        "queueHistory": keys.queue_history,
        "jobs": keys.jobs,
        "queuesLease": keys.queues_lease(rank),
        "nodeIndex": keys.node_index,
        "queueIndex": keys.queue_index,
        "serviceIndex": keys.service_index,
    }
    assert made == case["keys"]


def test_limits():
    named = load("limits")
    assert {name: getattr(limits, name, None) for name in named} == named


@pytest.mark.parametrize("case", cases("sketches", "record"))
def test_sketches(case):
    sketch = Sketch()
    for duration in case["durations"]:
        sketch.record(duration)
    assert (sketch.count, sketch.encode()) == (case["count"], case["text"])
    assert {share: sketch.quantile(float(share)) for share in case["quantiles"]} == case["quantiles"]


@pytest.mark.parametrize("case", cases("sketches", "merge"))
def test_merged_sketches(case):
    merged = Sketch()
    for text in case["texts"]:
        merged.merge(parse_sketch(text))
    assert merged.encode() == case["text"]


def test_invalid_sketches():
    assert [text for text in load("sketches")["invalid"] if parse_sketch(text) is not None] == []


@pytest.mark.parametrize("case", cases("heartbeats"))
def test_heartbeats(case):
    assert records.encode(case["heartbeat"]) == case["text"]
    assert limits.life_of(case["heartbeat"]["interval"]) == case["lifetimeMs"]


@pytest.mark.parametrize("case", cases("exceptions"))
def test_exceptions(case):
    assert records.encode(case["exception"], case["clockAhead"]) == case["text"]


@pytest.mark.parametrize("case", cases("snapshots"))
def test_snapshots(case):
    assert records.encode(case["snapshot"], case["clockAhead"]) == case["text"]


@pytest.mark.parametrize("case", cases("queue-history"))
def test_queue_history(case):
    assert records.encode_queue_history(case["history"], case.get("clockAhead")) == case["text"]


@pytest.mark.parametrize("case", cases("finished-jobs"))
def test_finished_jobs(case):
    assert records.encode_finished_jobs(case["record"], case.get("clockAhead")) == case["text"]


@pytest.mark.parametrize("case", cases("slow-entries"))
def test_slow_entries(case):
    assert records.encode_slow_entry(case["entry"], case["clockAhead"]) == case["fields"]


@pytest.mark.parametrize("case", cases("rollups"))
def test_rollups(case):
    routes, jobs = series.SeriesTable(), series.SeriesTable()
    for one in case["requests"]:
        status = 499 if one["aborted"] else one["status"]
        series.count_request(routes, one["key"], status, one["durationMs"], one["aborted"])
    for one in case["jobs"]:
        series.count_job(jobs, one["key"], one["queue"], one["outcome"], one["durationMs"], one["waitMs"])
    rollup = {
        "v": 2,
        "node": case["node"],
        "from": case["from"],
        "to": case["to"],
        "routes": [one.to_route() for one in routes.all()],
        "jobs": [one.to_job() for one in jobs.all()],
    }
    text = records.encode_rollup(rollup)
    assert text == case["text"]
    field, value = records.pack(text)
    assert field == ("deflate" if case["deflate"] else "data")
    assert (inflated(value) if field == "deflate" else value) == text
    if case["deflate"]:
        assert inflated(case["deflate"]) == text


def inflated(packed):
    return zlib.decompress(base64.b64decode(packed), -15).decode()


@pytest.mark.parametrize("case", cases("signatures"))
def test_signatures(case):
    signer = Signer(case["token"])
    if "record" in case:
        assert signer.json(case["key"], case["record"]) == case["signed"]
    else:
        assert signer.fields(case["key"], case["fields"]) == case["signed"]


@pytest.mark.parametrize("case", load("redaction")["texts"], ids=lambda case: case["text"][:40])
def test_masked_texts(case):
    masked = mask_message(case["text"])
    assert [secret for secret in case["hides"] if secret in masked] == []
    assert [kept for kept in case["keeps"] if kept not in masked] == []


@pytest.mark.parametrize("case", load("redaction")["urls"], ids=lambda case: case["url"])
def test_masked_urls(case):
    assert redact_url(case["url"]) == case["redacted"]


@pytest.mark.parametrize(
    "piece", ["a" * 20 + "://aaaa:a", "a://", "a:b@", '"', "=", ":", '{"a":', "aGVsbG8", "password=,", 'token:\\"']
)
def test_masks_long_hostile_texts(piece):
    """An expression that takes quadratic time would need minutes for all."""
    for start in ("", "password=", "a://"):
        assert len(mask_message(start + piece * (262_144 // len(piece)) + "x")) <= 262_144
    redact_url("/" + piece * (262_144 // len(piece)))
    assert "hunter2" not in mask_message(piece * 9 + " password=hunter2,,,,x")
