import type { Overview, PulseDifference } from '../../api/overview.js'
import type { StoreHealth } from '../../api/store.js'
import type { QueueNews } from '../queues/monitor/news.js'
import { changedServices, changesOfShown, isChange } from './difference.js'
import type { FleetChange } from './known-node.js'
import { partOf, totalsOf } from './parts.js'

/** What one look changed besides what the state itself tells. */
export interface Changes {
  readonly nodes: FleetChange
  /** Names of the services whose views changed. */
  readonly services: ReadonlySet<string>
  readonly queues: QueueNews
}

/** The last state of everything, and what each look changed in it. */
export class FleetState {
  #overview: Overview | null = null
  #shown: Overview | null = null
  #wasRead = false

  /** Whether a look ever succeeded: before, empty lists tell nothing. */
  get wasRead(): boolean {
    return this.#wasRead
  }

  /** Whole; null before the first look. */
  get overview(): Overview | null {
    return this.#overview
  }

  /** The first part of it, which viewers see; null before the first look. */
  get shown(): Overview | null {
    return this.#shown
  }

  /** Takes a new state. @returns what viewers are told of; null when nothing but the time moved on */
  update(overview: Overview, { nodes, services, queues }: Changes): PulseDifference | null {
    const [previous, before] = [this.#overview, this.#shown]
    this.#overview = overview
    this.#shown = partOf(overview)
    this.#wasRead = true
    const news = queues.since(this.#shown.queues, overview.at)
    const difference: PulseDifference = {
      ...frameOf(overview),
      ...changesOfShown(nodes, before?.nodes ?? [], this.#shown.nodes),
      ...changedServices(services, before?.services ?? [], this.#shown.services),
      queues: news.changed,
      goneQueues: news.gone,
    }
    if (!news.isNews && !isChange(difference, previous)) return null
    news.told()
    return difference
  }

  /** The store failed: what was seen stays. @param at Unix ms @returns as {@link FleetState.update} */
  fail(store: StoreHealth, at: number): PulseDifference | null {
    const previous = this.#overview
    const lists = { services: [], nodes: [], slow: [], exceptions: [], queues: [] }
    const nothing = { ...lists, at, totals: totalsOf(lists), leftOut: null, unreadable: 0, untrusted: null }
    this.#overview = { ...(previous ?? nothing), store }
    this.#shown = { ...(this.#shown ?? nothing), store }
    const unchanged = { nodes: [], goneNodes: [], services: [], goneServices: [], queues: [], goneQueues: [] }
    const difference = { ...frameOf(this.#overview), ...unchanged }
    return isChange(difference, previous) ? difference : null
  }
}

/** What a difference tells whether it changed or not. */
function frameOf(overview: Overview) {
  const { at, totals = totalsOf(overview), leftOut = null, unreadable, untrusted, store } = overview
  return { full: false as const, at, totals, leftOut, unreadable, untrusted, store }
}
