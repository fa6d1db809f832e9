<?php

declare(strict_types=1);

/**
 * Reports a PHP app to Zenith by the Quasar protocol: heartbeats, routes and jobs, slow requests, exceptions and queues.
 *
 * One file for PHP 8.0 and later. It needs no extension: it speaks to Redis by a socket of its own, or through a phpredis or Predis client
 * that the app passes. See docs/laravel.md for the specification.
 *
 *     require 'Quasar.php';
 *     Gravito\Quasar\Quasar::start(service: 'shop', redis: 'redis://127.0.0.1:6379');
 *     Gravito\Quasar\Quasar::heartbeat();
 */

namespace Gravito\Quasar;

use InvalidArgumentException;
use RuntimeException;
use Throwable;

/** What an app calls. After {@see Quasar::start} nothing here throws, prints, or changes an exit code. */
final class Quasar
{
    private static ?Recorder $recorder = null;
    /** The message of the option or of the failure that keeps this process from reporting. */
    private static ?string $problem = null;

    /**
     * Starts to report. A second call replaces the options of the first.
     *
     * @param string|null $service the app's name
     * @param mixed $redis URL, array of `host`, `port`, `path`, `tls`, `username`, `password`, `database`, or a phpredis or Predis client;
     *     default QUASAR_REDIS_URL, then REDIS_URL. Without one nothing is reported
     * @param string|null $environment default APP_ENV
     * @param string|null $prefix of all keys, default QUASAR_PREFIX, then `gravito:quasar:`
     * @param int|null $interval ms between two reports, default QUASAR_INTERVAL, then 10 000
     * @param int|float $slow ms from which a request or a job is slow
     * @param string[] $ignore routes that are not reported, `GET /health`
     * @param int|float $sample share of the slow entries that are reported, 0 to 1
     * @param callable(string): string|null $redact masks a text further, after the built-in masks
     * @param callable(string): void|null $logger takes one line when an outage begins or ends
     * @param callable(): array|null $meta custom data of the heartbeat, at most 4 096 bytes as JSON
     * @param callable(): (bool|array{status: string, deps?: array})|null $ready whether the app is ready
     * @param string[] $disks mounts to report
     * @param string|null $token signs records, default QUASAR_TOKEN; `new,old` during a rotation
     * @param bool|null $enabled default true, unless QUASAR_DISABLED is set
     * @param string|null $mode `process`: a long-running process holds its figures; `pool`: the processes of a host share theirs. Default:
     *     `process` on the command line, `pool` elsewhere
     * @param string|null $node the node's id
     * @param string|null $directory for what the processes of a pool share, default the temporary directory, then /dev/shm
     * @param int|null $quiet ms that may pass between two heartbeats, because a pool gets no request or a worker runs a long job: a
     *     heartbeat lives three times as long. Default 60 000 in a pool, else the interval
     * @param callable(): array|null $queues reads the queues: entries of a queue snapshot
     *
     * @throws InvalidArgumentException names the option that is wrong, and what it accepts
     */
    public static function start(
        ?string $service = null,
        mixed $redis = null,
        ?string $environment = null,
        ?string $prefix = null,
        ?int $interval = null,
        int|float $slow = 1000,
        array $ignore = [],
        int|float $sample = 1,
        ?callable $redact = null,
        ?callable $logger = null,
        ?callable $meta = null,
        ?callable $ready = null,
        array $disks = ['/'],
        ?string $token = null,
        ?bool $enabled = null,
        ?string $appVersion = null,
        ?string $framework = null,
        ?string $mode = null,
        ?string $node = null,
        ?string $directory = null,
        ?int $quiet = null,
        ?callable $queues = null,
        bool $errors = false,
    ): void {
        $options = Options::resolve(get_defined_vars());
        self::$problem = null;
        self::$recorder = null;
        if (!$options['enabled']) {
            self::$problem = 'disabled';
            return;
        }
        if ($options['redis'] === null) {
            self::$problem = 'no Redis: set the option redis, QUASAR_REDIS_URL or REDIS_URL';
            Guard::run(static fn () => ($options['logger'])('Quasar: nothing is reported: ' . self::$problem));
            return;
        }
        self::$recorder = new Recorder($options);
        Guard::run(static fn () => self::$recorder?->install());
        if ($errors) {
            Guard::run(static fn () => Uncaught::watch());
        }
    }

    /**
     * Reports if an interval has passed: call it at the end of a request or in a worker's loop. In a pool the work is done after the
     * response.
     *
     * @param string|null $service starts with the options of the environment, unless {@see Quasar::start} was called
     */
    public static function heartbeat(?string $service = null): void
    {
        Guard::run(static function () use ($service): void {
            if (self::$recorder === null && self::$problem === null && $service !== null) {
                self::begin($service);
            }
            self::$recorder?->tick();
        });
    }

    /** Bad variables of the environment must not stop a request: they are a problem of {@see Quasar::status}. */
    private static function begin(string $service): void
    {
        try {
            self::start(service: $service);
        } catch (InvalidArgumentException $error) {
            self::$problem = $error->getMessage();
        }
    }

    /**
     * Counts a request.
     *
     * @param string|null $route the pattern with its method, `GET /users/{id}`; null if no route matched
     * @param int|float $durationMs ms
     * @param array $details of a slow request: `method`, `url`, `requestId`, `traceId`
     */
    public static function request(?string $route, int $status, int|float $durationMs, array $details = []): void
    {
        Guard::run(static fn () => self::$recorder?->request($route, $status, $durationMs, $details));
    }

    /**
     * Runs a job and counts it. The job's exception passes through.
     *
     * @template T
     * @param callable(): T $fn
     * @param int|float|null $waitMs how long the job waited before its first attempt
     * @return T
     */
    public static function job(?string $queue, string $name, callable $fn, int|float|null $waitMs = null): mixed
    {
        $startedAt = Clock::monotonic();
        try {
            $result = $fn();
        } catch (Throwable $error) {
            self::jobDone($queue, $name, 'failed', Clock::monotonic() - $startedAt, $waitMs);
            self::captureException($error, ['kind' => 'job', 'queue' => $queue, 'route' => $name]);
            throw $error;
        }
        self::jobDone($queue, $name, 'completed', Clock::monotonic() - $startedAt, $waitMs);
        return $result;
    }

    /**
     * Counts an attempt at a job that another system runs.
     *
     * @param string $outcome `completed`, `failed`, or `retried`: it failed and the queue is to try again
     */
    public static function jobDone(
        ?string $queue,
        string $name,
        string $outcome,
        int|float|null $durationMs,
        int|float|null $waitMs = null,
        array $details = [],
    ): void {
        Guard::run(static fn () => self::$recorder?->job($queue, $name, $outcome, $durationMs, $waitMs, $details));
    }

    /** @param array $context `kind` (request, job, custom, uncaught), `route`, `queue`, `requestId`, `traceId`, `handled` */
    public static function captureException(Throwable $error, array $context = []): void
    {
        Guard::run(static fn () => self::$recorder?->exception(Thrown::describe($error), $context));
    }

    /** Reports a slow run of the app's own, whatever its duration. */
    public static function slow(string $name, int|float $durationMs, array $details = []): void
    {
        Guard::run(static fn () => self::$recorder?->slow('custom', $name, $durationMs, null, $details));
    }

    /** Reports now, unless another process of the pool does or Redis was unreachable a moment ago. */
    public static function flush(): void
    {
        Guard::run(static fn () => self::$recorder?->flush());
    }

    /** Writes the last report and stops. A process leaves the page; a pool stays, as its other processes go on. */
    public static function stop(): void
    {
        Guard::run(static fn () => self::$recorder?->end());
        self::$recorder = null;
        self::$problem = 'stopped';
    }

    /** @return array{reporting: bool, problem: string|null, node: string|null} without secrets */
    public static function status(): array
    {
        $recorder = self::$recorder;
        return [
            'reporting' => $recorder !== null && $recorder->problem === null,
            'problem' => self::$problem ?? $recorder?->problem,
            'node' => $recorder?->node,
        ];
    }

    /** @internal */
    public static function recordUncaught(array $described, array $context): void
    {
        Guard::run(static fn () => self::$recorder?->exception($described, $context));
    }
}

/** The bounds of the protocol, its keys and its texts. */
final class Protocol
{
    public const VERSION = 2;
    public const SDK_VERSION = '0.1.0';
    public const DEFAULT_PREFIX = 'gravito:quasar:';
    public const MIN_HEARTBEAT_LIFE_MS = 30000;
    public const MIN_SNAPSHOT_LIFE_MS = 30000;
    public const INDEX_LIFE_MS = 86400000;
    public const SERVICE_INDEX_LIFE_MS = 7200000;
    public const MAX_SLOW_ENTRIES = 1000;
    public const MAX_EXCEPTIONS = 1000;
    public const EXCEPTION_LIFE_MS = 3600000;
    public const ROLLUP_LIFE_MS = 900000;
    public const HISTORY_STEP_MS = 60000;
    public const HISTORY_LIFE_MS = 3600000;
    public const MAX_SERIES = 500;
    public const OTHER = '(other)';
    public const UNMATCHED = '(unmatched)';
    public const MAX_QUEUES = 5000;
    public const MAX_RECORDED_QUEUES = 1000;
    public const MAX_NAME_CHARS = 200;
    public const MAX_MESSAGE_CHARS = 1024;
    public const MAX_STACK_CHARS = 8192;
    public const MAX_META_BYTES = 4096;
    public const MAX_META_DEPTH = 20;
    public const MAX_RECORD_CHARS = 1048576;
    public const MAX_DISKS = 100;

    /** @return array<string, string> the keys of a node, and its members of the indexes */
    public static function keys(string $prefix, string $service, string $node, int $rank = 1): array
    {
        $of = self::segment($service);
        $member = $of . ':' . self::segment($node);
        $ranked = $rank === 1 ? $of : "$of:$rank";
        return [
            'node' => "{$prefix}node:$member",
            'member' => $member,
            'queues' => "{$prefix}queues:$ranked",
            'queuesMember' => $ranked,
            'slow' => "{$prefix}slow:$of",
            'errors' => "{$prefix}errors:$of",
            'rollup' => "{$prefix}rollup:$of",
            'history' => "{$prefix}history:$of",
            'queueHistory' => "{$prefix}queue-history:$of",
            'jobs' => "{$prefix}jobs:$of",
            'queuesLease' => "{$prefix}lease:queues:$ranked",
            'nodeIndex' => "{$prefix}index:nodes",
            'queueIndex' => "{$prefix}index:queues",
            'serviceIndex' => "{$prefix}index:services",
        ];
    }

    public static function segment(string $text): string
    {
        return strtr(rawurlencode(self::utf8($text)), ['%21' => '!', '%27' => "'", '%28' => '(', '%29' => ')']);
    }

    /** The key of a queue in leases: the same wherever it is read. */
    public static function queueKey(string $driver, ?string $place, string $name): string
    {
        $kind = $driver === 'laravel-horizon' ? 'laravel' : $driver;
        return $kind . ':' . ($place === null ? '-' : self::fnv1a($place)) . ':' . self::segment($name);
    }

    private static function fnv1a(string $text): string
    {
        $hash = 0x811c9dc5;
        foreach (self::units($text) as $unit) {
            $hash = (($hash ^ $unit) * 0x01000193) & 0xffffffff;
        }
        return sprintf('%08x', $hash);
    }

    /** @return int[] UTF-16 code units */
    private static function units(string $text): array
    {
        $units = [];
        foreach (self::chars($text) as $char) {
            $bytes = array_values(unpack('C*', $char) ?: []);
            $code = match (count($bytes)) {
                1 => $bytes[0],
                2 => (($bytes[0] & 31) << 6) | ($bytes[1] & 63),
                3 => (($bytes[0] & 15) << 12) | (($bytes[1] & 63) << 6) | ($bytes[2] & 63),
                default => (($bytes[0] & 7) << 18) | (($bytes[1] & 63) << 12) | (($bytes[2] & 63) << 6) | ($bytes[3] & 63),
            };
            array_push($units, ...($code < 0x10000 ? [$code] : [0xd7c0 + ($code >> 10), 0xdc00 | ($code & 0x3ff)]));
        }
        return $units;
    }

    /** @return string[] */
    private static function chars(string $text): array
    {
        return preg_split('//u', self::utf8($text), -1, PREG_SPLIT_NO_EMPTY) ?: [];
    }

    /** A valid text: PHP's may have any bytes. */
    public static function utf8(string $text): string
    {
        if (preg_match('//u', $text) === 1) {
            return $text;
        }
        return (string) json_decode((string) json_encode($text, JSON_INVALID_UTF8_SUBSTITUTE));
    }

    /** Cuts a text at a number of UTF-16 code units. */
    public static function cut(string $text, int $max): string
    {
        if (strlen($text) <= $max) {
            return $text;
        }
        // A character has at most four bytes and two units: the rest need not be looked at.
        $chars = self::chars(substr($text, 0, 4 * $max + 4));
        $length = 0;
        foreach ($chars as $at => $char) {
            $width = strlen($char) === 4 ? 2 : 1;
            if ($length + $width > $max) {
                return self::head($chars, $at, $length, $max) . '…';
            }
            $length += $width;
        }
        return implode('', $chars);
    }

    /** @param string[] $chars */
    private static function head(array $chars, int $count, int $length, int $max): string
    {
        while ($count > 0 && $length > $max - 1) {
            $count -= 1;
            $length -= strlen($chars[$count]) === 4 ? 2 : 1;
        }
        return implode('', array_slice($chars, 0, $count));
    }

    public static function heartbeatLife(int|float $interval): int
    {
        return (int) max(self::MIN_HEARTBEAT_LIFE_MS, 3 * $interval);
    }

    /** The field and the value of a stream's entry that has a JSON text: plain or deflated, whichever is shorter. */
    public static function packed(string $text): array
    {
        if (strlen($text) < 512 || !function_exists('gzdeflate')) {
            return ['data', $text];
        }
        $deflated = base64_encode((string) gzdeflate($text));
        return strlen($deflated) < strlen($text) ? ['deflate', $deflated] : ['data', $text];
    }

    /** The flat fields of a slow entry. @param array $entry with `meta` as an object */
    public static function slowFields(array $entry, ?int $clockAhead): array
    {
        $fields = [];
        foreach ($entry + ['clockAhead' => $clockAhead] as $name => $value) {
            if ($value !== null) {
                array_push($fields, (string) $name, is_string($value) ? $value : Json::encode($value));
            }
        }
        return $fields;
    }

