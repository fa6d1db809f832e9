import type { NodeView } from '../../../api/nodes.js'
import type { QueueView } from '../../../api/queues.js'
import { type HealthReason, MIN_COUNTED, type ServiceView, type TrafficPoint } from '../../../api/services.js'
import type { QueueTrouble } from '../../../api/words.js'
import { blockedFor, CLOCK_HARMFUL_MS, clockInWords } from '../../../protocol/index.js'

/**
 * What takes points from 100. Of each row the dearest step that is reached counts; of the rows about nodes and
 * queues, the worst one.
 *
 * | What | Points |
 * |---|---|
 * | no node is live, and at least one is lost, however long ago | 100 |
 * | nodes lost in the last 15 minutes, as a share of those and the live ones | 60 × share, at least 10 |
 * | nodes whose event loop is blocked, as a share of the live ones | 60 × share, at least 10; all: 100 |
 * | requests that failed in the last minute (of at least 20) | 1 %: 10, 5 %: 25, 20 %: 50 |
 * | job attempts that failed in the last minute (of at least 20) | 5 %: 10, 20 %: 25 |
 * | jobs that stalled in the last five minutes | 1: 10 |
 * | p95 of the last minute's requests against the slow threshold | 1 ×: 15, 2 ×: 30 |
 * | event-loop delay, p99 of a node's last interval | 50 ms: 5, 100 ms: 15, 500 ms: 30 |
 * | time that a container's quota held a node back, of its last interval | 5 %: 10, 25 %: 20 |
 * | a node's memory: resident of the container's limit, or heap used of the heap's limit | 90 %: 15, 97 %: 30 |
 * | a node's clock is off from that of the store | 30 s: 5 |
 * | records dropped in the last five minutes, because the store did not take them | 10 |
 * | a queue of the service: nobody polls it, it can't be read, it grows, its oldest job waits for too long, it is paused with a backlog | 30, 20, 15, 10, 5 |
 */
export interface HealthInput {
  /** Live nodes alone. */
  live: readonly NodeView[]
  /** How many were lost in the last 15 minutes. */
  lost: number
  /** How many are lost, however long ago, of a service without a live node; else 0. */
  down: number
  requests: TrafficPoint | null
  jobs: TrafficPoint | null
  /** How often jobs stalled in the last five minutes. */
  stalled: number
  /** The slow threshold for requests, ms. */
  slowMs: number
  /** How many nodes dropped records in the last five minutes. */
  dropping: number
  /** Those that the service reports. */
  queues: readonly QueueView[]
}

type Steps = readonly (readonly [from: number, cost: number])[]

const REQUEST_ERRORS: Steps = [
  [20, 50],
  [5, 25],
  [1, 10],
]
const JOB_ERRORS: Steps = [
  [20, 25],
  [5, 10],
]
const LATENCY: Steps = [
  [2, 30],
  [1, 15],
]
const LOOP_DELAY: Steps = [
  [500, 30],
  [100, 15],
  [50, 5],
]
const THROTTLING: Steps = [
  [25, 20],
  [5, 10],
]
const MEMORY: Steps = [
  [97, 30],
  [90, 15],
]
const CLOCK: Steps = [[CLOCK_HARMFUL_MS, 5]]
const STALLED = 10
const DROPS = 10
/** A queue that nobody reports any more costs nothing: that its nodes are lost does. */
const QUEUES: Readonly<Record<QueueTrouble, number>> = {
  unpolled: 30,
  error: 20,
  growing: 15,
  old: 10,
  paused: 5,
  silent: 0,
}

/** A service's health, and what cost how much; the dearest reason first. A service that shut down cleanly is neither well nor ill. */
export function healthOf(input: HealthInput): ServiceView['health'] {
  if (input.down > 0) return healthOfDown(input)
  const reasons = [
    lostNodes(input),
    blockedNodes(input.live),
    failures(input.requests, REQUEST_ERRORS, 'of requests failed'),
    failures(input.jobs, JOB_ERRORS, 'of job attempts failed'),
    stalledJobs(input.stalled),
    latency(input),
    loopDelay(input.live),
    throttling(input.live),
    memory(input.live),
    clock(input.live),
    drops(input.dropping),
    queueTrouble(input.queues),
  ].filter((reason) => reason !== null)
  reasons.sort((a, b) => b.cost - a.cost)
  const cost = reasons.reduce((sum, reason) => sum + reason.cost, 0)
  return { score: input.live.length === 0 ? null : Math.max(0, 100 - cost), reasons }
}

/** The figures of a service without a live node are old: they say nothing about now. */
function healthOfDown({ down, queues }: HealthInput): ServiceView['health'] {
  const text = `no node is live: ${down} ${down === 1 ? 'is' : 'are'} lost`
  return { score: 0, reasons: [{ text, cost: 100 }, queueTrouble(queues)].filter((reason) => reason !== null) }
}

function lostNodes({ live, lost }: HealthInput): HealthReason | null {
  const all = live.length + lost
  if (lost === 0) return null
  const text = `${lost} of ${all} ${all === 1 ? 'node' : 'nodes'} ${lost === 1 ? 'is' : 'are'} lost`
  return { text, cost: Math.max(10, Math.round((60 * lost) / all)) }
}

