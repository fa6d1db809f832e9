<?php

declare(strict_types=1);

namespace Gravito\Zenith\Laravel;

use Gravito\Quasar\Refusal;
use Gravito\Quasar\Socket;
use RuntimeException;

/** The queues of one Redis connection, read in two rounds: the second skips what is empty. */
final class RedisQueues
{
    /** A worker polls every few seconds: only after this time does a due job mean that there is none, ms. */
    private const GRACE_MS = 5000;

    private Socket $link;

    public function __construct(private array $place, private string $prefix, private string $driver)
    {
        $this->link = new Socket($place);
    }

    /** @param list<string> $names @param int $now Unix ms */
    public function read(array $names, int $now): array
    {
        try {
            return $this->readAll($names, $now);
        } catch (RuntimeException $error) {
            return array_map(fn ($name) => $this->entry($name, null) + ['error' => $error->getMessage()], $names);
        }
    }

    private function readAll(array $names, int $now): array
    {
        $commands = [['INFO', 'server']];
        foreach ($names as $name) {
            $key = $this->key($name);
            array_push($commands, ['LLEN', $key], ['ZCARD', "$key:delayed"], ['ZCARD', "$key:reserved"]);
        }
        $replies = $this->link->send($commands);
        $info = array_shift($replies);
        $server = is_string($info) && preg_match('/^run_id:(\w+)/m', $info, $match) === 1 ? $match[1] : null;
        $sizes = array_combine($names, array_chunk($replies, 3));
        $heads = $this->heads($sizes);

        return array_map(fn (string $name) => $this->toEntry($name, $server, $sizes[$name], $heads[$name] ?? [], $now), $names);
    }

    private function key(string $name): string
    {
        return "{$this->prefix}queues:$name";
    }

    private function entry(string $name, ?string $server): array
    {
        return ['name' => $name, 'driver' => $this->driver, 'place' => RedisPlace::text($this->place, $this->prefix), 'server' => $server];
    }

    /** The oldest waiting job, and the next due time of delayed and reserved ones. @return array<string, array<string, mixed>> */
    private function heads(array $sizes): array
    {
        $asked = [];
        foreach ($sizes as $name => [$waiting, $delayed, $reserved]) {
            $key = $this->key((string) $name);
            $waiting > 0 && is_int($waiting) && $asked[] = [$name, 'oldest', ['LINDEX', $key, 0]];
            $delayed > 0 && is_int($delayed) && $asked[] = [$name, 'delayed', ['ZRANGE', "$key:delayed", 0, 0, 'WITHSCORES']];
            $reserved > 0 && is_int($reserved) && $asked[] = [$name, 'reserved', ['ZRANGE', "$key:reserved", 0, 0, 'WITHSCORES']];
        }
        $heads = [];
        foreach ($asked === [] ? [] : $this->link->send(array_column($asked, 2)) as $at => $reply) {
            $heads[$asked[$at][0]][$asked[$at][1]] = $reply;
        }

        return $heads;
    }

    private function toEntry(string $name, ?string $server, array $sizes, array $heads, int $now): array
    {
        $entry = $this->entry($name, $server);
        foreach ($sizes as $size) {
            if ($size instanceof Refusal) {
                return $entry + ['error' => $size->code() === 'WRONGTYPE' ? 'A key of this queue holds another type of data than Laravel puts there' : "Redis refuses: {$size->code()}"];
            }
        }
        $due = array_filter([$heads['delayed'][1] ?? null, $heads['reserved'][1] ?? null], 'is_numeric');
        $overdue = $due === [] ? null : $now - 1000 * (float) min($due);

        return $entry + ['metrics' => ['waiting' => $sizes[0], 'active' => $sizes[2], 'delayed' => $sizes[1]],
            'oldestMs' => self::age($heads['oldest'] ?? null, $now), 'overdueMs' => $overdue !== null && $overdue >= self::GRACE_MS ? (int) $overdue : null];
    }

    /** How long a job has waited; null where its payload does not tell. */
    private static function age(mixed $payload, int $now): ?int
    {
        $fields = is_string($payload) ? json_decode($payload, true) : null;
        $pushed = $fields['pushedAt'] ?? $fields['createdAt'] ?? null;
        $delay = (int) ($fields['attempts'] ?? 0) === 0 ? (float) ($fields['delay'] ?? 0) : 0;

        return is_numeric($pushed) ? (int) max(0, $now - 1000 * ((float) $pushed + $delay)) : null;
    }
}