    /** The text of an exception or a snapshot. */
    public static function dated(array|object $record, ?int $clockAhead): string
    {
        return Json::encode($clockAhead === null ? $record : (array) $record + ['clockAhead' => $clockAhead]);
    }

    /** The text of a record of queues of a minute: without unknown figures. */
    public static function queueHistory(array|object $history, ?int $clockAhead): string
    {
        $all = (array) $history;
        $queues = array_slice((array) $all['queues'], 0, self::MAX_RECORDED_QUEUES);
        do {
            $whole = ['v' => $all['v'], 'node' => $all['node'], 'from' => $all['from'], 'to' => $all['to']]
                + ($clockAhead === null ? [] : ['clockAhead' => $clockAhead]) + ['queues' => $queues];
            $text = Json::encode(self::withoutNulls($whole));
            $queues = array_slice($queues, 0, intdiv(count($queues), 2));
        } while (strlen($text) > self::MAX_RECORD_CHARS && $queues !== []);
        return $text;
    }

    private static function withoutNulls(mixed $value): mixed
    {
        if (!is_array($value) && !is_object($value)) {
            return $value;
        }
        $known = array_filter((array) $value, static fn ($one) => $one !== null);
        $copy = array_map([self::class, 'withoutNulls'], $known);
        return is_object($value) ? (object) $copy : $copy;
    }

    /** The text of a record of finished jobs. Times are Unix ms. */
    public static function finishedJobs(array|object $record): string
    {
        $all = (array) $record;
        $jobs = array_map(static function ($job) use ($all): array {
            $one = (array) $job;
            $base = $one['startedAt'] ?? $one['finishedAt'];
            $added = $one['addedAt'] === null ? null : $base - $one['addedAt'];
            $started = $one['startedAt'] === null ? null : $one['finishedAt'] - $one['startedAt'];
            return [$one['queue'], $one['id'], $one['name'], $one['outcome'], $one['attempt'], $added, $started,
                $one['finishedAt'] - $all['from'], $one['waitMs'], $one['runMs'], $one['error']];
        }, (array) $all['jobs']);
        return Json::encode(['v' => $all['v'], 'node' => $all['node'], 'seq' => $all['seq'], 'from' => $all['from'], 'to' => $all['to'],
            'queues' => $all['queues'], 'jobs' => $jobs] + ($all['left'] > 0 ? ['left' => $all['left']] : []));
    }
}

/** JSON as JavaScript writes it, whatever `serialize_precision` is. */
final class Json
{
    public const FLAGS = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS
        | JSON_INVALID_UTF8_SUBSTITUTE;

    public static function encode(mixed $value): string
    {
        if (is_float($value)) {
            return self::number($value);
        }
        if (is_array($value)) {
            return array_is_list_compat($value) ? '[' . implode(',', array_map([self::class, 'encode'], $value)) . ']' : self::object($value);
        }
        return is_object($value) ? self::object((array) $value) : (string) json_encode($value, self::FLAGS);
    }

    private static function object(array $fields): string
    {
        $parts = [];
        foreach ($fields as $name => $value) {
            $parts[] = json_encode((string) $name, self::FLAGS) . ':' . self::encode($value);
        }
        return '{' . implode(',', $parts) . '}';
    }

    private static function number(float $value): string
    {
        if (!is_finite($value)) {
            return 'null';
        }
        if (floor($value) === $value && abs($value) < 1e15) {
            return (string) (int) $value;
        }
        for ($digits = 15; $digits <= 17; $digits++) {
            $text = sprintf('%.' . ($digits - 1) . 'e', $value);
            if ((float) $text === $value) {
                break;
            }
        }
        return self::plain($text);
    }

    /** `1.25e-3` → `0.00125`, with an exponent only where JavaScript writes one. */
    private static function plain(string $text): string
    {
        [$mantissa, $exponent] = explode('e', $text);
        $sign = $mantissa[0] === '-' ? '-' : '';
        $digits = rtrim(str_replace(['-', '.'], '', $mantissa), '0');
        $power = (int) $exponent;
        if ($power < -6 || $power >= 21) {
            $rest = substr($digits, 1);
            return $sign . $digits[0] . ($rest === '' ? '' : ".$rest") . 'e' . ($power < 0 ? '-' : '+') . abs($power);
        }
        if ($power < 0) {
            return $sign . '0.' . str_repeat('0', -$power - 1) . $digits;
        }
        $whole = str_pad(substr($digits, 0, $power + 1), $power + 1, '0');
        $rest = substr($digits, $power + 1);
        return $sign . $whole . ($rest === '' ? '' : ".$rest");
    }

    /** @return array<mixed>|null null for what is no object or list */
    public static function decode(string $text): ?array
    {
        $value = json_decode($text, true, 64);
        return is_array($value) ? $value : null;
    }
}

/** `array_is_list` of PHP 8.1. */
function array_is_list_compat(array $value): bool
{
    return $value === [] || array_keys($value) === range(0, count($value) - 1);
}

/** Histograms of durations in ms, as counts by bucket. */
final class Sketch
{
    private const BUCKETS = 1280;
    private const OFFSET = (1023 - 10) << 5;

    public static function bucket(int|float $duration): int
    {
        if (!($duration > 0)) {
            return 0;
        }
        if ($duration >= 1073741824) {
            return self::BUCKETS - 1;
        }
        return max(0, (unpack('N', pack('E', $duration))[1] >> 15) - self::OFFSET);
    }

    /** @param array<int, int> $counts */
    public static function add(array &$counts, int|float $duration, int $times = 1): void
    {
        $bucket = self::bucket($duration);
        $counts[$bucket] = ($counts[$bucket] ?? 0) + $times;
    }

    /** @param array<int, int> $counts @param array<int, int> $others */
    public static function merge(array &$counts, array $others): void
    {
        foreach ($others as $bucket => $count) {
            $counts[$bucket] = ($counts[$bucket] ?? 0) + $count;
        }
    }

    /** @param array<int, int> $counts */
    public static function encode(array $counts): string
    {
        ksort($counts);
        $parts = [];
        $previous = 0;
        foreach ($counts as $bucket => $count) {
            $distance = base_convert((string) ($bucket - $previous), 10, 36);
            $parts[] = $count === 1 ? $distance : $distance . '*' . base_convert((string) $count, 10, 36);
            $previous = $bucket;
        }
        return implode(',', $parts);
    }

    /** @return array<int, int>|null null for what is no sketch */
    public static function decode(string $text): ?array
    {
        $counts = [];
        $bucket = 0;
        foreach ($text === '' ? [] : explode(',', $text, self::BUCKETS + 1) as $part) {
            if (preg_match('/^([0-9a-z]{1,3})(?:\*([0-9a-z]{1,7}))?$/D', $part, $match) !== 1) {
                return null;
            }
            $bucket += intval($match[1], 36);
            $count = isset($match[2]) ? intval($match[2], 36) : 1;
            if ($bucket >= self::BUCKETS || $count < 1 || $count > 0xffffffff) {
                return null;
            }
            $counts[$bucket] = ($counts[$bucket] ?? 0) + $count;
        }
        return count($counts) > self::BUCKETS ? null : $counts;
    }

    /** @param array<int, int> $counts @param int|float $share 0 to 1 @return float|null ms */
    public static function quantile(array $counts, int|float $share): ?float
    {
        ksort($counts);
        $rank = max(1, (int) ceil($share * array_sum($counts)));
        $seen = 0;
        foreach ($counts as $bucket => $count) {
            $seen += $count;
            if ($seen >= $rank) {
                break;
            }
        }
        return $counts === [] ? null : self::duration($bucket);
    }

    private static function duration(int $bucket): float
    {
        $low = self::low($bucket);
        $high = self::low($bucket + 1);
        return (2 * $low * $high) / ($low + $high);
    }

    private static function low(int $bucket): float
    {
        return 2.0 ** (($bucket >> 5) - 10) * (1 + ($bucket & 31) / 32);
    }
}

/** The routes and jobs of a span of time. Its state is a plain array, which the processes of a pool can hand on. */
final class Rollup
{
    /** @param array<string, array> $routes @param array<string, array> $jobs */
    public function __construct(public array $routes = [], public array $jobs = [])
    {
    }

    public function request(string $key, int $status, int|float|null $durationMs, bool $aborted = false): void
    {
        $series = &self::series($this->routes, $key, null);
        $series['count'] += 1;
        $series['errors'] += !$aborted && $status >= 500 ? 1 : 0;
        $series['aborted'] += $aborted ? 1 : 0;
        $class = intdiv($aborted ? 499 : $status, 100);
        if ($class >= 1 && $class <= 5) {
            $series['classes'][$class - 1] += 1;
        }
        if ($durationMs !== null) {
            Sketch::add($series['sketch'], $durationMs);
        }
    }

    public function job(string $key, ?string $queue, string $outcome, int|float|null $durationMs, int|float|null $waitMs): void
    {
        $series = &self::series($this->jobs, $key, $queue);
        $series['count'] += 1;
        $series['errors'] += $outcome === 'completed' ? 0 : 1;
        $series['failed'] += $outcome === 'failed' ? 1 : 0;
        if ($durationMs !== null) {
            Sketch::add($series['sketch'], $durationMs);
        }
        if ($waitMs !== null) {
            Sketch::add($series['wait'], $waitMs);
        }
    }

    private static function &series(array &$table, string $key, ?string $queue): array
    {
        $id = "$queue\n$key";
        if (!isset($table[$id]) && count($table) >= Protocol::MAX_SERIES) {
            [$key, $queue, $id] = [Protocol::OTHER, null, "\n" . Protocol::OTHER];
        }
        $table[$id] ??= ['key' => $key, 'queue' => $queue, 'count' => 0, 'errors' => 0, 'aborted' => 0, 'failed' => 0,
            'classes' => [0, 0, 0, 0, 0], 'sketch' => [], 'wait' => []];
        return $table[$id];
    }

    public function absorb(self $other): void
    {
        foreach (['routes', 'jobs'] as $kind) {
            foreach ($other->$kind as $series) {
                $own = &self::series($this->$kind, $series['key'], $series['queue']);
                foreach (['count', 'errors', 'aborted', 'failed'] as $figure) {
                    $own[$figure] += $series[$figure];
                }
                foreach ($series['classes'] as $class => $count) {
                    $own['classes'][$class] += $count;
                }
                Sketch::merge($own['sketch'], $series['sketch']);
                Sketch::merge($own['wait'], $series['wait']);
                unset($own);
            }
        }
    }

    public function isEmpty(): bool
    {
        return $this->routes === [] && $this->jobs === [];
    }

    /** @param array $more the fields `process` and `system` of a history */
    public function text(string $node, int $from, int $to, ?int $clockAhead = null, array $more = []): string
    {
        $ahead = $clockAhead === null ? [] : ['clockAhead' => $clockAhead];
        return Json::encode(['v' => Protocol::VERSION, 'node' => $node, 'from' => $from, 'to' => $to,
            'routes' => array_map([self::class, 'record'], array_values($this->routes)),
            'jobs' => array_map([self::class, 'jobRecord'], array_values($this->jobs))] + $more + $ahead);
    }

    private static function record(array $series): array
    {
        $classes = $series['classes'];
        while ($classes !== [] && end($classes) === 0) {
            array_pop($classes);
        }
        $sparse = ['errors' => $series['errors'], 'aborted' => $series['aborted'], 'classes' => $classes];
        return ['key' => $series['key'], 'count' => $series['count']] + array_filter($sparse) + ['sketch' => Sketch::encode($series['sketch'])];
    }

    private static function jobRecord(array $series): array
    {
        $sparse = ['queue' => $series['queue'], 'failed' => $series['failed'], 'wait' => Sketch::encode($series['wait'])];
        return self::record($series) + array_filter($sparse, static fn ($value) => $value !== null && $value !== 0 && $value !== '');
    }

    /** The figures of a heartbeat over a time. @param int|float $seconds */
    public function figures(int|float $seconds, ?int $inFlight): array
    {
        $all = [];
        $count = $errors = 0;
        foreach ($this->routes as $series) {
            Sketch::merge($all, $series['sketch']);
            $count += $series['count'];
            $errors += $series['errors'];
        }
        $quantile = static fn (float $share) => $all === [] ? null : round((float) Sketch::quantile($all, $share), 2);
        return ['rate' => $seconds > 0 ? round($count / $seconds, 2) : null, 'errorRate' => $count > 0 ? round(100 * $errors / $count, 2) : null,
            'p50' => $quantile(0.5), 'p95' => $quantile(0.95), 'p99' => $quantile(0.99), 'inFlight' => $inFlight, 'oldestMs' => null];
    }
}

/** Signs records with a token. Without one they stay as they are. */
final class Signer
{
    public function __construct(private ?string $token, private string $keyPrefix = '')
    {
    }

    public function json(string $key, string $text): string
    {
        return $this->token === null ? $text : substr($text, 0, -1) . ',"sig":"' . $this->signature($key, $text) . '"}';
    }

    /** @param string[] $fields name, value, name, value … */
    public function fields(string $key, array $fields): array
    {
        if ($this->token === null) {
            return $fields;
        }
        $record = implode('', array_map(static fn ($text) => strlen($text) . ":$text,", $fields));
        return [...$fields, 'sig', $this->signature($key, $record)];
    }

    private function signature(string $key, string $record): string
    {
        $mac = fn (string $text): string => hash_hmac('sha256', $text, (string) $this->token);
        return substr($mac('quasar key id'), 0, 8) . '.' . $mac("{$this->keyPrefix}$key\n$record");
    }
}

