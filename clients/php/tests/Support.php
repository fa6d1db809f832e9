<?php

declare(strict_types=1);

use Gravito\Quasar\Socket;

/** Waits for a condition. */
function eventually(callable $condition, string $what, float $seconds = 20): mixed
{
    $end = microtime(true) + $seconds;
    do {
        $value = $condition();
        if ($value !== null && $value !== false && $value !== []) {
            return $value;
        }
        usleep(50000);
    } while (microtime(true) < $end);
    throw new RuntimeException("It did not happen: $what");
}

function freePort(): int
{
    $server = stream_socket_server('tcp://127.0.0.1:0');
    $name = stream_socket_get_name($server, false);
    fclose($server);
    return (int) substr($name, strrpos($name, ':') + 1);
}

function folder(): string
{
    $folder = sys_get_temp_dir() . '/quasar-test-' . bin2hex(random_bytes(6));
    mkdir($folder, 0700);
    register_shutdown_function(static fn () => exec('rm -rf ' . escapeshellarg($folder)));
    return $folder;
}

/** A process that a test started, and its output. */
final class Running
{
    /** @var resource|null */
    public $process;
    public int $pid;
    public string $out;

    /** @param list<string> $command @param array<string, string> $env */
    public function __construct(array $command, array $env = [], ?string $cwd = null)
    {
        $this->out = tempnam(sys_get_temp_dir(), 'quasar-out');
        $own = array_diff_key(getenv(), ['QUASAR_REDIS_URL' => 1, 'REDIS_URL' => 1, 'QUASAR_TOKEN' => 1]);
        $this->process = proc_open($command, [1 => ['file', $this->out, 'a'], 2 => ['file', $this->out, 'a']], $pipes, $cwd, $env + $own);
        $this->pid = proc_get_status($this->process)['pid'];
        // Of a test that failed.
        register_shutdown_function(fn () => $this->stop(SIGKILL));
    }

    public function isRunning(): bool
    {
        return is_resource($this->process) && proc_get_status($this->process)['running'];
    }

    public function output(): string
    {
        return (string) file_get_contents($this->out);
    }

    public function stop(int $signal = SIGTERM): void
    {
        if (is_resource($this->process)) {
            posix_kill($this->pid, SIGCONT);
            $children = array_filter(explode(' ', (string) @file_get_contents("/proc/{$this->pid}/task/{$this->pid}/children")));
            proc_terminate($this->process, $signal);
            // The workers of `php -S` outlive it.
            array_map(static fn ($pid) => posix_kill((int) $pid, $signal), $children);
            proc_close($this->process);
            $this->process = null;
        }
        @unlink($this->out);
    }
}

/** A Redis server of a test's own. */
final class TestRedis
{
    public int $port;
    public string $url;
    private Running $server;

    public function __construct(string ...$options)
    {
        $this->port = freePort();
        $this->url = "redis://127.0.0.1:{$this->port}";
        $this->server = new Running(['redis-server', '--port', (string) $this->port, '--bind', '127.0.0.1', '--save', '', '--dir', sys_get_temp_dir(), ...$options]);
        eventually(fn () => $this->answers(), 'redis-server starts');
    }

    private function answers(): bool
    {
        try {
            return @(new Socket(['host' => '127.0.0.1', 'port' => $this->port]))->send([['PING']]) !== [];
        } catch (RuntimeException) {
            return false;
        }
    }

    public function run(string|int ...$command): mixed
    {
        return (new Socket(['host' => '127.0.0.1', 'port' => $this->port]))->send([$command])[0];
    }

    /** Heartbeats by node. */
    public function nodes(string $service): array
    {
        $nodes = [];
        foreach ($this->run('KEYS', "gravito:quasar:node:$service:*") as $key) {
            // It may have left meanwhile.
            $beat = json_decode((string) $this->run('GET', $key), true);
            if ($beat !== null) {
                $nodes[$beat['id']] = $beat;
            }
        }
        return $nodes;
    }

    /** The entries of a stream, as maps. */
    public function entries(string $key): array
    {
        return array_map(static function (array $entry): array {
            $fields = array_column(array_chunk($entry[1], 2), 1, 0);
            return isset($fields['deflate']) ? ['data' => gzinflate(base64_decode($fields['deflate']))] : $fields;
        }, $this->run('XRANGE', $key, '-', '+'));
    }

    /** All routes or jobs of a service's rollups, by key: sums. */
    public function series(string $service, string $kind): array
    {
        $sums = [];
        foreach ($this->entries("gravito:quasar:rollup:$service") as $entry) {
            foreach (json_decode($entry['data'], true)[$kind] as $series) {
                foreach (['count', 'errors', 'failed'] as $figure) {
                    $sums[$series['key']][$figure] = ($sums[$series['key']][$figure] ?? 0) + ($series[$figure] ?? 0);
                }
                $sums[$series['key']] += ['queue' => $series['queue'] ?? null, 'wait' => $series['wait'] ?? null];
            }
        }
        return $sums;
    }

    /** Slow entries of a name: on a busy machine others may be slow as well. */
    public function slow(string $service, string $name): array
    {
        return array_values(array_filter($this->entries("gravito:quasar:slow:$service"), static fn ($entry) => $entry['name'] === $name));
    }

    public function errors(string $service): array
    {
        return array_map(static fn ($text) => json_decode($text, true), $this->run('ZRANGE', "gravito:quasar:errors:$service", 0, -1));
    }

    public function pause(): void
    {
        posix_kill($this->server->pid, SIGSTOP);
    }

    public function resume(): void
    {
        posix_kill($this->server->pid, SIGCONT);
    }

    public function stop(): void
    {
        $this->server->stop(SIGKILL);
    }
}

/** Runs a script of PHP in a process of its own. @return array{0: int, 1: string} its exit code and its output */
function php(string $code, array $env = [], array $arguments = []): array
{
    $file = tempnam(sys_get_temp_dir(), 'quasar-php');
    file_put_contents($file, $code);
    $own = array_diff_key(getenv(), ['QUASAR_REDIS_URL' => 1, 'REDIS_URL' => 1, 'QUASAR_TOKEN' => 1]);
    $process = proc_open([PHP_BINARY, ...$arguments, $file], [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes, null, $env + $own);
    $output = stream_get_contents($pipes[1]) . stream_get_contents($pipes[2]);
    $exit = proc_close($process);
    unlink($file);
    return [$exit, str_replace($file, 'script.php', $output)];
}

/** @return array{0: int, 1: string} status and body */
function http(string $url, string $method = 'GET'): array
{
    $context = stream_context_create(['http' => ['method' => $method, 'ignore_errors' => true, 'timeout' => 20]]);
    $body = @file_get_contents($url, false, $context);
    $head = $http_response_header[0] ?? 'HTTP/1.1 0';
    return [(int) explode(' ', $head)[1], $body === false ? '' : $body];
}
