import type { QueueHistoryView } from '../../../api/queue-history.js'
import type { TimeRange, TimeWindow } from '../../../api/time-window.js'
import { PERIOD_MS } from '../../../api/words.js'
import type { Reader } from '../../../ports/index.js'
import { HISTORY_STEP_MS } from '../../../protocol/index.js'
import { periodNameOf } from '../../fleet/services/period.js'
import { OnDemand } from '../../store/on-demand.js'
import { timeOf } from '../../store/store-time.js'
import { QueueLog, type RecordedAt } from './queue-log.js'

/** How often the records of a queue are read at most, ms: there is one per minute. */
const READ_EVERY_MS = 5_000

/** The recorded past of queues, read when it is requested. */
export class QueueHistories {
  readonly #now: () => number
  readonly #whereOf: (key: string) => RecordedAt
  readonly #logs: OnDemand<QueueLog>

  constructor(reader: Reader, whereOf: (key: string) => RecordedAt) {
    this.#now = () => timeOf(reader)
    this.#whereOf = whereOf
    this.#logs = new OnDemand(READ_EVERY_MS, this.#now, (key) => new QueueLog(reader, () => whereOf(key)))
  }

  /** Where a queue's records are. */
  whereOf(key: string): RecordedAt {
    return this.#whereOf(key)
  }

  /** Rejects when the store fails. */
  async view(key: string, range: TimeRange): Promise<QueueHistoryView> {
    const log = await this.#logs.ask(key)
    const now = this.#now()
    const minutes = log.minutes(now, range.window ? PERIOD_MS['1h'] : PERIOD_MS[range.period])
    const points = range.window ? minutes.filter((minute) => isWithin(minute.at, range.window)) : minutes
    return { key, period: periodNameOf(range), step: HISTORY_STEP_MS, points }
  }

  close(): void {
    this.#logs.clear()
  }
}

/** Whether a minute lies in a window, at least in part. @param at end of the minute */
function isWithin(at: number, window: TimeWindow | null): boolean {
  return window === null || (at > window.from && at - HISTORY_STEP_MS < window.to)
}
