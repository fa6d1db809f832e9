"""Limits of the container, from files as the kernel has them."""

import pytest

from gravito_quasar.probes.cgroup import Cgroup

V2 = {"cgroup.controllers": "cpu memory\n"}
NO_LIMIT = "9223372036854771712\n"

# Name, /proc/self/cgroup, files below the root; then quota, CPU seconds, throttled ms, memory (limit, used).
CASES = [
    (
        "version 2, in a slice",
        "0::/app.slice/web\n",
        {
            **V2,
            "app.slice/web/cpu.max": "150000 100000\n",
            "app.slice/web/cpu.stat": "usage_usec 2500000\nnr_throttled 3\nthrottled_usec 7000\n",
            "app.slice/web/memory.max": "536870912\n",
            "app.slice/web/memory.current": "300000000\n",
            "app.slice/web/memory.stat": "anon 1\ninactive_file 100000000\n",
        },
        (1.5, 2.5, 7.0, (536870912, 200000000)),
    ),
    (
        "version 2, the tightest is above",
        "0::/app.slice/web\n",
        {
            **V2,
            "app.slice/web/cpu.max": "400000 100000\n",
            "app.slice/cpu.max": "50000 100000\n",
            "app.slice/cpu.stat": "usage_usec 9000\nthrottled_usec 8000\n",
            "app.slice/web/memory.max": "max\n",
            "app.slice/memory.max": "1000\n",
            "app.slice/memory.current": "400\n",
        },
        (0.5, 0.009, 8.0, (1000, 400)),
    ),
    (
        "version 2, a container sees its group as the root, under the host's path",
        "0::/docker/abc\n",
        {**V2, "cpu.max": "200000 100000\n", "memory.max": "2000\n", "memory.current": "900\n"},
        (2.0, None, None, (2000, 900)),
    ),
    (
        "version 2, without limits",
        "0::/user.slice\n",
        {**V2, "user.slice/cpu.max": "max 100000\n", "user.slice/memory.max": "max\n"},
        (None, None, None, (None, None)),
    ),
    (
        "version 1",
        "4:memory:/docker/abc\n3:cpu,cpuacct:/docker/abc\n",
        {
            "cpu/docker/abc/cpu.cfs_quota_us": "250000\n",
            "cpu/docker/abc/cpu.cfs_period_us": "100000\n",
            "cpu/docker/abc/cpu.stat": "nr_periods 4\nthrottled_time 6000000\n",
            "cpu/docker/abc/cpuacct.usage": "1500000000\n",
            "memory/docker/abc/memory.limit_in_bytes": "268435456\n",
            "memory/docker/abc/memory.usage_in_bytes": "50000\n",
            "memory/docker/abc/memory.stat": "inactive_file 1\ntotal_inactive_file 20000\n",
            "memory/memory.limit_in_bytes": NO_LIMIT,
        },
        (2.5, 1.5, 6.0, (268435456, 30000)),
    ),
    (
        "version 1, without limits",
        "4:memory:/\n3:cpu,cpuacct:/\n",
        {
            "cpu/cpu.cfs_quota_us": "-1\n",
            "cpu/cpu.cfs_period_us": "100000\n",
            "memory/memory.limit_in_bytes": NO_LIMIT,
        },
        (None, None, None, (None, None)),
    ),
    (
        "garbage",
        "\n::\n0::/a:b\nnothing",
        {**V2, "a:b/cpu.max": "1 0\n", "cpu.max": "many few\n", "a:b/memory.max": "-\n", "memory.max": "nan\n"},
        (None, None, None, (None, None)),
    ),
    ("nothing", None, {}, (None, None, None, (None, None))),
]


@pytest.mark.parametrize(("memberships", "files", "expected"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_limits(tmp_path, memberships, files, expected):
    proc, root = tmp_path / "proc", tmp_path / "groups"
    texts = {root / name: text for name, text in files.items()}
    if memberships is not None:
        texts[proc / "self/cgroup"] = memberships
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    group = Cgroup(str(proc), str(root))
    assert (group.quota, group.cpu_seconds(), group.throttled_ms(), group.memory()) == expected