/** Masks secrets before anything is kept, here or in Redis. */
final class Redaction
{
    private const MASK = '***';
    /** Characters that are masked beyond a limit: half a secret does not look like one. */
    private const MARGIN = 2000;
    private const ANYWHERE = 'password|passwd|passwort|kennwort|contrasena|passphrase|passcode|passkey|secret|token|credential|cookie|authori[sz]ation'
        . '|authentication|signature|connectionstring|sessionid|sessionkey|mnemonic|senha|heslo|wachtwoord|adgangskode|motdepasse'
        . '|requirepass|masterauth|keypass|storepass|dbpass|userpass|rootpass|adminpass|smtppass|mailpass|bindpw|bindpass|samlresponse'
        . '|codeverifier|recoverycode|backupcode|seedphrase|cardnumber|cardno|accountnumber|securitycode|verificationcode'
        . '|(?:api|app|application|private|access|account|shared|signing|signed|encryption|encrypt|decryption|crypto|master|service|deploy'
        . '|consumer|client|storage|licen[cs]e|webhook|hmac|jwt|ssh|gpg|pgp|rsa|aes|root|auth|admin|write|security|recovery|backup|db'
        . '|database|subscription|functions|preshared)key';
    private const WORDS = 'pass|pwd|pw|psk|psw|pswd|auth|session|sid|sess|sig|otp|totp|mfa|pin|cvv|cvc|cvn|csc|ssn|jwt|bearer|hmac|csrf|xsrf'
        . '|dsn|apikey|creds|cred|sas|phpsessid|jsessionid';
    private const FOREIGN = '密码|密碼|口令|パスワード|暗証番号|비밀번호|пароль|contraseña|lösenord|hasło|şifre|סיסמה';
    /** A name that ends in one of these describes a secret. */
    private const ABOUT = '/^(?:counts?|limits?|length|len|size|types?|timeout|ttl|age|expir\w*|exp|duration|policy|enabled|disabled|required|valid'
        . '|invalid|version|algorithm|alg|strength|min|max|fields?|names?|label|domain|path|endpoint|at|in|usage|used|lifetime|rotation|rules'
        . '|created|updated|changed|format|encoding|scheme|methods?|prefix|status|state|errors?|message|exists|present|missing|match\w*'
        . '|mismatch|budget)$/';
    private const COUNTED = '/\b(?:max|min|total|num|prompt|completion|input|output|cached|reasoning|used|remaining|per|usage)\b/';
    private const PROSE = '/^(?:null|undefined|true|false|none|nil|\*+|ok|yes|no|on|off|must|is|are|was|were|should|has|have|cannot|can|could'
        . '|does|do|not|may|will|needs|required|missing|invalid|expired|expected|incorrect|wrong|unknown|too|please|malformed|mismatch'
        . '|denied|revoked|empty|the|an?|this|that|for|and|or|to|of|in|at|with)[.!:]*$/i';
    /** Beginnings of vendors' keys, of the keys that PHP apps meet most. */
    private const VENDORS = '/(?<![A-Za-z0-9])(?:(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16,}|AIza[\w-]{12,}|ya29\.[\w.-]{12,}'
        . '|GOCSPX-[\w-]{20,}|(?:gh[pousr]_|github_pat_)[\w-]{12,}|gl(?:pat|dt|rt|soat|cbt|ptt|ft|imt|agent|oas)-[\w.-]{12,}'
        . '|xox[a-z][.-][\w.-]{12,}|xapp-[\w.-]{12,}|(?:[srp]k_(?:live|test|prod)_|whsec_)\w{10,}|sq0(?:atp|csp|idp)-[\w-]{22,}'
        . '|SG\.[\w.-]{32,}|(?:key|pubkey)-[0-9a-z]{32,}|SK[0-9a-f]{32}|xkeysib-[\w-]{20,}|re_\w{30,}|npm_\w{12,}|(?:rubygems|dckr_[po]at)_[\w-]{20,}'
        . '|pypi-[\w-]{32,}|sk-(?:ant|proj|svcacct|admin|or)-[\w-]{16,}|sk-[\w-]{30,}|(?:hf|gsk|r8)_\w{20,}|(?:dop|doo|dor)_v1_\w{12,}'
        . '|ATATT3[\w=+\/-]{20,}|hv[sbr]\.[\w-]{24,}|tskey-[\w-]{24,}|PMAK-[\w-]{24,}|lin_(?:api|oauth)_\w{24,}|glsa_\w{19,}|NRAK-\w{19,}'
        . '|shp(?:at|ca|pa|ss|tka|ua)_\w{12,}|rzp_(?:live|test)_\w{12,}|EAACEdEose0cBA\w{20,}|\$2[aby]\$\d\d\$[.\/A-Za-z0-9]{20,}|\$argon2\w{1,2}\$[\w$=,+\/.-]{20,}|base64:[A-Za-z0-9+\/]{40,}={0,2}'
        . '|eyJ[\w.-]{12,}={0,2})/';

    /** @var (callable(string): string)|null the app's own masks */
    public static $more = null;

    /** Masks a message, and cuts it. */
    public static function message(string $text, int $max = Protocol::MAX_MESSAGE_CHARS): string
    {
        return self::within($text, $max, true);
    }

    /** Masks a name, an id or a stack, whose long words may look random, and cuts it. */
    public static function name(string $text, int $max = Protocol::MAX_NAME_CHARS): string
    {
        return self::within($text, $max, false);
    }

    private static function within(string $text, int $max, bool $isMessage): string
    {
        $window = Protocol::cut(Protocol::utf8($text), $max + self::MARGIN);
        return Protocol::cut(self::mask($window, $isMessage), $max);
    }

    /** A URL without the values of its query and without its fragment. */
    public static function url(string $url): string
    {
        [$address, $query] = explode('?', explode('#', $url, 2)[0], 2) + [1 => null];
        $path = self::message($address, 500);
        if ($query === null) {
            return $path;
        }
        $names = array_slice(explode('&', substr($query, 0, 8192)), 0, 30);
        $masked = array_map(static fn ($pair) => self::message(explode('=', $pair, 2)[0], 64) . '=', $names);
        return Protocol::cut("$path?" . implode('&', $masked), 500);
    }

    /** Masks a valid text. A text that a pattern fails on is not shown at all. */
    public static function mask(string $text, bool $isMessage = true): string
    {
        foreach (self::steps($isMessage) as [$pattern, $replace]) {
            $next = is_string($replace) ? preg_replace($pattern, $replace, $text) : preg_replace_callback($pattern, $replace, $text);
            if ($next === null) {
                return self::MASK;
            }
            $text = $next;
        }
        return self::$more === null ? $text : Protocol::utf8((string) (self::$more)($text));
    }

    /** @return list<array{string, string|callable}> in the order in which they apply */
    private static function steps(bool $isMessage): array
    {
        static $steps = null;
        $steps ??= [
            ['/-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*-----|$)/s', '-----BEGIN PRIVATE KEY-----' . self::MASK],
            // A password may hold `/` and `@`: the last `@` of the word counts. A port is none.
            ['#((?:[a-z][a-z0-9+.-]{0,20})(?::|%3A)(?://|\\\\/\\\\/|%2F%2F))(?:[^\s/:@"\'<>?\#%]*@|[^\s/:@"\'<>?\#]*(?::|%3A)(?!\d{1,5}(?:[/?\#\s]|$))[^\s"\'<>`]*(?:@|%40))#i', '$1' . self::MASK . '@'],
            ['#\b([\w.-]{1,40}:)[^\s:@/"\']{3,}@(?=(?:tcp|udp|unix)\(|[A-Za-z][\w.-]*:\d|\d{1,3}(?:\.\d{1,3}){3}:\d)#', '$1' . self::MASK . '@'],
            ['#((?:hooks\.slack\.com/(?:services|workflows|triggers)|discord(?:app)?\.com/api(?:/v\d+)?/webhooks|\.webhook\.office\.com/webhookb2|outlook\.office\.com/webhook)/)[^\s"\'<>]+#', '$1' . self::MASK],
            ['/\b((?:proxy-)?authori[sz]ation|(?:set-)?cookie)\b((?:\\\\{0,3}["\'])?\s{0,4}(?:=>|[:=,])\s{0,4}\[?\s{0,4}(?:\\\\{0,3}["\'])?)(?![\s"\'*])[^\r\n"\']+/i', '$1$2' . self::MASK],
            ['/\b(bearer|basic|digest)(\s{1,4})(?!(?:auth\w*|credentials?|tokens?|scheme|realm|access|account|header)\b)[\w.~+\/=-]{6,}/i', '$1$2' . self::MASK],
            // Colours of a terminal.
            ['/\x1b\[[\d;]{0,12}m|\\\\u001[bB]\[[\d;]{0,12}m/', ''],
            // Laravel's and other libraries' errors hold the statement with its values.
            ['/\binto\s{1,4}([^\s()]{1,100}(?:\s{1,4}as\s{1,4}\w+)?|\S{1,60}\s)\s{0,4}\(([^()]{1,2000})\)(\s{0,4}values\s{0,4}).*/is', [self::class, 'inserted']],
            ['/\b(identified\s{1,4}(?:with\s{1,4}\S{1,60}\s{1,4})?by|(?:\w{0,40}_)?(?:password|passwd|pwd))(\s{1,4}|\()(["\'])[^"\']+\3/i', '$1$2$3' . self::MASK . '$3'],
            ['/(--?[\w-]{0,40}(?:password|passwd|token|secret|api-?key|auth)[\w-]{0,10}\s{1,4})(["\']?)[^\s"\'-][^\s"\']*/i', '$1$2' . self::MASK],
            ['/\b(mysql\w*\b[^\n]{0,200}?\s-p\s?)[^\s-]\S*/', '$1' . self::MASK],
            ['/((?:-u|--user|--proxy-user)["\']?[,\s]\s{0,3}["\']?[^\s:"\']{1,60}:)[^\s"\']+/', '$1' . self::MASK],
            ['/\b(AUTH["\']?\s{1,4}["\']?(?:[^\s"\']{1,60}["\']?\s{1,4}["\']?)?|requirepass\s{1,4}|masterauth\s{1,4})(?=[^\s"\']*\d)[^\s"\']{6,}/i', '$1' . self::MASK],
            ['/(<|&lt;)((?:[\w.-]+:)?[\w.-]*(?:password|passwd|secret|token|apikey)[\w.-]*)((?:\s[^<>]{0,200})?(?:>|&gt;))(?!\s*<[a-z\/])(?:<!\[CDATA\[)?[^<&]+(?:\]\]>)?/i', '$1$2$3' . self::MASK],
            ['/((?:name|key)=["\'][\w.-]*(?:password|passwd|secret|token|apikey)[\w.-]*["\'](?:\s{1,4}value=["\']|>|(?:;[^\r\n]*)?(?:\r?\n[A-Za-z-]+:[^\r\n]*)*(?:\r?\n\r?\n|(?:\\\\r)?\\\\n(?:\\\\r)?\\\\n)))[^<"\'\r\n\\\\]+/i', '$1' . self::MASK],
            ['/(["\']?value["\']?\s{0,4}[:=]\s{0,4}["\'])[^"\']+(["\'],\s{0,4}["\']?(?:name|key)["\']?\s{0,4}[:=]\s{0,4}["\'][\w .-]*(?:password|secret|token|key)["\'])/i', '$1' . self::MASK . '$2'],
            [self::pairs(), [self::class, 'pair']],
            ['/(["\'])([\w .-]{2,60})\1(\s{0,4},\s{0,4}(?:"?value"?\s{0,4}:\s{0,4})?)(["\'])((?:[^"\'\\\\]|\\\\.)+)\4/i', [self::class, 'listed']],
            // PHP's connections: the third argument is the password.
            ['/((?:__construct|connect|new PDO|new mysqli|createPdoConnection)\([^,()]{1,200},\s{0,4}[^,()]{1,100},\s{0,4}["\'])[^"\']+/i', '$1' . self::MASK],
            [self::VENDORS, self::MASK],
            ['/([?&;](?:code|key|ticket|magic)=)(?=[^&\s]*\d)(?=[^&\s]*[A-Za-z])[^&\s"\'<>#]{8,}/i', '$1' . self::MASK],
            ['/(?<![\w.+-])(?!git@)[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b/', self::MASK],
            ['/(?<![\d.])[2-6]\d{3}(?:[ -]?\d){9,15}(?![\d.])/', [self::class, 'card']],
        ];
        return $isMessage ? [...$steps, ['/[A-Za-z0-9+\/_=.-]{32,}/', [self::class, 'random']]] : $steps;
    }

    private static function pairs(): string
    {
        $name = '(?:[\w.\-\[\]\$]|%5[BDbd]){0,60}?(?:' . self::spaced(self::ANYWHERE) . '|(?<![A-Za-z])(?:' . self::WORDS . ')(?![a-z])|' . self::FOREIGN . ')[\w.\-\[]{0,40}';
        $quote = '(?:\\\\{0,3}["\'`]|&quot;|%22|\\\\u0022)';
        $sign = "(?:$quote|\\]|%5[Dd]){0,2}(?::(?:protected|[\\w:]*private)\\]?)?\\]?\\s{0,16}(?:=>|:=|!=|==?|:(?![:\\/])|：|＝|%3[DdAa]|%253D|\\\\u003[adAD]|;(?=[si]:\\d)|\\|(?=[si]:\\d))\\s{0,16}(?:string\\(\\d+\\)\\s{0,4}|s:\\d+:|b(?=[\"'])|[A-Z]\\w{0,30}\\((?=[\"'])|\\(\\*?string\\)[^\"\\n]{0,60})?";
        $value = '\\\\{0,3}"(?:[^"\\\\]|\\\\[^"]|\\\\"(?![\s,;}\])]|$))*(?:\\\\{0,3}"|$)|\'(?:[^\'\\\\]|\\\\.|\'\')*(?:\'|$)|`[^`]*`|&quot;.*?&quot;|%22.*?%22|\\\\u0022.*?\\\\u0022'
            . '|\{[^{}]*\}|\[[^\[\]]*\]|[^\s,;&"\'`<>\])}]+(?:,[^\s,;&"\'`<>\])}=:]+(?=\s|$))?';
        return "/($name)($sign)($value)/iu";
    }

    /** Parts of names may be joined by `_` or `-`: `api_key`, `client-secret`. */
    private static function spaced(string $parts): string
    {
        return str_replace([')key', 'authori'], [')[_ -]?key', 'authori'], str_replace(
            ['codeverifier', 'recoverycode', 'backupcode', 'seedphrase', 'cardnumber', 'accountnumber', 'securitycode', 'motdepasse', 'sessionid', 'sessionkey', 'connectionstring'],
            ['code[_-]?verifier', 'recovery[_-]?code', 'backup[_-]?code', 'seed[_-]?phrase', 'card[_-]?number', 'account[_-]?number', 'security[_-]?code', 'mot_?de_?passe', 'session[_-]?id', 'session[_-]?key', 'connection[_-]?string'],
            $parts,
        ));
    }

