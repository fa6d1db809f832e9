<?php

declare(strict_types=1);

namespace Gravito\Zenith\Laravel;

use Gravito\Quasar\Guard;
use Gravito\Quasar\Quasar;
use Illuminate\Console\Events\ScheduledBackgroundTaskFinished;
use Illuminate\Console\Events\ScheduledTaskFailed;
use Illuminate\Console\Events\ScheduledTaskFinished;
use Illuminate\Console\Events\ScheduledTaskSkipped;
use Illuminate\Console\Events\ScheduledTaskStarting;
use Illuminate\Console\Scheduling\Event;
use Illuminate\Contracts\Events\Dispatcher;

/** Counts scheduled tasks, as jobs of the queue `schedule`. */
final class ScheduleEvents
{
    private const QUEUE = 'schedule';

    /** Start of the task that runs. */
    private float $startedAt = 0;
    /** A task whose failure is counted: later versions tell of it twice. */
    private ?Event $counted = null;

    public function __construct(private Work $work)
    {
    }

    public function listen(Dispatcher $events): void
    {
        $on = static fn (string $name, callable $fn) => $events->listen($name, static function ($event) use ($fn): void {
            Guard::run(static fn () => $fn($event->task));
        });
        $on(ScheduledTaskStarting::class, fn (Event $task) => $this->begin($task));
        $on(ScheduledTaskFinished::class, fn (Event $task) => $this->finished($task));
        $on(ScheduledTaskFailed::class, fn (Event $task) => $this->failed($task));
        $on(ScheduledTaskSkipped::class, fn (Event $task) => Quasar::jobDone(self::QUEUE, self::nameOf($task) . ' (skipped)', 'completed', null));
        $on(ScheduledBackgroundTaskFinished::class, fn (Event $task) => $this->count($task, $task->exitCode ? 'failed' : 'completed', null));
    }

    private function begin(Event $task): void
    {
        $this->startedAt = microtime(true);
        $this->counted = null;
        $this->work->begin(self::QUEUE, self::nameOf($task));
    }

    /** A task in the background has only begun. */
    private function finished(Event $task): void
    {
        if (! $task->runInBackground) {
            $this->count($task, $task->exitCode ? 'failed' : 'completed', $this->elapsed());
        }
        $this->work->end();
    }

    private function failed(Event $task): void
    {
        if ($this->counted !== $task) {
            $this->count($task, 'failed', $this->elapsed());
        }
        $this->work->fail(false);
    }

    private function elapsed(): float
    {
        return 1000 * max(0, microtime(true) - $this->startedAt);
    }

    private function count(Event $task, string $outcome, ?float $durationMs): void
    {
        $this->counted = $task;
        Quasar::jobDone(self::QUEUE, self::nameOf($task), $outcome, $durationMs);
    }

    /** Its description, or its command without the paths of PHP and artisan. */
    private static function nameOf(Event $task): string
    {
        $command = (string) preg_replace('/^\S*php\S*\s+\S*artisan\S*\s+/', 'artisan ', (string) $task->command);

        return $task->description ?: ($command !== '' ? $command : 'Closure');
    }
}
