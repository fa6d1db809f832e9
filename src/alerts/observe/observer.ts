import { METRICS, type Metric } from '../../api/alert-metrics.js'
import type { AlertCondition, AlertScope } from '../../api/alerts.js'
import { atOnce } from '../../lib/async.js'
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
import { exactNames, type Matches, matcherOf } from './scope.js'
import { SeenSeries } from './seen-series.js'
import { type JobMetric, type RouteMetric, readJob, readRoute, type SeriesItem } from './series.js'
import { readService, type ServiceMetric } from './services.js'
import { Subjects } from './subjects.js'
import { VanishedNodes } from './vanished.js'

/** Subjects in a step. */
const IN_A_STEP = 500
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
    atOnce(this.noting(look))
  }

  *noting(look: Look): Generator<void, void> {
    // What the store last told is no news.
    const subjects = look.store.ok ? yield* this.#taking(look) : this.#subjects
    this.#look = look
    this.#subjects = subjects
    this.#cache = new Map()
  }

  *#taking(look: Look): Generator<void, Subjects> {
    const subjects = new Subjects(look, this.#seen, this.#seen.services())
    const services = subjects.services.map(({ of }) => of)
    yield
    this.#dropped.note(look.nodes, look.at)
    this.#growing.note(look.queues, look.at)
    yield
    this.#vanished.note(look)
    yield
    this.#baseline.note(services, look.at)
    yield* this.#seen.noting(services, look.at)
    return subjects
  }

  observe(condition: AlertCondition, scope: AlertScope): readonly Observation[] {
    return atOnce(this.observing(condition, scope))
  }

  *observing(condition: AlertCondition, scope: AlertScope): Generator<void, readonly Observation[]> {
    const matches = matcherOf(scope)
    const observed = yield* this.#observed(condition)
    if (!matches) return observed.all
    const named = yield* this.#named(condition, scope)
    return [...(yield* within(observed, matches)), ...(yield* within(named, matches))]
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
  *#observed({ metric, over }: AlertCondition): Generator<void, Observed> {
    const key = `${metric} ${METRICS[metric].subject === 'node' ? over : ''}`
    const cache = this.#cache
    const known = cache.get(key)
    if (known) return known
    const observed = this.#look ? yield* this.#read(metric, over, this.#look) : NOTHING
    cache.set(key, observed)
    return observed
  }

  *#read(metric: Metric, over: AlertCondition['over'], look: Look): Generator<void, Observed> {
    if (METRICS[metric].subject === 'fleet') return fleetIn(metric as FleetMetric, look)
    const subjects = this.#subjects
    if (!subjects) return NOTHING
    switch (METRICS[metric].subject) {
      case 'host':
        return yield* this.#each(subjects.hosts, (nodes) => readHost(metric as HostMetric, nodes))
      case 'service':
        return yield* this.#ofServices(metric as ServiceMetric, subjects)
      case 'queue':
        return yield* this.#each(subjects.queues, (queue) =>
          readQueue(metric as QueueMetric, queue, { growingOf: this.#growing.of }),
        )
      case 'route': {
        const routes = yield* subjects.series('route')
        return yield* this.#each(routes.values(), (item) => readRoute(metric as RouteMetric, item))
      }
      case 'job': {
        const jobs = yield* subjects.series('job')
        return yield* this.#each(jobs.values(), (item) => readJob(metric as JobMetric, item))
      }
      default:
        return yield* this.#ofNodes(metric as NodeMetric, over, subjects)
    }
  }

  *#ofServices(metric: ServiceMetric, { services }: Subjects): Generator<void, Observed> {
    const read = yield* this.#each(services, (item) => readService(metric, item, this.#serviceMemory))
    if (metric !== 'service.vanished') return read
    const down = hostsDownItems(this.#vanished.hosts(), services)
    const hosts = yield* this.#each(down, ({ reading }) => reading)
    return { all: [...hosts.all, ...read.all], environments: [...hosts.environments, ...read.environments] }
  }

  *#ofNodes(metric: NodeMetric, over: AlertCondition['over'], subjects: Subjects): Generator<void, Observed> {
    const memory = { droppedOf: this.#dropped.of }
    if (over === 'each') return yield* this.#each(subjects.nodes, (node) => readNode(metric, node, memory))
    return yield* this.#each(subjects.services, ({ view }) => {
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
  *#named({ metric }: AlertCondition, scope: AlertScope): Generator<void, Observed> {
    const subjects = this.#subjects
    if (!subjects || (metric !== 'job.sinceSuccess' && metric !== 'job.count' && metric !== 'route.count'))
      return NOTHING
    const kind = metric === 'route.count' ? 'route' : 'job'
    const known = yield* subjects.series(kind)
    const missing = namedIn(kind, scope, subjects, this.#seen).filter(({ subject }) => !known.has(subject.key))
    const read = (item: SeriesItem) =>
      kind === 'route' ? readRoute('route.count', item) : readJob(metric as JobMetric, item)
    return yield* this.#each(missing, read)
  }

  *#each<T>(items: Iterable<Item<T>>, read: (of: T) => Reading | null): Generator<void, Observed> {
    const isAway = this.#look?.store.ok === false
    const all: Observation[] = []
    const environments: (readonly string[])[] = []
    let count = 0
    for (const item of items) {
      count += 1
      if (count % IN_A_STEP === 0) yield
      const reading = read(item.of)
      if (!reading) continue
      const { value, count: failures, details } = isAway ? UNKNOWN : reading
      all.push({ subject: item.subject, value, count: failures, details })
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

function* within({ all, environments }: Observed, matches: Matches): Generator<void, readonly Observation[]> {
  const found: Observation[] = []
  for (const [index, observation] of all.entries()) {
    if (index % IN_A_STEP === IN_A_STEP - 1) yield
    if (matches(observation.subject, environments[index] ?? [])) found.push(observation)
  }
  return found
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