    /** @param string[] $match */
    private static function pair(array $match): string
    {
        [$all, $name, $sign, $value] = $match;
        $isProse = preg_match('/:\s+$/', $sign) === 1 ? self::PROSE : '/^(?:null|undefined|true|false|none|nil|\*+)$/i';
        if (!self::namesSecret($name) || preg_match($isProse, $value) === 1) {
            return $all;
        }
        if (preg_match('/^(\\\\{0,3}["\'`]|&quot;|%22|\\\\u0022)/', $value, $quote) === 1) {
            return $name . $sign . $quote[1] . self::MASK . $quote[1];
        }
        return $name . $sign . self::MASK;
    }

    /** `["password","x"]`. @param string[] $match */
    private static function listed(array $match): string
    {
        [$all, $quote, $name, $between, $mark] = $match;
        return self::namesSecret($name) ? "$quote$name$quote$between$mark" . self::MASK . $mark : $all;
    }

    /** The values of a statement that has a column for a secret. @param string[] $match */
    private static function inserted(array $match): string
    {
        $columns = preg_split('/[\s,"`\[\]\\\\]+/', $match[2], -1, PREG_SPLIT_NO_EMPTY) ?: [];
        $isSecret = array_filter($columns, [self::class, 'namesSecret']) !== [];
        return $isSecret ? "into {$match[1]} ({$match[2]}){$match[3]}(" . self::MASK . ')' : $match[0];
    }

    /** Whether a field with this name is likely to have a secret value. */
    public static function namesSecret(string $name): bool
    {
        if (preg_match('/' . self::FOREIGN . '/iu', $name) === 1) {
            return true;
        }
        $spaced = strtolower((string) preg_replace('/([a-z\d])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/', '$1$2 ', rawurldecode($name)));
        $words = preg_split('/[^a-z]+/', $spaced, -1, PREG_SPLIT_NO_EMPTY) ?: [];
        $joined = (string) preg_replace('/tokeni[sz]\w*|passwordless|secretar\w*|cookie(?:s?enabled|s?consent|banner|policy)/', '', implode('', $words));
        $hasPart = preg_match('/' . self::ANYWHERE . '/', $joined) === 1;
        if (!$hasPart && array_intersect($words, explode('|', self::WORDS)) === []) {
            return false;
        }
        $last = (string) end($words);
        $isAbout = count($words) > 1 && preg_match(self::ABOUT, $last) === 1;
        $isCount = preg_match('/^tokens?$/', $last) === 1 && preg_match(self::COUNTED, implode(' ', $words)) === 1;
        return !$isAbout && !$isCount;
    }

    /** @param string[] $match */
    private static function card(array $match): string
    {
        $digits = (string) preg_replace('/\D/', '', $match[0]);
        $sum = 0;
        foreach (str_split(strrev($digits)) as $at => $digit) {
            $double = 2 * (int) $digit;
            $sum += $at % 2 === 0 ? (int) $digit : ($double > 9 ? $double - 9 : $double);
        }
        $isLong = strlen($digits) > 13 || $digits[0] === '4';
        return $sum % 10 === 0 && $isLong && strlen($digits) <= 19 ? self::MASK : $match[0];
    }

    /** A long word that mixes letters and digits, but no UUID, path or date. @param string[] $match */
    private static function random(array $match): string
    {
        $parts = preg_split('#[-_.=/]#', $match[0]) ?: [];
        $isUuid = preg_match('/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i', $match[0]) === 1;
        foreach ($isUuid ? [] : $parts as $part) {
            if (strlen($part) >= 20 && preg_match_all('/(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)/', $part) >= 2) {
                return self::MASK;
            }
        }
        return $match[0];
    }
}

/** What a thrown error tells: bounded, masked, and without the arguments of its frames. */
final class Thrown
{
    private const MAX_CAUSES = 5;
    private const MAX_FRAMES = 50;
    /** Parts of messages that vary between errors of one cause. */
    private const VARIES = [
        '/"[^"]*(?:"|$)|`[^`]*(?:`|$)/' => '<value>',
        "/(?<![A-Za-z\\d])'[^']*'(?![A-Za-z\\d])/" => '<value>',
        '#\b[a-z][a-z0-9+.-]{1,20}://[^\s<>\'",;)]+#i' => '<url>',
        '/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/' => '<email>',
        '/\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/i' => '<id>',
        '#(?<![\w/<])(?:[a-z]:|~|\.{1,2})?(?:[\\\\/]+[\w.@%+~-]+)+[\\\\/]?(?::\d+)*#i' => '<path>',
        '/\b0x[\da-f]+\b/i' => '#',
        '/\b(?=[a-f]*\d)[\da-f]{6,}\b/i' => '#',
        '/[-+]?\d+(?:[.,]\d+)*/' => '#',
        '/\s+/' => ' ',
    ];

    /** @return array{name: string, message: string, stack: string, fingerprint: string} */
    public static function describe(Throwable $error): array
    {
        $name = Redaction::name(self::nameOf($error));
        $message = Redaction::message($error->getMessage());
        return ['name' => $name, 'message' => $message, 'stack' => self::stack($error),
            'fingerprint' => self::fingerprint($name, $message, self::placeOf($error))];
    }

    /** @return string the class; an anonymous one is named by its parent, without the file */
    private static function nameOf(Throwable $error): string
    {
        return explode("\0", get_class($error), 2)[0];
    }

    public static function fingerprint(string $name, string $message, string $place): string
    {
        $template = substr($message, 0, 300);
        foreach (self::VARIES as $pattern => $mark) {
            $template = preg_replace($pattern, $mark, $template) ?? '';
        }
        return substr(hash('sha256', "$name\n" . substr(trim($template), 0, 200) . "\n$place"), 0, 16);
    }

    private static function stack(Throwable $error): string
    {
        $parts = [];
        for ($one = $error; $one !== null && count($parts) < self::MAX_CAUSES; $one = $one->getPrevious()) {
            $head = self::nameOf($one) . ': ' . Redaction::message($one->getMessage());
            $parts[] = ($parts === [] ? '' : 'Caused by: ') . $head . ' in ' . $one->getFile() . ':' . $one->getLine() . self::frames($one);
        }
        $share = intdiv(Protocol::MAX_STACK_CHARS, count($parts));
        return Protocol::cut(implode("\n", array_map(static fn ($part) => Redaction::name($part, $share), $parts)), Protocol::MAX_STACK_CHARS);
    }

    /** Without arguments, which `getTraceAsString` shows. */
    private static function frames(Throwable $error): string
    {
        $lines = '';
        foreach (array_slice($error->getTrace(), 0, self::MAX_FRAMES) as $at => $frame) {
            $place = isset($frame['file']) ? "{$frame['file']}({$frame['line']})" : '[internal function]';
            $lines .= "\n#$at $place: " . explode("\0", $frame['class'] ?? '')[0] . ($frame['type'] ?? '') . $frame['function'] . '()';
        }
        return $lines;
    }

    /** The app's file nearest to the error, without the line: a line added above makes no new group. */
    private static function placeOf(Throwable $error): string
    {
        $files = [$error->getFile(), ...array_column($error->getTrace(), 'file')];
        foreach ($files as $file) {
            if (preg_match('#[\\\\/](?:vendor|usr[\\\\/]share[\\\\/]php)[\\\\/]#', $file) !== 1) {
                return $file;
            }
        }
        return $files[0];
    }
}

/** Errors that nobody caught. No handler of the app's is replaced: one that exists is called, and PHP's own end is left alone. */
final class Uncaught
{
    private static bool $isWatching = false;

    public static function watch(): void
    {
        if (self::$isWatching) {
            return;
        }
        self::$isWatching = true;
        self::wrapHandler();
        register_shutdown_function(static fn () => Guard::run([self::class, 'atEnd']));
    }

    private static function wrapHandler(): void
    {
        $previous = set_exception_handler(null);
        restore_exception_handler();
        if ($previous === null) {
            return;
        }
        set_exception_handler(static function (Throwable $error) use ($previous): void {
            Quasar::captureException($error, ['kind' => 'uncaught']);
            $previous($error);
        });
    }

    /** A fatal error, and an exception without a handler, which PHP turns into one. @internal */
    public static function atEnd(): void
    {
        $error = error_get_last();
        Guard::haveMemory();
        if ($error === null || ($error['type'] & (E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR)) === 0) {
            return;
        }
        Quasar::recordUncaught(self::describe($error), ['kind' => 'uncaught']);
    }

    private static function describe(array $error): array
    {
        $text = Protocol::utf8($error['message']);
        $isThrown = preg_match('/^(?:PHP Fatal error: +)?Uncaught ([\w\\\\]+)(?:: (.*?))? in \S+:\d+\nStack trace:/s', $text, $match) === 1;
        $name = Redaction::name($isThrown ? $match[1] : 'FatalError');
        $message = Redaction::message($isThrown ? $match[2] ?? '' : explode("\n", $text, 2)[0]);
        // The frames of PHP's own text have arguments.
        $stack = "$name: $message in {$error['file']}:{$error['line']}";
        return ['name' => $name, 'message' => $message, 'stack' => Redaction::name($stack, Protocol::MAX_STACK_CHARS),
            'fingerprint' => Thrown::fingerprint($name, $message, $error['file'])];
    }
}

/** Runs what must never reach the app: exceptions, warnings, and the app's own error handler. */
final class Guard
{
    private const NEEDED_BYTES = 16777216;

    public static function run(callable $fn): void
    {
        set_error_handler(static fn () => true);
        try {
            $fn();
        } catch (Throwable) {
            // Nothing may reach the app; the recorder notes its own failures.
        } finally {
            restore_error_handler();
        }
    }

    /** At the end of a process that ran out of memory a report needs some. */
    public static function haveMemory(): void
    {
        $limit = Host::bytes((string) ini_get('memory_limit'));
        if ($limit !== null && $limit - memory_get_usage(true) < self::NEEDED_BYTES) {
            ini_set('memory_limit', (string) ($limit + self::NEEDED_BYTES));
        }
    }
}

final class Clock
{
    /** ms since the machine started: the same for all processes of a host. */
    public static function monotonic(): float
    {
        return hrtime(true) / 1e6;
    }

    /** Unix ms. */
    public static function wall(): int
    {
        return (int) (microtime(true) * 1000);
    }
}

/** Checks options, and fills them from the environment. */
final class Options
{
    private const TOKEN = 'a token of 16 to 256 characters (ASCII, without spaces and commas), or two with a comma between';

    /** @throws InvalidArgumentException */
    public static function resolve(array $given): array
    {
        $given['service'] ??= self::env('QUASAR_SERVICE') ?? self::env('APP_NAME') ?? 'php';
        $given['environment'] ??= self::env('QUASAR_ENVIRONMENT') ?? self::env('APP_ENV');
        $given['prefix'] ??= self::env('QUASAR_PREFIX') ?? Protocol::DEFAULT_PREFIX;
        $given['interval'] ??= self::number('QUASAR_INTERVAL') ?? 10000;
        $given['token'] ??= self::env('QUASAR_TOKEN');
        $given['enabled'] ??= !in_array(strtolower(self::env('QUASAR_DISABLED') ?? ''), ['1', 'true', 'yes'], true);
        $given['mode'] ??= in_array(PHP_SAPI, ['cli', 'phpdbg', 'embed', 'micro'], true) ? 'process' : 'pool';
        $given['quiet'] ??= $given['mode'] === 'pool' ? 60000 : $given['interval'];
        self::check($given);
        $given['redis'] = self::redis($given['redis'] ?? self::env('QUASAR_REDIS_URL') ?? self::env('REDIS_URL'));
        $given['token'] = $given['token'] === null ? null : explode(',', $given['token'])[0];
        $given['logger'] ??= [self::class, 'log'];
        return $given;
    }

    private static function check(array $given): void
    {
        $isText = static fn ($text) => is_string($text) && $text !== '' && strlen($text) <= Protocol::MAX_NAME_CHARS;
        self::want($isText($given['service']), 'service', 'a text of 1 to 200 characters');
        self::want($given['node'] === null || $isText($given['node']), 'node', 'a text of 1 to 200 characters');
        self::want(preg_match('/^[^\s*?\[\]]{1,100}:$/D', $given['prefix']) === 1, 'prefix', 'a text that ends with a colon, "gravito:quasar:"');
        self::want($given['interval'] >= 100 && $given['interval'] <= 3600000, 'interval', 'milliseconds from 100 to 3600000');
        self::want($given['quiet'] >= 1000 && $given['quiet'] <= 86400000, 'quiet', 'milliseconds from 1000 to 86400000');
        self::want($given['slow'] >= 0, 'slow', 'milliseconds, 0 or more');
        self::want($given['sample'] >= 0 && $given['sample'] <= 1, 'sample', 'a share from 0 to 1');
        self::want(in_array($given['mode'], ['process', 'pool'], true), 'mode', '"process" or "pool"');
        self::want($given['token'] === null || self::isToken($given['token']), 'token', self::TOKEN);
        self::want(array_filter($given['ignore'], 'is_string') === $given['ignore'], 'ignore', 'a list of routes like "GET /health"');
        self::want(array_filter($given['disks'], 'is_string') === $given['disks'], 'disks', 'a list of mounts like "/"');
    }

    private static function isToken(string $token): bool
    {
        $tokens = explode(',', $token);
        $isEach = array_filter($tokens, static fn ($one) => preg_match('/^[!-+\--~]{16,256}$/D', $one) === 1) === $tokens;
        return $isEach && count($tokens) <= 2 && count(array_unique($tokens)) === count($tokens);
    }

    /** @return array|object|null where Redis is, or the app's client */
    private static function redis(mixed $redis): array|object|null
    {
        $takes = 'a URL like redis://127.0.0.1:6379, an array with a host or a path, or a phpredis or Predis client';
        if ($redis === null || $redis === '') {
            return null;
        }
        if (is_object($redis)) {
            self::want($redis instanceof \Redis || $redis instanceof \Predis\ClientInterface, 'redis', $takes);
            return $redis;
        }
        $place = is_string($redis) ? self::parse($redis) : $redis;
        self::want(is_array($place) && (isset($place['host']) || isset($place['path'])), 'redis', $takes);
        return $place;
    }

