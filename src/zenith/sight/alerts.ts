import { subjectIn } from '../../alerts/engine/track.js'
import { keyOf } from '../../alerts/observe/seen-series.js'
import { METRICS } from '../../api/alert-metrics.js'
import type { Alert, AlertRule, AlertRuleView, AlertSubject, Delivery, Silence } from '../../api/alerts.js'
import { globOf } from '../../lib/glob.js'
import { totalsOf } from '../alerts/alert-views.js'
import type { Alerts } from '../alerts/alerts.js'
import type { Monitor } from '../fleet/monitor-service.js'
import type { Sight } from './sight.js'

type IsSeen = (subject: AlertSubject) => boolean

/** Tells which subjects of alerts are in sight, as of now. */
export async function subjectsIn(fleet: Monitor, monitor: Monitor, sight: Sight): Promise<IsSeen> {
  const jobs = await seenJobs(fleet, monitor)
  return (subject) => isSubjectSeen(subject, jobs, sight)
}

/** Alerts about what is in sight. @param all of everything @param fleet everything, too @param monitor the fleet in sight */
export function alertsIn(all: Alerts, fleet: Monitor, monitor: Monitor, sight: Sight): Alerts {
  const looking = () => subjectsIn(fleet, monitor, sight)

  async function alerts(): Promise<readonly Alert[]> {
    const isSeen = await looking()
    const seen = (await all.alerts()).filter(({ subject }) => isSeen(subject))
    const ids = new Set(seen.map(({ id }) => id))
    return seen.map((alert) => ({ ...alert, cause: alert.cause !== null && ids.has(alert.cause) ? alert.cause : null }))
  }

  async function rules(): Promise<readonly AlertRuleView[]> {
    const views = (await all.rules()).flatMap((view) => {
      const rule = seenRule(view.rule, monitor, sight)
      return rule ? { ...view, rule } : []
    })
    if (!views.some(({ rule }) => isAboutQueues(rule))) return views
    const [isSeen, open] = [await looking(), await alerts()]
    const subjects = await all.subjectsOf(views.map(({ rule }) => rule))
    return views.map((view, index) =>
      isAboutQueues(view.rule) ? seenView(view, (subjects[index] ?? []).filter(isSeen), open, isSeen) : view,
    )
  }

  return {
    setup: all.setup,
    get now() {
      return all.now
    },
    get evaluatedAt() {
      return all.evaluatedAt
    },
    canMail: all.canMail,
    problems: () => all.problems(),
    alerts,
    rules,
    async receivers() {
      const jobs = await seenJobs(fleet, monitor)
      return (await all.receivers()).map((view) => ({
        ...view,
        last: view.last && isDeliverySeen(view.last, jobs, sight) ? view.last : null,
      }))
    },
    async silences() {
      const shown = new Set((await rules()).map(({ rule }) => rule.id))
      return (await all.silences()).flatMap((silence) => seenSilence(silence, shown, monitor, sight) ?? [])
    },
    async shown() {
      const jobs = await seenJobs(fleet, monitor)
      const { events, deliveries } = await all.shown()
      return {
        events: events.filter(({ subject }) => isSubjectSeen(subject, jobs, sight)),
        deliveries: deliveries.filter((delivery) => isDeliverySeen(delivery, jobs, sight)),
        rules: {},
      }
    },
    acknowledge: (alert, by) => all.acknowledge(alert, by),
    preview: async (rule) => all.preview(rule, await looking()),
    subjectsOf: async (asked) => {
      const isSeen = await looking()
      return (await all.subjectsOf(asked)).map((subjects) => subjects.filter(isSeen))
    },
    problemOf: (receiver) => all.problemOf(receiver),
    test: (receiver) => all.test(receiver),
    subscribe: (listener) =>
      all.subscribe((news) => {
        void Promise.all([looking(), alerts()]).then(([isSeen, open]) => {
          const events = news.events.filter(({ subject }) => isSeen(subject))
          if (events.length > 0 || news.events.length === 0) listener({ at: news.at, totals: totalsOf(open), events })
        })
      }),
  }
}

type Named = Pick<AlertSubject, 'kind' | 'key'> & { readonly name?: string }

