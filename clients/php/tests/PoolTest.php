<?php

declare(strict_types=1);

use PHPUnit\Framework\TestCase;

/** Web servers: processes that share what they count. */
final class PoolTest extends TestCase
{
    private const APP = <<<'P'
        <?php
        require getenv('QUASAR_FILE');
        use Gravito\Quasar\Quasar;
        $started = hrtime(true);
        set_exception_handler(function ($e) { http_response_code(500); echo 'the app\'s own page'; });
        Quasar::start(service: getenv('SERVICE'), directory: getenv('SHARED'), errors: true, redis: getenv('URL'));
        register_shutdown_function(function () { echo '|last words'; });
        $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
        header('X-App: 1');
        if ($path === '/slow') { usleep(20000); Quasar::request('GET /slow', 200, 1500, ['method' => 'GET', 'url' => $_SERVER['REQUEST_URI']]); echo 'slow'; }
        elseif ($path === '/throw') { Quasar::request('GET /throw', 500, 1); throw new DomainException('no such thing'); }
        else { echo 'hello'; Quasar::request('GET /', 200, (hrtime(true) - $started) / 1e6); }
        Quasar::heartbeat(service: getenv('SERVICE'));
        P;

    private static TestRedis $redis;

    public static function setUpBeforeClass(): void
    {
        self::$redis = new TestRedis();
    }

    public static function tearDownAfterClass(): void
    {
        self::$redis->stop();
    }

    private static function env(string $service, string $shared, ?string $url = null): array
    {
        return ['QUASAR_FILE' => realpath(__DIR__ . '/../src/Quasar.php'), 'SERVICE' => $service, 'SHARED' => $shared, 'QUASAR_INTERVAL' => '1000',
            'URL' => $url ?? self::$redis->url];
    }

    /** @return array{0: string, 1: list<Running>} */
    private static function builtIn(array $env): array
    {
        $folder = folder();
        file_put_contents("$folder/index.php", self::APP);
        $port = freePort();
        $server = new Running([PHP_BINARY, '-S', "127.0.0.1:$port", "$folder/index.php"], $env + ['PHP_CLI_SERVER_WORKERS' => '3']);
        eventually(static fn () => @stream_socket_client("tcp://127.0.0.1:$port"), 'the server listens');
        return ["http://127.0.0.1:$port", [$server]];
    }