    private static function parse(string $url): ?array
    {
        if (preg_match('#^(redis|rediss|unix)://#i', $url) !== 1) {
            return null;
        }
        $parts = parse_url(str_starts_with(strtolower($url), 'unix:///') ? 'unix://localhost' . substr($url, 7) : $url);
        if (!is_array($parts)) {
            return null;
        }
        parse_str($parts['query'] ?? '', $query);
        $isPath = strtolower($parts['scheme']) === 'unix';
        $decode = static fn (?string $text) => $text === null || $text === '' ? null : rawurldecode($text);
        return [
            'host' => $isPath ? null : trim($parts['host'] ?? '127.0.0.1', '[]'),
            'port' => $parts['port'] ?? 6379,
            'path' => $isPath ? $parts['path'] ?? null : null,
            'tls' => strtolower($parts['scheme']) === 'rediss',
            'username' => $decode($parts['user'] ?? null),
            'password' => $decode($parts['pass'] ?? null),
            'database' => (int) ($query['db'] ?? ($isPath ? 0 : trim($parts['path'] ?? '0', '/'))),
        ];
    }

    private static function want(bool $isGood, string $option, string $takes): void
    {
        if (!$isGood) {
            throw new InvalidArgumentException("Quasar: the option $option takes $takes.");
        }
    }

    private static function number(string $name): ?int
    {
        $text = self::env($name);
        self::want($text === null || preg_match('/^\d{1,9}$/D', $text) === 1, $name, 'milliseconds from 100 to 3600000');
        return $text === null ? null : (int) $text;
    }

    private static function env(string $name): ?string
    {
        $value = $_SERVER[$name] ?? getenv($name);
        return is_string($value) && $value !== '' ? $value : null;
    }

    /** On the command line the log may be the terminal, where nothing of ours belongs. @internal */
    public static function log(string $line): void
    {
        if (PHP_SAPI !== 'cli' || (string) ini_get('error_log') !== '') {
            error_log($line);
        }
    }
}

/** An error reply of Redis. */
final class Refusal
{
    public function __construct(public string $message)
    {
    }

    public function code(): string
    {
        return explode(' ', $this->message, 2)[0];
    }
}

/** Sends commands to Redis. */
interface Link
{
    /**
     * @param list<list<string|int>> $commands
     * @return list<mixed> one reply per command, {@see Refusal} for an error
     * @throws RuntimeException if Redis does not answer
     */
    public function send(array $commands): array;

    public function close(): void;
}

/** A socket of our own with short time-outs. */
final class Socket implements Link
{
    private const CONNECT_S = 0.1;
    private const ANSWER_S = 0.2;

    /** @var resource|null */
    private $stream = null;
    private string $buffer = '';
    private float $deadline = 0;

    public function __construct(private array $place)
    {
    }

    public function send(array $commands): array
    {
        try {
            $handshake = $this->open();
            $this->deadline = Clock::monotonic() + 1000 * self::ANSWER_S;
            $this->write(implode('', array_map([self::class, 'encode'], [...$handshake, ...$commands])));
            foreach ($handshake as $command) {
                $this->accept($this->read(), $command[0]);
            }
            return array_map(fn () => $this->read(), $commands);
        } catch (Throwable $error) {
            $this->close();
            throw $error;
        }
    }

    public function close(): void
    {
        if ($this->stream !== null) {
            fclose($this->stream);
        }
        $this->stream = null;
        $this->buffer = '';
    }

    /** @return list<list<string|int>> what a new connection sends first */
    private function open(): array
    {
        if ($this->stream !== null && !feof($this->stream)) {
            return [];
        }
        $this->close();
        $stream = stream_socket_client($this->address(), $code, $text, $this->isTls() ? 3 * self::CONNECT_S : self::CONNECT_S);
        if ($stream === false) {
            throw new RuntimeException('Redis can not be reached');
        }
        stream_set_blocking($stream, false);
        $this->stream = $stream;
        return $this->handshake();
    }

    private function handshake(): array
    {
        ['username' => $user, 'password' => $password, 'database' => $database] = $this->place + ['username' => null, 'password' => null, 'database' => 0];
        $auth = (string) $password === '' ? [] : [(string) $user === '' ? ['AUTH', $password] : ['AUTH', $user, $password]];
        return [...$auth, ...((int) $database === 0 ? [] : [['SELECT', (int) $database]]), ['CLIENT', 'SETNAME', 'quasar']];
    }

    private function accept(mixed $reply, string $command): void
    {
        if ($reply instanceof Refusal && $command !== 'CLIENT') {
            throw new RuntimeException("Redis refuses $command: " . $reply->code());
        }
    }

    private function isTls(): bool
    {
        return !empty($this->place['tls']) || ($this->place['scheme'] ?? '') === 'tls';
    }

    private function address(): string
    {
        if (!empty($this->place['path'])) {
            return 'unix://' . $this->place['path'];
        }
        $host = (string) $this->place['host'];
        return ($this->isTls() ? 'tls://' : 'tcp://') . (str_contains($host, ':') ? "[$host]" : $host) . ':' . (int) ($this->place['port'] ?? 6379);
    }

    /** @param list<string|int> $command */
    private static function encode(array $command): string
    {
        $text = '*' . count($command) . "\r\n";
        foreach ($command as $part) {
            $text .= '$' . strlen((string) $part) . "\r\n$part\r\n";
        }
        return $text;
    }

    private function write(string $bytes): void
    {
        while ($bytes !== '') {
            $written = fwrite($this->stream, $bytes);
            if ($written === false) {
                throw new RuntimeException('Redis closed the connection');
            }
            $bytes = substr($bytes, $written);
            if ($bytes !== '') {
                $this->wait(false);
            }
        }
    }

    /** @throws RuntimeException when the time is over */
    private function wait(bool $toRead): void
    {
        $left = (int) (1000 * ($this->deadline - Clock::monotonic()));
        $read = $toRead ? [$this->stream] : null;
        $write = $toRead ? null : [$this->stream];
        $none = null;
        if ($left <= 0 || (int) stream_select($read, $write, $none, 0, $left) === 0) {
            throw new RuntimeException('Redis does not answer in time');
        }
    }

    private function read(): mixed
    {
        $line = $this->line();
        $rest = substr($line, 1);
        return match ($line[0] ?? '') {
            '+' => $rest,
            '-' => new Refusal($rest),
            ':' => (int) $rest,
            '$' => (int) $rest < 0 ? null : substr($this->take((int) $rest + 2), 0, -2),
            '*' => (int) $rest < 0 ? null : array_map(fn () => $this->read(), array_fill(0, (int) $rest, null)),
            default => throw new RuntimeException('this is no Redis'),
        };
    }

    private function line(): string
    {
        while (($end = strpos($this->buffer, "\r\n")) === false) {
            $this->fill();
        }
        return substr($this->take($end + 2), 0, -2);
    }

    private function take(int $length): string
    {
        while (strlen($this->buffer) < $length) {
            $this->fill();
        }
        $bytes = substr($this->buffer, 0, $length);
        $this->buffer = substr($this->buffer, $length);
        return $bytes;
    }

    private function fill(): void
    {
        $bytes = fread($this->stream, 65536);
        if ($bytes === '' && !feof($this->stream)) {
            $this->wait(true);
            return;
        }
        if ($bytes === false || $bytes === '') {
            throw new RuntimeException('Redis closed the connection');
        }
        $this->buffer .= $bytes;
    }
}

/** The app's phpredis client, with the app's time-outs. Its prefix and serializer do not apply. */
final class PhpRedisLink implements Link
{
    public function __construct(private \Redis $redis)
    {
    }

    public function send(array $commands): array
    {
        if ($this->redis->getMode() !== \Redis::ATOMIC) {
            throw new RuntimeException('the client is in the middle of a transaction');
        }
        $this->redis->clearLastError();
        $pipeline = $this->redis->multi(\Redis::PIPELINE);
        foreach ($commands as $command) {
            $pipeline->rawCommand(...$command);
        }
        $replies = $pipeline->exec();
        if (!is_array($replies) || count($replies) !== count($commands)) {
            throw new RuntimeException('Redis does not answer');
        }
        // It tells only the last error of a pipeline: an empty reply beside one counts as refused.
        $error = $this->redis->getLastError();
        $this->redis->clearLastError();
        return array_map(static fn ($reply) => $reply !== false ? $reply : ($error === null ? null : new Refusal($error)), $replies);
    }

    public function close(): void
    {
    }
}

/** The app's Predis client, with the app's time-outs. Its prefix does not apply. */
final class PredisLink implements Link
{
    public function __construct(private \Predis\ClientInterface $client)
    {
    }

    public function send(array $commands): array
    {
        $connection = $this->client->getConnection();
        $raw = array_map(
            static fn (array $parts) => method_exists(\Predis\Command\RawCommand::class, 'create')
                ? \Predis\Command\RawCommand::create(...$parts) : new \Predis\Command\RawCommand($parts),
            $commands,
        );
        foreach ($raw as $command) {
            $connection->writeRequest($command);
        }
        return array_map(static fn ($command) => self::reply($connection->readResponse($command)), $raw);
    }

    private static function reply(mixed $reply): mixed
    {
        if ($reply instanceof \Predis\Response\ErrorInterface) {
            return new Refusal($reply->getMessage());
        }
        return is_array($reply) ? array_map([self::class, 'reply'], $reply) : (is_object($reply) ? (string) $reply : $reply);
    }

    public function close(): void
    {
    }
}

/** Figures of the machine and of this process; null for what can't be read. */
final class Host
{
    /** @param array $last the samples of the previous report @return array{0: array, 1: array} the figures, and new samples */
    public static function read(array $last, array $disks, bool $isPool): array
    {
        $now = Clock::monotonic();
        $ticks = self::ticks();
        $own = $isPool ? self::poolUsage() : self::usage();
        $cores = self::cores();
        $elapsed = isset($last['at']) && $now > $last['at'] ? $now - $last['at'] : null;
        $used = $elapsed === null || $own['cpuMs'] === null || ($last['cpuMs'] ?? null) === null || $own['cpuMs'] < $last['cpuMs'] || ($last['of'] ?? null) !== $own['of']
            ? null : ($own['cpuMs'] - $last['cpuMs']) / $elapsed;
        $cpu = ['system' => self::share($ticks, $last['ticks'] ?? null), 'process' => $used === null || $cores === null ? null : round(min(100, 100 * $used / $cores), 1),
            'processCores' => $used === null ? null : round($used, 3), 'cores' => $cores, 'load' => self::load(), 'throttled' => null];
        $memory = ['system' => self::memory(), 'process' => $own['memory']];
        $samples = ['at' => $now, 'ticks' => $ticks, 'cpuMs' => $own['cpuMs'], 'of' => $own['of']];
        return [['cpu' => $cpu, 'memory' => $memory, 'disk' => self::disks($disks), 'pool' => $isPool ? self::pool() : null], $samples];
    }

    /** @return array{busy: int, all: int}|null */
    private static function ticks(): ?array
    {
        $line = strtok(self::file('/proc/stat'), "\n");
        $parts = array_map('intval', array_slice(preg_split('/\s+/', (string) $line) ?: [], 1, 8));
        if (count($parts) < 8) {
            return null;
        }
        return ['busy' => array_sum($parts) - $parts[3] - $parts[4], 'all' => array_sum($parts)];
    }

    private static function share(?array $now, ?array $last): ?float
    {
        $all = $now === null || $last === null ? 0 : $now['all'] - $last['all'];
        return $all <= 0 ? null : round(max(0, min(100, 100 * ($now['busy'] - $last['busy']) / $all)), 1);
    }

    private static function cores(): int|float|null
    {
        static $cores = null;
        $cores ??= preg_match_all('/^processor\s*:/m', self::file('/proc/cpuinfo')) ?: 0;
        [$quota, $period] = explode(' ', trim(self::file('/sys/fs/cgroup/cpu.max'))) + ['max', '0'];
        $limit = is_numeric($quota) && (int) $period > 0 ? (int) $quota / (int) $period : null;
        return $cores === 0 ? $limit : ($limit === null ? $cores : min($cores, $limit));
    }

    private static function load(): ?array
    {
        $load = function_exists('sys_getloadavg') ? sys_getloadavg() : false;
        return $load === false ? null : array_map(static fn ($one) => round($one, 2), $load);
    }

    private static function memory(): array
    {
        preg_match_all('/^(MemTotal|MemAvailable):\s+(\d+)/m', self::file('/proc/meminfo'), $lines);
        $bytes = array_map(static fn ($kib) => 1024 * (int) $kib, array_combine($lines[1], $lines[2]));
        [$total, $free] = [$bytes['MemTotal'] ?? null, $bytes['MemAvailable'] ?? null];
        $limit = trim(self::file('/sys/fs/cgroup/memory.max') ?: self::file('/sys/fs/cgroup/memory/memory.limit_in_bytes'));
        $current = trim(self::file('/sys/fs/cgroup/memory.current') ?: self::file('/sys/fs/cgroup/memory/memory.usage_in_bytes'));
        if (is_numeric($limit) && is_numeric($current) && $total !== null && (int) $limit < $total) {
            return ['total' => (int) $limit, 'free' => max(0, (int) $limit - (int) $current), 'used' => (int) $current, 'limit' => (int) $limit];
        }
        return ['total' => $total, 'free' => $free, 'used' => $total === null || $free === null ? null : $total - $free, 'limit' => null];
    }

    private static function usage(): array
    {
        $usage = function_exists('getrusage') ? getrusage() : false;
        $ms = static fn (string $kind) => 1000 * $usage["ru_$kind.tv_sec"] + $usage["ru_$kind.tv_usec"] / 1000;
        $pages = preg_split('/\s/', self::file('/proc/self/statm')) ?: [];
        $limit = self::bytes((string) ini_get('memory_limit'));
        return ['of' => getmypid(), 'cpuMs' => $usage === false ? null : $ms('utime') + $ms('stime'),
            'memory' => ['rss' => isset($pages[1]) ? 4096 * (int) $pages[1] : null, 'heapUsed' => memory_get_usage(), 'heapTotal' => memory_get_usage(true),
                'heapLimit' => $limit, 'external' => null, 'arrayBuffers' => null]];
    }

