/** The Quasar protocol: record types, key names, limits, and readers that accept any content of a Redis. */
export {
  AUDIT_BREAKS,
  AUDIT_STEPS,
  AUDIT_TRUST,
  type AuditBreak,
  type AuditChain,
  type AuditEntry,
  type AuditTrust,
  DOCUMENT_DOUBTS,
  type DocumentDoubt,
  parseAuditEntry,
} from './audit.js'
export { type Blocked, blockedFor, shiftBlocked } from './blocked.js'
export type { ChildFigures, ChildrenFigures, EndedChild } from './children.js'
export { CLOCK_HARMFUL_MS, CLOCK_TOLERANCE_MS, clockInWords, readClockAhead } from './clock.js'
export {
  EXCEPTION_KINDS,
  type ExceptionKind,
  type ExceptionRecord,
  encodeException,
  exceptionOfFields,
  parseException,
} from './exception.js'
export type {
  ConnectionFigures,
  CpuFigures,
  DiskFigures,
  EventLoopFigures,
  GcFigures,
  MemoryFigures,
  RecorderFigures,
  RequestFigures,
} from './figures.js'
export {
  encodeFinishedJobs,
  FINISHED_OUTCOMES,
  type FinishedJob,
  type FinishedJobs,
  type FinishedOutcome,
  type FinishedQueue,
  finishedJobsOfFields,
  parseFinishedJobs,
  payloadContext,
  type SealedPayloads,
} from './finished-jobs.js'
export { encodePayloads, type JobPayload, parsePayloads } from './finished-payloads.js'
export { encodeHeartbeat, type Heartbeat, LANGUAGES, type Language, parseHeartbeat } from './heartbeat.js'
export * from './jobs.js'
export {
  decodeSegment,
  encodeSegment,
  type Keys,
  keysOf,
  nodeMember,
  parseNodeMember,
  queueKeyOf,
  queuesMember,
} from './keys.js'
export type { LeftOut } from './left-out.js'
export * from './limits.js'
export type { ProcessFigures } from './process-figures.js'
export {
  encodeQueueHistory,
  parseQueueHistory,
  type QueueHistory,
  queueHistoryOfFields,
  type RecordedQueue,
  recordedOf,
} from './queue-history.js'
export {
  backlogOf,
  encodeQueueSnapshot,
  JOB_STATES,
  type JobState,
  parseQueueSnapshot,
  QUEUE_CAPABILITIES,
  QUEUE_DRIVERS,
  type QueueCapability,
  type QueueDriver,
  type QueueEntry,
  type QueueMetrics,
  type QueueSnapshot,
  type QueueThroughput,
  readQueues,
  UNKNOWN_METRICS,
} from './queues.js'
export { readReference, referenceOf } from './reference.js'
export { encodeRollup, type JobRollup, parseRollup, type Rollup, rollupOfFields, type SeriesRollup } from './rollup.js'
export { SETUP_NOTES, type SetupNote } from './setup.js'
export { mergeSketches, Sketch } from './sketch.js'
export {
  encodeSlowEntry,
  type Meanwhile,
  parseSlowEntry,
  SLOW_KINDS,
  type SlowEntry,
  type SlowKind,
  type SlowMeta,
} from './slow-entry.js'
export type { SystemFigures } from './system-figures.js'
export * from './trust.js'
