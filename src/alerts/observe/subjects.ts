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
  #routes: ReadonlyMap<string, Item<SeriesItem>> | null = null
  #jobs: ReadonlyMap<string, Item<SeriesItem>> | null = null

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

  get routes(): ReadonlyMap<string, Item<SeriesItem>> {
    this.#routes ??= seriesItems('route', this.services, this.#seen)
    return this.#routes
  }

  get jobs(): ReadonlyMap<string, Item<SeriesItem>> {
    this.#jobs ??= seriesItems('job', this.services, this.#seen)
    return this.#jobs
  }
}
