<?php

declare(strict_types=1);

namespace Gravito\Zenith\Laravel;

use Illuminate\Contracts\Foundation\Application;
use Throwable;

/** Reads the app's queues: on Redis by a connection of its own, in the database by the app's. */
final class QueueReader
{
    /** How often failed jobs are counted, s: their table may be long. */
    private const FAILED_EVERY_S = 60;
    private const MAX_SEEN = 100;

    /** @var array<string, list<string>> names by connection that this process works on */
    private array $seen = [];
    /** @var array<string, RedisQueues> */
    private array $redis = [];
    /** Whether a job failed here since failed jobs were counted. */
    private bool $hasFailed = false;

    /** @param array<string, list<string>>|null $names of config/zenith.php */
    public function __construct(private Application $app, private ?array $names)
    {
    }

    /** A worker works on these. @param list<string> $names */
    public function see(string $connection, array $names): void
    {
        $all = array_unique([...$this->seen[$connection] ?? [], ...array_filter($names)]);
        $this->seen[$connection] = array_slice($all, 0, self::MAX_SEEN);
    }

    public function noteFailure(): void
    {
        $this->hasFailed = true;
    }

    /**
     * @param array $memory what is kept until the next call, also of another process
     * @param int $now Unix ms
     * @return list<array> entries of a snapshot
     */
    public function __invoke(array &$memory, int $now): array
    {
        $entries = [];
        foreach ($this->watched() as $connection => $names) {
            $settings = (array) $this->app['config']["queue.connections.$connection"];
            $failed = $this->failed($memory)[$connection] ?? null;
            $read = match ($settings['driver'] ?? '') {
                'redis' => $this->onRedis($settings['connection'] ?? 'default', $names, $now),
                'database' => $this->inDatabase($settings, $names, $now),
                default => [],
            };
            foreach ($read as $entry) {
                $entry['metrics']['failed'] = $memory['failed'] === null || ! isset($entry['metrics']['waiting']) ? null : ($failed[$entry['name']] ?? 0);
                $entry['states'] = ['waiting', 'delayed', 'active', ...($memory['failed'] === null ? [] : ['failed'])];
                $entries[] = $entry;
            }
        }

        return $entries;
    }

    /** @return array<string, list<string>> */
    private function watched(): array
    {
        if ($this->names !== null) {
            return $this->names;
        }
        $config = $this->app['config'];
        $default = (string) $config['queue.default'];
        $watched = $this->seen;
        $watched[$default] = array_values(array_unique([(string) ($config["queue.connections.$default.queue"] ?? 'default'), ...$watched[$default] ?? []]));

        return $watched;
    }

    private function onRedis(string $connection, array $names, int $now): array
    {
        $place = (new RedisPlace($this->app['config']))->of($connection);
        if ($place === null) {
            return [];
        }
        $this->redis[$connection] ??= new RedisQueues($place, (new RedisPlace($this->app['config']))->prefix($connection), $this->driver());

        return $this->redis[$connection]->read($names, $now);
    }

    /** With Horizon installed, the queues are its own. */
    private function driver(): string
    {
        return class_exists('Laravel\Horizon\Horizon') ? 'laravel-horizon' : 'laravel';
    }

    /** Counts of failed jobs by connection and queue; kept as null if they can't be counted. */
    private function failed(array &$memory): ?array
    {
        if (! $this->hasFailed && time() - ($memory['failedAt'] ?? 0) < self::FAILED_EVERY_S) {
            return $memory['failed'];
        }
        $this->hasFailed = false;
        $memory['failedAt'] = time();
        $settings = (array) $this->app['config']['queue.failed'];
        $memory['failed'] = null;
        if (! in_array($settings['driver'] ?? '', ['database', 'database-uuids'], true)) {
            return null;
        }
        try {
            $rows = $this->app['db']->connection($settings['database'] ?? null)->table($settings['table'])
                ->selectRaw('connection, queue, count(*) as jobs')->groupBy('connection', 'queue')->get();
            $memory['failed'] = [];
            foreach ($rows as $row) {
                $memory['failed'][$row->connection][$row->queue] = (int) $row->jobs;
            }
        } catch (Throwable) {
            $memory['failed'] = null;
        }

        return $memory['failed'];
    }

    private function inDatabase(array $settings, array $names, int $now): array
    {
        $place = null;
        try {
            $connection = $this->app['db']->connection($settings['connection'] ?? null);
            $place = self::placeOf($connection->getConfig(), (string) $settings['table']);
            $seconds = intdiv($now, 1000);
            $rows = $connection->table($settings['table'])->whereIn('queue', $names)->groupBy('queue')->selectRaw(
                'queue, sum(case when reserved_at is null and available_at <= ? then 1 else 0 end) as waiting,'
                . ' sum(case when reserved_at is null and available_at > ? then 1 else 0 end) as later,'
                . ' sum(case when reserved_at is not null then 1 else 0 end) as active,'
                . ' min(case when reserved_at is null and available_at <= ? then available_at end) as oldest',
                [$seconds, $seconds, $seconds],
            )->get()->keyBy('queue');
        } catch (Throwable) {
            return array_map(static fn ($name) => ['name' => $name, 'driver' => 'laravel', 'place' => $place, 'error' => 'the table of jobs can not be read'], $names);
        }

        return array_map(static function (string $name) use ($rows, $place, $now): array {
            $row = $rows[$name] ?? null;
            $oldest = $row?->oldest === null ? null : max(0, $now - 1000 * (int) $row->oldest);

            return ['name' => $name, 'driver' => 'laravel', 'place' => $place, 'oldestMs' => $oldest,
                'metrics' => ['waiting' => (int) $row?->waiting, 'active' => (int) $row?->active, 'delayed' => (int) $row?->later]];
        }, $names);
    }

    /** `mysql db.internal:3306/shop jobs`, without secrets. */
    private static function placeOf(array $settings, string $table): string
    {
        $host = is_array($settings['host'] ?? null) ? implode(',', $settings['host']) : (string) ($settings['host'] ?? '');
        $where = $host === '' ? '' : $host . (isset($settings['port']) ? ":{$settings['port']}" : '') . '/';

        return "{$settings['driver']} $where" . basename((string) ($settings['database'] ?? '')) . " {$settings['prefix']}$table";
    }
}
