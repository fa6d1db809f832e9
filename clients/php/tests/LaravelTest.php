<?php

declare(strict_types=1);

use PHPUnit\Framework\TestCase;

/** The package in a real Laravel app. */
final class LaravelTest extends TestCase
{
    private TestRedis $redis;
    private string $app;
    /** @var list<Running> */
    private array $running = [];

    protected function setUp(): void
    {
        if (! stream_resolve_include_path('Illuminate/autoload.php')) {
            self::markTestSkipped('php-laravel-framework is not installed');
        }
        $this->redis = new TestRedis();
        $this->app = folder();
        exec('cp -r ' . escapeshellarg(__DIR__ . '/app/.') . ' ' . escapeshellarg($this->app));
        foreach (['storage/logs', 'storage/framework/views', 'storage/framework/cache', 'shared'] as $folder) {
            mkdir("{$this->app}/$folder", 0700, true);
        }
        $db = new PDO("sqlite:{$this->app}/shop.sqlite");
        $db->exec('CREATE TABLE failed_jobs (id INTEGER PRIMARY KEY, uuid TEXT, connection TEXT, queue TEXT, payload TEXT, exception TEXT, failed_at TEXT DEFAULT CURRENT_TIMESTAMP)');
        $db->exec('CREATE TABLE jobs (id INTEGER PRIMARY KEY, queue TEXT, payload TEXT, attempts INTEGER, reserved_at INTEGER, available_at INTEGER, created_at INTEGER)');
        file_put_contents("{$this->app}/config/zenith.php", '<?php return ["directory" => ' . var_export("{$this->app}/shared", true) . ', "stamp" => true]
            + (array) json_decode((string) getenv("ZENITH"), true) + require getenv("QUASAR_ROOT") . "/laravel/config/zenith.php";');
    }

    protected function tearDown(): void
    {
        foreach ($this->running as $one) {
            $one->stop();
        }
        $this->redis->stop();
    }

    private function env(array $more = []): array
    {
        return $more + ['QUASAR_ROOT' => dirname(__DIR__), 'APP_REDIS_PORT' => (string) $this->redis->port, 'QUASAR_INTERVAL' => '1000', 'APP_ENV' => 'testing'];
    }

    private function serve(array $env = []): string
    {
        $port = freePort();
        $this->running[] = new Running([PHP_BINARY, '-S', "127.0.0.1:$port", "{$this->app}/public/index.php"], $this->env($env), $this->app);
        eventually(static fn () => @stream_socket_client("tcp://127.0.0.1:$port"), 'the server listens');
        return "http://127.0.0.1:$port";
    }

    private function artisan(array $arguments, array $env = []): Running
    {
        return $this->running[] = new Running([PHP_BINARY, "{$this->app}/artisan", ...$arguments], $this->env($env), $this->app);
    }

    /** Runs a command to its end. @return array{0: int, 1: string} */
    private function command(array $arguments, array $env = []): array
    {
        $command = implode(' ', array_map('escapeshellarg', [PHP_BINARY, "{$this->app}/artisan", ...$arguments]));
        $process = proc_open("$command 2>&1", [1 => ['pipe', 'w']], $pipes, $this->app, $this->env($env) + getenv());
        $output = stream_get_contents($pipes[1]);
        return [proc_close($process), $output];
    }

    /** Calls a page until what is counted shows. */
    private function ask(string $url, callable $condition, string $what): mixed
    {
        return eventually(static function () use ($url, $condition) {
            http("$url/");
            usleep(200000);
            return $condition();
        }, $what);
    }

    public function testRequestsAndExceptions(): void
    {
        $url = $this->serve();
        self::assertSame([200, 'user 7'], http("$url/users/7?token=hunter2hunter"));
        self::assertSame(200, http("$url/slow?token=hunter2hunter")[0]);
        self::assertSame(500, http("$url/throw")[0]);
        self::assertSame(403, http("$url/forbidden")[0]);
        self::assertSame(404, http("$url/nothing/here")[0]);
        $routes = $this->ask($url, function () {
            $routes = $this->redis->series('the-shop', 'routes');
            return count($routes) === 6 ? $routes : null;
        }, 'all routes are counted');
        self::assertEqualsCanonicalizing(['GET /', 'GET /users/{id}', 'GET /slow', 'GET /throw', 'GET /forbidden', '(unmatched)'], array_keys($routes));
        self::assertSame([1, 1], [$routes['GET /throw']['count'], $routes['GET /throw']['errors']]);
        $errors = $this->redis->errors('the-shop');
        self::assertCount(1, $errors);
        self::assertSame(['RuntimeException', 'request', 'GET /throw', false], [$errors[0]['name'], $errors[0]['kind'], $errors[0]['route'], $errors[0]['handled']]);
        $slow = $this->redis->slow('the-shop', 'GET /slow');
        self::assertSame(['GET /slow', 'request', '200'], [$slow[0]['name'], $slow[0]['kind'], $slow[0]['status']]);
        self::assertStringNotContainsString('hunter2', json_encode([$errors, $slow]));
        $beat = array_values($this->redis->nodes('the-shop'))[0];
        self::assertSame(['laravel', '3.1.4', 'testing', 'php'], [$beat['runtime']['framework'], $beat['appVersion'], $beat['environment'], $beat['language']]);
    }

    public function testJobsAndQueuesOnRedis(): void
    {
        $url = $this->serve();
        foreach (['well', 'well', 'throws', 'fails', 'releases', 'slow'] as $how) {
            self::assertSame([200, 'pushed'], http("$url/push/$how/mail"));
        }
        http("$url/push/well");
        $queues = $this->ask($url, fn () => ($this->snapshot()['default']['metrics']['waiting'] ?? 0) > 0 ? $this->snapshot()['default'] : null, 'the web server reports the default queue');
        self::assertSame([1, 0, 0, 0], [$queues['metrics']['waiting'], $queues['metrics']['active'], $queues['metrics']['delayed'], $queues['metrics']['failed']]);
        self::assertSame("127.0.0.1:{$this->redis->port}/0 the_shop_database_", $queues['place']);
        self::assertSame(1, preg_match('/^run_id:(\w+)/m', $this->redis->run('INFO', 'server'), $match));
        self::assertSame(['laravel', $match[1]], [$queues['driver'], $queues['server']]);
        self::assertIsInt($queues['oldestMs']);
        $worker = $this->artisan(['queue:work', '--queue=mail', '--sleep=1', '--tries=2']);
        $job = eventually(function () {
            $job = $this->redis->series('the-shop', 'jobs')['App\SendMail'] ?? null;
            return ($job['count'] ?? 0) >= 7 ? $job : null;
        }, 'all attempts are counted');
        // Two that went well, one that was slow, one that was released and then went well; two attempts that threw; one that gave up.
        self::assertSame([7, 3, 2, 'mail'], [$job['count'], $job['errors'], $job['failed'], $job['queue']]);
        self::assertNotNull($job['wait']);
        $errors = eventually(fn () => count($this->redis->errors('the-shop')) >= 2 ? $this->redis->errors('the-shop') : null, 'exceptions of jobs');
        $thrown = array_values(array_filter($errors, static fn ($one) => str_starts_with($one['message'], 'no server')));
        self::assertEqualsCanonicalizing([true, false], array_column($thrown, 'handled'));
        self::assertSame(['job', 'mail', 'App\SendMail'], [$thrown[0]['kind'], $thrown[0]['queue'], $thrown[0]['route']]);
        self::assertStringNotContainsString('ada@', json_encode($errors));
        $slow = eventually(fn () => $this->redis->slow('the-shop', 'App\SendMail'), 'a slow job');
        self::assertSame(['job', 'App\SendMail', 'completed'], [$slow[0]['kind'], $slow[0]['name'], $slow[0]['status']]);
        // The worker watches other queues than the web server, and takes the next slot.
        $mail = eventually(fn () => ($this->snapshot()['mail']['metrics']['failed'] ?? 0) === 2 ? $this->snapshot()['mail'] : null, 'the worker reports its queue');
        self::assertSame(0, $mail['metrics']['waiting']);
        self::assertCount(2, $this->redis->nodes('the-shop'));
        posix_kill($worker->pid, SIGTERM);
        eventually(fn () => count($this->redis->nodes('the-shop')) === 1, 'the worker says good-bye');
    }

    /** @return array<string, array> queues of all slots by name */
    private function snapshot(): array
    {
        $queues = [];
        foreach ($this->redis->run('KEYS', 'gravito:quasar:queues:the-shop*') as $key) {
            $queues += array_column(json_decode((string) $this->redis->run('GET', $key), true)['queues'], null, 'name');
        }
        return $queues;
    }

    public function testQueuesInADatabase(): void
    {
        $url = $this->serve(['QUEUE' => 'database']);
        http("$url/push/well");
        http("$url/push/throws");
        $queue = $this->ask($url, fn () => ($this->snapshot()['default']['metrics']['waiting'] ?? 0) === 2 ? $this->snapshot()['default'] : null, 'its depth');
        self::assertSame('sqlite shop.sqlite jobs', $queue['place']);
        self::assertIsInt($queue['oldestMs']);
        [$exit] = $this->command(['queue:work', '--stop-when-empty', '--tries=1'], ['QUEUE' => 'database']);
        self::assertSame(0, $exit);
        // The job's own two tries prevail.
        self::assertSame(['count' => 3, 'errors' => 2, 'failed' => 1], array_slice($this->redis->series('the-shop', 'jobs')['App\SendMail'], 0, 3));
    }

    public function testScheduledTasks(): void
    {
        [$exit] = $this->command(['schedule:run']);
        self::assertSame(0, $exit);
        $tasks = $this->redis->series('the-shop', 'jobs');
        self::assertSame(['count' => 1, 'errors' => 0, 'failed' => 0, 'queue' => 'schedule', 'wait' => null], $tasks['clean up']);
        self::assertSame(1, $tasks['report']['failed']);
        self::assertSame(0, $tasks['artisan env']['failed']);
        self::assertSame(1, $tasks['a command that fails']['failed']);
        self::assertArrayHasKey('never (skipped)', $tasks);
        self::assertSame([gethostname() . '-schedule'], array_keys($this->redis->nodes('the-shop')));
        $error = $this->redis->errors('the-shop')[0];
        self::assertSame(['the report failed', 'schedule'], [$error['message'], $error['queue']]);
    }

    public function testOtherCommandsDoNotReport(): void
    {
        self::assertSame(0, $this->command(['env'])[0]);
        self::assertSame([], $this->redis->run('KEYS', 'gravito:quasar:*'));
    }

    public function testAWrongSettingIsLogged(): void
    {
        $url = $this->serve(['ZENITH' => json_encode(['token' => 'hunter2'])]);
        self::assertSame([200, 'home'], http("$url/"));
        $log = (string) file_get_contents("{$this->app}/storage/logs/laravel.log");
        self::assertStringContainsString('Quasar: the option token takes', $log);
        self::assertStringNotContainsString('hunter2', $log);
    }

    public function testTheAppIsTheSameWhateverHappensToRedis(): void
    {
        $other = new TestRedis();
        $states = [
            'hanging' => fn () => $other->pause(),
            'gone' => fn () => $other->stop(),
        ];
        $plain = $this->answers(['NO_QUASAR' => '1']);
        foreach ($states as $state => $begin) {
            $begin();
            self::assertSame($plain, $this->answers(['QUASAR_REDIS_URL' => $other->url]), $state);
        }
    }

    private function answers(array $env): array
    {
        $url = $this->serve($env);
        $answers = array_map(static fn ($path) => http("$url$path"), ['/', '/users/7', '/throw', '/forbidden', '/nothing', '/push/well', '/push/throws']);
        $answers[] = preg_replace('/\[[\d :-]+\]\[\w+\]/', '', $this->command(['queue:work', '--stop-when-empty', '--tries=1'], $env));
        $answers[] = preg_replace('/\[[\dT :+-]+\]/', '', $this->command(['schedule:run'], $env));
        return $answers;
    }
}
