import { JOB_STATES, QUEUE_CAPABILITIES } from '../../../protocol/index.js'
import type { DeferredMethod, SourceWith } from '../../shared/deferred.js'
import type { QueueKind } from '../../shared/readings.js'

/** On Redis. */
export const REDIS_KIND: QueueKind = { driver: 'bullmq', states: JOB_STATES, capabilities: QUEUE_CAPABILITIES }

/** On anything else, through the API alone. */
export const API_KIND: QueueKind = {
  ...REDIS_KIND,
  // A job's parents and children may be in queues that were not passed in.
  capabilities: QUEUE_CAPABILITIES.filter((capability) => capability !== 'flow'),
}

export const API_METHODS = [
  'read',
  'jobs',
  'search',
  'scan',
  'job',
  'logs',
  'retry',
  'promote',
  'remove',
  'pause',
  'resume',
  'clean',
  'empty',
  'add',
  'duplicate',
  'schedulers',
  'omittedSchedulers',
  'runScheduler',
  'saveScheduler',
  'removeScheduler',
  'snapshotScheduler',
  'restoreScheduler',
] as const satisfies readonly DeferredMethod[]

export const REDIS_METHODS = [
  ...API_METHODS,
  'flow',
  'scheduler',
  'lookFor',
] as const satisfies readonly DeferredMethod[]

export type BullmqApiSource = SourceWith<(typeof API_METHODS)[number]>
export type BullmqRedisSource = SourceWith<(typeof REDIS_METHODS)[number]>
