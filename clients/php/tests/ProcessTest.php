<?php

declare(strict_types=1);

use PHPUnit\Framework\TestCase;

/** Long-running processes: workers and commands. */
final class ProcessTest extends TestCase
{
    private static TestRedis $redis;

    public static function setUpBeforeClass(): void
    {
        self::$redis = new TestRedis();
    }

    public static function tearDownAfterClass(): void
    {
        self::$redis->stop();
    }

    private static function script(string $body, string $options = ''): string
    {
        return '<?php require ' . var_export(realpath(__DIR__ . '/../src/Quasar.php'), true) . "; use Gravito\\Quasar\\Quasar;\n"
            . "Quasar::start(service: getenv('SERVICE'), $options);\n$body";
    }

    private function start(string $service, string $body, string $options = '', array $env = []): Running
    {
        $file = folder() . '/script.php';
        file_put_contents($file, self::script($body, $options));
        return new Running([PHP_BINARY, $file], $env + ['SERVICE' => $service, 'QUASAR_REDIS_URL' => self::$redis->url, 'QUASAR_INTERVAL' => '1000']);
    }

    public function testAWorkerIsANodeWhileItRuns(): void
    {
        $worker = $this->start('worker', <<<'P'
            $end = microtime(true) + 30;
            pcntl_async_signals(true);
            pcntl_signal(SIGTERM, function () { exit(3); });
            $n = 0;
            while (microtime(true) < $end) {
                Quasar::job('mail', 'send', fn () => usleep(1000), waitMs: 40);
                if ($n++ === 2) { try { Quasar::job('mail', 'send', fn () => throw new LogicException('no stock for ada@example.com, password=hunter2hunter')); } catch (LogicException) {} }
                Quasar::request('GET /users/{id}', $n % 10 === 0 ? 500 : 200, 12.5);
                Quasar::slow('import', 2500, ['url' => '/x?token=abc']);
                Quasar::heartbeat();
                usleep(100000);
            }
            P, 'environment: "staging", framework: "none", meta: fn () => ["release" => 7], ready: fn () => true');
        $beat = eventually(fn () => array_values(self::$redis->nodes('worker')), 'a heartbeat')[0];
        self::assertSame($worker->pid, $beat['pid']);
        self::assertSame(['quasar-php', 'php', 'staging', 1000], [$beat['sdk']['name'], $beat['language'], $beat['environment'], $beat['interval']]);
        self::assertSame(['release' => 7], $beat['meta']);
        self::assertSame('ready', $beat['ready']['status']);
        self::assertGreaterThan(1e6, $beat['memory']['process']['rss']);
        self::assertSame(0, $beat['clockAhead']);
        self::assertSame(["worker:" . rawurlencode($beat['id'])], self::$redis->run('ZRANGE', 'gravito:quasar:index:nodes', 0, -1));
        $second = eventually(fn () => array_values(array_filter(self::$redis->nodes('worker'), static fn ($one) => $one['cpu']['process'] !== null && $one['requests'] !== null)), 'figures over an interval')[0];
        self::assertGreaterThan(0, $second['requests']['rate']);
        self::assertNotNull($second['cpu']['system']);
        $job = eventually(fn () => (self::$redis->series('worker', 'jobs')['send']['failed'] ?? 0) > 0 ? self::$redis->series('worker', 'jobs')['send'] : null, 'jobs');
        self::assertSame(['mail', 1, 1], [$job['queue'], $job['failed'], $job['errors']]);
        self::assertArrayHasKey('GET /users/{id}', self::$redis->series('worker', 'routes'));
        [$error] = self::$redis->errors('worker');
        self::assertSame(['LogicException', 'job', 'mail'], [$error['name'], $error['kind'], $error['queue']]);
        self::assertStringNotContainsString('hunter2', json_encode($error));
        self::assertStringNotContainsString('ada@', json_encode($error));
        $slow = self::$redis->entries('gravito:quasar:slow:worker')[0];
        self::assertSame(['custom', 'import', '2500'], [$slow['kind'], $slow['name'], $slow['durationMs']]);
        self::assertSame('/x?token=', json_decode($slow['meta'], true)['url']);
        posix_kill($worker->pid, SIGTERM);
        eventually(fn () => self::$redis->nodes('worker') === [] && self::$redis->run('ZCARD', 'gravito:quasar:index:nodes') === 0, 'it says good-bye');
        self::assertNotSame([], self::$redis->entries('gravito:quasar:history:worker'));
        $worker->stop();
    }

    public function testAForkIsANodeOfItsOwn(): void
    {
        $worker = $this->start('forks', <<<'P'
            Quasar::heartbeat();
            $parent = getmypid();
            pcntl_fork();
            while (getmypid() === $parent || posix_getppid() === $parent) { Quasar::jobDone('q', 'of ' . getmypid(), 'completed', 1); Quasar::heartbeat(); Quasar::flush(); usleep(100000); }
            P);
        self::assertTrue(eventually(fn () => count(self::$redis->nodes('forks')) === 2, 'two nodes'));
        $worker->stop();
    }

