import { METRICS, type Metric } from '../../api/alert-metrics.js'
import type { AlertCondition, AlertScope } from '../../api/alerts.js'
import type { Look, Observation, Observer } from '../look.js'
import { DroppedRecords } from './dropped.js'
import { type FleetMetric, readFleet } from './fleet.js'
import { GrowingQueues } from './growing.js'
import { type HostMetric, readHost } from './hosts.js'
import { FLEET, hostsDownItems, type Item, seriesItem } from './items.js'
import { JobBaseline } from './job-baseline.js'
import { aggregate, type NodeMetric, readNode } from './nodes.js'
import { type QueueMetric, readQueue } from './queues.js'
import { type Reading, UNKNOWN } from './reading.js'
import { exactNames, matcherOf } from './scope.js'
import { SeenSeries } from './seen-series.js'
import { type JobMetric, type RouteMetric, readJob, readRoute, type SeriesItem } from './series.js'
import { readService, type ServiceMetric } from './services.js'
import { Subjects } from './subjects.js'
import { VanishedNodes } from './vanished.js'

const EXCEPTIONS_WITHIN_MS = 5 * 60_000

/** Observations, and beside each the environments of its subject. */
interface Observed {
  readonly all: readonly Observation[]
  readonly environments: readonly (readonly string[])[]
}

const NOTHING: Observed = { all: [], environments: [] }

export function createObserver(): Observer {
  return new LookObserver()
}

/** Reads each metric once for a look, whichever rules ask for it, and then picks what is in a rule's scope. */
class LookObserver implements Observer {
  readonly #dropped = new DroppedRecords()
  readonly #growing = new GrowingQueues()
  readonly #vanished = new VanishedNodes()
  readonly #baseline = new JobBaseline()
  readonly #seen = new SeenSeries()
  /** The last look. */
  #look: Look | null = null
  /** Of the last look at a store that answered. */
  #subjects: Subjects | null = null
  #cache = new Map<string, Observed>()

  note(look: Look): void {
    this.#look = look
    this.#cache = new Map()
    // What the store last told is no news.
    if (!look.store.ok) return
    this.#subjects = new Subjects(look, this.#seen, this.#seen.services())
    const services = this.#subjects.services.map(({ of }) => of)
    this.#dropped.note(look.nodes, look.at)
    this.#growing.note(look.queues, look.at)
    this.#vanished.note(look)
    this.#baseline.note(services, look.at)
    this.#seen.note(services, look.at)
  }

  observe(condition: AlertCondition, scope: AlertScope): readonly Observation[] {
    const matches = matcherOf(scope)
    const { all, environments } = this.#observed(condition)
    if (!matches) return all
    const named = this.#named(condition, scope)
    return [
      ...all.filter(({ subject }, index) => matches(subject, environments[index] ?? [])),
      ...named.all.filter(({ subject }, index) => matches(subject, named.environments[index] ?? [])),
    ]
  }

  memory(): unknown {
    return {
      since: this.#seen.since === null ? [] : [[this.#seen.since]],
      jobs: this.#seen.rows(),
      attempts: this.#baseline.rows(),
      replaced: this.#vanished.rows(),
      growing: this.#growing.rows(),
      dropped: this.#dropped.rows(),
    }
  }

