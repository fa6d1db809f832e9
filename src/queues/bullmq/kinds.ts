import { JOB_STATES, QUEUE_CAPABILITIES } from '../../protocol/index.js'
import type { DeferredMethod, SourceWith } from '../shared/deferred.js'
import type { QueueKind } from '../shared/readings.js'
import { API_METHODS } from './api-only/kind.js'

/** On Redis. */
export const REDIS_KIND: QueueKind = { driver: 'bullmq', states: JOB_STATES, capabilities: QUEUE_CAPABILITIES }

export const REDIS_METHODS = [...API_METHODS, 'flow', 'scheduler'] as const satisfies readonly DeferredMethod[]

export type BullmqRedisSource = SourceWith<(typeof REDIS_METHODS)[number]>
