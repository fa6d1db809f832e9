import asyncio
import time

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import include, path

import gravito_quasar as quasar

quasar.start(slow=150, ignore=["/health"])
settings.configure(
    SECRET_KEY="of-a-test",
    ROOT_URLCONF=__name__,
    ALLOWED_HOSTS=["*"],
    DEBUG=False,
    LOGGING_CONFIG=None,
    MIDDLEWARE=["gravito_quasar.django.QuasarMiddleware", "django.middleware.common.CommonMiddleware"],
)


def health(request):
    return HttpResponse("ok")


def user(request, user):
    return HttpResponse(user)


def fails(request):
    raise RuntimeError("no stock")


def slow(request):
    time.sleep(0.2)
    return HttpResponse("slow")


async def later(request):
    await asyncio.sleep(0.2)
    return HttpResponse("later")


def stream(request):
    return StreamingHttpResponse(f"{number}\n" for number in range(3))


urlpatterns = [
    path("health", health),
    path("api/", include([path("users/<int:user>/", user)])),
    path("fails", fails),
    path("slow", slow),
    path("later", later),
    path("stream", stream),
]
wsgi = get_wsgi_application()
asgi = get_asgi_application()
