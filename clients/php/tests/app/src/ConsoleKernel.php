<?php

declare(strict_types=1);

namespace App;

use Illuminate\Console\Scheduling\Schedule;
use RuntimeException;

final class ConsoleKernel extends \Illuminate\Foundation\Console\Kernel
{
    protected function schedule(Schedule $schedule): void
    {
        $schedule->call(static fn () => usleep(2000))->name('clean up')->everyMinute();
        $schedule->call(static fn () => throw new RuntimeException('the report failed'))->name('report')->everyMinute();
        $schedule->command('env')->everyMinute();
        $schedule->exec('exit 3')->description('a command that fails')->everyMinute();
        $schedule->call(static fn () => null)->name('never')->everyMinute()->when(false);
        $schedule->call(static fn () => null)->name('skipped')->everyMinute()->skip(true);
    }
}