/** @param jobs keys of jobs in sight */
function isSubjectSeen({ kind, key, name }: Named, jobs: ReadonlySet<string>, sight: Sight): boolean {
  if (kind === 'queue') return name === undefined ? sight.seesKey(key) : sight.sees({ key, name })
  return kind !== 'job' || jobs.has(key)
}

/** Keys of jobs of which all series are in sight: an alert about a job is about all queues that have one of its name. */
async function seenJobs(fleet: Monitor, monitor: Monitor): Promise<ReadonlySet<string>> {
  const names = (fleet.overview?.services ?? []).map(({ service }) => service)
  const range = { period: '15m', window: null } as const
  const [all, seen] = await Promise.all([fleet.periods(names, range), monitor.periods(names, range)])
  const counts = new Map<string, number>()
  for (const { service, jobSeries } of all.periods) for (const { key } of jobSeries) add(counts, keyOf(service, key), 1)
  const jobs = new Set<string>()
  for (const { service, jobSeries } of seen.periods) {
    for (const { key } of jobSeries) {
      const id = keyOf(service, key)
      add(counts, id, -1)
      jobs.add(id)
    }
  }
  return new Set([...jobs].filter((id) => counts.get(id) === 0))
}

function add(counts: Map<string, number>, id: string, count: number): void {
  counts.set(id, (counts.get(id) ?? 0) + count)
}

function isAboutQueues({ conditions: [first] }: AlertRule): boolean {
  const kind = first && METRICS[first.metric].subject
  return kind === 'queue' || kind === 'job'
}

/** The worst values of the past may be those of any queue. */
function seenView(
  view: AlertRuleView,
  subjects: readonly AlertSubject[],
  open: readonly Alert[],
  isSeen: IsSeen,
): AlertRuleView {
  const own = open.filter(({ rule }) => rule === view.rule.id)
  const firing = own.filter(({ firedAt }) => firedAt !== null).length
  const isWorstSeen = view.worst !== null && isSeen(view.worst)
  return {
    ...view,
    ...{ subjects: subjects.length, firing, pending: own.length - firing, left: 0, spark: [] },
    ...(!isWorstSeen && { worst: null, value: null }),
  }
}

/** Without patterns that name what is out of sight; null if it is about nothing else. */
function seenRule(rule: AlertRule, monitor: Monitor, sight: Sight): AlertRule | null {
  const queues = seenPatterns(rule.scope.queues, monitor, sight)
  const jobs = rule.scope.jobs.filter((pattern) => fitsAny(pattern, jobsOf(monitor)))
  if (isEmptied(rule.scope.queues, queues) || isEmptied(rule.scope.jobs, jobs)) return null
  return { ...rule, scope: { ...rule.scope, queues, jobs } }
}

/** @param rules ids of those that are shown */
function seenSilence(silence: Silence, rules: ReadonlySet<string>, monitor: Monitor, sight: Sight): Silence | null {
  const queues = seenPatterns(silence.queues, monitor, sight)
  const ids = silence.rules.filter((pattern) => fitsAny(pattern, [...rules]))
  return isEmptied(silence.queues, queues) || isEmptied(silence.rules, ids) ? null : { ...silence, queues, rules: ids }
}

function seenPatterns(patterns: readonly string[], monitor: Monitor, sight: Sight): readonly string[] {
  const names = monitor.queues.views.flatMap(({ key, name }) => [key, name])
  return patterns.filter((pattern) => sight.sees({ key: pattern, name: pattern }) || fitsAny(pattern, names))
}

function jobsOf({ overview }: Monitor): readonly string[] {
  return overview?.services.flatMap(({ jobSeries }) => jobSeries.map(({ key }) => key)) ?? []
}

function fitsAny(pattern: string, names: readonly string[]): boolean {
  return pattern === '*' || names.some(globOf(pattern))
}

function isEmptied(before: readonly string[], after: readonly string[]): boolean {
  return before.length > 0 && after.length === 0
}

/** Whether all alerts that a message names are in sight. @param jobs keys of jobs in sight */
function isDeliverySeen({ alerts }: Delivery, jobs: ReadonlySet<string>, sight: Sight): boolean {
  return alerts?.every((id) => isSubjectSeen(subjectIn(id), jobs, sight)) ?? false
}
