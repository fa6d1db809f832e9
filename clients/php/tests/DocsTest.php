<?php

declare(strict_types=1);

use Gravito\Quasar\Signer;
use PHPUnit\Framework\TestCase;

/** The code of docs/laravel.md. */
final class DocsTest extends TestCase
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

    /** All blocks of a name, joined. */
    private static function blocks(string $name): string
    {
        $page = (string) file_get_contents(__DIR__ . '/../../../docs/laravel.md');
        preg_match_all("/^```php $name\n(.*?)^```/ms", $page, $blocks);
        return implode("\n", $blocks[1]);
    }

    public function testTheAppOfTheDocs(): void
    {
        $code = str_replace("'Quasar.php'", var_export(realpath(__DIR__ . '/../src/Quasar.php'), true), self::blocks('app'));
        self::assertSame([0, ''], php("<?php $code", ['REDIS_URL' => self::$redis->url]));
        self::assertSame(1, self::$redis->series('shop', 'routes')['GET /users/{id}']['count']);
        self::assertSame(1, self::$redis->series('shop', 'jobs')['send-invoice']['count']);
        self::assertSame('The payment failed', self::$redis->errors('shop')[0]['message']);
        self::assertSame('nightly import', self::$redis->entries('gravito:quasar:slow:shop')[0]['name']);
    }

    public function testTheSpecification(): void
    {
        $code = self::blocks('specification') . "\n echo json_encode([\$isDue(), \$isDue(), \$sketch([5.0, 250.5]), \$failed]); array_map('unlink', glob(\"\$due*\"));";
        self::assertSame([0, '[true,false,"aw,52",[]]'], php("<?php $code", ['REDIS_URL' => self::$redis->url]));
        $beat = array_values(self::$redis->nodes('billing'))[0];
        self::assertSame([2, 'php', 0], [$beat['v'], $beat['language'], $beat['clockAhead']]);
        $signer = new Signer('an-example-of-2026');
        $node = rawurlencode($beat['id']);
        foreach (["node:billing:$node", 'queues:billing'] as $name) {
            $text = (string) self::$redis->run('GET', "gravito:quasar:$name");
            self::assertSame($text, $signer->json("gravito:quasar:$name", preg_replace('/,"sig":"[^"]+"\}$/', '}', $text)));
        }
        $rollup = json_decode(self::$redis->entries('gravito:quasar:rollup:billing')[0]['data'], true);
        self::assertSame('8w*2,5u', $rollup['routes'][0]['sketch']);
        self::assertStringNotContainsString('hunter2', json_encode(self::$redis->errors('billing')));
        $queue = json_decode((string) self::$redis->run('GET', 'gravito:quasar:queues:billing'), true)['queues'][0];
        self::assertSame(['waiting' => 0, 'delayed' => 0, 'active' => 0, 'failed' => null], $queue['metrics']);
    }
}
