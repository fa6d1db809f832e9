<?php

declare(strict_types=1);

use Gravito\Quasar\Protocol;
use Gravito\Quasar\Redaction;
use Gravito\Quasar\Thrown;
use PHPUnit\Framework\TestCase;

/** Texts that PHP apps have. */
final class RedactionTest extends TestCase
{
    /** @return list<array{string}> `§` stands for the secret */
    public static function secrets(): array
    {
        return array_map(static fn ($text) => [$text], [
            'SQLSTATE[23000]: Duplicate entry (SQL: insert into `users` (`email`, `password`) values (ada, §))',
            'SQLSTATE[23000] (Connection: mysql, SQL: update `users` set `remember_token` = §, `updated_at` = 2026 where `id` = 7)',
            'array(1) { ["password"]=> string(9) "§" }',
            "Array ( [api_key] => § )",
            "config: ['client_secret' => '§']",
            's:8:"password";s:9:"§";',
            'PDO->__construct(\'mysql:host=db;dbname=shop\', \'root\', \'§\')',
            'mysql://root:§@db:3306/shop',
            'APP_KEY=base64:§0123456789012345678901234567890123456789=',
            'mysqldump -u root -p§ shop',
            'curl --user ada:§ https://example.com',
            '<password>§</password>',
            "\xff broken bytes, password=§",
        ]);
    }

    /** @dataProvider secrets */
    public function testASecretIsHidden(string $text): void
    {
        self::assertStringNotContainsString('Xk9hunter2Qz', Redaction::message(str_replace('§', 'Xk9hunter2Qz', $text)));
    }

    /** @return list<array{string}> */
    public static function harmless(): array
    {
        return array_map(static fn ($text) => [$text], [
            "SQLSTATE[42S02]: Base table or view not found: 1146 Table 'shop.orders' doesn't exist (SQL: select * from `orders` where `id` = 7)",
            'SQLSTATE[23000]: Duplicate entry 7 (SQL: insert into `orders` (`id`, `total`) values (7, 12.5))',
            'Call to undefined method App\Models\User::tokens()',
            'Undefined array key "name" in /var/www/releases/20261130201500/app/Http/Controllers/UserController.php:42',
            'Maximum execution time of 30 seconds exceeded',
            'syntax error, unexpected token ";", expecting "]"',
            'No query results for model [App\Models\Order] 8d3f2a10-1b2c-4d5e-8f90-a1b2c3d4e5f6',
            'cURL error 28: Operation timed out after 5001 milliseconds (see https://curl.haxx.se/libcurl/c/libcurl-errors.html)',
            'The password must be at least 8 characters.',
            'GET /users/{id}/password-reset took 1840 ms',
        ]);
    }

    /** @dataProvider harmless */
    public function testOtherTextStays(string $text): void
    {
        self::assertSame($text, Redaction::message($text));
    }

    public function testArgumentsOfFramesAreNotShown(): void
    {
        ini_set('zend.exception_ignore_args', '0');
        ini_set('zend.exception_string_param_max_len', '15');
        $error = (static fn (string $secret) => new LogicException('no', 0, new RuntimeException('the cause')))('Xk9hunter2Qz');
        self::assertStringContainsString('Xk9hunter2Qz', $error->getTraceAsString());
        $described = Thrown::describe($error);
        self::assertStringNotContainsString('Xk9hunter2Qz', json_encode($described));
        self::assertStringContainsString('Caused by: RuntimeException: the cause', $described['stack']);
    }

    public function testCutsAtCharactersOfJavaScript(): void
    {
        self::assertSame(str_repeat('é', 199) . '…', Protocol::cut(str_repeat('é', 300), 200));
        self::assertSame('👩a', Protocol::cut('👩a', 3));
        self::assertSame('👩…', Protocol::cut('👩👩👩', 4));
        self::assertSame("\u{fffd}", Protocol::utf8("\xff"));
    }
}
