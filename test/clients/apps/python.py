"""The service `fleet` in Python: 10 jobs of 30 to 39 ms."""

import sys
import time

import gravito_quasar as quasar

quasar.start(service="fleet")
for number in range(10):
    with quasar.job("import"):
        time.sleep((30 + number) / 1_000)
if not quasar.flush(10):
    sys.exit("Redis did not take the report")
print("reported", flush=True)
sys.stdin.read()
quasar.stop()
