/** Values that are often passed by mistake instead of ioredis options, and what to pass instead. */

const NODE_REDIS = 'pass its URL, redis://user:password@host:6379'

/** Null for possible options: an object with fields of its own. */
export function describeNoOptions(given: object): string | null {
  if ('then' in given && typeof given.then === 'function') return 'that is a promise: await it first'
  if (Array.isArray(given)) return 'that is a list; for a Cluster pass a client, new Cluster(nodes)'
  if (given instanceof URL) return 'that is a URL object: pass its text, url.href'
  if ('sendCommand' in given && ('isOpen' in given || 'isReady' in given))
    return `that is a client of node-redis: ${NODE_REDIS}`
  if (isPlain(given) || (Object.keys(given).length > 0 && !(given instanceof Map) && !(given instanceof Set)))
    return null
  return `that is another kind of object${'get' in given && 'set' in given ? `; of a client that is not ioredis ${NODE_REDIS}` : ''}`
}

/** A plain object of this realm or another one. */
function isPlain(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given)
  return prototype === null || (typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null)
}

const HINTS: Readonly<Record<string, string>> = {
  url: 'pass the URL itself, redis: "redis://user:password@host:6379"',
  socket: 'node-redis has it; in ioredis options "host" and "port" stand beside the others, { host, port }',
  connection: 'pass what it holds',
  redis: 'pass what it holds',
  client: 'pass what it holds, if that is of ioredis, and else its URL',
  options: 'pass what it holds',
  redisOptions: 'for a Cluster pass a client, new Cluster(nodes, { redisOptions })',
  nodes: 'for a Cluster pass a client, new Cluster(nodes)',
  rootNodes: 'for a Cluster pass a client, new Cluster(nodes)',
  cluster: 'for a Cluster pass a client, new Cluster(nodes)',
  database: 'ioredis calls it "db"',
  user: 'ioredis calls it "username"',
  prefix: 'ioredis calls it "keyPrefix"; Quasar’s own stands beside "redis"',
}

/** Describes a name that ioredis options do not have. */
export function describeUnknown(name: string): string {
  if (!/^\w{1,40}$/.test(name)) return 'it has what is no option of ioredis'
  const hint = Object.hasOwn(HINTS, name) ? `: ${HINTS[name]}` : ''
  return `it has "${name}", which is no option of ioredis${hint}`
}
