import type { QueueRuns } from '../../../api/queue-runs.js'
import type { QueueView } from '../../../api/queues.js'
import type { TimeRange } from '../../../api/time-window.js'
import { inTimeHeld, TOO_LATE } from '../../../lib/async.js'
import type { Reader } from '../../../ports/index.js'
import { MAX_NAME_CHARS } from '../../../protocol/index.js'
import { redactName } from '../../../redaction/name.js'
import type { ArchivedWork } from '../../archive/archived-runs.js'
import { OnDemand } from '../../store/on-demand.js'
import { StoreUnavailableError } from '../../store/store-error.js'
import { timeOf } from '../../store/store-time.js'
import type { AliveSpan } from '../services/alive.js'
import { Budget } from '../services/budget.js'
import { periodNameOf } from '../services/period.js'
import { RunLog } from './run-log.js'

const READ_EVERY_MS = 5_000
const ANSWER_WITHIN_MS = 8_000

/** What is known of queues and of the services with workers. */
export interface KnownWork {
  readonly viewOf: (key: string) => QueueView | null
  /** All names by which a queue is found in the records of its reporters. */
  readonly namesOf: (key: string) => ReadonlySet<string>
  readonly views: () => readonly QueueView[]
  /** Services that lately ran jobs of a queue of this name. */
  readonly following: (queue: string) => readonly string[]
  readonly aliveOf: (service: string) => readonly AliveSpan[]
}

/** What workers did with the jobs of queues, read when it is requested. */
export class QueueJobRuns {
  readonly #known: KnownWork
  readonly #now: () => number
  readonly #logs: OnDemand<RunLog>

  constructor(reader: Reader, known: KnownWork) {
    const budget = new Budget()
    this.#known = known
    this.#now = () => timeOf(reader)
    this.#logs = new OnDemand(READ_EVERY_MS, this.#now, (key) => {
      return new RunLog(reader, budget, () => followedBy(known, key), known.aliveOf)
    })
  }

  /** Rejects when the store fails or takes too long. @param name of the jobs that the points are about; null for all */
  async view(key: string, range: TimeRange, name: string | null): Promise<QueueRuns> {
    const log = await inTimeHeld(this.#logs.ask(key), ANSWER_WITHIN_MS)
    if (log === TOO_LATE)
      throw new StoreUnavailableError('The last hour of this queue’s jobs could not be read in time')
    return { key, period: periodNameOf(range), ...(await log.view(this.#now(), range, name)) }
  }

  /** What is known of a queue to find its jobs in the archive. */
  workOf(key: string): ArchivedWork {
    const { viewOf, views, namesOf } = this.#known
    const view = viewOf(key)
    const isAlone = view !== null && isAloneOf(views(), view)
    const [title, services] = [view?.name ?? '', view?.services ?? []]
    return { name: rollupName(title), title, services, names: namesOf(key), isAlone }
  }

  close(): void {
    this.#logs.clear()
  }
}

/**
 * Rollups have a queue's name, and not its place. Where queues of several places share the name, only the services that report this one
 * are read: the others' jobs may be of another.
 */
function followedBy({ viewOf, views, following }: KnownWork, key: string) {
  const view = viewOf(key)
  if (!view) return { name: '', services: [] }
  const name = rollupName(view.name)
  const others = isAloneOf(views(), view) ? following(name) : []
  return { name, services: [...new Set([...view.services, ...others])] }
}

function isAloneOf(views: readonly QueueView[], { name, key }: QueueView): boolean {
  return views.every((other) => other.name !== name || other.key === key)
}

/** A queue's name as rollups have it. */
function rollupName(name: string): string {
  return redactName(name).slice(0, MAX_NAME_CHARS)
}
