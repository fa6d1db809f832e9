<?php

declare(strict_types=1);

namespace Gravito\Zenith\Laravel;

use Gravito\Quasar\Guard;
use Gravito\Quasar\Quasar;
use Illuminate\Contracts\Debug\ExceptionHandler;
use Illuminate\Queue\Queue;
use Illuminate\Support\ServiceProvider;
use Illuminate\Support\Str;
use InvalidArgumentException;

/** Reports the app. A wrong setting costs the reports and a line in the log, never a request. */
final class ZenithServiceProvider extends ServiceProvider
{
    /** Commands that run for long: each of their processes is a node. */
    private const WORKERS = ['queue:work', 'horizon:work', 'octane:start'];

    public function register(): void
    {
        $this->mergeConfigFrom(__DIR__ . '/../config/zenith.php', 'zenith');
    }

    public function boot(): void
    {
        $this->publishes([__DIR__ . '/../config/zenith.php' => $this->app->configPath('zenith.php')], 'zenith-config');
        $settings = $this->app['config']['zenith'];
        if ($settings['enabled'] && $this->isReporting($settings)) {
            Guard::run(fn () => $this->start($settings));
        }
    }

    private function isReporting(array $settings): bool
    {
        return ! $this->app->runningInConsole() || self::isOctane() || in_array(self::command(), $settings['commands'], true);
    }

    private static function isOctane(): bool
    {
        return isset($_SERVER['LARAVEL_OCTANE']) || isset($_ENV['LARAVEL_OCTANE']);
    }

    private static function command(): string
    {
        $words = array_filter(array_slice((array) ($_SERVER['argv'] ?? []), 1), static fn ($word) => ! str_starts_with((string) $word, '-'));

        return (string) (reset($words) ?: '');
    }

    private function start(array $settings): void
    {
        $queues = new QueueReader($this->app, $settings['queues']);
        try {
            Quasar::start(...$this->options($settings, $queues));
        } catch (InvalidArgumentException $error) {
            $this->log($settings, $error->getMessage());

            return;
        }
        $events = $this->app['events'];
        $work = new Work();
        (new RequestEvents($this->app))->listen($events);
        (new QueueEvents($work, $queues))->listen($events);
        (new ScheduleEvents($work))->listen($events);
        $this->app->terminating(static fn () => Quasar::heartbeat());
        $this->captureExceptions($work);
        if ($settings['stamp']) {
            Queue::createPayloadUsing(static fn () => ['pushedAt' => (string) microtime(true)]);
        }
    }

    private function options(array $settings, QueueReader $queues): array
    {
        $isWorker = self::isOctane() || in_array(self::command(), self::WORKERS, true);
        $isTask = ! $isWorker && $this->app->runningInConsole();

        return [
            'service' => $settings['service'] ?? (Str::slug((string) $this->app['config']['app.name']) ?: 'laravel'),
            'redis' => $settings['redis'] ?? (new RedisPlace($this->app['config']))->of($settings['connection']),
            'environment' => $this->app->environment(),
            'prefix' => $settings['prefix'],
            'interval' => $settings['interval'],
            'quiet' => $settings['quiet'],
            'slow' => $settings['slow'],
            'sample' => $settings['sample'],
            'ignore' => $settings['ignore'],
            'token' => $settings['token'],
            'disks' => $settings['disks'],
            'directory' => $settings['directory'],
            'framework' => 'laravel',
            'appVersion' => $this->app['config']['app.version'],
            'mode' => $isWorker ? 'process' : 'pool',
            'node' => $isTask ? gethostname() . '-schedule' : null,
            'logger' => fn (string $line) => $this->log($settings, $line),
            'queues' => $queues,
        ];
    }

    private function log(array $settings, string $line): void
    {
        $this->app['log']->channel($settings['log'])->warning($line);
    }

    /** Those that Laravel reports: no 4xx, and none that the app ignores. */
    private function captureExceptions(Work $work): void
    {
        $capture = fn ($error) => Quasar::captureException($error, $work->context() ?? RequestEvents::context($this->app));
        $this->callAfterResolving(ExceptionHandler::class, static function ($handler) use ($capture): void {
            if (method_exists($handler, 'reportable')) {
                $handler->reportable(static function (\Throwable $error) use ($capture): void {
                    Guard::run(static fn () => $capture($error));
                });
            }
        });
    }
}
