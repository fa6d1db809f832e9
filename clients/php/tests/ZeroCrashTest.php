<?php

declare(strict_types=1);

use PHPUnit\Framework\TestCase;

/** Whatever happens to Redis, the app prints the same and ends with the same exit code. */
final class ZeroCrashTest extends TestCase
{
    private const BODIES = [
        'ends well' => 'echo "done\n";',
        'exits with a code' => 'echo "half"; exit(7);',
        'throws' => 'echo "before"; function f($secret) { throw new LogicException("oops"); } f("hunter2");',
        'throws with a handler' => 'set_exception_handler(function ($e) { echo "handled ", $e->getMessage(); exit(9); }); throw new LogicException("oops");',
        'has a fatal error' => 'echo "x"; (function () { undefined_function_of_the_app(); })();',
        'runs out of memory' => 'ini_set("memory_limit", "8M"); $all = []; while (true) { $all[] = str_repeat("x", 100000); }',
        'has strict handlers' => 'set_error_handler(function ($no, $text) { echo "warned $text\n"; throw new ErrorException($text); }); QUASAR try { echo $undefined; } catch (ErrorException $e) { echo "caught"; } exit(4);',
    ];
    private const REPORTS = 'Quasar::request("GET /", 200, 1); Quasar::captureException(new Exception("x")); Quasar::slow("a", 1); Quasar::heartbeat(); Quasar::heartbeat(service: "x"); Quasar::flush();';

    /** @return array<string, array{string}> */
    public static function states(): array
    {
        return ['gone' => ['gone'], 'hanging' => ['hanging'], 'full' => ['full'], 'read-only' => ['read-only'], 'wrong password' => ['password'], 'no Redis' => ['none'],
            'not Redis' => ['http'], 'no extension' => ['bare'], 'well' => ['well']];
    }

    /** @dataProvider states */
    public function testTheSameAnswerAndExitCode(string $state): void
    {
        $redis = in_array($state, ['gone', 'none', 'http'], true) ? null : new TestRedis();
        $url = self::prepared($state, $redis);
        foreach (self::BODIES as $name => $body) {
            // Without the ini files there is no extension but the built-in ones.
            $arguments = $state === 'bare' ? ['-n'] : [];
            $plain = php('<?php ' . str_replace('QUASAR', '', $body), [], $arguments);
            $file = var_export(realpath(__DIR__ . '/../src/Quasar.php'), true);
            $reported = str_contains($body, 'QUASAR') ? str_replace('QUASAR', self::REPORTS, $body) : self::REPORTS . $body;
            // On one line, so that PHP's own messages name the same line.
            $code = "<?php require $file; use Gravito\\Quasar\\Quasar; Quasar::start(service: 'zero', errors: true, interval: 1000); $reported";
            $with = php($code, $url === null ? [] : ['QUASAR_REDIS_URL' => $url], $arguments);
            self::assertSame(self::comparable($plain), self::comparable($with), "$name, $state");
        }
        if ($state === 'well' || $state === 'bare') {
            $names = array_column($redis->errors('zero'), 'name');
            foreach (['LogicException', 'Error', 'FatalError'] as $expected) {
                self::assertContains($expected, $names);
            }
            self::assertStringNotContainsString('hunter2', json_encode($redis->errors('zero')));
        }
        $redis?->resume();
        $redis?->stop();
    }

    private static function prepared(string $state, ?TestRedis $redis): ?string
    {
        match ($state) {
            'hanging' => $redis->pause(),
            'full' => $redis->run('CONFIG', 'SET', 'maxmemory', '1'),
            'read-only' => $redis->run('REPLICAOF', '127.0.0.1', (string) freePort()),
            'password' => $redis->run('CONFIG', 'SET', 'requirepass', 'another'),
            default => null,
        };
        return match ($state) {
            'gone', 'http' => 'redis://127.0.0.1:' . freePort(),
            'none' => null,
            'password' => str_replace('//', '//:hunter2@', $redis->url),
            default => $redis->url,
        };
    }

    /** Byte counts of PHP's message about memory depend on the size of the script. @return array{int, string} */
    private static function comparable(array $result): array
    {
        $text = preg_replace(['/\(tried to allocate \d+ bytes\)/', '/^PHP (?=Fatal|Warning|  )/m'], '', $result[1]);
        $lines = array_unique(array_filter(explode("\n", trim($text)), static fn ($line) => !str_starts_with($line, 'PHP Stack') && !preg_match('/^(Stack trace:|PHP +\d)/', $line)));
        return [$result[0], implode("\n", $lines)];
    }
}
