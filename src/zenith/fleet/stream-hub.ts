import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { AlertNews } from '../../api/alerts.js'
import type { PulseEvent } from '../../api/types.js'
import { withinBytes } from '../http/within-bytes.js'
import type { MonitorNews, MonitorService } from './monitor-service.js'

/** How many of the last events can be resumed from, and how many bytes of them. */
const MAX_EVENTS = 64
const MAX_BYTES = 4_000_000
/** How many bytes of records one event has; of more, the newest. */
const MAX_RECORD_BYTES = 500_000
/** What may wait for one slow reader before it gets nothing more, in bytes. */
const MAX_WAITING = 256 * 1024
const KEEP_ALIVE_MS = 15_000
/** After how long a page asks again when the line broke, in ms. */
const RETRY_MS = 2_000
/** After so long a stream ends, and the page that comes back is authenticated again, in ms. */
const LIFE_MS = 15 * 60_000

interface StreamEvent {
  readonly seq: number
  /** Made once, for all viewers. */
  readonly bytes: Uint8Array
}

type Watched = Pick<MonitorService, 'shown' | 'fresh' | 'subscribe' | 'watch'>

/** Tells of changes of alerts. */
interface AlertSource {
  subscribe(listener: (news: AlertNews) => void): () => void
}

/** Events for one viewer besides those of the fleet, of which only the newest matters. */
export interface Aside {
  readonly hasNews: boolean
  /** The newest event. */
  take(): { readonly name: string; readonly data: unknown }
  close(): void
}

export type OpenAside = (onNews: () => void) => Aside

export interface StreamOptions {
  /** Asked before each event: the stream ends when a session has ended, or a right is gone. Never rejects. */
  readonly isStill?: (() => Promise<boolean>) | null
  readonly aside?: OpenAside | null
}

const encoder = new TextEncoder()
const RETRY = encoder.encode(`retry: ${RETRY_MS}\n\n`)
/** A comment: it keeps the line open, and the page takes no notice of it. */
const KEEP_ALIVE = encoder.encode(': still here\n\n')

interface Viewer {
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  /** The last event that it has; null: it needs the whole state. */
  seq: number | null
  /** False until there is a state that is not stale. */
  isReady: boolean
  /** `performance.now()`. */
  readonly since: number
  /** Whether the viewer may still see what it sees; null: nothing takes rights away. Never rejects. */
  readonly isStill: (() => Promise<boolean>) | null
  isAsking: boolean
  aside: Aside | null
}

/**
 * Sends the monitor's news to everybody who looks at `/api/stream`.
 *
 * Nothing is queued for a viewer but what its stream holds: each has a place in the ring of recent events, goes on from it
 * when its reader asks for more, and gets the whole state afresh when the ring has moved on.
 */
export class StreamHub {
  readonly #monitor: Watched
  readonly #viewers = new Set<Viewer>()
  /** Tells ids of this process from those of one before. */
  readonly #epoch = randomUUID().slice(0, 8)
  readonly #unsubscribe: readonly (() => void)[]
  #events: StreamEvent[] = []
  #bytes = 0
  #seq = 0
  #snapshot: StreamEvent & { at: number } = { seq: -1, at: 0, bytes: new Uint8Array() }
  #unwatch: (() => void) | null = null
  #keepAlive: NodeJS.Timeout | undefined
  #isClosed = false

  /** @param alerts null without alerts */
  constructor(monitor: Watched, alerts: AlertSource | null = null) {
    this.#monitor = monitor
    const ends = [monitor.subscribe((news) => this.#take(news)), alerts?.subscribe((news) => this.#takeAlerts(news))]
    this.#unsubscribe = ends.filter((end) => end !== undefined)
  }

  /**
   * A stream of events that begins with the whole state, or after the last event that the client says it has.
   *
   * @param lastEventId the request's `Last-Event-ID`
   */
  open(lastEventId: string | null, { isStill = null, aside = null }: StreamOptions = {}): ReadableStream<Uint8Array> {
    let viewer: Viewer | undefined
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          const seq = this.#seqOf(lastEventId)
          const since = performance.now()
          const joining: Viewer = { controller, seq, isReady: false, since, isStill, isAsking: false, aside: null }
          viewer = joining
          this.#join(joining)
          joining.aside = (!this.#isClosed && aside?.(() => this.#advance(joining))) || null
          this.#advance(joining)
        },
        pull: () => {
          if (viewer) this.#advance(viewer)
        },
        cancel: () => {
          if (viewer) this.#drop(viewer)
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: MAX_WAITING }),
    )
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true
    for (const end of this.#unsubscribe) end()
    for (const viewer of [...this.#viewers]) this.#end(viewer)
  }

  #join(viewer: Viewer): void {
    if (this.#isClosed) {
      viewer.controller.close()
      return
    }
    this.#viewers.add(viewer)
    this.#unwatch ??= this.#monitor.watch()
    this.#keepAlive ??= setInterval(() => this.#keepOpen(), KEEP_ALIVE_MS).unref()
    viewer.controller.enqueue(RETRY)
    void this.#monitor.fresh().then(() => {
      viewer.isReady = true
      this.#advance(viewer)
    })
  }

