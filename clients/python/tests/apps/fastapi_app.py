import asyncio
import time

from fastapi import APIRouter, FastAPI, HTTPException, WebSocket
from fastapi.responses import JSONResponse, StreamingResponse
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import gravito_quasar as quasar
from gravito_quasar import QuasarMiddleware

quasar.start(slow=150, ignore=["/health"], environment="test")


class Known(Exception):
    pass


async def item(request):
    return PlainTextResponse(request.path_params["item"])


inner = Starlette(routes=[Route("/items/{item}", item), Mount("/deep/{level}", routes=[Route("/{item:int}", item)])])
sub = FastAPI()
router = APIRouter(prefix="/orders")
nested = APIRouter(prefix="/lines")


@nested.get("/{line}")
async def line(order: int, line: int):
    return line


@router.get("/{order}")
def order(order: int):
    return order


router.include_router(nested, prefix="/{order}")
app = FastAPI()
app.include_router(router, prefix="/v1")
app.mount("/t/{tenant}", inner)
app.mount("/sub", sub)
app.add_middleware(QuasarMiddleware)
app.add_middleware(QuasarMiddleware)


@sub.get("/hello/{name}")
async def hello(name: str):
    return name


@app.exception_handler(Known)
async def known(request, error):
    return JSONResponse({"error": "known"}, status_code=409)


@app.get("/health")
async def health():
    return "ok"


@app.get("/users/{user}")
async def user(user: int):
    return {"user": user}


@app.post("/users")
async def add_user(body: dict):
    return body


@app.get("/fails")
async def fails():
    raise RuntimeError("no stock for ada@example.com, password=hunter2hunter")


@app.get("/known")
async def raises_known():
    raise Known


@app.get("/denied")
async def denied():
    raise HTTPException(503, "later")


@app.get("/slow")
async def slow(seconds: float = 0.2):
    await asyncio.sleep(seconds)
    return "slow"


@app.get("/blocks")
async def blocks():
    time.sleep(0.25)
    return "blocked"


@app.get("/stream")
async def stream():
    async def parts():
        for number in range(3):
            yield f"{number}\n"
            await asyncio.sleep(0.05)

    return StreamingResponse(parts(), media_type="text/plain")


@app.get("/breaks")
async def breaks():
    async def parts():
        yield "one"
        raise RuntimeError("broken stream")

    return StreamingResponse(parts(), media_type="text/plain")


@app.get("/endless")
async def endless():
    async def parts():
        while True:
            yield "x" * 1000
            await asyncio.sleep(0.02)

    return StreamingResponse(parts(), media_type="text/plain")


@app.get("/events")
async def events():
    async def parts():
        while True:
            yield "data: 1\n\n"
            await asyncio.sleep(0.05)

    return StreamingResponse(parts(), media_type="text/event-stream")


@app.get("/caught")
async def caught():
    try:
        raise LookupError("caught")
    except LookupError as error:
        quasar.capture_exception(error)
        quasar.capture_exception(error)
    return "ok"


@app.websocket("/ws/{room}")
async def socket(websocket: WebSocket, room: str):
    await websocket.accept()
    while True:
        text = await websocket.receive_text()
        if text == "fail":
            raise RuntimeError("socket failed")
        await websocket.send_text(text)


@app.websocket("/closed")
async def closed(websocket: WebSocket):
    await websocket.close()
