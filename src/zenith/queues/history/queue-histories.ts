import type { QueueHistoryView } from '../../../api/queue-history.js'
import type { Period } from '../../../api/words.js'
import type { Reader } from '../../../ports/index.js'
import { OnDemand } from '../../store/on-demand.js'
import { timeOf } from '../../store/store-time.js'
import { QueueLog, type RecordedAt } from './queue-log.js'

const PERIOD_MS: Readonly<Record<Period, number>> = { '5m': 5 * 60_000, '15m': 15 * 60_000, '1h': 60 * 60_000 }
/** How often the records of a queue are read at most, ms: there is one per minute. */
const READ_EVERY_MS = 5_000

/** The recorded past of queues, read when it is requested. */
export class QueueHistories {
  readonly #now: () => number
  readonly #logs: OnDemand<QueueLog>

  constructor(reader: Reader, whereOf: (key: string) => RecordedAt) {
    this.#now = () => timeOf(reader)
    this.#logs = new OnDemand(READ_EVERY_MS, this.#now, (key) => new QueueLog(reader, () => whereOf(key)))
  }

  /** Rejects when the store fails. */
  async view(key: string, period: Period): Promise<QueueHistoryView> {
    const log = await this.#logs.ask(key)
    return { key, period, points: log.minutes(this.#now(), PERIOD_MS[period]) }
  }

  close(): void {
    this.#logs.clear()
  }
}