    /**
     * Of the workers of php-fpm: CPU is their sum and that of those that ended, memory their private pages and the largest shared part, such
     * as the opcode cache, once.
     */
    private static function poolUsage(): array
    {
        $master = self::master();
        $unknown = ['rss' => null, 'heapUsed' => null, 'heapTotal' => null, 'heapLimit' => null, 'external' => null, 'arrayBuffers' => null];
        $children = $master === null ? '' : trim(self::file("/proc/$master/task/$master/children"));
        if ($children === '') {
            return ['of' => $master, 'cpuMs' => null, 'memory' => $unknown];
        }
        $private = $shared = 0;
        $ticks = array_sum(array_slice(self::stat((int) $master), 13, 2));
        $ended = array_sum(array_slice(self::stat((int) $master), 15, 2));
        foreach (array_slice(explode(' ', $children), 0, 500) as $pid) {
            $pages = array_map('intval', explode(' ', self::file("/proc/$pid/statm")) + [0, 0, 0]);
            $private += max(0, $pages[1] - $pages[2]);
            $shared = max($shared, $pages[2]);
            $ticks += array_sum(array_slice(self::stat((int) $pid), 13, 2));
        }
        return ['of' => $master, 'cpuMs' => 10 * ($ticks + $ended), 'memory' => ['rss' => 4096 * ($private + $shared)] + $unknown];
    }

    /** Fields of a process, as if none had a name with blanks. */
    private static function stat(int $pid): array
    {
        $text = self::file("/proc/$pid/stat");
        return array_map('intval', explode(' ', 'x x ' . ltrim(substr($text, (int) strrpos($text, ')') + 1))));
    }

    /** The pid of php-fpm's master; null elsewhere. */
    public static function master(): ?int
    {
        return PHP_SAPI === 'fpm-fcgi' && function_exists('posix_getppid') ? posix_getppid() : null;
    }

    /** What php-fpm tells of its pool; null elsewhere. */
    private static function pool(): ?array
    {
        $status = function_exists('fpm_get_status') ? fpm_get_status() : false;
        return is_array($status) ? $status : null;
    }

    /** Used space is unknown: PHP has no count of the blocks that are reserved for root, which are neither free nor used. */
    private static function disks(array $mounts): array
    {
        $disks = [];
        foreach (array_slice($mounts, 0, Protocol::MAX_DISKS) as $mount) {
            [$total, $free] = [disk_total_space($mount), disk_free_space($mount)];
            if ($total > 0 && $free !== false) {
                $disks[] = ['mount' => $mount, 'total' => (int) $total, 'free' => (int) $free, 'usedPct' => null];
            }
        }
        return $disks;
    }

    /** The bytes of a setting such as `128M`; null for none. */
    public static function bytes(string $text): ?int
    {
        $unit = ['k' => 1024, 'm' => 1048576, 'g' => 1073741824][strtolower(substr($text, -1))] ?? 1;
        return (int) $text > 0 ? (int) $text * $unit : null;
    }

    private static function file(string $path): string
    {
        return is_readable($path) ? (string) file_get_contents($path) : '';
    }
}

/** Where a recorder keeps what it has not reported yet. */
interface Store
{
    /** Whether a report is due. Costs next to nothing. */
    public function isDue(): bool;

    /** Adds events of a request; where they are counted at once, this is the only call. @param list<array> $events */
    public function add(array $events): void;

    /**
     * Runs a report with the state, and keeps the state that it returns. Nothing is run while another process reports.
     *
     * @param callable(array, list<array>, callable(array): void): array $report gets the state, new events, and what keeps a state meanwhile
     */
    public function report(callable $report): void;
}

/** The state of a long-running process. */
final class OwnStore implements Store
{
    private array $state = [];
    /** @var list<array> */
    private array $events = [];
    private bool $isRunning = false;

    /** @param callable(array, list<array>): array $fold counts events early, so that they need no memory */
    public function __construct(private $fold)
    {
    }

    public function isDue(): bool
    {
        return Clock::monotonic() >= ($this->state['dueAt'] ?? 0);
    }

    public function add(array $events): void
    {
        array_push($this->events, ...$events);
        if (count($this->events) >= 500) {
            $this->state = ($this->fold)($this->state, $this->events);
            $this->events = [];
        }
    }

    public function report(callable $report): void
    {
        if ($this->isRunning) {
            return;
        }
        $this->isRunning = true;
        $events = $this->events;
        $this->events = [];
        try {
            $this->state = $report($this->state, $events, function (array $state): void {
                $this->state = $state;
            });
        } finally {
            $this->isRunning = false;
        }
    }
}

/**
 * The state that the processes of a pool share, in a directory of this user's: each request appends a line to a buffer, and the one that is
 * due takes the buffer. Nobody waits for a lock.
 */
final class SharedStore implements Store
{
    /** A buffer is not longer, bytes: what is over is lost and counted as far as it is known. */
    private const MAX_BYTES = 4194304;
    /** A due time further ahead was written before the clock was set back, s. */
    private const MAX_AHEAD_S = 3700;

    private string $state;
    private string $buffer;
    private string $taken;

    public function __construct(string $directory, string $name)
    {
        $this->state = "$directory/$name.state";
        $this->buffer = "$directory/$name.buffer";
        $this->taken = "$directory/$name.taken";
    }

    /** @return string|null a directory that only this user can write to; null if there is none */
    public static function directory(?string $option): ?string
    {
        $user = function_exists('posix_geteuid') ? posix_geteuid() : getmyuid();
        $candidates = $option !== null ? [$option] : [sys_get_temp_dir() . "/quasar-$user", "/dev/shm/quasar-$user"];
        foreach ($candidates as $path) {
            if (!is_dir($path)) {
                mkdir($path, 0700, true);
            }
            clearstatcache(true, $path);
            // A directory that another user made, or a link, could lead elsewhere.
            if (is_dir($path) && !is_link($path) && is_writable($path) && ($option !== null || fileowner($path) === $user)) {
                return $path;
            }
        }
        return null;
    }

    public function isDue(): bool
    {
        clearstatcache(true, $this->state);
        $dueAt = is_file($this->state) ? filemtime($this->state) : 0;
        return time() >= $dueAt || $dueAt > time() + self::MAX_AHEAD_S;
    }

    public function add(array $events): void
    {
        $lines = '';
        foreach ($events as $event) {
            $lines .= json_encode($event, Json::FLAGS) . "\n";
        }
        $file = fopen($this->buffer, 'a');
        if ($file !== false && (fstat($file)['size'] ?? 0) + strlen($lines) <= self::MAX_BYTES) {
            fwrite($file, $lines);
        }
    }

    public function report(callable $report): void
    {
        $lock = fopen($this->state, 'c+');
        if ($lock === false || !flock($lock, LOCK_EX | LOCK_NB)) {
            return;
        }
        try {
            $state = Json::decode((string) stream_get_contents($lock)) ?? [];
            $save = function (array $state) use ($lock): void {
                $this->save($lock, $state);
            };
            [$events, $state['offset']] = $this->take((int) ($state['offset'] ?? 0));
            $save($report($state, $events, $save));
        } finally {
            flock($lock, LOCK_UN);
            fclose($lock);
        }
    }

    /** @param resource $lock */
    private function save($lock, array $state): void
    {
        $text = json_encode($state, Json::FLAGS | JSON_PRESERVE_ZERO_FRACTION);
        if ($text === false) {
            return;
        }
        ftruncate($lock, 0);
        rewind($lock);
        fwrite($lock, $text);
        fflush($lock);
        $wait = max(0, ($state['dueAt'] ?? 0) - Clock::monotonic());
        touch($this->state, time() + (int) ceil($wait / 1000));
    }

    /** A request that had opened the buffer before it was taken may add a line later: the next report reads the rest. */
    private function take(int $offset): array
    {
        $events = $this->read($this->taken, $offset)[0];
        if (!rename($this->buffer, $this->taken)) {
            return [$events, is_file($this->taken) ? max($offset, (int) filesize($this->taken)) : 0];
        }
        [$more, $end] = $this->read($this->taken, 0);
        return [[...$events, ...$more], $end];
    }

    private function read(string $path, int $offset): array
    {
        $file = is_file($path) ? fopen($path, 'r') : false;
        if ($file === false) {
            return [[], 0];
        }
        fseek($file, $offset);
        $events = [];
        while (($line = fgets($file)) !== false) {
            $event = str_ends_with($line, "\n") ? Json::decode($line) : null;
            if ($event !== null) {
                $events[] = $event;
            }
        }
        return [$events, (int) ftell($file)];
    }
}

/** Redis' clock, as of one report. */
final class Moment
{
    /** Differences below are ignored: they may be the time of an answer, ms. */
    private const TOLERANCE_MS = 2000;

    private function __construct(
        /** Unix ms by Redis' clock, or by this machine's if that is unknown or close. */
        public int $now,
        public float $monotonic,
        /** Null if Redis does not tell its time. */
        public ?int $clockAhead,
    ) {
    }

    /** @throws RuntimeException if Redis does not answer */
    public static function ask(Link $link): self
    {
        $asked = Clock::monotonic();
        [$reply] = $link->send([['TIME']]);
        $monotonic = Clock::monotonic();
        $wall = Clock::wall();
        if ($reply instanceof Refusal && !in_array($reply->code(), ['NOPERM', 'ERR'], true)) {
            throw new RuntimeException('Redis refuses: ' . $reply->code());
        }
        if (!is_array($reply) || count($reply) < 2) {
            return new self($wall, $monotonic, null);
        }
        $theirs = 1000 * (int) $reply[0] + intdiv((int) $reply[1], 1000) + (int) (($monotonic - $asked) / 2);
        $ahead = $wall - $theirs;
        return abs($ahead) < self::TOLERANCE_MS ? new self($wall, $monotonic, 0) : new self($theirs, $monotonic, $ahead);
    }

    /** The Unix ms of a moment of the monotonic clock; after a restart of the machine, of its wall clock. */
    public function timeOf(float $monotonic, ?int $wall = null): int
    {
        $isOfThisBoot = $monotonic <= $this->monotonic;
        return max(0, $isOfThisBoot ? $this->now - (int) ($this->monotonic - $monotonic) : (int) ($wall ?? $this->now) - (int) $this->clockAhead);
    }
}

/** Which node of a service reports which queues. */
final class Lease
{
    private const MAX_RANKS = 10;

    public function __construct(private Link $link, private string $prefix, private string $service, private string $node, private int $ttlMs)
    {
    }

    /**
     * Competes for the queues that nobody else reports.
     *
     * @param list<string> $watched keys of queues
     * @param array{rank?: int, text?: string} $held the lease of the last report
     * @return array{rank: int, text: string, queues: list<string>}|null null if others report them, or are about to
     */
    public function take(array $watched, array $held, bool $isPatient): ?array
    {
        $rest = $watched;
        for ($rank = 1; $rank <= self::MAX_RANKS && $rest !== []; $rank++) {
            $keys = Protocol::keys($this->prefix, $this->service, $this->node, $rank);
            $text = self::fingerprint($rest) . ' - ' . $this->node;
            if (($held['rank'] ?? 0) === $rank && $held['text'] !== $text) {
                $this->release($held);
            }
            [, $current, $written] = $this->link->send([
                ['SET', $keys['queuesLease'], $text, 'NX', 'PX', $this->ttlMs], ['GET', $keys['queuesLease']], ['GET', $keys['queues']],
            ]);
            if ($current === $text) {
                $this->link->send([['PEXPIRE', $keys['queuesLease'], $this->ttlMs]]);
                $this->leave($held, $rank);
                return ['rank' => $rank, 'text' => $text, 'queues' => $rest];
            }
            $reported = is_string($current) ? self::reportedBy($current, $written, $rest, $isPatient) : null;
            if ($reported === null) {
                break;
            }
            $rest = array_values(array_diff($rest, $reported));
        }
        $this->leave($held, 0);
        return null;
    }

    /** @return list<string>|null null while the holder's first snapshot is due, or if it watches the same queues */
    private static function reportedBy(string $holder, mixed $written, array $rest, bool $isPatient): ?array
    {
        $isOurs = preg_match('/^([\w-]{16}) (\S+) (.+)$/sD', $holder, $match) === 1;
        if ($isOurs && $match[1] === self::fingerprint($rest)) {
            return null;
        }
        $snapshot = is_string($written) ? Json::decode($written) : null;
        if ($isPatient && ($snapshot['reporter'] ?? null) !== ($isOurs ? $match[3] : $holder)) {
            return null;
        }
        return array_map(
            static fn ($queue) => Protocol::queueKey((string) ($queue['driver'] ?? 'other'), $queue['place'] ?? null, (string) ($queue['name'] ?? '')),
            $snapshot['queues'] ?? [],
        );
    }

    private function leave(array $held, int $rank): void
    {
        if (($held['rank'] ?? 0) !== 0 && $held['rank'] !== $rank) {
            $this->release($held);
        }
    }

    /** Lets another node take over at once. */
    public function release(array $held): void
    {
        if (($held['rank'] ?? 0) === 0) {
            return;
        }
        $key = Protocol::keys($this->prefix, $this->service, $this->node, $held['rank'])['queuesLease'];
        if ($this->link->send([['GET', $key]])[0] === $held['text']) {
            $this->link->send([['DEL', $key]]);
        }
    }

    /** @param list<string> $keys */
    private static function fingerprint(array $keys): string
    {
        sort($keys, SORT_STRING);
        return substr(strtr(base64_encode(sha1(implode("\n", $keys), true)), '+/', '-_'), 0, 16);
    }
}

/** Counts what the app does, and writes it once per interval. */
final class Recorder
{
    /** Slow entries and exceptions of an interval, each. */
    private const MAX_RECORDS = 200;
    /** Rollups that wait for Redis. */
    private const MAX_UNSENT = 100;
    private const MAX_BACKOFF_MS = 60000;
    private const TIDY_EVERY_MS = 60000;
    private const WATCH_EVERY_MS = 60000;

    public string $node;
    public ?string $problem = null;
    private ?Store $store;
    private Link $link;
    private Signer $signer;
    /** @var array<string, string> */
    private array $keys;
    /** @var list<array> events of this request */
    private array $pending = [];
    private bool $isPool;
    private int $pid;
    /** Unix seconds. Octane sets the time of the request anew for each one. */
    private float $startedAt;

    public function __construct(private array $options)
    {
        $this->pid = (int) getmypid();
        $this->startedAt = (float) ($_SERVER['REQUEST_TIME_FLOAT'] ?? microtime(true));
        $this->isPool = $options['mode'] === 'pool';
        $this->node = $options['node'] ?? $this->nodeId();
        $this->keys = Protocol::keys($options['prefix'], $options['service'], $this->node);
        $this->signer = new Signer($options['token']);
        $this->link = self::link($options['redis']);
        Redaction::$more = $options['redact'];
        $this->store = $this->isPool ? null : new OwnStore([$this, 'fold']);
    }

    private static function link(array|object $redis): Link
    {
        if (is_array($redis)) {
            return new Socket($redis);
        }
        return $redis instanceof \Redis ? new PhpRedisLink($redis) : new PredisLink($redis);
    }

