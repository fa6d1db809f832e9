import os
import time

import gravito_quasar as quasar


def quick(number):
    return number


def slow():
    time.sleep(0.2)
    with quasar.job("inner"):
        pass


def fails():
    raise RuntimeError("no stock, password=hunter2hunter")


def dies():
    os._exit(1)
