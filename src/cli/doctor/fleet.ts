import { escapeGlob } from '../../lib/glob.js'
import {
  type Heartbeat,
  type Keys,
  MAX_RECORD_CHARS,
  nodeMember,
  parseHeartbeat,
  parseNodeMember,
  parseRollup,
} from '../../protocol/index.js'
import { own, readNumber, readObject } from '../../protocol/read.js'
import type { Command } from '../../redis/client.js'
import type { Connection } from '../../redis/connection.js'
import { Discovery } from '../../redis/discovery.js'
import type { RedisError } from '../../redis/errors.js'
import { unpackText } from '../../redis/packed-text.js'
import { asEntries, asNumber, asScored, asText } from '../../redis/replies.js'
import type { Reply } from '../../redis/send.js'

/** Maximum number of nodes read from the index: those with the newest heartbeats. */
const MAX_NODES = 2_000
const MAX_SERVICES = 100
const ROLLUPS = 20
const PULSE_SERVER = 'pulse:server:'

/** A node as Redis has it. */
export interface SeenNode {
  readonly service: string
  readonly node: string
  /** Unix ms, from the index; null for a node that is not in the index. */
  readonly lastBeat: number | null
  /** Null when its last heartbeat has expired, or can't be read. */
  readonly heartbeat: Heartbeat | null
  readonly isUnreadable: boolean
  /** Version of the protocol, as it was written; null without one. */
  readonly protocol: number | null
  /** Remaining TTL of the heartbeat, ms; null when this user may not read it. */
  readonly keptFor: number | null
  /** Time of that read, Unix ms by this machine's clock. */
  readonly readAt: number
}

/** The records of one service, besides heartbeats. */
export interface SeenWork {
  /** Recent series of routes, without requests that matched no route; then the counts of both. */
  readonly routes: number
  readonly requests: number
  readonly unmatched: number
  readonly jobs: number
  readonly hasQueues: boolean
}

export interface Fleet {
  readonly nodes: readonly SeenNode[]
  readonly work: ReadonlyMap<string, SeenWork>
  /** Why nothing could be read; null if it could. */
  readonly error: RedisError | null
}

interface Place {
  readonly service: string
  readonly node: string
  readonly key: string
  readonly lastBeat: number | null
}

type AskAll = (commands: readonly Command[]) => Promise<Reply[]>

/** Reads the records of all reporters. Never rejects. */
export async function readFleet(connection: Connection, keys: Keys, askAll: AskAll): Promise<Fleet> {
  const [index] = await askAll([['zrange', keys.nodeIndex, 0, MAX_NODES - 1, 'REV', 'WITHSCORES']])
  if (index?.error) return { nodes: [], work: new Map(), error: index.error }
  const indexed = asScored(index?.value).flatMap(({ member, score }): Place[] => {
    const names = parseNodeMember(member)
    return names ? [{ ...names, key: `${keys.prefix}node:${member}`, lastBeat: score }] : []
  })
  const places = [...indexed, ...(await foreignPlaces(connection, keys, indexed))]
  const nodes = await readNodes(places, askAll)
  return { nodes, work: await readWork(nodes, keys, askAll), error: null }
}

/** Nodes whose reporters write no index, as far as this user may search for them. */
async function foreignPlaces(connection: Connection, keys: Keys, indexed: readonly Place[]): Promise<Place[]> {
  const known = new Set(indexed.map(({ service, node }) => nodeMember(service, node)))
  const prefixes = [`${keys.prefix}node:`, PULSE_SERVER]
  const found = new Map<string, Place>()
  const patterns = prefixes.map((prefix) => ({ match: `${escapeGlob(prefix)}*`, type: 'string' as const }))
  const discovery = new Discovery(connection, patterns, Number.POSITIVE_INFINITY, (key) => {
    const prefix = prefixes.find((one) => key.startsWith(one)) ?? ''
    const names = parseNodeMember(key.slice(prefix.length))
    if (!names || known.has(nodeMember(names.service, names.node)) || found.size >= MAX_NODES) return
    found.set(key, { ...names, key, lastBeat: null })
  })
  await discovery.scan()
  return [...found.values()]
}

async function readNodes(places: readonly Place[], askAll: AskAll): Promise<SeenNode[]> {
  const replies = await askAll(
    places.flatMap(({ key }): Command[] => [
      ['get', key],
      ['pttl', key],
    ]),
  )
  const readAt = Date.now()
  return places.map(({ service, node, lastBeat }, index) => {
    const text = replies[2 * index]
    const ttl = replies[2 * index + 1]
    const written = asText(text?.value)
    const heartbeat = parseHeartbeat(written, { service, node })
    const fields = readObject(written)
    const ms = ttl?.error ? null : asNumber(ttl?.value)
    return {
      service,
      node,
      lastBeat,
      heartbeat,
      isUnreadable: heartbeat === null && (text?.error != null || written !== null),
      protocol: fields && own(fields, 'v') !== undefined ? readNumber(fields, 'v') : null,
      keptFor: ms !== null && ms > 0 ? ms : null,
      readAt,
    }
  })
}

async function readWork(nodes: readonly SeenNode[], keys: Keys, askAll: AskAll): Promise<Map<string, SeenWork>> {
  const services = [...new Set(nodes.map(({ service }) => service))].slice(0, MAX_SERVICES)
  const replies = await askAll(
    services.flatMap((service): Command[] => [
      ['xrevrange', keys.rollup(service), '+', '-', 'COUNT', ROLLUPS],
      ['get', keys.queues(service)],
    ]),
  )
  return new Map(
    services.map((service, index) => {
      const hasQueues = asText(replies[2 * index + 1]?.value) !== null
      return [service, { ...workOf(replies[2 * index]), hasQueues }]
    }),
  )
}

function workOf(reply: Reply | undefined): Omit<SeenWork, 'hasQueues'> {
  const rollups = asEntries(reply?.value).flatMap(
    ({ fields }) => parseRollup(unpackText(fields, MAX_RECORD_CHARS)) ?? [],
  )
  const routes = rollups.flatMap((rollup) => rollup.routes)
  const countOf = (series: readonly { readonly count: number }[]) => series.reduce((sum, { count }) => sum + count, 0)
  return {
    routes: new Set(routes.map(({ key }) => key)).size,
    requests: countOf(routes),
    unmatched: countOf(routes.filter(({ key }) => key === '(unmatched)')),
    jobs: countOf(rollups.flatMap((rollup) => rollup.jobs)),
  }
}