    public function testRecordsAreSigned(): void
    {
        [$exit] = php(self::script('Quasar::heartbeat(); Quasar::captureException(new Exception("x")); Quasar::slow("a", 1); Quasar::request("GET /", 200, 1); Quasar::flush(); posix_kill(getmypid(), SIGKILL);'),
            ['SERVICE' => 'signed', 'QUASAR_REDIS_URL' => self::$redis->url, 'QUASAR_TOKEN' => 'a-token-of-this-test,an-older-token-of-it']);
        self::assertNotSame(0, $exit);
        $signer = new Gravito\Quasar\Signer('a-token-of-this-test');
        [$key] = self::$redis->run('KEYS', 'gravito:quasar:node:signed:*');
        $records = [$key => self::$redis->run('GET', $key), 'gravito:quasar:errors:signed' => self::$redis->run('ZRANGE', 'gravito:quasar:errors:signed', 0, 0)[0],
            'gravito:quasar:rollup:signed' => self::$redis->entries('gravito:quasar:rollup:signed')[0]['data']];
        foreach ($records as $name => $text) {
            self::assertMatchesRegularExpression('/,"sig":"[0-9a-f]{8}\.[0-9a-f]{64}"\}$/', $text);
            self::assertSame($text, $signer->json($name, preg_replace('/,"sig":"[^"]+"\}$/', '}', $text)));
        }
        self::assertArrayHasKey('sig', self::$redis->entries('gravito:quasar:slow:signed')[0]);
    }

    public function testTheAppsOwnClients(): void
    {
        require_once 'Predis/autoload.php';
        $phpredis = new Redis();
        $phpredis->connect('127.0.0.1', self::$redis->port);
        $phpredis->setOption(Redis::OPT_PREFIX, 'app:');
        $phpredis->setOption(Redis::OPT_SERIALIZER, Redis::SERIALIZER_PHP);
        $predis = new Predis\Client(['host' => '127.0.0.1', 'port' => self::$redis->port], ['prefix' => 'app:']);
        foreach (['phpredis' => $phpredis, 'predis' => $predis] as $service => $client) {
            Gravito\Quasar\Quasar::start(service: $service, redis: $client);
            Gravito\Quasar\Quasar::request('GET /', 200, 3);
            Gravito\Quasar\Quasar::heartbeat();
            self::assertSame(['reporting' => true, 'problem' => null], array_slice(Gravito\Quasar\Quasar::status(), 0, 2), $service);
            self::assertCount(1, self::$redis->nodes($service));
            self::assertSame(1, self::$redis->series($service, 'routes')['GET /']['count']);
            Gravito\Quasar\Quasar::stop();
            self::assertCount(0, self::$redis->nodes($service));
        }
    }

    /** @return array<string, array{string, string}> */
    public static function wrongOptions(): array
    {
        return ['service' => ['service', "service: ''"], 'interval' => ['interval', 'interval: 5'], 'prefix' => ['prefix', "prefix: 'a'"],
            'token' => ['token', "token: 'short'"], 'redis' => ['redis', "redis: 'http://user:hunter2@host'"], 'sample' => ['sample', 'sample: 3'], 'mode' => ['mode', "mode: 'x'"]];
    }

    /** @dataProvider wrongOptions */
    public function testAWrongOptionIsNamed(string $name, string $option): void
    {
        $code = '<?php require ' . var_export(realpath(__DIR__ . '/../src/Quasar.php'), true) . "; try { Gravito\\Quasar\\Quasar::start($option); } catch (InvalidArgumentException \$e) { echo \$e->getMessage(); }";
        [, $output] = php($code);
        self::assertStringStartsWith("Quasar: the option $name takes ", $output);
        self::assertStringNotContainsString('hunter2', $output);
        self::assertStringNotContainsString('short', $output);
    }

    public function testTheClockOfRedis(): void
    {
        // A server that answers TIME with another hour.
        $code = self::script('$far = new class implements Gravito\Quasar\Link { public function send(array $c): array { return [[(string) (time() - 3600), "0"]]; } public function close(): void {} };'
            . '$moment = Gravito\Quasar\Moment::ask($far); echo intdiv($moment->clockAhead, 10000), " ", abs($moment->now - 1000 * (time() - 3600)) < 2000 ? "theirs" : "ours";');
        [, $output] = php($code, ['SERVICE' => 'clock', 'QUASAR_REDIS_URL' => self::$redis->url]);
        self::assertMatchesRegularExpression('/^(359|360) theirs$/', $output);
    }

    public function testOutagesOfRedisLoseNothingOfTheLastMinutes(): void
    {
        $redis = new TestRedis();
        $file = folder() . '/script.php';
        file_put_contents($file, self::script('for ($i = 0; $i < 600; $i++) { Quasar::request("GET /", 200, 1); Quasar::heartbeat(); usleep(50000); }'));
        $worker = new Running([PHP_BINARY, $file], ['SERVICE' => 'outage', 'QUASAR_REDIS_URL' => $redis->url, 'QUASAR_INTERVAL' => '1000']);
        eventually(fn () => $redis->nodes('outage'), 'a heartbeat');
        $redis->run('CONFIG', 'SET', 'maxmemory', '1');
        $redis->run('DEL', ...$redis->run('KEYS', '*'));
        eventually(fn () => str_contains((string) $redis->run('INFO', 'errorstats'), 'errorstat_OOM'), 'a report is refused');
        self::assertTrue($worker->isRunning());
        $redis->run('CONFIG', 'SET', 'maxmemory', '0');
        self::assertTrue(eventually(fn () => count($redis->entries('gravito:quasar:rollup:outage')) > 1, 'it reports again, and the refused rollup as well'));
        $worker->stop();
        $redis->stop();
    }
}
