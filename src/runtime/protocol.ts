/**
 * The subpath `./protocol`: the records in Redis. The types of Zenith's API moved to `./zenith`; they stay available here for one minor
 * version.
 */

export { JOB_ACTIONS, QUEUE_ACTIONS, SCHEDULER_ACTIONS } from '../api/actions.js'
/** @deprecated Import the API's types from `@gravito/quasar/zenith`. */
export type {
  BulkOperation,
  BulkPhase,
  BulkReason,
  BulkResult,
  ExceptionGroup,
  FailureGroup,
  FailureListing,
  HealthReason,
  JobAction,
  JobSelection,
  JobView,
  Listing,
  NodeSample,
  NodeState,
  NodeView,
  Overview,
  OverviewTotals,
  Period,
  PulseDifference,
  PulseEvent,
  QueueAction,
  QueueAttention,
  QueueSample,
  QueueTrouble,
  QueueView,
  RecordListing,
  SchedulerAction,
  SchedulerListing,
  SchedulerView,
  SeriesView,
  ServiceDetail,
  ServicePeriod,
  ServiceView,
  ShownText,
  SlowGroup,
  SourceView,
  StoreHealth,
  TrafficPoint,
  UntrustedDocument,
  UntrustedRecords,
} from '../api/types.js'
export { BULK_PHASES, PERIODS, QUEUE_TROUBLES } from '../api/words.js'
export * from '../protocol/index.js'
