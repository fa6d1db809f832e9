<?php

// The service `fleet` in PHP: 5 jobs of 60 to 100 ms.

require __DIR__ . '/../../../clients/php/src/Quasar.php';

use Gravito\Quasar\Quasar;

Quasar::start(service: 'fleet', mode: 'process');
for ($number = 0; $number < 5; $number++) {
    Quasar::job(null, 'import', static fn () => usleep(60_000 + $number * 10_000));
}
Quasar::flush();
echo "reported\n";
stream_get_contents(STDIN);
Quasar::stop();
