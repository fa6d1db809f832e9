import os
import time

from celery import Celery

import gravito_quasar as quasar

quasar.start(slow=150)
broker = os.environ["BROKER_URL"]
app = Celery("shop", broker=broker, backend=broker)
app.conf.task_routes = {"send_mail": {"queue": "mail"}}
app.conf.broker_connection_retry_on_startup = True
quasar.celery.monitor(app)


@app.task(name="send_mail")
def send_mail(number):
    return number


@app.task(name="slow")
def slow():
    time.sleep(0.2)


@app.task(name="fails")
def fails():
    raise RuntimeError("no stock")


@app.task(name="retries", bind=True, max_retries=1)
def retries(self):
    raise self.retry(exc=LookupError("try again"), countdown=0)


@app.task(name="dies")
def dies():
    os._exit(1)