  restore(memory: unknown): void {
    for (const part of [this.#seen, this.#baseline, this.#vanished, this.#growing, this.#dropped]) part.restore(memory)
  }

  /** All subjects of a condition. */
  #observed({ metric, over }: AlertCondition): Observed {
    const key = `${metric} ${METRICS[metric].subject === 'node' ? over : ''}`
    const known = this.#cache.get(key)
    if (known) return known
    const observed = this.#look ? this.#read(metric, over) : NOTHING
    this.#cache.set(key, observed)
    return observed
  }

  #read(metric: Metric, over: AlertCondition['over']): Observed {
    const look = this.#look
    if (METRICS[metric].subject === 'fleet') return look ? fleetIn(metric as FleetMetric, look) : NOTHING
    const subjects = this.#subjects
    if (!subjects) return NOTHING
    switch (METRICS[metric].subject) {
      case 'host':
        return this.#each(subjects.hosts, (nodes) => readHost(metric as HostMetric, nodes))
      case 'service':
        return this.#ofServices(metric as ServiceMetric, subjects)
      case 'queue':
        return this.#each(subjects.queues, (queue) =>
          readQueue(metric as QueueMetric, queue, { growingOf: this.#growing.of }),
        )
      case 'route':
        return this.#each(subjects.routes.values(), (item) => readRoute(metric as RouteMetric, item))
      case 'job':
        return this.#each(subjects.jobs.values(), (item) => readJob(metric as JobMetric, item))
      default:
        return this.#ofNodes(metric as NodeMetric, over, subjects)
    }
  }

  #ofServices(metric: ServiceMetric, { services }: Subjects): Observed {
    const read = this.#each(services, (item) => readService(metric, item, this.#serviceMemory))
    if (metric !== 'service.vanished') return read
    const hosts = this.#each(hostsDownItems(this.#vanished.hosts(), services), ({ reading }) => reading)
    return { all: [...hosts.all, ...read.all], environments: [...hosts.environments, ...read.environments] }
  }

  #ofNodes(metric: NodeMetric, over: AlertCondition['over'], subjects: Subjects): Observed {
    const memory = { droppedOf: this.#dropped.of }
    if (over === 'each') return this.#each(subjects.nodes, (node) => readNode(metric, node, memory))
    return this.#each(subjects.services, ({ view }) => {
      const nodes = subjects.nodesByService.get(view.service) ?? []
      return aggregate(
        metric,
        over,
        nodes.map(({ of }) => of),
        memory,
      )
    })
  }

  /** Routes and jobs that a scope names, and that nobody has seen: one that never ran has to be told of, too. */
  #named({ metric }: AlertCondition, scope: AlertScope): Observed {
    const subjects = this.#subjects
    if (!subjects || (metric !== 'job.sinceSuccess' && metric !== 'job.count' && metric !== 'route.count'))
      return NOTHING
    const kind = metric === 'route.count' ? 'route' : 'job'
    const known = kind === 'route' ? subjects.routes : subjects.jobs
    const missing = namedIn(kind, scope, subjects, this.#seen).filter(({ subject }) => !known.has(subject.key))
    const read = (item: SeriesItem) =>
      kind === 'route' ? readRoute('route.count', item) : readJob(metric as JobMetric, item)
    return this.#each(missing, read)
  }

  #each<T>(items: Iterable<Item<T>>, read: (of: T) => Reading | null): Observed {
    const isAway = this.#look?.store.ok === false
    const all: Observation[] = []
    const environments: (readonly string[])[] = []
    for (const item of items) {
      const reading = read(item.of)
      if (!reading) continue
      const { value, count, details } = isAway ? UNKNOWN : reading
      all.push({ subject: item.subject, value, count, details })
      environments.push(item.environments)
    }
    return { all, environments }
  }

  readonly #serviceMemory = {
    vanishedOf: this.#vanished.of,
    failuresBefore: this.#baseline.before,
    exceptionsOf: (service: string) => {
      const look = this.#subjects?.look
      return look ? look.exceptionsOf(service, look.at - EXCEPTIONS_WITHIN_MS) : 0
    },
  }
}

function fleetIn(metric: FleetMetric, look: Look): Observed {
  const reading = readFleet(metric, look)
  return reading ? { all: [{ subject: FLEET, ...reading }], environments: [[]] } : NOTHING
}

function namedIn(
  kind: 'route' | 'job',
  scope: AlertScope,
  { services }: Subjects,
  seen: SeenSeries,
): Item<SeriesItem>[] {
  const names = exactNames(kind === 'route' ? scope.routes : scope.jobs)
  const owners = new Map(services.map((item) => [item.subject.key, item]))
  return exactNames(scope.services).flatMap((service) =>
    names.map((name) => seriesItem(kind, owners.get(service), service, name, [], seen)),
  )
}
