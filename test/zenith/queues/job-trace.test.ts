import { describe, expect, it } from 'vitest'
import type { JobView } from '../../../src/api/jobs.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { BullRedis, bullmqOf, VERSIONS } from '../../support/bullmq-redis.js'
import { actingZenith } from '../support/acting.js'

const bull = new BullRedis()
const TRACE = '0af7651916cd43dd8448eb211c80319c'
const TRACEPARENT = `00-${TRACE}-b7ad6b7169203331-01`

describe.each(VERSIONS)('the trace of a job of BullMQ %s', (version) => {
  it.each<[what: string, metadata: string | undefined, traceId: string | null]>([
    ["a tracer's", JSON.stringify({ traceparent: TRACEPARENT, tracestate: 'a=b' }), TRACE],
    ["Quasar's", JSON.stringify({ quasarTraceId: TRACE }), TRACE],
    ['none', undefined, null],
    ['none that is valid', JSON.stringify({ traceparent: `${TRACEPARENT}x` }), null],
    ['none in text of another kind', 'trace=1', null],
    ['none in JSON of another kind', '{"traceparent":{"quasarTraceId":1}}', null],
    ['none in half a JSON', '{"traceparent":', null],
  ])('is %s', async (_what, metadata, traceId) => {
    const queue = bull.bench(version).queue('mail')
    const { id } = await queue.add('send', {}, metadata === undefined ? {} : { telemetry: { metadata } })
    const source = bull.source({ bullmq: bullmqOf(version), queues: ['mail'] })
    const acting = actingZenith({ store: memoryStore(), queues: [source] })
    const path = `/api/queues/${encodeURIComponent(await acting.keyOf('mail'))}/jobs/${id}`
    expect((await acting.ask<JobView>(path)).body).toMatchObject({ name: 'send', traceId })
  })
})
