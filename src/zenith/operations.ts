import { anyObject } from '../api/schema.js'
import { ALERT_OPERATIONS } from './alerts/routes.js'
import { archiveForget } from './archive/forget-route.js'
import { archivedJob, archivedJobFacets, archivedJobs, completeness } from './archive/job-routes.js'
import { archiveStatus, history, marks, past, ticks } from './archive/routes.js'
import { audit } from './audit/routes.js'
import { session } from './auth/session.js'
import { clusters } from './clusters/routes.js'
import type { AllServices } from './clusters/services.js'
import { errorGroups, errors } from './fleet/routes/errors.js'
import { find } from './fleet/routes/find.js'
import { health } from './fleet/routes/health.js'
import { nodeActions } from './fleet/routes/node-actions.js'
import { nodeHistory } from './fleet/routes/node-history.js'
import { nodes } from './fleet/routes/nodes.js'
import { overview } from './fleet/routes/overview.js'
import { route, routes } from './fleet/routes/routes.js'
import { service, services } from './fleet/routes/services.js'
import { slow, slowGroups } from './fleet/routes/slow.js'
import { sources } from './fleet/routes/sources.js'
import { stream } from './fleet/routes/stream.js'
import { queueRuns } from './fleet/runs/routes.js'
import { changeFreeze, freeze } from './freeze/routes.js'
import { type Operation, operationsWith } from './http/operation.js'
import { json } from './http/responses.js'
import { PAGE_PATHS } from './http/router.js'
import { metrics } from './metrics/routes.js'
import { PEOPLE_OPERATIONS } from './people/operations.js'
import { queueActions } from './queues/action-routes.js'
import {
  bulkOperation,
  bulkOperations,
  bulkResults,
  cancelBulk,
  createBulk,
  resumeBulk,
  startBulk,
} from './queues/bulk/routes.js'
import { failures } from './queues/failures/routes.js'
import { queueHistory } from './queues/history/routes.js'
import { jobActions } from './queues/jobs/action-routes.js'
import { flow, job, jobs, logs, search } from './queues/jobs/routes.js'
import { searchAllQueues } from './queues/jobs/search-routes.js'
import { queue, queues } from './queues/list/routes.js'
import { schedulerActions, schedulers } from './queues/schedulers/routes.js'

const { operation } = operationsWith()

const openapi = operation({
  path: '/api/openapi.json',
  isForAll: true,
  summary: 'Get this OpenAPI document',
  parameters: {},
  answers: { 200: { description: 'OpenAPI 3.1.', schema: anyObject('The document.') } },
  async handle() {
    // Loaded when it is asked for: it brings the converter of the schemas.
    const { documentOf } = await import('./openapi/document.js')
    return json(200, documentOf(OPERATIONS))
  },
})

/** The API: what is routed is what is documented. */
export const OPERATIONS: readonly Operation<AllServices>[] = [
  clusters,
  overview,
  stream,
  services,
  service,
  routes,
  route,
  nodes,
  nodeHistory,
  nodeActions,
  slow,
  slowGroups,
  errors,
  errorGroups,
  sources,
  history,
  marks,
  past,
  ticks,
  archiveStatus,
  archivedJobs,
  archivedJobFacets,
  archivedJob,
  archiveForget,
  completeness,
  queues,
  queue,
  queueHistory,
  queueRuns,
  queueActions,
  jobs,
  jobActions,
  search,
  find,
  searchAllQueues,
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
  freeze,
  changeFreeze,
  health,
  ...ALERT_OPERATIONS,
  ...PEOPLE_OPERATIONS,
  ...metrics,
  session,
  openapi,
]

/** Every path that answers by itself. */
export const PATHS: readonly string[] = [...PAGE_PATHS, ...OPERATIONS.map((operation) => operation.path)]
