import type { ClusterColour } from '../../api/words.js'
import { keysOf } from '../../protocol/index.js'
import { parseAddress } from '../../redis/address.js'
import type { Settings } from './read-shape.js'
import type { Complain, ListTree, Place, Tree } from './tree.js'

/** How a cluster is shown. */
export interface ClusterLook {
  /** Undefined: the id. */
  readonly name: string | undefined
  readonly colour: ClusterColour | undefined
}

/** A cluster of the file: a Redis that apps report to, with its queues. */
export interface ClusterSettings extends ClusterLook {
  /** Unique in the file. */
  readonly id: string
  readonly redis: string
  /** Undefined: the default of Zenith. */
  readonly prefix: string | undefined
  /** One, or two during a rotation; undefined: nothing is verified. */
  readonly token: readonly string[] | undefined
  readonly requireToken: boolean
  /** Words that `openQueues` takes. */
  readonly queues: readonly string[]
  /** Undefined: that of `redis`. */
  readonly queuesRedis: string | undefined
  /** Patterns of queues, or `true`: nothing can be changed. */
  readonly readOnly: true | readonly string[] | undefined
  /** `production`, `staging`, `development` or another word. */
  readonly environment: string | undefined
}

/** Values of the fields of one cluster, each undefined if it is missing or was complained of. */
export type ClusterValues = Partial<ClusterSettings>

/**
 * Checks what fields of clusters need from each other.
 *
 * @param settings of the whole file
 * @returns those that are complete
 */
export function clustersOf({ items }: ListTree, settings: Settings, complain: Complain): readonly ClusterSettings[] {
  const clusters = items.map((item, index) => new Cluster(index, item, settings))
  for (const cluster of clusters) cluster.checkAlone(complain)
  for (const [index, cluster] of clusters.entries()) {
    for (const earlier of clusters.slice(0, index)) cluster.checkBeside(earlier, complain)
  }
  return clusters.flatMap(({ whole }) => whole ?? [])
}

class Cluster {
  readonly #path: string
  readonly #at: Place
  /** Names of the fields that are there, valid or not. */
  readonly #named: readonly string[]
  readonly #settings: Settings
  readonly #values: ClusterValues

  constructor(index: number, item: Tree, settings: Settings) {
    this.#path = `clusters[${index}]`
    this.#at = item.at
    this.#named = item.kind === 'map' ? item.entries.map(({ key }) => key) : [...REQUIRED]
    this.#settings = settings
    this.#values = Object.fromEntries(FIELDS.map((name) => [name, settings.get(`${this.#path}.${name}`)?.value]))
  }

  get whole(): ClusterSettings | null {
    const { id, redis, name, colour, environment, prefix, token, queuesRedis, readOnly } = this.#values
    if (id === undefined || redis === undefined) return null
    const { requireToken = false, queues = [] } = this.#values
    return { id, name, colour, environment, redis, prefix, token, requireToken, queues, queuesRedis, readOnly }
  }

  checkAlone(complain: Complain): void {
    for (const name of REQUIRED) this.#check(name, null, complain)
    if (this.#values.requireToken) this.#check('token', 'requireToken', complain)
    if (this.#values.queuesRedis !== undefined) this.#check('queues', 'queuesRedis', complain)
  }

  /** @param by the field that needs the other one; null for the cluster itself */
  #check(name: string, by: string | null, complain: Complain): void {
    if (this.#named.includes(name)) return
    if (by === null) complain(this.#at, this.#path, `needs ${name}`)
    else complain(this.#placeOf(by), `${this.#path}.${by}`, `needs ${name}`)
  }

  /** The second one of two is complained of, and the first one named. */
  checkBeside(earlier: Cluster, complain: Complain): void {
    const first = `${earlier.#path} (line ${earlier.#at.line})`
    const { id } = this.#values
    if (id !== undefined && id === earlier.#values.id)
      complain(this.#placeOf('id'), `${this.#path}.id`, `is that of ${first}, too; takes an id of its own`)
    if (this.#records !== null && this.#records === earlier.#records) {
      const line = earlier.#placeOf('redis').line
      const where = `${earlier.#path}.redis (line ${line})`
      complain(this.#placeOf('redis'), `${this.#path}.redis`, `leads to the same Redis and prefix as ${where}`)
    }
    // Roles are granted by cluster: with one for a cluster, a user could change the queues of the other.
    const shared = this.#queues.find((queue) => earlier.#queues.includes(queue))
    if (shared === undefined) return
    const where = `${earlier.#path}.queues (line ${earlier.#placeOf('queues').line})`
    complain(
      this.#placeOf('queues'),
      `${this.#path}.queues`,
      `has queues of ${where} in the same Redis; list them in one cluster`,
    )
  }

  #placeOf(name: string): Place {
    return this.#settings.get(`${this.#path}.${name}`)?.at ?? this.#at
  }

  /** Where its records are; null if that is unknown. */
  get #records(): string | null {
    const { redis, prefix } = this.#values
    return redis === undefined ? null : `${placeIn(redis)} ${keysOf(prefix).prefix}`
  }

  get #queues(): readonly string[] {
    const { queues = [], queuesRedis, redis } = this.#values
    const place = queuesRedis ?? redis
    return place === undefined ? [] : queues.flatMap(keysIn).map((keys) => `${placeIn(place)} ${keys}`)
  }
}

const REQUIRED = ['id', 'redis'] as const
const FIELDS = [
  'id',
  'name',
  'colour',
  'environment',
  'redis',
  'prefix',
  'token',
  'requireToken',
  'queues',
  'queuesRedis',
  'readOnly',
] as const satisfies readonly (keyof ClusterSettings)[]

/** The same for two URLs that differ in user and password alone. */
function placeIn(redis: string): string {
  const { host, port, path, db } = parseAddress(redis)
  const name = host?.toLowerCase().replace(/^(localhost|::1)$/, '127.0.0.1')
  return path === null ? `${name}:${port}/${db}` : `${path}/${db}`
}

const BULL_PREFIX = 'bull'

/** The keys that a word of `queues` stands for: one text for each driver and prefix, or each list. */
function keysIn(word: string): readonly string[] {
  const [driver = '', ...rest] = word.split('=')
  const own = rest.join('=')
  if (driver === 'redis-list') return own.split('+').map((key) => `${driver} ${key}`)
  // Both have the same keys.
  if (driver === 'bullmq' || driver === 'bull') return [`bull ${own || BULL_PREFIX}`]
  return [`${driver} ${own}`]
}
