import type { NodeEntry, Reader } from '../../ports.js'
import { type Keys, nodeMember, parseHeartbeat, parseNodeMember } from '../../protocol/index.js'
import type { Connection } from '../../redis/connection.js'
import type { Discovery } from '../../redis/discovery.js'
import { asScored } from '../../redis/replies.js'
import { send } from '../../redis/send.js'
import type { Verifier } from '../../signing/verifier.js'
import type { ForeignNodes } from './foreign-nodes.js'
import { newestOf } from './newest.js'
import type { ServerClock } from './server-clock.js'
import { type KeyText, readTexts } from './texts.js'
import { timeOfScore } from './times.js'
import { TrustGate } from './trusted.js'

/** Of the index; those that beat last. */
const MAX_NODES = 10_000

interface IndexEntry {
  readonly service: string
  readonly node: string
  readonly key: string
  readonly lastBeat: number
}

/** Where nodes are looked for: the index first, then what {@link Discovery} found besides. */
export interface NodeSources {
  readonly connection: Connection
  readonly keys: Keys
  readonly clock: ServerClock
  readonly foreign: ForeignNodes
  readonly discovery: Discovery
  readonly verifier: Verifier | null
}

export async function readNodes(sources: NodeSources): ReturnType<Reader['nodes']> {
  const { connection, discovery, foreign } = sources
  const gate = new TrustGate(sources.verifier)
  const index = await readIndex(sources)
  const keys = index.entries.map((entry) => entry.key)
  const [texts] = await Promise.all([readTexts(connection, keys), discovery.look()])
  const others = await foreign.read(new Set(index.entries.map(nameOf)), gate)
  let unreadable = index.unreadable + others.unreadable
  const nodes = index.entries.flatMap((entry, position) => {
    const node = entryOf(entry, texts[position])
    if (!node) unreadable += 1
    return (node && gate.node(entry.key, texts[position]?.text ?? null, node)) ?? []
  })
  return { nodes: [...nodes, ...others.nodes], unreadable, ...gate.report }
}

/** What can't be read is not taken for a node that is lost: null. */
function entryOf({ service, node, lastBeat }: IndexEntry, read: KeyText | undefined): NodeEntry | null {
  const text = read?.text ?? null
  if (text === null) return read?.unreadable ? null : { service, node, lastBeat, heartbeat: null }
  const heartbeat = parseHeartbeat(text, { service, node })
  return heartbeat && { service, node, lastBeat, heartbeat: { ...heartbeat, service, id: node } }
}

async function readIndex(sources: NodeSources): Promise<{ entries: IndexEntry[]; unreadable: number }> {
  const { connection, keys, clock } = sources
  const range = newestOf(keys.nodeIndex, clock, MAX_NODES)
  const [index, time] = await send(connection, clock.isDoubtful ? [range, ['time']] : [range])
  if (time && !time.error) clock.learn(time.value)
  if (index?.error?.code === 'WRONGTYPE') return { entries: [], unreadable: 1 }
  if (index?.error) throw index.error
  const now = Date.now()
  const entries = asScored(index?.value).flatMap(({ member, score }) => {
    const names = parseNodeMember(member)
    // The key is the member as it stands: a foreign writer may have encoded it otherwise than we would.
    return names ? [{ ...names, key: `${keys.prefix}node:${member}`, lastBeat: timeOfScore(score, now) }] : []
  })
  return { entries, unreadable: 0 }
}

function nameOf({ service, node }: IndexEntry): string {
  return nodeMember(service, node)
}
