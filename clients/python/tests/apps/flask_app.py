import time

from flask import Flask, Response, jsonify, request

import gravito_quasar as quasar

quasar.start(slow=150, ignore="/health", redact=lambda record: {**record, "message": None})
app = Flask(__name__)
quasar.flask.monitor(app)
quasar.flask.monitor(app)


@app.get("/health")
def health():
    return "ok"


@app.get("/users/<int:user>")
def user(user):
    return jsonify(user)


@app.get("/fails")
def fails():
    raise RuntimeError("no stock")


@app.errorhandler(LookupError)
def known(_error):
    return "known", 409


@app.get("/known")
def raises_known():
    raise LookupError


@app.get("/slow")
def slow():
    time.sleep(0.2)
    return "slow"


@app.get("/stream")
def stream():
    def parts():
        for number in range(3):
            yield f"{number}\n"
            time.sleep(0.1)

    return Response(parts(), mimetype="text/plain")


@app.get("/endless")
def endless():
    def parts():
        while True:
            yield "x" * 10_000
            time.sleep(0.01)

    return Response(parts(), mimetype="text/plain")


@app.post("/echo")
def echo():
    return request.get_data()


@app.get("/fork")
def fork():
    """A fork within a request, as some libraries do."""
    import multiprocessing

    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join()
    return str(child.exitcode)


@quasar.job(queue="forked")
def work():
    time.sleep(0.01)
