import { isClusterId, MAX_CLUSTERS, TAKES_CLUSTER_ID } from '../../api/clusters.js'
import { CLUSTER_COLOURS } from '../../api/words.js'
import { oneOf, text } from '../arguments/options.js'
import type { ClusterLook } from '../config/clusters.js'
import type { Kind, Leaf, Shape } from '../config/shape.js'
import { ZENITH_OPTIONS } from './zenith-options.js'

type Option = Exclude<keyof typeof ZENITH_OPTIONS, 'config'>

/** The field of each option in a configuration file, and what it takes there. */
export const FIELD_OF: Readonly<Record<Option, readonly [path: string, ...kinds: Kind[]]>> = {
  redis: ['redis', 'text'],
  prefix: ['prefix', 'text'],
  token: ['token', 'text', 'list'],
  'require-token': ['requireToken', 'flag'],
  queues: ['queues', 'list'],
  'queues-redis': ['queuesRedis', 'text'],
  'read-only': ['readOnly', 'true', 'list'],
  environment: ['environment', 'text'],
  host: ['listen.host', 'text'],
  port: ['listen.port', 'number'],
  'base-path': ['listen.basePath', 'text'],
  proxies: ['listen.proxies', 'list'],
  url: ['url', 'text'],
  interval: ['interval', 'number'],
  payloads: ['payloads', 'text'],
  'trace-url': ['traceUrl', 'text'],
  secret: ['secret', 'text'],
  people: ['auth.people', 'flag'],
  'auth-user': ['auth.user', 'text'],
  'auth-password-hash': ['auth.passwordHash', 'text'],
  bearer: ['auth.bearer', 'text'],
  'auth-role': ['auth.role', 'text'],
  'sso-issuer': ['auth.sso.issuer', 'text'],
  'sso-name': ['auth.sso.name', 'text'],
  'sso-client-id': ['auth.sso.clientId', 'text'],
  'sso-client-secret': ['auth.sso.clientSecret', 'text'],
  'sso-scopes': ['auth.sso.scopes', 'list'],
  'sso-groups-claim': ['auth.sso.groupsClaim', 'text'],
  'sso-name-claim': ['auth.sso.nameClaim', 'text'],
  'sso-logout': ['auth.sso.logout', 'flag'],
  'sso-orgs': ['auth.sso.orgs', 'list'],
  archive: ['archive.place', 'text'],
  'archive-days': ['archive.days', 'number'],
  'archive-payload-days': ['archive.payloadDays', 'number'],
  'archive-payloads': ['archive.payloads', 'flag'],
  'archive-max-bytes': ['archive.maxBytes', 'number', 'text'],
  alerts: ['alerts.file', 'text'],
  smtp: ['alerts.smtp', 'text'],
  'smtp-from': ['alerts.smtpFrom', 'text'],
  'alert-networks': ['alerts.networks', 'list'],
  open: ['open', 'flag'],
  quiet: ['quiet', 'flag'],
}

/** Options that each cluster has for itself. */
export const CLUSTER_OPTIONS = [
  'redis',
  'prefix',
  'token',
  'require-token',
  'queues',
  'queues-redis',
  'read-only',
  'environment',
] as const satisfies readonly Option[]

/** How a cluster is shown: with one cluster, fields of the whole file. */
export const LOOK = {
  name: leaf(text(/^[^\p{Cc}]{1,60}$/u, 'a name of 1 to 60 characters')),
  colour: leaf(oneOf(...CLUSTER_COLOURS)),
} satisfies Record<keyof ClusterLook, Leaf>

/** The whole file. */
export const ZENITH_SHAPE: Shape = {
  ...shapeOf(Object.entries(FIELD_OF) as Field[]),
  ...LOOK,
  clusters: {
    max: MAX_CLUSTERS,
    items: {
      id: leaf(clusterId),
      ...LOOK,
      ...shapeOf(CLUSTER_OPTIONS.map((option) => [option, FIELD_OF[option]])),
    },
  },
}

type Field = [option: Option, field: readonly [path: string, ...kinds: Kind[]]]

function clusterId(given: string): string {
  if (isClusterId(given)) return given
  throw new Error(`an id: ${TAKES_CLUSTER_ID}`)
}

function leaf<T>(read: (text: string) => T): Leaf<T> {
  return { spec: { read }, kinds: ['text'] }
}

/** `listen.port` is the field `port` of the group `listen`. */
function shapeOf(fields: readonly Field[]): Shape {
  const shape: Record<string, Shape[string]> = {}
  for (const [option, [path, ...kinds]] of fields) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let group = shape
    for (const name of names) {
      group[name] ??= {}
      group = group[name] as typeof group
    }
    group[last] = { spec: ZENITH_OPTIONS[option], kinds }
  }
  return shape
}
