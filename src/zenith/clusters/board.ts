import type { ClusterListing } from '../../api/clusters.js'
import { inTimeHeld } from '../../lib/async.js'
import type { ClusterBoard, SeenFleet } from '../fleet/operation.js'
import type { OpenAside } from '../fleet/stream-hub.js'
import type { Principal } from '../http/principal.js'
import { Glance } from './glance.js'

/** How often all clusters are read while someone watches any, in intervals of a monitor: they are read for their summary alone. */
const EVERY_INTERVALS = 3
/** How long a request waits for clusters that do not answer, ms. */
const ANSWER_WITHIN_MS = 2_000

export interface BoardOptions {
  /** The clusters that a principal may see. The same rights give the same objects. */
  readonly seenBy: (principal: Principal) => readonly SeenFleet[]
  /** Id of the cluster that is in the same place as the one of this id; null: none. */
  readonly sameAs: (id: string) => string | null
  /** Of the monitors, ms. */
  readonly interval: number
}

/** All clusters at a glance. Each is read by itself: the board waits for none. */
export class Board implements ClusterBoard {
  readonly #options: BoardOptions
  readonly #glances = new WeakMap<SeenFleet, Glance>()
  readonly #watchers = new Set<() => void>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: BoardOptions) {
    this.#options = options
  }

  seenBy(principal: Principal): readonly SeenFleet[] {
    return this.#options.seenBy(principal)
  }

  async read(principal: Principal): Promise<ClusterListing> {
    const glances = this.#glancesOf(principal)
    await inTimeHeld(Promise.all(glances.map((glance) => glance.refresh())), ANSWER_WITHIN_MS)
    return listingOf(glances)
  }

  asideFor(principal: Principal): OpenAside {
    return (onNews) => {
      let [sent, next]: [string | null, ClusterListing | null] = [null, null]
      const look = () => {
        const listing = listingOf(this.#glancesOf(principal))
        if (comparable(listing) === sent) return
        next = listing
        onNews()
      }
      const turn = () => {
        for (const glance of this.#glancesOf(principal)) void glance.refresh().then(look)
      }
      this.#watch(turn)
      // Also before any cluster has answered: the page shows that they exist.
      look()
      turn()
      return {
        get hasNews() {
          return next !== null
        },
        take() {
          const data = next ?? listingOf([])
          sent = comparable(data)
          next = null
          return { name: 'clusters', data }
        },
        close: () => this.#unwatch(turn),
      }
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#watchers.clear()
  }

  #glancesOf(principal: Principal): readonly Glance[] {
    return this.seenBy(principal).map((fleet) => {
      const known = this.#glances.get(fleet)
      if (known) return known
      const glance = new Glance(fleet, () => this.#options.sameAs(fleet.cluster.id))
      this.#glances.set(fleet, glance)
      return glance
    })
  }

  #watch(turn: () => void): void {
    this.#watchers.add(turn)
    this.#timer ??= setInterval(() => this.#turnAll(), this.#options.interval * EVERY_INTERVALS).unref()
  }

  #turnAll(): void {
    for (const turn of [...this.#watchers]) turn()
  }

  #unwatch(turn: () => void): void {
    this.#watchers.delete(turn)
    if (this.#watchers.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

function listingOf(glances: readonly Glance[]): ClusterListing {
  return { items: glances.map(({ summary }) => summary) }
}

/** Without what changes with every look though nothing happens. */
function comparable({ items }: ClusterListing): string {
  return JSON.stringify(items.map(({ at: _at, store, ...rest }) => ({ ...rest, ok: store?.ok, error: store?.error })))
}
