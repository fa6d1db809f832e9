<?php

declare(strict_types=1);

return [
    // False: nothing is reported.
    'enabled' => ! env('QUASAR_DISABLED', false),

    // The app's name on the page; null: the app's name in the form of a URL.
    'service' => env('QUASAR_SERVICE'),

    // The Redis that Zenith reads, as a URL; null: the connection below of config/database.php.
    'redis' => env('QUASAR_REDIS_URL'),
    'connection' => 'default',

    // Prefix of all keys, as in Zenith's.
    'prefix' => env('QUASAR_PREFIX', 'gravito:quasar:'),

    // Time between two reports, ms.
    'interval' => (int) env('QUASAR_INTERVAL', 10000),

    // Time between two heartbeats of a worker that runs a long job, or of a web server without requests, ms. They live three times as long.
    'quiet' => 60000,

    // From this duration on a request or a job is slow, ms; and the share of the slow ones that is reported, 0 to 1.
    'slow' => 1000,
    'sample' => 1,

    // Routes that are not reported, 'GET /health'.
    'ignore' => [],

    // Signs what is reported, so that Zenith can tell it from forged records.
    'token' => env('QUASAR_TOKEN'),

    // File systems to report.
    'disks' => ['/'],

    // For what the processes of a web server share; null: the temporary directory.
    'directory' => null,

    // Channel for a line when Redis can't be reached; null: the app's default one.
    'log' => null,

    // Artisan commands that report. Others, such as migrate, don't.
    'commands' => ['queue:work', 'queue:listen', 'horizon:work', 'schedule:run', 'schedule:work', 'schedule:finish', 'octane:start'],

    // Queues to report by connection, ['redis' => ['default', 'mail']]; null: the queue of the default connection, and those that a worker works on.
    'queues' => null,

    // Before Laravel 12 jobs don't tell when they were pushed. True: a `pushedAt` is added to their payload, and waits become known.
    'stamp' => false,
];