/** What a blocked node serves waits, as it would without the node. */
function blockedNodes(live: readonly NodeView[]): HealthReason | null {
  const worst = worstOf(live, ({ heartbeat }) => (heartbeat ? blockedFor(heartbeat) : 0))
  const blocked = live.filter(({ heartbeat }) => heartbeat?.blocked).length
  if (blocked === 0) return null
  const others = blocked > 1 ? `, and ${blocked - 1} more are` : ''
  const text = `the event loop of ${worst.name} has been blocked for ${whole(worst.figure / 1_000)} s${others}`
  return { text, cost: blocked === live.length ? 100 : Math.max(10, Math.round((60 * blocked) / live.length)) }
}

function failures(point: TrafficPoint | null, steps: Steps, what: string): HealthReason | null {
  if (!point || point.errorRate === null || point.count < MIN_COUNTED) return null
  return reason(costOf(point.errorRate, steps), `${percent(point.errorRate)} ${what} in the last minute`)
}

function stalledJobs(stalled: number): HealthReason | null {
  const text = `jobs stalled ${stalled === 1 ? 'once' : `${whole(stalled)} times`} in the last five minutes`
  return reason(stalled > 0 ? STALLED : 0, text)
}

function latency({ requests, slowMs }: HealthInput): HealthReason | null {
  const p95 = requests?.p95 ?? 0
  return reason(costOf(p95 / slowMs, LATENCY), `p95 is ${whole(p95)} ms; slow begins at ${whole(slowMs)} ms`)
}

function loopDelay(live: readonly NodeView[]): HealthReason | null {
  const worst = worstOf(live, (node) => node.heartbeat?.eventLoop?.p99 ?? 0)
  return reason(
    costOf(worst.figure, LOOP_DELAY),
    `the event loop of ${worst.name} was ${whole(worst.figure)} ms late (p99)`,
  )
}

function throttling(live: readonly NodeView[]): HealthReason | null {
  const worst = worstOf(live, (node) => {
    const throttled = node.heartbeat?.cpu.throttled ?? 0
    return node.heartbeat?.interval ? (throttled * 100) / node.heartbeat.interval : 0
  })
  const text = `the CPU quota held ${worst.name} back for ${percent(worst.figure)} of the time`
  return reason(costOf(worst.figure, THROTTLING), text)
}

function memory(live: readonly NodeView[]): HealthReason | null {
  const worst = worstOf(live, (node) => {
    const figures = node.heartbeat?.memory
    if (!figures) return 0
    const { rss, heapUsed, heapLimit } = figures.process
    return Math.max(shareOf(rss, figures.system.limit), shareOf(heapUsed, heapLimit))
  })
  return reason(costOf(worst.figure, MEMORY), `${worst.name} uses ${percent(worst.figure)} of the memory it may have`)
}

function clock(live: readonly NodeView[]): HealthReason | null {
  const worst = worstOf(live, (node) => Math.abs(node.clockAhead ?? 0))
  const ahead = live.find(({ id, clockAhead }) => id === worst.name && Math.abs(clockAhead ?? 0) === worst.figure)
  const others = live.filter(({ clockAhead }) => Math.abs(clockAhead ?? 0) >= CLOCK_HARMFUL_MS).length - 1
  const text = `the clock of ${worst.name} is ${clockInWords(ahead?.clockAhead ?? 0)}`
  return reason(costOf(worst.figure, CLOCK), others > 0 ? `${text}, and ${others} more are off` : text)
}

function drops(dropping: number): HealthReason | null {
  const text = `${dropping} ${dropping === 1 ? 'node' : 'nodes'} dropped records in the last five minutes`
  return reason(dropping > 0 ? DROPS : 0, text)
}

/** The health of a service as far as it depends on some of its queues. */
export function healthWith(
  { score, reasons }: ServiceView['health'],
  queues: readonly QueueView[],
): ServiceView['health'] {
  const others = reasons.filter(({ text }) => !text.startsWith(OF_QUEUE))
  const trouble = queueTrouble(queues)
  const all = trouble ? [...others, trouble].sort((a, b) => b.cost - a.cost) : others
  const cost = all.reduce((sum, one) => sum + one.cost, 0)
  return { score: score === null ? null : Math.max(0, 100 - cost), reasons: all }
}

/** How the text of a reason about a queue begins, and of no other. */
const OF_QUEUE = 'queue '

function queueTrouble(queues: readonly QueueView[]): HealthReason | null {
  const troubles = queues.flatMap(({ name, attention }) => {
    return attention.map(({ kind, text }) => ({ cost: QUEUES[kind], text: `${OF_QUEUE}${name}: ${text}`, name }))
  })
  troubles.sort((a, b) => b.cost - a.cost)
  const [worst] = troubles
  const others = new Set(troubles.filter(({ cost }) => cost > 0).map(({ name }) => name)).size - 1
  return worst ? reason(worst.cost, others > 0 ? `${worst.text}, and ${others} more in trouble` : worst.text) : null
}

function reason(cost: number, text: string): HealthReason | null {
  return cost > 0 ? { text, cost } : null
}

function costOf(figure: number, steps: Steps): number {
  return steps.find(([from]) => figure >= from)?.[1] ?? 0
}

function worstOf(live: readonly NodeView[], figureOf: (node: NodeView) => number): { name: string; figure: number } {
  let worst = { name: '', figure: 0 }
  for (const node of live) {
    const figure = figureOf(node)
    if (figure > worst.figure) worst = { name: node.id, figure }
  }
  return worst
}

function shareOf(part: number | null, whole: number | null): number {
  return part !== null && whole ? (part * 100) / whole : 0
}

function percent(value: number): string {
  return `${value >= 10 ? whole(value) : Number(value.toFixed(1))} %`
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}
