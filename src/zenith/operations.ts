import { audit } from './handlers/audit.js'
import {
  bulkOperation,
  bulkOperations,
  bulkResults,
  cancelBulk,
  createBulk,
  resumeBulk,
  startBulk,
} from './handlers/bulk.js'
import { errorGroups, errors } from './handlers/errors.js'
import { failures } from './handlers/failures.js'
import { health } from './handlers/health.js'
import { jobActions } from './handlers/job-actions.js'
import { flow, job, jobs, logs, search } from './handlers/jobs.js'
import { metrics } from './handlers/metrics.js'
import { nodes } from './handlers/nodes.js'
import { overview } from './handlers/overview.js'
import { queueActions } from './handlers/queue-actions.js'
import { queue, queues } from './handlers/queues.js'
import { schedulerActions, schedulers } from './handlers/schedulers.js'
import { service, services } from './handlers/services.js'
import { session } from './handlers/session.js'
import { slow, slowGroups } from './handlers/slow.js'
import { sources } from './handlers/sources.js'
import { stream } from './handlers/stream.js'
import { documentOf } from './openapi/document.js'
import { type Operation, operation } from './operation.js'
import { json } from './responses.js'

const openapi = operation({
  path: '/api/openapi.json',
  summary: 'Get this OpenAPI document',
  parameters: {},
  answers: { 200: { description: 'OpenAPI 3.1.', schema: { type: 'object' } } },
  handle: () => json(200, documentOf(OPERATIONS)),
})

/** The API: what is routed is what is documented. */
export const OPERATIONS: readonly Operation[] = [
  overview,
  stream,
  services,
  service,
  nodes,
  slow,
  slowGroups,
  errors,
  errorGroups,
  sources,
  queues,
  queue,
  queueActions,
  jobs,
  jobActions,
  search,
  job,
  logs,
  flow,
  schedulers,
  schedulerActions,
  failures,
  bulkOperations,
  createBulk,
  bulkOperation,
  startBulk,
  resumeBulk,
  cancelBulk,
  bulkResults,
  audit,
  health,
  ...metrics,
  session,
  openapi,
]