  #take(news: MonitorNews): void {
    if (news.difference) this.#remember('system_pulse', news.difference)
    if (news.slow.length > 0) this.#remember('slow', newestWithin(news.slow))
    if (news.exceptions.length > 0) this.#remember('errors', newestWithin(news.exceptions))
    for (const viewer of this.#viewers) this.#advance(viewer)
  }

  #takeAlerts(news: AlertNews): void {
    this.#remember('alert', { ...news, events: newestWithin(news.events) })
    for (const viewer of this.#viewers) this.#advance(viewer)
  }

  #remember(name: string, data: unknown): void {
    this.#seq += 1
    const bytes = this.#format(name, this.#seq, data)
    this.#events.push({ seq: this.#seq, bytes })
    this.#bytes += bytes.byteLength
    while (this.#events.length > MAX_EVENTS || (this.#bytes > MAX_BYTES && this.#events.length > 0)) {
      this.#bytes -= this.#events.shift()?.bytes.byteLength ?? 0
    }
  }

  /** Sends what the viewer does not have yet, as much as it takes now. */
  #advance(viewer: Viewer): void {
    if (!this.#isDue(viewer)) return
    if (viewer.isStill) void this.#ask(viewer, viewer.isStill)
    else this.#send(viewer)
  }

  async #ask(viewer: Viewer, isStill: () => Promise<boolean>): Promise<void> {
    if (viewer.isAsking) return
    viewer.isAsking = true
    const may = await isStill()
    viewer.isAsking = false
    if (!this.#viewers.has(viewer)) return
    if (may) this.#send(viewer)
    else this.#end(viewer)
  }

  #isDue(viewer: Viewer): boolean {
    const isBehind = viewer.isReady && viewer.seq !== this.#seq
    return (isBehind || viewer.aside?.hasNews === true) && this.#viewers.has(viewer) && takesMore(viewer)
  }

  #send(viewer: Viewer): void {
    while (this.#isDue(viewer)) {
      if (viewer.aside?.hasNews) {
        const { name, data } = viewer.aside.take()
        viewer.controller.enqueue(encoder.encode(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`))
        continue
      }
      const next = viewer.seq === null ? undefined : this.#eventAfter(viewer.seq)
      // Before it is sent: a reader that waits asks for more at once, within `enqueue`.
      viewer.seq = next ? next.seq : this.#seq
      const bytes = next ? next.bytes : this.#wholeState()
      if (bytes.byteLength > 0) viewer.controller.enqueue(bytes)
    }
  }

  #eventAfter(seq: number): StreamEvent | undefined {
    const oldest = this.#events[0]
    return oldest ? this.#events[seq + 1 - oldest.seq] : undefined
  }

  #wholeState(): Uint8Array {
    const { shown } = this.#monitor
    if (shown && (this.#snapshot.seq !== this.#seq || this.#snapshot.at !== shown.at)) {
      const event: PulseEvent = { full: true, ...shown }
      this.#snapshot = { seq: this.#seq, at: shown.at, bytes: this.#format('system_pulse', this.#seq, event) }
    }
    return this.#snapshot.bytes
  }

  #format(name: string, seq: number, data: unknown): Uint8Array {
    return encoder.encode(`event: ${name}\nid: ${this.#epoch}-${seq}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** The place in the ring that an id names; null when it is none of ours, or too old. */
  #seqOf(id: string | null): number | null {
    const match = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id ?? '')
    if (match?.[1] !== this.#epoch) return null
    const seq = Number(match[2])
    return seq === this.#seq || this.#eventAfter(seq) ? seq : null
  }

  #keepOpen(): void {
    for (const viewer of [...this.#viewers]) {
      if (performance.now() - viewer.since > LIFE_MS) this.#end(viewer)
      else if (takesMore(viewer)) this.#keepOne(viewer)
    }
  }

  #keepOne(viewer: Viewer): void {
    viewer.controller.enqueue(KEEP_ALIVE)
    // A fleet in which nothing happens has no next event.
    if (viewer.isStill) void this.#ask(viewer, viewer.isStill)
  }

  #drop(viewer: Viewer): void {
    viewer.aside?.close()
    this.#viewers.delete(viewer)
    if (this.#viewers.size > 0) return
    this.#unwatch?.()
    this.#unwatch = null
    clearInterval(this.#keepAlive)
    this.#keepAlive = undefined
  }

  #end(viewer: Viewer): void {
    this.#drop(viewer)
    viewer.controller.close()
  }
}

function takesMore(viewer: Viewer): boolean {
  return (viewer.controller.desiredSize ?? 0) > 0
}

function newestWithin<T extends object>(oldestFirst: readonly T[]): readonly T[] {
  return withinBytes(oldestFirst.toReversed(), MAX_RECORD_BYTES).toReversed()
}
