<?php

declare(strict_types=1);

use Gravito\Quasar\Json;
use Gravito\Quasar\Protocol;
use Gravito\Quasar\Redaction;
use Gravito\Quasar\Rollup;
use Gravito\Quasar\Signer;
use Gravito\Quasar\Sketch;
use PHPUnit\Framework\TestCase;

/** What every implementation must give, byte for byte. */
final class VectorsTest extends TestCase
{
    private static function vectors(string $name): array
    {
        $folder = getenv('QUASAR_VECTORS') ?: __DIR__ . '/../../../schemas/vectors';
        return (array) json_decode((string) file_get_contents("$folder/$name.json"), false, 64, JSON_THROW_ON_ERROR);
    }

    public function testKeys(): void
    {
        foreach (self::vectors('keys')['cases'] as $case) {
            self::assertSame((array) $case->keys, Protocol::keys($case->prefix, $case->service, $case->node, $case->rank));
        }
    }

    public function testLimits(): void
    {
        $limits = self::vectors('limits');
        $names = (new ReflectionClass(Protocol::class))->getConstants();
        self::assertSame($limits['PROTOCOL_VERSION'], Protocol::VERSION);
        foreach (array_intersect_key($names, $limits) as $name => $value) {
            self::assertSame($limits[$name], $value, $name);
        }
    }

    public function testSketches(): void
    {
        $vectors = self::vectors('sketches');
        foreach ($vectors['record'] as $case) {
            $counts = [];
            foreach ($case->durations as $duration) {
                Sketch::add($counts, $duration);
            }
            self::assertSame($case->count, array_sum($counts));
            self::assertSame($case->text, Sketch::encode($counts));
            foreach ((array) $case->quantiles as $share => $duration) {
                self::assertEqualsWithDelta($duration, Sketch::quantile($counts, (float) $share), 1e-9);
            }
        }
        foreach ($vectors['merge'] as $case) {
            $counts = [];
            foreach ($case->texts as $text) {
                Sketch::merge($counts, Sketch::decode($text) ?? []);
            }
            self::assertSame($case->text, Sketch::encode($counts));
        }
        foreach ($vectors['invalid'] as $text) {
            self::assertNull(Sketch::decode($text), $text);
        }
    }

    public function testHeartbeats(): void
    {
        foreach (self::vectors('heartbeats')['cases'] as $case) {
            self::assertSame($case->text, Json::encode($case->heartbeat), $case->name);
            self::assertSame($case->lifetimeMs, Protocol::heartbeatLife($case->heartbeat->interval ?? 0), $case->name);
        }
    }

    public function testRecords(): void
    {
        foreach (self::vectors('exceptions')['cases'] as $case) {
            self::assertSame($case->text, Protocol::dated($case->exception, $case->clockAhead), $case->name);
        }
        foreach (self::vectors('snapshots')['cases'] as $case) {
            self::assertSame($case->text, Protocol::dated($case->snapshot, $case->clockAhead), $case->name);
        }
        foreach (self::vectors('queue-history')['cases'] as $case) {
            self::assertSame($case->text, Protocol::queueHistory($case->history, $case->clockAhead), $case->name);
        }
        foreach (self::vectors('finished-jobs')['cases'] as $case) {
            self::assertSame($case->text, Protocol::finishedJobs($case->record), $case->name);
        }
        foreach (self::vectors('slow-entries')['cases'] as $case) {
            self::assertSame($case->fields, Protocol::slowFields((array) $case->entry, $case->clockAhead), $case->name);
        }
    }

    public function testRollups(): void
    {
        foreach (self::vectors('rollups')['cases'] as $case) {
            $rollup = new Rollup();
            foreach ($case->requests as $one) {
                $rollup->request($one->key, $one->status, $one->durationMs, $one->aborted);
            }
            foreach ($case->jobs as $one) {
                $rollup->job($one->key, $one->queue, $one->outcome, $one->durationMs, $one->waitMs);
            }
            $text = $rollup->text($case->node, $case->from, $case->to);
            self::assertSame($case->text, $text, $case->name);
            if ($case->deflate !== null) {
                self::assertSame($text, gzinflate((string) base64_decode($case->deflate, true)));
            }
            [$field, $value] = Protocol::packed($text);
            self::assertSame($text, $field === 'data' ? $value : gzinflate((string) base64_decode($value, true)));
        }
    }

    public function testSignatures(): void
    {
        foreach (self::vectors('signatures')['cases'] as $case) {
            $signer = new Signer($case->token);
            $signed = isset($case->record) ? $signer->json($case->key, $case->record) : $signer->fields($case->key, $case->fields);
            self::assertSame($case->signed, $signed);
        }
    }

    public function testRedaction(): void
    {
        $vectors = self::vectors('redaction');
        foreach ($vectors['texts'] as $case) {
            $masked = Redaction::message($case->text);
            foreach ($case->hides as $secret) {
                self::assertStringNotContainsString($secret, $masked, $case->text);
            }
            foreach ($case->keeps as $part) {
                self::assertStringContainsString($part, $masked, $case->text);
            }
        }
        foreach ($vectors['urls'] as $case) {
            self::assertSame($case->redacted, Redaction::url($case->url));
        }
    }
}
