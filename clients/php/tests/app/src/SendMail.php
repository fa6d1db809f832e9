<?php

declare(strict_types=1);

namespace App;

use Illuminate\Bus\Queueable;
use Illuminate\Contracts\Queue\ShouldQueue;
use Illuminate\Foundation\Bus\Dispatchable;
use Illuminate\Queue\InteractsWithQueue;
use RuntimeException;

final class SendMail implements ShouldQueue
{
    use Dispatchable;
    use InteractsWithQueue;
    use Queueable;

    public int $tries = 2;

    public function __construct(public string $how)
    {
    }

    public function handle(): void
    {
        match ($this->how) {
            'throws' => throw new RuntimeException('no server for ada@example.com'),
            'fails' => $this->fail(new RuntimeException('given up')),
            'releases' => $this->attempts() < 2 ? $this->release() : null,
            'slow' => usleep(1100000),
            default => usleep(1000),
        };
    }
}
