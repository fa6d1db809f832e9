import { randomUUID } from 'node:crypto'
import type { PulseEvent } from '../protocol/index.js'
import type { MonitorNews, MonitorService } from './monitor/monitor-service.js'

/** How many of the last events can be resumed from, and how many characters of them. */
const MAX_EVENTS = 64
const MAX_CHARS = 4_000_000
/** What may wait for one slow reader before it gets nothing more, in bytes. */
const MAX_WAITING = 256 * 1024
const KEEP_ALIVE_MS = 15_000
/** After how long a page asks again when the line broke, in ms. */
const RETRY_MS = 2_000

interface StreamEvent {
  readonly seq: number
  readonly text: string
}

interface Viewer {
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  /** The last event that it has; null: it needs the whole state. */
  seq: number | null
  /** False until there is a state that is not stale. */
  isReady: boolean
}

/**
 * Sends the monitor's news to everybody who looks at `/api/stream`.
 *
 * Nothing is queued for a viewer but what its stream holds: each has a place in the ring of recent events, goes on from it
 * when its reader asks for more, and gets the whole state afresh when the ring has moved on.
 */
export class StreamHub {
  readonly #monitor: MonitorService
  readonly #viewers = new Set<Viewer>()
  /** Tells ids of this process from those of one before. */
  readonly #epoch = randomUUID().slice(0, 8)
  readonly #unsubscribe: () => void
  #events: StreamEvent[] = []
  #chars = 0
  #seq = 0
  #snapshot = { seq: -1, at: 0, text: '' }
  #unwatch: (() => void) | null = null
  #keepAlive: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(monitor: MonitorService) {
    this.#monitor = monitor
    this.#unsubscribe = monitor.subscribe((news) => this.#take(news))
  }

  /** How many streams are open. */
  get viewers(): number {
    return this.#viewers.size
  }

  /**
   * A stream of events that begins with the whole state, or after the last event that the client says it has.
   *
   * @param lastEventId the request's `Last-Event-ID`
   */
  open(lastEventId: string | null): ReadableStream<Uint8Array> {
    let viewer: Viewer | undefined
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          viewer = { controller, seq: this.#seqOf(lastEventId), isReady: false }
          this.#join(viewer)
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
    this.#unsubscribe()
    for (const viewer of [...this.#viewers]) this.#end(viewer)
  }

  #join(viewer: Viewer): void {
    if (this.#isClosed) {
      viewer.controller.close()
      return
    }
    this.#viewers.add(viewer)
    this.#unwatch ??= this.#monitor.watch()
    this.#keepAlive ??= setInterval(() => this.#say(': still here\n\n'), KEEP_ALIVE_MS).unref()
    enqueue(viewer, `retry: ${RETRY_MS}\n\n`)
    void this.#monitor.fresh().then(() => {
      viewer.isReady = true
      this.#advance(viewer)
    })
  }

  #take(news: MonitorNews): void {
    if (news.difference) this.#remember('system_pulse', news.difference)
    if (news.slow.length > 0) this.#remember('slow', news.slow)
    if (news.exceptions.length > 0) this.#remember('errors', news.exceptions)
    for (const viewer of this.#viewers) this.#advance(viewer)
  }

  #remember(name: string, data: unknown): void {
    this.#seq += 1
    const text = this.#format(name, this.#seq, data)
    this.#events.push({ seq: this.#seq, text })
    this.#chars += text.length
    while (this.#events.length > MAX_EVENTS || (this.#chars > MAX_CHARS && this.#events.length > 0)) {
      this.#chars -= this.#events.shift()?.text.length ?? 0
    }
  }

  /** Sends what the viewer does not have yet, as much as it takes now. */
  #advance(viewer: Viewer): void {
    while (viewer.isReady && viewer.seq !== this.#seq && this.#viewers.has(viewer) && takesMore(viewer)) {
      const next = viewer.seq === null ? undefined : this.#eventAfter(viewer.seq)
      // Before it is sent: a reader that waits asks for more at once, within `enqueue`.
      viewer.seq = next ? next.seq : this.#seq
      enqueue(viewer, next ? next.text : this.#wholeState())
    }
  }

  #eventAfter(seq: number): StreamEvent | undefined {
    const oldest = this.#events[0]
    return oldest ? this.#events[seq + 1 - oldest.seq] : undefined
  }

  #wholeState(): string {
    const overview = this.#monitor.overview
    if (!overview) return ''
    if (this.#snapshot.seq !== this.#seq || this.#snapshot.at !== overview.at) {
      const event: PulseEvent = { full: true, ...overview }
      this.#snapshot = { seq: this.#seq, at: overview.at, text: this.#format('system_pulse', this.#seq, event) }
    }
    return this.#snapshot.text
  }

  #format(name: string, seq: number, data: unknown): string {
    return `event: ${name}\nid: ${this.#epoch}-${seq}\ndata: ${JSON.stringify(data)}\n\n`
  }

  /** The place in the ring that an id names; null when it is none of ours, or too old. */
  #seqOf(id: string | null): number | null {
    const match = /^([0-9a-f]{8})-(\d{1,15})$/.exec(id ?? '')
    if (match?.[1] !== this.#epoch) return null
    const seq = Number(match[2])
    return seq === this.#seq || this.#eventAfter(seq) ? seq : null
  }

  #say(text: string): void {
    for (const viewer of this.#viewers) if (takesMore(viewer)) enqueue(viewer, text)
  }

  #drop(viewer: Viewer): void {
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

const encoder = new TextEncoder()

function enqueue(viewer: Viewer, text: string): void {
  if (text !== '') viewer.controller.enqueue(encoder.encode(text))
}

function takesMore(viewer: Viewer): boolean {
  return (viewer.controller.desiredSize ?? 0) > 0
}
