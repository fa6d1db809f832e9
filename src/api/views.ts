/**
 * The types of all named schemas. The build replaces them by interfaces with the schemas' descriptions: a consumer's compiler needs no
 * schema library (`scripts/api-types.mjs`).
 */

export type {
  Alert,
  AlertCondition,
  AlertEvent,
  AlertEventListing,
  AlertListing,
  AlertNews,
  AlertPreview,
  AlertRule,
  AlertRuleListing,
  AlertRuleView,
  AlertScope,
  AlertSubject,
  AlertTotals,
  Delivery,
  DeliveryListing,
  ReceiverListing,
  ReceiverTest,
  ReceiverView,
  Silence,
  SilenceListing,
  WeeklyTime,
} from './alerts.js'
export type { AuditChain, AuditEntry, AuditPage, UntrustedDocument } from './audit.js'
export type { BulkListing, BulkOperation, BulkReason, BulkResult, JobSelection } from './bulk.js'
export type { ClusterInfo, ClusterListing, ClusterSummary, ClusterTrouble } from './clusters.js'
export type { FailureGroup, FailureListing } from './failures.js'
export type { Freeze, FreezeState } from './freeze.js'
export type {
  JobAddress,
  JobFlow,
  JobListing,
  JobLogs,
  JobOutcome,
  JobSearch,
  JobSummary,
  JobView,
  ShownText,
} from './jobs.js'
export type { NodeSample, NodeView } from './nodes.js'
export type { Overview, OverviewTotals, PulseDifference } from './overview.js'
export type { Problem } from './problem.js'
export type { ProcessHistory, ProcessMinute } from './process-history.js'
export type { QueueHistoryView, QueueMinute } from './queue-history.js'
export type { DurationFigures, JobRuns, QueueRuns, RunMinute } from './queue-runs.js'
export type { QueueAttention, QueueSample, QueueView, SourceView, UnreadQueue } from './queues.js'
export type { ExceptionRecord, Heartbeat, SlowEntry } from './records.js'
export type { RouteDetail, RouteView } from './routes.js'
export type { SchedulerListing, SchedulerView } from './schedulers.js'
export type { Finds, FoundJob, QueueSearched, QueuesSearch } from './search.js'
export type {
  ExceptionGroup,
  HealthReason,
  SeriesView,
  ServiceDetail,
  ServicePeriod,
  ServiceView,
  SlowGroup,
  TrafficPoint,
} from './services.js'
export type { Health, Session } from './session.js'
export type { LeftOut, StoreHealth, UntrustedCounts, UntrustedRecords } from './store.js'
