import type { Alerts } from '../alerts/alerts.js'
import type { AlertServices } from '../alerts/operation.js'
import type { ForgetServices } from '../archive/forget-route.js'
import type { ArchivedJobServices } from '../archive/job-routes.js'
import type { ArchiveRouteServices } from '../archive/routes.js'
import type { AuditServices } from '../audit/routes.js'
import type { SessionServices } from '../auth/session.js'
import type { Monitor } from '../fleet/monitor-service.js'
import type { NodeServices } from '../fleet/routes/node-actions.js'
import type { RunServices } from '../fleet/runs/routes.js'
import type { FreezeServices } from '../freeze/routes.js'
import type { PeopleServices } from '../people/operations.js'
import type { BulkServices } from '../queues/bulk/routes.js'
import type { FailureServices } from '../queues/failures/routes.js'
import type { HistoryServices } from '../queues/history/routes.js'
import type { JobServices } from '../queues/jobs/routes.js'
import type { SchedulerServices } from '../queues/schedulers/routes.js'
import type { Safety } from '../safety/safety.js'

/** What all routes work with. */
export interface AllServices
  extends SessionServices,
    NodeServices,
    JobServices,
    BulkServices,
    SchedulerServices,
    FailureServices,
    HistoryServices,
    RunServices,
    ArchiveRouteServices,
    ArchivedJobServices,
    AuditServices,
    ForgetServices,
    AlertServices,
    FreezeServices,
    PeopleServices {
  readonly monitor: Monitor
  readonly alerts: Alerts | null
  readonly safety: Safety
}
