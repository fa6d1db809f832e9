import type { NodeView } from '../../api/nodes.js'
import type { QueueView } from '../../api/queues.js'
import { groupBy } from '../../lib/group-by.js'
import type { Look } from '../look.js'
import { hostItems, type Item, nodeItems, queueItems, seriesItems, serviceItems } from './items.js'
import type { SeenSeries } from './seen-series.js'
import type { SeriesItem } from './series.js'
import type { ServiceItem } from './services.js'

/** The subjects of one look. What no rule asks for is not made. */
export class Subjects {
  readonly look: Look
  readonly services: readonly Item<ServiceItem>[]
  readonly #seen: SeenSeries
  #nodes: readonly Item<NodeView>[] | null = null
  #nodesByService: ReadonlyMap<string | null, readonly Item<NodeView>[]> | null = null
  #hosts: readonly Item<readonly NodeView[]>[] | null = null
  #queues: readonly Item<QueueView>[] | null = null
  readonly #series = new Map<'route' | 'job', ReadonlyMap<string, Item<SeriesItem>>>()

  constructor(look: Look, seen: SeenSeries, runningJobs: ReadonlySet<string>) {
    this.look = look
    this.#seen = seen
    this.services = serviceItems(look, runningJobs)
  }

  get nodes(): readonly Item<NodeView>[] {
    this.#nodes ??= nodeItems(this.look)
    return this.#nodes
  }

  get nodesByService(): ReadonlyMap<string | null, readonly Item<NodeView>[]> {
    this.#nodesByService ??= groupBy(this.nodes, ({ subject }) => subject.service)
    return this.#nodesByService
  }

  get hosts(): readonly Item<readonly NodeView[]>[] {
    this.#hosts ??= hostItems(this.nodes)
    return this.#hosts
  }

  get queues(): readonly Item<QueueView>[] {
    this.#queues ??= queueItems(this.look, this.services)
    return this.#queues
  }

  /** In steps, at the first time: there may be 25,000. */
  *series(kind: 'route' | 'job'): Generator<void, ReadonlyMap<string, Item<SeriesItem>>> {
    const known = this.#series.get(kind)
    if (known) return known
    const made = yield* seriesItems(kind, this.services, this.#seen)
    this.#series.set(kind, made)
    return made
  }
}
