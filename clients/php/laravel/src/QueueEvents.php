<?php

declare(strict_types=1);

namespace Gravito\Zenith\Laravel;

use Gravito\Quasar\Clock;
use Gravito\Quasar\Guard;
use Gravito\Quasar\Quasar;
use Illuminate\Contracts\Events\Dispatcher;
use Illuminate\Contracts\Queue\Job;
use Illuminate\Queue\Events\JobExceptionOccurred;
use Illuminate\Queue\Events\JobFailed;
use Illuminate\Queue\Events\JobProcessed;
use Illuminate\Queue\Events\JobProcessing;
use Illuminate\Queue\Events\Looping;

/** Counts attempts at jobs. A job that is released without an error, such as by a rate limit, has not finished. */
final class QueueEvents
{
    /** @var array<int, array{at: float, wall: float}> start of the jobs that run, by object: a job may run another one at once */
    private array $running = [];

    public function __construct(private Work $work, private QueueReader $queues)
    {
    }

    public function listen(Dispatcher $events): void
    {
        $events->listen(Looping::class, function (Looping $event): void {
            Guard::run(fn () => $this->queues->see((string) $event->connectionName, explode(',', (string) $event->queue)));
            Quasar::heartbeat();
        });
        $events->listen(JobProcessing::class, fn (JobProcessing $event) => $this->guarded(fn () => $this->begin($event->job)));
        $events->listen(JobProcessed::class, fn (JobProcessed $event) => $this->guarded(fn () => $this->processed($event->job)));
        $events->listen(JobFailed::class, fn (JobFailed $event) => $this->guarded(fn () => $this->failed($event->job)));
        $events->listen(JobExceptionOccurred::class, fn (JobExceptionOccurred $event) => $this->guarded(fn () => $this->thrown($event->job)));
    }

    /** Returns nothing: an answer of a listener would stop the event. */
    private function guarded(callable $fn): void
    {
        Guard::run($fn);
    }

    private function begin(Job $job): void
    {
        $this->running[spl_object_id($job)] = ['at' => Clock::monotonic(), 'wall' => microtime(true)];
        $this->work->begin($job->getQueue(), $job->resolveName());
        Quasar::heartbeat();
    }

    private function processed(Job $job): void
    {
        if (! $job->hasFailed() && ! $job->isReleased()) {
            $this->count($job, 'completed');
        }
        unset($this->running[spl_object_id($job)]);
        $this->work->end();
        Quasar::heartbeat();
    }

    private function failed(Job $job): void
    {
        $this->count($job, 'failed');
        $this->work->fail(false);
        $this->queues->noteFailure();
    }

    /** Laravel tells of a final failure first. */
    private function thrown(Job $job): void
    {
        if (! $job->hasFailed()) {
            $this->count($job, 'retried');
            $this->work->fail(true);
        }
        unset($this->running[spl_object_id($job)]);
    }

    private function count(Job $job, string $outcome): void
    {
        $start = $this->running[spl_object_id($job)] ?? null;
        $duration = $start === null ? null : Clock::monotonic() - $start['at'];
        Quasar::jobDone($job->getQueue(), $job->resolveName(), $outcome, $duration, $start === null ? null : self::waitOf($job, $start['wall']),
            ['jobId' => $job->uuid() ?? $job->getJobId(), 'attempt' => $job->attempts()]);
    }

    /** ms before the first attempt: Horizon writes `pushedAt`, Laravel 12 `createdAt`, both in seconds. */
    private static function waitOf(Job $job, float $startedAt): ?float
    {
        $payload = $job->payload();
        $pushed = $payload['pushedAt'] ?? $payload['createdAt'] ?? null;
        if (! is_numeric($pushed) || $job->attempts() > 1) {
            return null;
        }

        return round(max(0, 1000 * ($startedAt - (float) $pushed - (float) ($payload['delay'] ?? 0))), 1);
    }
}
