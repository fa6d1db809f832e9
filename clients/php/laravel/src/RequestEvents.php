<?php

declare(strict_types=1);

namespace Gravito\Zenith\Laravel;

use Gravito\Quasar\Guard;
use Gravito\Quasar\Quasar;
use Illuminate\Contracts\Events\Dispatcher;
use Illuminate\Contracts\Foundation\Application;
use Illuminate\Foundation\Http\Events\RequestHandled;
use Illuminate\Http\Request;

/** Counts requests by their route. An event, and no middleware: it also sees requests that a middleware answered. */
final class RequestEvents
{
    /** Of the current request under Octane, whose process has no time of its own for it. */
    private ?float $startedAt = null;

    public function __construct(private Application $app)
    {
    }

    public function listen(Dispatcher $events): void
    {
        $events->listen(RequestHandled::class, function (RequestHandled $event): void {
            Guard::run(fn () => $this->record($event->request, $event->response->getStatusCode()));
        });
        $events->listen('Laravel\Octane\Events\RequestReceived', function (): void {
            $this->startedAt = microtime(true);
        });
    }

    private function record(Request $request, int $status): void
    {
        $startedAt = $this->startedAt ?? (float) $request->server('REQUEST_TIME_FLOAT', microtime(true));
        Quasar::request(self::routeOf($request), $status, 1000 * max(0, microtime(true) - $startedAt), [
            'method' => $request->method(), 'url' => $request->getRequestUri(), 'requestId' => $request->header('X-Request-Id'),
            'traceId' => self::traceId($request),
        ]);
    }

    /** `GET /users/{id}`; null if no route matched, or the fallback. */
    private static function routeOf(Request $request): ?string
    {
        $route = $request->route();
        if (! is_object($route) || ($route->isFallback ?? false)) {
            return null;
        }

        return $request->method() . ' /' . ltrim($route->uri(), '/');
    }

    private static function traceId(Request $request): ?string
    {
        return preg_match('/^[\da-f]{2}-([\da-f]{32})-/', (string) $request->header('traceparent'), $match) === 1 ? $match[1] : null;
    }

    /** Of an exception of the current request. */
    public static function context(Application $app): array
    {
        if ($app->runningInConsole() && ! $app->bound('request')) {
            return [];
        }
        $request = $app['request'];

        return ['kind' => 'request', 'route' => self::routeOf($request), 'requestId' => $request->header('X-Request-Id'), 'traceId' => self::traceId($request)];
    }
}
