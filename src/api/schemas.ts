import { AuditChain, AuditEntry, AuditPage, UntrustedDocument } from './audit.js'
import { BulkListing, BulkOperation, BulkReason, BulkResult, JobSelection } from './bulk.js'
import { FailureGroup, FailureListing } from './failures.js'
import {
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
import { NodeSample, NodeView } from './nodes.js'
import { Overview, OverviewTotals, PulseDifference } from './overview.js'
import { Problem } from './problem.js'
import { ProcessHistory, ProcessMinute } from './process-history.js'
import { QueueHistoryView, QueueMinute } from './queue-history.js'
import { DurationFigures, JobRuns, QueueRuns, RunMinute } from './queue-runs.js'
import { QueueAttention, QueueSample, QueueView, SourceView, UnreadQueue } from './queues.js'
import { ExceptionRecord, Heartbeat, SlowEntry } from './records.js'
import { RouteDetail, RouteView } from './routes.js'
import { SchedulerListing, SchedulerView } from './schedulers.js'
import type { GenericSchema } from './schema.js'
import { Finds, FoundJob, QueueSearched, QueuesSearch } from './search.js'
import {
  ExceptionGroup,
  HealthReason,
  SeriesView,
  ServiceDetail,
  ServicePeriod,
  ServiceView,
  SlowGroup,
  TrafficPoint,
} from './services.js'
import { Health, Session } from './session.js'
import { LeftOut, StoreHealth, UntrustedCounts, UntrustedRecords } from './store.js'

/** The schemas that have a name in the API's documentation. */
export const SCHEMAS: Readonly<Record<string, GenericSchema>> = {
  Heartbeat,
  SlowEntry,
  ExceptionRecord,
  TrafficPoint,
  SeriesView,
  NodeSample,
  NodeView,
  HealthReason,
  ServiceView,
  QueueSample,
  QueueAttention,
  QueueView,
  StoreHealth,
  LeftOut,
  UntrustedCounts,
  UntrustedRecords,
  SlowGroup,
  ExceptionGroup,
  ServicePeriod,
  ServiceDetail,
  RouteView,
  RouteDetail,
  ProcessMinute,
  ProcessHistory,
  OverviewTotals,
  Overview,
  PulseDifference,
  JobAddress,
  JobSummary,
  ShownText,
  JobView,
  JobListing,
  JobSearch,
  FoundJob,
  QueueSearched,
  QueuesSearch,
  Finds,
  JobLogs,
  JobFlow,
  JobOutcome,
  UnreadQueue,
  JobSelection,
  BulkReason,
  BulkOperation,
  BulkResult,
  BulkListing,
  FailureGroup,
  FailureListing,
  QueueMinute,
  QueueHistoryView,
  DurationFigures,
  JobRuns,
  RunMinute,
  QueueRuns,
  SourceView,
  SchedulerView,
  SchedulerListing,
  AuditEntry,
  AuditChain,
  AuditPage,
  UntrustedDocument,
  Session,
  Health,
  Problem,
}
