import { Session } from '../../api/session.js'
import type { People } from '../../people/service/people.js'
import type { Archive } from '../../ports/index.js'
import type { Alerts } from '../alerts/alerts.js'
import { operationsWith } from '../http/operation.js'
import type { Services } from '../http/request-context.js'
import { json } from '../http/responses.js'
import type { Safety } from '../safety/safety.js'

/** What the route about the session needs. */
export interface SessionServices extends Services {
  /** URL of a trace, with `{traceId}`; undefined without a tracer. */
  readonly traceUrl: string | undefined
  /** Null without an archive. */
  readonly archive: Archive | null
  /** Null without users in a database. */
  readonly people: People | null
  /** Null: they are switched off. */
  readonly alerts: Alerts | null
  readonly safety: Pick<Safety, 'refuseChange' | 'environment' | 'isReadOnly'>
}

const { operation } = operationsWith<SessionServices>()

/** The page shows the log-out only if there is a log-in. */
export const session = operation({
  path: '/api/session',
  isForAll: true,
  summary: 'Get the current session and its permissions',
  parameters: {},
  answers: { 200: { description: 'The session.', schema: Session } },
  handle({ principal, services }) {
    const { tokens, policy, traceUrl, archive, alerts, people, cluster, clusters, safety } = services
    const { user, role, canLogOut, grants, account } = principal
    const body: Session = {
      user,
      role,
      canLogOut,
      token: tokens.of(principal),
      permissions: policy.permissionsOf(principal),
      ...(grants && { grants: grants.map(({ within = null, ...grant }) => ({ ...grant, within })) }),
      cluster,
      clusters: clusters.filter(({ id }) => policy.can(principal, 'view', { cluster: id })),
      account: account !== null,
      people: people !== null,
      payloads: policy.can(principal, 'queue.payloads'),
      archive: archive !== null,
      alerts: alerts !== null,
      // Without a cluster these are of the first one, which the principal may not see.
      environment: cluster && safety.environment,
      readOnly: cluster !== null && safety.isReadOnly,
      ...(traceUrl !== undefined && { traceUrl }),
    }
    return json(200, body)
  },
})
