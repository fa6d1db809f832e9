<?php

declare(strict_types=1);

namespace Gravito\Zenith\Laravel;

use Illuminate\Contracts\Config\Repository;
use Illuminate\Support\ConfigurationUrlParser;

/** Where a Redis connection of config/database.php leads. A connection of our own has short time-outs, the app's may have none. */
final class RedisPlace
{
    public function __construct(private Repository $config)
    {
    }

    /** @return array|null null for a cluster or an unknown connection */
    public function of(string $connection): ?array
    {
        $settings = $this->config->get("database.redis.$connection");
        if (! is_array($settings)) {
            return null;
        }
        $parsed = (new ConfigurationUrlParser())->parseConfiguration($settings);
        $host = (string) ($parsed['host'] ?? '127.0.0.1');
        $scheme = strtolower((string) ($parsed['driver'] ?? $parsed['scheme'] ?? ''));
        $isSocket = str_starts_with($host, '/') || $scheme === 'unix';

        return [
            'host' => $isSocket ? null : (string) preg_replace('#^(?:tls|tcp)://#', '', $host),
            'port' => (int) ($parsed['port'] ?? 6379),
            'path' => $isSocket ? (string) ($parsed['path'] ?? $host) : null,
            'tls' => in_array($scheme, ['tls', 'rediss'], true) || str_starts_with($host, 'tls://'),
            'username' => $parsed['username'] ?? null,
            'password' => $parsed['password'] ?? null,
            'database' => (int) ($parsed['database'] ?? 0),
        ];
    }

    /** What the connection puts before every key. */
    public function prefix(string $connection): string
    {
        $settings = (array) $this->config->get("database.redis.$connection");

        return (string) ($settings['prefix'] ?? $settings['options']['prefix'] ?? $this->config->get('database.redis.options.prefix') ?? '');
    }

    /** As the Node package writes it, so that both report one queue: `127.0.0.1:6379/0 laravel_database_`. */
    public static function text(array $place, string $prefix): string
    {
        $where = $place['path'] ?? "{$place['host']}:{$place['port']}";

        return trim((string) preg_replace('/:$/D', '', "$where/{$place['database']} $prefix"));
    }
}