    private function nodeId(): string
    {
        $host = (string) gethostname();
        if ($this->isPool) {
            $pool = function_exists('fpm_get_status') ? (fpm_get_status() ?: [])['pool'] ?? null : null;
            return Protocol::cut($host, 150) . '-' . ($pool === null ? PHP_SAPI : "fpm-$pool");
        }
        return Protocol::cut($host, 150) . "-{$this->pid}-0-" . base_convert((string) (int) (1000 * $this->startedAt), 10, 36);
    }

    /** Opens what the processes of a pool share, and reports when this one ends. */
    public function install(): void
    {
        if ($this->isPool) {
            $directory = SharedStore::directory($this->options['directory']);
            if ($directory === null) {
                $this->problem = 'no directory for what the processes share: set the option directory';
                $this->say('Quasar: nothing is reported: ' . $this->problem);
                return;
            }
            $place = is_array($this->options['redis']) ? [$this->options['redis']['host'] ?? '', $this->options['redis']['port'] ?? '', $this->options['redis']['path'] ?? ''] : [];
            $this->store = new SharedStore($directory, substr(sha1(implode("\n", [$this->keys['node'], ...$place])), 0, 16));
        }
        // From within the end, so that the app's own functions run before the response is finished.
        register_shutdown_function(function (): void {
            register_shutdown_function(fn () => Guard::run(fn () => $this->end()));
        });
    }

    public function tick(): void
    {
        if (!$this->isPool && $this->store?->isDue()) {
            $this->flush();
        }
    }

    /** The end of a request or of the process. */
    public function end(): void
    {
        if ($this->store === null) {
            return;
        }
        Guard::haveMemory();
        if (!$this->isPool) {
            $this->isOfFork() ? null : $this->report(true);
            $this->store = null;
            return;
        }
        $this->handOver();
        if ($this->store->isDue()) {
            if (function_exists('fastcgi_finish_request')) {
                fastcgi_finish_request();
            }
            $this->report(false);
        }
    }

    /** A child of `pcntl_fork` has its parent's figures and connection: it starts with its own. */
    private function isOfFork(): bool
    {
        if ($this->isPool || $this->pid === getmypid()) {
            return false;
        }
        $this->pid = (int) getmypid();
        $this->node = $this->options['node'] ?? $this->nodeId();
        $this->keys = Protocol::keys($this->options['prefix'], $this->options['service'], $this->node);
        $this->link = self::link($this->options['redis']);
        $this->store = new OwnStore([$this, 'fold']);
        $this->pending = [];
        return true;
    }

    /** Reports unless Redis was unreachable a moment ago. */
    public function flush(): void
    {
        $this->isOfFork();
        $this->handOver();
        $this->report(false);
    }

    private function handOver(): void
    {
        if ($this->pending !== []) {
            $this->store?->add($this->pending);
            $this->pending = [];
        }
    }

    public function request(?string $route, int $status, int|float $durationMs, array $details): void
    {
        $key = $route === null ? Protocol::UNMATCHED : Redaction::name($route);
        if (in_array($route, $this->options['ignore'], true)) {
            return;
        }
        $isAborted = (bool) ($details['aborted'] ?? false);
        $this->note(['t' => 'r', 'k' => $key, 's' => $status, 'd' => round($durationMs, 3), 'a' => $isAborted]);
        if ($durationMs >= $this->options['slow']) {
            $this->slow('request', $key, $durationMs, (string) ($isAborted ? 499 : $status), $details);
        }
    }

    public function job(?string $queue, string $name, string $outcome, int|float|null $durationMs, int|float|null $waitMs, array $details): void
    {
        $outcome = in_array($outcome, ['completed', 'failed', 'retried'], true) ? $outcome : 'failed';
        [$key, $queue] = [Redaction::name($name), $queue === null ? null : Redaction::name($queue)];
        $this->note(['t' => 'j', 'k' => $key, 'q' => $queue, 'o' => $outcome, 'd' => $durationMs === null ? null : round($durationMs, 3), 'w' => $waitMs]);
        if ($durationMs !== null && $durationMs >= $this->options['slow']) {
            $status = $outcome === 'completed' ? 'completed' : 'failed';
            $this->slow('job', $key, $durationMs, $status, $details + ['queue' => $queue, 'waitMs' => $waitMs]);
        }
    }

    public function slow(string $kind, string $name, int|float $durationMs, ?string $status, array $details): void
    {
        if ($this->options['sample'] < 1 && mt_rand() / mt_getrandmax() >= $this->options['sample']) {
            return;
        }
        $text = static fn (string $field, int $max = Protocol::MAX_NAME_CHARS) => isset($details[$field]) ? Redaction::name((string) $details[$field], $max) : null;
        $number = static fn (string $field) => is_numeric($details[$field] ?? null) ? $details[$field] + 0 : null;
        $meta = ['method' => $text('method'), 'url' => isset($details['url']) ? Redaction::url((string) $details['url']) : null, 'headers' => null,
            'queue' => $text('queue'), 'jobId' => $text('jobId'), 'attempt' => $number('attempt'), 'waitMs' => $number('waitMs'),
            'aborted' => (bool) ($details['aborted'] ?? false), 'loopBlockedMs' => null, 'gcMs' => null, 'cpuThrottledMs' => null, 'inFlight' => null];
        $this->note(['t' => 's', 'at' => Clock::monotonic(), 'wall' => Clock::wall(), 'r' => [
            'v' => Protocol::VERSION, 'kind' => $kind, 'name' => Redaction::name($name), 'durationMs' => round($durationMs, 3),
            'thresholdMs' => $kind === 'custom' ? null : $this->options['slow'], 'status' => $status, 'service' => $this->options['service'],
            'node' => $this->node, 'requestId' => $text('requestId', 128), 'traceId' => $text('traceId', 128), 'ts' => 0, 'meta' => $meta,
        ]]);
    }

    public function exception(array $described, array $context): void
    {
        $text = static fn (string $field) => isset($context[$field]) ? Redaction::name((string) $context[$field]) : null;
        $kind = in_array($context['kind'] ?? '', ['request', 'job', 'custom', 'uncaught'], true) ? $context['kind'] : 'custom';
        $this->note(['t' => 'e', 'at' => Clock::monotonic(), 'wall' => Clock::wall(), 'r' => [
            'v' => Protocol::VERSION, 'id' => bin2hex(random_bytes(10)), 'kind' => $kind, 'name' => $described['name'],
            'message' => $described['message'], 'stack' => $described['stack'], 'fingerprint' => $described['fingerprint'],
            'handled' => (bool) ($context['handled'] ?? false), 'service' => $this->options['service'], 'node' => $this->node,
            'route' => $text('route'), 'queue' => $text('queue'), 'path' => null, 'requestId' => $text('requestId'), 'traceId' => $text('traceId'), 'ts' => 0,
        ]]);
    }

    private function note(array $event): void
    {
        if ($this->store === null) {
            return;
        }
        $this->isOfFork();
        $this->pending[] = $event;
        // Of a request that does very much, and of a worker, little stays in memory.
        if (!$this->isPool || count($this->pending) >= 200) {
            $this->handOver();
        }
    }

    /** Counts events. @param list<array> $events */
    public function fold(array $state, array $events): array
    {
        $rollup = new Rollup($state['routes'] ?? [], $state['jobs'] ?? []);
        foreach ($events as $event) {
            match ($event['t'] ?? '') {
                'r' => $rollup->request($event['k'], $event['s'], $event['d'], $event['a']),
                'j' => $rollup->job($event['k'], $event['q'], $event['o'], $event['d'], $event['w']),
                's' => $state['slow'][] = $event,
                'e' => $state['errors'][] = $event,
                default => null,
            };
        }
        foreach (['slow' => self::MAX_RECORDS, 'errors' => self::MAX_RECORDS, 'unsent' => self::MAX_UNSENT] as $kind => $max) {
            $all = $state[$kind] ?? [];
            $state['dropped'] = ($state['dropped'] ?? 0) + max(0, count($all) - $max);
            $state[$kind] = array_slice($all, -$max);
        }
        [$state['routes'], $state['jobs']] = [$rollup->routes, $rollup->jobs];
        return $state;
    }

    private function report(bool $isLast): void
    {
        $this->store?->report(function (array $state, array $events, callable $save) use ($isLast): array {
            $startedAt = Clock::monotonic();
            $state = self::afterBoot($this->fold($state, $events), $startedAt);
            if (($state['failures'] ?? 0) > 0 && $startedAt < ($state['dueAt'] ?? 0)) {
                return $state;
            }
            $state['from'] ??= $startedAt - 1000;
            $state['minuteFrom'] ??= $state['from'];
            $state['dueAt'] = $startedAt + $this->options['interval'] * (0.9 + 0.2 * mt_rand() / mt_getrandmax());
            $save($state);
            return $this->attempt($state, $startedAt, $isLast);
        });
    }

    /** The monotonic clock starts anew with the machine. */
    private static function afterBoot(array $state, float $now): array
    {
        if (($state['from'] ?? 0) > $now) {
            foreach (['from', 'minuteFrom', 'dueAt', 'tidiedAt', 'watchedAt', 'queuesFrom', 'samples', 'queueMemory'] as $field) {
                unset($state[$field]);
            }
        }
        return $state;
    }

    private function attempt(array $state, float $startedAt, bool $isLast): array
    {
        $error = null;
        try {
            $moment = Moment::ask($this->link);
            $state = $this->write($state, $moment, $startedAt, $isLast, $error);
            if ($error === null) {
                $state = $this->reportQueues($state, $moment, $isLast);
            }
        } catch (Throwable $thrown) {
            $error = $thrown instanceof RuntimeException ? $thrown->getMessage() : get_class($thrown);
        }
        return $this->judged($state, $error, $startedAt);
    }

    private function judged(array $state, ?string $error, float $startedAt): array
    {
        $failures = $state['failures'] ?? 0;
        $state['flushMs'] = round(Clock::monotonic() - $startedAt, 2);
        $state['failures'] = $error === null ? 0 : $failures + 1;
        $this->problem = $error;
        if ($error !== null) {
            $wait = min(self::MAX_BACKOFF_MS, $this->options['interval'] * 2 ** min(10, $failures));
            $state['dueAt'] = Clock::monotonic() + $wait * (0.9 + 0.2 * mt_rand() / mt_getrandmax());
            $this->link->close();
        }
        if ($error !== null && $failures === 0) {
            $this->say("Quasar: can't report: $error. It tries again; the app is not affected.");
        } elseif ($error === null && $failures > 0) {
            $this->say('Quasar: reports again.');
        }
        return $state;
    }

    private function say(string $line): void
    {
        try {
            ($this->options['logger'])($line);
        } catch (Throwable) {
            // A log that fails must not lose what was counted.
        }
    }

    /** @param string|null $error set if Redis refuses a record */
    private function write(array $state, Moment $moment, float $startedAt, bool $isLast, ?string &$error): array
    {
        [$state, $figures, $requests] = $this->closeInterval($state, $moment, $isLast);
        $steps = [];
        if (!$isLast) {
            array_push($steps, ...$this->heartbeatSteps($state, $moment, $figures, $requests, Clock::monotonic() - $startedAt));
        }
        $state = $this->date($state, $moment);
        array_push($steps, ...$this->recordSteps($state, $moment), ...$this->tidySteps($state, $moment));
        if ($isLast) {
            array_push($steps, [['DEL', $this->keys['node']], null], [['ZREM', $this->keys['nodeIndex'], $this->keys['member']], null]);
        }
        $replies = $this->link->send(array_column($steps, 0));
        $kept = ['slow' => [], 'errors' => [], 'unsent' => []];
        foreach ($steps as $at => [, $records]) {
            if ($replies[$at] instanceof Refusal) {
                $error ??= 'Redis refuses: ' . $replies[$at]->code();
                foreach ($records ?? [] as $kind => $some) {
                    array_push($kept[$kind], ...$some);
                }
            }
        }
        if ($error === null && $moment->monotonic - ($state['tidiedAt'] ?? -INF) >= self::TIDY_EVERY_MS) {
            $state['tidiedAt'] = $moment->monotonic;
        }
        return $kept + $state;
    }

    /** Ends the interval: its rollup waits for being written, and about once a minute that of the minute. */
    private function closeInterval(array $state, Moment $moment, bool $isLast): array
    {
        [$figures, $samples] = Host::read($state['samples'] ?? [], $this->options['disks'], $this->isPool);
        $state['samples'] = $samples;
        $rollup = new Rollup($state['routes'], $state['jobs']);
        $minute = new Rollup($state['minuteRoutes'] ?? [], $state['minuteJobs'] ?? []);
        $minute->absorb($rollup);
        $inFlight = isset($figures['pool']['active-processes']) ? max(0, $figures['pool']['active-processes'] - 1) : null;
        $requests = $rollup->routes === [] && !$this->isPool ? null : $rollup->figures(($moment->monotonic - $state['from']) / 1000, $inFlight);
        $to = $moment->timeOf($moment->monotonic);
        if (!$rollup->isEmpty()) {
            $state['unsent'][] = ['rollup', $rollup->text($this->node, $moment->timeOf($state['from']), $to, $moment->clockAhead)];
        }
        $means = self::worst($state['means'] ?? [], $figures);
        if ($moment->monotonic - $state['minuteFrom'] >= Protocol::HISTORY_STEP_MS - $this->options['interval'] / 2 || ($isLast && !$minute->isEmpty())) {
            $more = self::history($means, $figures);
            $state['unsent'][] = ['history', $minute->text($this->node, $moment->timeOf($state['minuteFrom']), $to, $moment->clockAhead, $more)];
            $minute = new Rollup();
            $means = [];
            $state['minuteFrom'] = $moment->monotonic;
        }
        return [['routes' => [], 'jobs' => [], 'minuteRoutes' => $minute->routes, 'minuteJobs' => $minute->jobs, 'means' => $means,
            'from' => $moment->monotonic] + $state, $figures, $requests];
    }

