<?php

declare(strict_types=1);

namespace Gravito\Zenith\Laravel;

/** The job or task that this process ran last, for exceptions, which Laravel reports when it is over. */
final class Work
{
    private ?array $context = null;

    public function begin(?string $queue, string $name): void
    {
        $this->context = ['kind' => 'job', 'queue' => $queue, 'route' => $name];
    }

    /** The attempt failed. @param bool $isRetried whether the queue is to try again */
    public function fail(bool $isRetried): void
    {
        if ($this->context !== null) {
            $this->context['handled'] = $isRetried;
        }
    }

    public function end(): void
    {
        $this->context = null;
    }

    public function context(): ?array
    {
        return $this->context;
    }
}
