import { ClusterInfo } from './clusters.js'
import { PERMISSIONS } from './permissions.js'
import { SourceView } from './queues.js'
import { flag, type Infer, listOf, object, oneOf, optional, orNull, text } from './schema.js'
import { StoreHealth, UntrustedRecords } from './store.js'

/** The header with the session's token in a change: another site's page can neither know the token nor send the header. */
export const TOKEN_HEADER = 'x-zenith-token'

export const Session = object('The current session.', {
  user: orNull(text('Name of the user; null if the log-in has no names.')),
  role: text('Role, which determines the permissions; of several, the highest.'),
  canLogOut: flag('Whether `POST logout` ends a session.'),
  token: text(`Token for the header ${TOKEN_HEADER} of every change.`),
  permissions: listOf(
    oneOf(PERMISSIONS, 'A permission.'),
    'Permissions of the principal, each for one queue at least.',
  ),
  grants: optional(
    listOf(
      object('Permissions for some clusters and queues.', {
        cluster: text('Id of a cluster; `*`: all.'),
        queues: orNull(listOf(text('Name or key of a queue; `*` is any text.'), 'Null: all queues.')),
        within: orNull(listOf(text('Name or key of a queue; `*` is any text.'), 'A queue has to fit these, too.')),
        permissions: listOf(oneOf(PERMISSIONS, 'A permission.')),
      }),
      'Where each permission applies; omitted if each applies to everything.',
    ),
  ),
  cluster: orNull(ClusterInfo),
  clusters: listOf(ClusterInfo, 'The clusters that the principal may see, in their configured order.'),
  account: flag('Whether the user has an account with sessions and tokens: see `GET api/account`.'),
  people: flag('Whether this Zenith has users in a database.'),
  payloads: flag('Whether the principal may see job payloads (permission `queue.payloads`).'),
  archive: flag('Whether there is an archive, which has more than the last hour.'),
  alerts: flag('Whether alerts are on: false with the option `alerts: false`.'),
  environment: orNull(
    text('Environment of the cluster, such as `production`; null if Zenith has no option `environment`.'),
  ),
  readOnly: flag('Whether nothing of the apps may be changed here.'),
  traceUrl: optional(
    text('URL of a trace in your tracer, with `{traceId}` in place of the id; omitted if there is none.'),
  ),
})
export type Session = Infer<typeof Session>

export const Health = object('Health of Zenith.', {
  status: oneOf(['ok', 'failing'], 'Overall status.'),
  store: StoreHealth,
  untrusted: orNull(UntrustedRecords),
  clusters: optional(
    listOf(
      object('Health of a cluster.', {
        id: text('Id of the cluster.'),
        status: oneOf(['ok', 'failing'], 'Its status.'),
        store: StoreHealth,
      }),
      'Clusters that the principal may see; omitted if there is one alone, or the path names one.',
    ),
  ),
  sources: optional(
    listOf(
      SourceView,
      'Queue sources; omitted if there are none. An unreadable source does not make the status `failing`.',
    ),
  ),
})
/** `untrusted` is as of the last read; null without a token, and before the first. */
export type Health = Infer<typeof Health>