    /** Figures of the minute: sums for means, and the worst values. */
    private static function worst(array $means, array $figures): array
    {
        $add = static fn (string $name, ?float $value) => $value === null ? $means[$name] ?? null : [($means[$name][0] ?? 0) + $value, ($means[$name][1] ?? 0) + 1];
        $most = static fn (string $name, $value) => max($means[$name] ?? null, $value);
        $load = $figures['cpu']['load'][0] ?? null;
        $cores = $figures['cpu']['cores'];
        return ['cpu' => $add('cpu', $figures['cpu']['process']), 'system' => $add('system', $figures['cpu']['system']),
            'load' => $add('load', $load === null || !$cores ? null : $load / $cores), 'rss' => $most('rss', $figures['memory']['process']['rss']),
            'heap' => $most('heap', $figures['memory']['process']['heapUsed']), 'used' => $most('used', $figures['memory']['system']['used'])];
    }

    private static function history(array $means, array $figures): array
    {
        $mean = static fn (string $name) => isset($means[$name]) ? round($means[$name][0] / $means[$name][1], 2) : null;
        $freeShare = static fn (array $disk) => $disk['free'] / $disk['total'];
        $fullest = array_reduce($figures['disk'], static fn ($worst, $disk) => $worst === null || $freeShare($disk) < $freeShare($worst) ? $disk : $worst);
        return [
            'process' => ['cpu' => $mean('cpu'), 'rss' => $means['rss'], 'heapUsed' => $means['heap'], 'loopP99' => null, 'utilization' => null,
                'gcMs' => null, 'gcCount' => null, 'diskPct' => null],
            'system' => ['host' => (string) gethostname(), 'cpu' => $mean('system'), 'memory' => $means['used'], 'memoryLimit' => $figures['memory']['system']['total'],
                'heapLimit' => $figures['memory']['process']['heapLimit'], 'diskFree' => $fullest['free'] ?? null, 'load' => $mean('load')],
        ];
    }

    private function heartbeatSteps(array $state, Moment $moment, array $figures, ?array $requests, float $collectMs): array
    {
        $interval = max($this->options['quiet'], $this->options['interval']);
        $heartbeat = [
            'v' => Protocol::VERSION, 'id' => $this->node, 'service' => $this->options['service'], 'timestamp' => $moment->now,
            'clockAhead' => $moment->clockAhead, 'interval' => $interval, 'environment' => $this->options['environment'], 'language' => 'php',
            'version' => PHP_VERSION, 'appVersion' => $this->options['appVersion'], 'sdk' => ['name' => 'quasar-php', 'version' => Protocol::SDK_VERSION],
            'pid' => $this->isPool ? Host::master() : $this->pid, 'hostname' => (string) gethostname(), 'platform' => strtolower(PHP_OS_FAMILY),
            'arch' => php_uname('m'), 'instance' => $figures['pool']['pool'] ?? null, 'thread' => null, 'blocked' => null,
            'cpu' => $figures['cpu'], 'memory' => $figures['memory'],
            'disk' => $figures['disk'], 'eventLoop' => null, 'gc' => null, 'requests' => $requests, 'connections' => null, 'children' => null,
            'recorder' => ['collectMs' => round($collectMs, 2), 'flushMs' => $state['flushMs'] ?? null, 'dropped' => $state['dropped'] ?? 0, 'bufferedBytes' => null],
            'runtime' => ['uptime' => $this->uptime($figures), 'framework' => $this->options['framework']],
            'ready' => $this->ready(), 'setup' => null, 'meta' => $this->meta($figures['pool']),
        ];
        $text = $this->signer->json($this->keys['node'], Json::encode($heartbeat));
        return [
            [['SET', $this->keys['node'], $text, 'PX', Protocol::heartbeatLife($interval)], null],
            [['ZADD', $this->keys['nodeIndex'], $moment->now, $this->keys['member']], null],
        ];
    }

    private function uptime(array $figures): ?float
    {
        if ($this->isPool) {
            return isset($figures['pool']['start-since']) ? (float) $figures['pool']['start-since'] : null;
        }
        return round(max(0, microtime(true) - $this->startedAt), 1);
    }

    private function ready(): ?array
    {
        if ($this->options['ready'] === null) {
            return null;
        }
        try {
            $ready = ($this->options['ready'])();
            $told = is_array($ready) ? $ready : ['status' => $ready ? 'ready' : 'not ready'];
            return ['status' => (string) ($told['status'] ?? 'error'), 'deps' => isset($told['deps']) ? self::plain((array) $told['deps']) : null];
        } catch (Throwable) {
            return ['status' => 'error', 'deps' => null];
        }
    }

    private function meta(?array $pool): ?object
    {
        $own = $pool === null ? [] : ['pool' => $pool['pool'] ?? null, 'manager' => $pool['process-manager'] ?? null, 'active' => $pool['active-processes'] ?? null,
            'idle' => $pool['idle-processes'] ?? null, 'listenQueue' => $pool['listen-queue'] ?? null, 'maxChildrenReached' => $pool['max-children-reached'] ?? null];
        try {
            $given = $this->options['meta'] === null ? [] : (array) ($this->options['meta'])();
        } catch (Throwable) {
            $given = [];
        }
        return self::plain($given + $own) ?? self::plain($own);
    }

    /** An object of the app's; null if it is empty or too large. */
    private static function plain(array $fields): ?object
    {
        $text = json_encode($fields, Json::FLAGS, Protocol::MAX_META_DEPTH);
        return $fields === [] || $text === false || strlen($text) > Protocol::MAX_META_BYTES ? null : (object) json_decode($text, false);
    }

    /** Times of records are set once: a record that is written twice stays the same. */
    private function date(array $state, Moment $moment): array
    {
        foreach (['slow', 'errors'] as $kind) {
            foreach ($state[$kind] as &$event) {
                if (!array_key_exists('ahead', $event)) {
                    $event['r']['ts'] = $moment->timeOf($event['at'], $event['wall']);
                    $event['ahead'] = $moment->clockAhead;
                }
            }
            unset($event);
        }
        return $state;
    }

    /** @return list<array{list<string|int>, array<string, list<array>>|null}> commands, and the records that are lost if one fails */
    private function recordSteps(array $state, Moment $moment): array
    {
        $steps = [];
        foreach ($state['slow'] as $event) {
            $fields = $this->signer->fields($this->keys['slow'], Protocol::slowFields($event['r'], $event['ahead']));
            $steps[] = [['XADD', $this->keys['slow'], 'MAXLEN', '~', Protocol::MAX_SLOW_ENTRIES, '*', ...$fields], ['slow' => [$event]]];
        }
        foreach ($state['unsent'] as $unsent) {
            [$kind, $text] = $unsent;
            $life = $kind === 'rollup' ? Protocol::ROLLUP_LIFE_MS : Protocol::HISTORY_LIFE_MS;
            $trim = $moment->clockAhead === null ? [] : ['MINID', '~', $moment->now - $life];
            $packed = Protocol::packed($this->signer->json($this->keys[$kind], $text));
            $steps[] = [['XADD', $this->keys[$kind], ...$trim, '*', ...$packed], ['unsent' => [$unsent]]];
        }
        return [...$steps, ...$this->exceptionSteps($state['errors'], $moment)];
    }

    private function exceptionSteps(array $events, Moment $moment): array
    {
        if ($events === []) {
            return [];
        }
        $key = $this->keys['errors'];
        $members = [];
        foreach ($events as $event) {
            array_push($members, $moment->now, $this->signer->json($key, Protocol::dated($event['r'], $event['ahead'])));
        }
        $oldest = $moment->clockAhead === null ? [] : [[['ZREMRANGEBYSCORE', $key, '-inf', $moment->now - Protocol::EXCEPTION_LIFE_MS], null]];
        return [[['ZADD', $key, 'NX', ...$members], ['errors' => $events]], ...$oldest,
            [['ZREMRANGEBYRANK', $key, 0, -(Protocol::MAX_EXCEPTIONS + 1)], null], [['PEXPIRE', $key, Protocol::EXCEPTION_LIFE_MS], null]];
    }

    private function tidySteps(array $state, Moment $moment): array
    {
        if ($moment->monotonic - ($state['tidiedAt'] ?? -INF) < self::TIDY_EVERY_MS) {
            return [];
        }
        ['nodeIndex' => $nodes, 'serviceIndex' => $services] = $this->keys;
        $oldest = $moment->now - Protocol::INDEX_LIFE_MS;
        $steps = [['ZADD', $services, $moment->now, Protocol::segment($this->options['service'])],
            ['PEXPIRE', $this->keys['rollup'], 2 * Protocol::ROLLUP_LIFE_MS], ['PEXPIRE', $this->keys['history'], 2 * Protocol::HISTORY_LIFE_MS]];
        if ($moment->clockAhead !== null) {
            array_push($steps, ['ZREMRANGEBYSCORE', $nodes, '-inf', $oldest], ['ZREMRANGEBYSCORE', $nodes, $oldest + 2 * Protocol::INDEX_LIFE_MS, '+inf'],
                ['ZREMRANGEBYSCORE', $services, '-inf', $moment->now - Protocol::SERVICE_INDEX_LIFE_MS]);
        }
        return array_map(static fn ($command) => [$command, null], $steps);
    }

    private function reportQueues(array $state, Moment $moment, bool $isLast): array
    {
        if ($this->options['queues'] === null) {
            return $state;
        }
        $ttl = (int) (1.4 * $this->options['interval']) + 2000;
        $lease = new Lease($this->link, $this->options['prefix'], $this->options['service'], $this->node, $ttl);
        if ($isLast) {
            $lease->release($state['held'] ?? []);
            return $state;
        }
        $entries = null;
        if ($moment->monotonic - ($state['watchedAt'] ?? -INF) >= self::WATCH_EVERY_MS) {
            [$state, $entries] = $this->readQueues($state, $moment);
        }
        $isPatient = $moment->monotonic - ($state['waitingSince'] ?? $moment->monotonic) < 3 * $this->options['interval'];
        $held = $lease->take($state['watch'], $state['held'] ?? [], $isPatient);
        $state['held'] = $held ?? [];
        $state['waitingSince'] = $held === null ? $state['waitingSince'] ?? $moment->monotonic : null;
        if ($held === null) {
            $state['queuesFrom'] = null;
            return $state;
        }
        if ($entries === null) {
            [$state, $entries] = $this->readQueues($state, $moment);
        }
        $own = array_values(array_filter($entries, static fn ($entry) => in_array(self::keyOf($entry), $held['queues'], true)));
        return $this->writeQueues($state, $own, $held['rank'], $moment);
    }

    private static function keyOf(array $entry): string
    {
        return Protocol::queueKey($entry['driver'], $entry['place'], $entry['name']);
    }

    /** @return array{0: array, 1: list<array>} */
    private function readQueues(array $state, Moment $moment): array
    {
        $memory = $state['queueMemory'] ?? [];
        $read = ($this->options['queues'])($memory, $moment->now);
        $entries = array_map([self::class, 'entry'], array_slice($read, 0, Protocol::MAX_QUEUES));
        $watch = array_map([self::class, 'keyOf'], $entries);
        return [['queueMemory' => $memory, 'watch' => $watch, 'watchedAt' => $moment->monotonic] + $state, $entries];
    }

    /** An entry with all fields; unknown ones are null. */
    private static function entry(array $given): array
    {
        $metrics = ($given['metrics'] ?? []) + array_fill_keys(['waiting', 'prioritized', 'active', 'delayed', 'waitingChildren', 'completed', 'failed'], null);
        $error = isset($given['error']) ? Redaction::message((string) $given['error']) : null;
        return ['name' => Redaction::name((string) $given['name']), 'driver' => $given['driver'] ?? 'other', 'place' => $given['place'] ?? null,
            'server' => $given['server'] ?? null, 'metrics' => $metrics, 'states' => $given['states'] ?? [], 'approximate' => (bool) ($given['approximate'] ?? false),
            'paused' => $given['paused'] ?? null, 'oldestMs' => $given['oldestMs'] ?? null, 'overdueMs' => $given['overdueMs'] ?? null,
            'throughput' => $given['throughput'] ?? null, 'workers' => $given['workers'] ?? null, 'capabilities' => [], 'error' => $error, 'meta' => $given['meta'] ?? null];
    }

    private function writeQueues(array $state, array $entries, int $rank, Moment $moment): array
    {
        $keys = Protocol::keys($this->options['prefix'], $this->options['service'], $this->node, $rank);
        $interval = max($this->options['quiet'], $this->options['interval']);
        $snapshot = ['v' => Protocol::VERSION, 'timestamp' => $moment->now, 'interval' => $interval, 'service' => $this->options['service'],
            'reporter' => $this->node, 'queues' => $entries];
        $text = $this->signer->json($keys['queues'], Protocol::dated($snapshot, $moment->clockAhead));
        $commands = [['SET', $keys['queues'], $text, 'PX', max(Protocol::MIN_SNAPSHOT_LIFE_MS, 3 * $interval)],
            ['ZADD', $keys['queueIndex'], $moment->now, $keys['queuesMember']],
            ['ZREMRANGEBYSCORE', $keys['queueIndex'], '-inf', $moment->now - 3600000]];
        $from = $state['queuesFrom'] ?? $moment->monotonic;
        $isMinute = $moment->monotonic - $from >= Protocol::HISTORY_STEP_MS - $this->options['interval'] / 2;
        if ($isMinute) {
            $start = max($from, $moment->monotonic - 1.5 * Protocol::HISTORY_STEP_MS);
            array_push($commands, ...$this->queueHistory($keys['queueHistory'], $entries, $moment->timeOf($start), $moment));
        }
        $state['queuesFrom'] = $isMinute ? $moment->monotonic : $from;
        $this->link->send($commands);
        return $state;
    }

    private function queueHistory(string $key, array $entries, int $from, Moment $moment): array
    {
        $fields = array_flip(['name', 'driver', 'place', 'server', 'metrics', 'oldestMs', 'throughput']);
        $known = array_filter($entries, static fn ($entry) => $entry['error'] === null && array_filter($entry['metrics'], 'is_int') !== []);
        $queues = array_values(array_map(static fn ($entry) => array_intersect_key($entry, $fields), $known));
        if ($queues === []) {
            return [];
        }
        $text = Protocol::queueHistory(['v' => Protocol::VERSION, 'node' => $this->node, 'from' => $from, 'to' => $moment->now, 'queues' => $queues], $moment->clockAhead);
        $trim = $moment->clockAhead === null ? [] : ['MINID', '~', $moment->now - Protocol::HISTORY_LIFE_MS];
        return [['XADD', $key, ...$trim, '*', ...Protocol::packed($this->signer->json($key, $text))], ['PEXPIRE', $key, 2 * Protocol::HISTORY_LIFE_MS]];
    }
}
