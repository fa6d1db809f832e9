import type { QueueMinute } from '../../../api/queue-history.js'
import { inSlices } from '../../../lib/async.js'
import type { Reader } from '../../../ports/index.js'
import { HISTORY_LIFE_MS, type QueueHistory } from '../../../protocol/index.js'
import type { Follower } from '../../store/on-demand.js'
import { type Located, namesOf } from '../monitor/identity.js'
import { minutesOf, type RecordedSpan } from './minutes.js'

/** A span from further in the future is not believed, ms; nor is a longer one. */
const MAX_AHEAD_MS = 60_000
const MAX_SPAN_MS = 10 * 60_000
/** Records of one queue by one service: an hour of the nodes that may take turns in it. */
const MAX_SPANS = 300
const SLICE = 20

/** Where a queue's records are, and by which names it is found in them. */
export interface RecordedAt {
  readonly services: readonly string[]
  readonly names: ReadonlySet<string>
}

interface Channel {
  cursor: string | null
  spans: RecordedSpan[]
}

/** The recorded past of one queue. */
export class QueueLog implements Follower {
  readonly #reader: Reader
  readonly #whereOf: () => RecordedAt
  /** By service; null: what Zenith recorded. */
  readonly #channels = new Map<string | null, Channel>()

  constructor(reader: Reader, whereOf: () => RecordedAt) {
    this.#reader = reader
    this.#whereOf = whereOf
  }

  async read(now: number): Promise<void> {
    const { services, names } = this.#whereOf()
    const wanted = [...services, null]
    for (const service of this.#channels.keys()) if (!wanted.includes(service)) this.#channels.delete(service)
    for (const service of wanted) await this.#readChannel(service, names, now)
  }

  /** @param length of the period, ms */
  minutes(now: number, length: number): QueueMinute[] {
    const ordered = [...this.#channels].sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1))
    return minutesOf(
      ordered.map(([, { spans }]) => spans),
      now,
      length,
    )
  }

  async #readChannel(service: string | null, names: ReadonlySet<string>, now: number): Promise<void> {
    const channel = this.#channels.get(service) ?? { cursor: null, spans: [] }
    this.#channels.set(service, channel)
    const since = now - HISTORY_LIFE_MS
    let more = true
    while (more) {
      const page = await this.#reader.queueHistory?.({ service, since, after: channel.cursor })
      if (!page) return
      channel.cursor = page.cursor
      await inSlices(page.records, SLICE, (record) => this.#add(channel, record, names, now))
      more = page.more !== undefined
    }
    channel.spans = channel.spans.filter(({ to }) => to > since).slice(-MAX_SPANS)
  }

  #add(channel: Channel, { from, to, queues }: QueueHistory, names: ReadonlySet<string>, now: number): void {
    if (to > now + MAX_AHEAD_MS || to - from > MAX_SPAN_MS) return
    const queue = queues.find((one) => isNamed(one, names))
    if (queue) channel.spans.push({ from, to, queue })
  }
}

function isNamed(queue: Located, names: ReadonlySet<string>): boolean {
  const { byServer, byPlace } = namesOf(queue)
  return (byServer !== null && names.has(byServer)) || names.has(byPlace)
}
