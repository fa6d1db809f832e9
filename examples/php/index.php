<?php

// A shop in PHP as it often is: one file, and one line of Quasar. `php -S 127.0.0.1:8080 index.php` serves it.

require __DIR__ . '/../../clients/php/src/Quasar.php';

use Gravito\Quasar\Quasar;

Quasar::start(service: 'legacy-shop');
$startedAt = hrtime(true);
$path = parse_url($_SERVER['REQUEST_URI'] ?? '/', PHP_URL_PATH) ?: '/';
[$route, $status] = [null, 404];

try {
    if (preg_match('#^/articles/\d+$#', $path)) {
        [$route, $status] = ['GET /articles/:id', 200];
        usleep(random_int(2_000, 15_000));
    } elseif ($path === '/catalog') {
        [$route, $status] = ['GET /catalog', 200];
        // Slow: every article.
        usleep(random_int(1_100_000, 1_500_000));
    } elseif ($path === '/basket') {
        $route = 'GET /basket';
        throw new RuntimeException('the basket has expired');
    }
} catch (Throwable $error) {
    $status = 500;
    Quasar::captureException($error, ['route' => $route]);
}

http_response_code($status);
echo $status === 200 ? "ok\n" : "error\n";
Quasar::request($route, $status, (hrtime(true) - $startedAt) / 1e6);