    /** @return array{0: string, 1: list<Running>} */
    private static function fpm(array $env): array
    {
        $folder = folder();
        chmod($folder, 0755);
        file_put_contents("$folder/index.php", self::APP);
        $port = freePort();
        $variables = implode('', array_map(static fn ($name) => "env[$name] = {$env[$name]}\n", array_keys($env)));
        file_put_contents("$folder/fpm.conf", "[global]\nerror_log = $folder/fpm.log\ndaemonize = no\n[www]\nlisten = $folder/fpm.sock\n"
            . (posix_geteuid() === 0 ? "user = root\ngroup = root\n" : '') . "pm = static\npm.max_children = 3\n$variables");
        file_put_contents("$folder/nginx.conf", "daemon off;\npid $folder/nginx.pid;\nerror_log $folder/nginx.log;\n" . (posix_geteuid() === 0 ? "user root;\n" : '')
            . "events {}\nhttp { access_log off; client_body_temp_path $folder/a; proxy_temp_path $folder/b; fastcgi_temp_path $folder/c; uwsgi_temp_path $folder/d; scgi_temp_path $folder/e;\n"
            . "server { listen 127.0.0.1:$port; location / { fastcgi_pass unix:$folder/fpm.sock; fastcgi_param SCRIPT_FILENAME $folder/index.php;"
            . " fastcgi_param REQUEST_METHOD \$request_method; fastcgi_param REQUEST_URI \$request_uri; fastcgi_param QUERY_STRING \$query_string; } } }\n");
        $fpm = self::program('php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION);
        $servers = [new Running([$fpm, '-F', '-R', '-y', "$folder/fpm.conf"]), new Running([self::program('nginx'), '-c', "$folder/nginx.conf"])];
        eventually(static fn () => @stream_socket_client("unix://$folder/fpm.sock") && @stream_socket_client("tcp://127.0.0.1:$port"), 'nginx and php-fpm start');
        return ["http://127.0.0.1:$port", $servers];
    }

    private static function program(string $name): string
    {
        return trim((string) shell_exec('PATH=$PATH:/usr/sbin command -v ' . escapeshellarg($name)));
    }

    /** @return array<string, array{string}> */
    public static function servers(): array
    {
        return ['php -S' => ['builtIn'], 'php-fpm behind nginx' => ['fpm']];
    }

    /** @dataProvider servers */
    public function testAPoolIsOneNode(string $server): void
    {
        if ($server === 'fpm' && self::program('php-fpm' . PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION) === '') {
            self::markTestSkipped('php-fpm is not installed');
        }
        $service = "pool-$server";
        [$url, $running] = self::$server(self::env($service, folder()));
        $sent = 0;
        $ask = static function () use ($url, &$sent): void {
            $sent += 1;
            self::assertSame([200, 'hello|last words'], http("$url/"));
        };
        self::assertSame([200, 'slow|last words'], http("$url/slow?token=hunter2"));
        self::assertSame([500, "the app's own page|last words"], http("$url/throw"));
        $beats = eventually(function () use ($ask, $service) {
            $ask();
            return array_values(self::$redis->nodes($service));
        }, 'a heartbeat');
        for ($i = 0; $i < 150; $i++) {
            $ask();
        }
        $counted = eventually(function () use ($ask, $service, &$sent) {
            $ask();
            usleep(300000);
            $counted = self::$redis->series($service, 'routes')['GET /']['count'] ?? 0;
            return $counted > 150 ? [$counted, $sent] : null;
        }, 'the requests are counted');
        self::assertLessThanOrEqual($counted[1], $counted[0], 'none counts twice');
        $beats = array_values(self::$redis->nodes($service));
        self::assertCount(1, $beats);
        self::assertSame(60000, $beats[0]['interval']);
        self::assertNotNull($beats[0]['requests']['p95']);
        self::assertArrayHasKey('blocked', $beats[0]);
        self::assertNull($beats[0]['blocked']);
        [$disk] = $beats[0]['disk'];
        self::assertGreaterThan(0, $disk['total']);
        self::assertLessThanOrEqual($disk['total'], $disk['free']);
        self::assertNull($disk['usedPct'], 'reserved blocks are neither free nor used');
        if ($server === 'fpm') {
            self::assertStringEndsWith('-fpm-www', $beats[0]['id']);
            self::assertSame(['www', 'static'], [$beats[0]['meta']['pool'], $beats[0]['meta']['manager']]);
            self::assertGreaterThan(1e6, $beats[0]['memory']['process']['rss']);
            self::assertSame($running[0]->pid, $beats[0]['pid']);
        }
        $errors = self::$redis->errors($service);
        self::assertSame(['DomainException'], array_unique(array_column($errors, 'name')));
        self::assertStringNotContainsString('hunter2', json_encode(self::$redis->entries("gravito:quasar:slow:$service")));
        foreach ($running as $one) {
            $one->stop(SIGQUIT);
        }
    }

    public function testARedisThatHangsCostsOneRequestOfABackOff(): void
    {
        $redis = new TestRedis();
        $redis->pause();
        [$url, $running] = self::builtIn(self::env('hang', folder(), $redis->url));
        $answers = [];
        for ($i = 0; $i < 40; $i++) {
            $answers[] = http("$url/");
        }
        self::assertSame([[200, 'hello|last words']], array_values(array_unique($answers, SORT_REGULAR)));
        self::assertSame(1, substr_count($running[0]->output(), "Quasar: can't report"), $running[0]->output());
        $redis->resume();
        eventually(function () use ($url, $redis) {
            http("$url/");
            usleep(200000);
            return ($redis->series('hang', 'routes')['GET /']['count'] ?? 0) >= 40;
        }, 'what was counted meanwhile is reported');
        self::assertStringContainsString('Quasar: reports again.', $running[0]->output());
        $running[0]->stop();
        $redis->stop();
    }
}
