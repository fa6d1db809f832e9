<?php

return [
    'default' => 'sqlite',
    'connections' => ['sqlite' => ['driver' => 'sqlite', 'database' => dirname(__DIR__) . '/shop.sqlite', 'prefix' => '']],
    'redis' => [
        'client' => 'phpredis',
        'options' => ['prefix' => 'the_shop_database_'],
        'default' => ['host' => '127.0.0.1', 'password' => getenv('APP_REDIS_PASSWORD') ?: null, 'port' => getenv('APP_REDIS_PORT'), 'database' => 0, 'timeout' => 1, 'read_timeout' => 1],
    ],
];
