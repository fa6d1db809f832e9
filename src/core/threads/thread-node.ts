import { clockOrigin, monotonic, wallClock } from '../../lib/clock.js'
import type { Batch } from '../../ports/index.js'
import type { Heartbeat } from '../../protocol/index.js'
import { type Attempt, countAttempt } from '../jobs/jobs.js'
import { UNKNOWN_CPU } from '../probes/cpu.js'
import { UNKNOWN_MEMORY } from '../probes/memory.js'
import { type TaskTimes, taskTimes } from '../probes/thread-time.js'
import { RecordBuffer } from '../report/buffer.js'
import { Rollups } from '../report/rollups.js'
import { SeriesCounter } from '../report/series.js'
import type { ThreadIdentity } from './messages.js'

/** Number of intervals without a heartbeat after which the host reports for a thread. */
const SILENT_INTERVALS = 1.5
/** The loop of a silent thread that used a processor for this share of the time hangs. */
const HANGING_SHARE = 0.5

/** The host's data on a node that is another thread's recorder. */
export class ThreadNode {
  readonly identity: ThreadIdentity
  readonly buffer = new RecordBuffer()
  readonly #jobs = new SeriesCounter(
    (_queue, name) => name,
    () => Number.POSITIVE_INFINITY,
  )
  readonly #rollups: Rollups
  #from = monotonic()
  #heartbeat: Heartbeat | null = null
  #beatAt = monotonic()
  #heardAt = monotonic()
  #look: { at: number; times: TaskTimes | null } | null = null

  constructor(identity: ThreadIdentity) {
    this.identity = identity
    this.#rollups = new Rollups(identity.node)
  }

  noteBeat(heartbeat: Heartbeat): void {
    this.#heartbeat = heartbeat
    this.#beatAt = monotonic()
    this.noteWord()
  }

  noteWord(): void {
    this.#heardAt = monotonic()
  }

  count(attempt: Attempt): void {
    countAttempt(this.#jobs.find(attempt.queue, attempt.name), attempt)
  }

  /**
   * Takes the data to write now; null without any.
   *
   * @param isLast the thread, or this one, is about to end
   */
  take(isLast: boolean): Batch | null {
    this.#close(isLast)
    const heartbeat = isLast ? null : this.#heartbeatOfSilence()
    if (heartbeat === null && this.buffer.size === 0) return null
    const { service, node } = this.identity
    return { service, node, heartbeat, records: this.buffer.take(), clockOrigin: clockOrigin() }
  }

  #close(isLast: boolean): void {
    const [now, to] = [monotonic(), wallClock()]
    const from = Math.max(0, to - Math.round(now - this.#from))
    this.#from = now
    const interval = { from, to, routes: [], jobs: [...this.#jobs.filled()], isLast }
    for (const record of this.#rollups.take(interval)) this.buffer.push(record)
    this.#jobs.clear()
  }

  /** Heartbeat on behalf of a parked thread: it exists, and its figures are unknown. */
  #heartbeatOfSilence(): Heartbeat | null {
    const last = this.#heartbeat
    if (!last || monotonic() - this.#beatAt < (last.interval ?? 0) * SILENT_INTERVALS || this.#hangs()) return null
    return {
      ...last,
      timestamp: wallClock(),
      cpu: UNKNOWN_CPU,
      memory: UNKNOWN_MEMORY,
      disk: null,
      eventLoop: null,
      gc: null,
      children: null,
      requests: null,
      recorder: null,
      ready: null,
      runtime: { ...last.runtime, uptime: process.uptime() },
    }
  }

  /** Where the kernel does not report its time, a thread that has not ended counts as parked. */
  #hangs(): boolean {
    const { task } = this.identity
    const last = this.#look
    const look = { at: monotonic(), times: task === null ? null : taskTimes(task) }
    this.#look = look
    if (!look.times || !last?.times || this.#heardAt > last.at) return false
    return (look.times.running - last.times.running) / (look.at - last.at) > HANGING_SHARE
  }
}
