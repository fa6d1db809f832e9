import type { PastAlerts } from '../../api/past-alerts.js'
import type { Archive, ArchivedJob } from '../../ports/index.js'
import { isOfService } from './alert-changes.js'
import { type AlertsNow, firingThen } from './firing-then.js'

type Attempt = Pick<ArchivedJob, 'startedAt' | 'finishedAt' | 'runMs' | 'service'>

/** Alerts about a job's queue and services that fired while one of its attempts ran. @param attempts at least one, oldest first */
export async function alertsDuring(
  archive: Archive,
  queue: string,
  attempts: readonly Attempt[],
  now: AlertsNow | null,
): Promise<PastAlerts> {
  const times = attempts.map(({ startedAt, finishedAt, runMs }) => {
    return { from: startedAt ?? finishedAt - (runMs ?? 0), to: finishedAt }
  })
  const from = times.reduce((least, time) => Math.min(least, time.from), Number.POSITIVE_INFINITY)
  const to = times.reduce((most, time) => Math.max(most, time.to), 0)
  const services = [...new Set(attempts.flatMap(({ service }) => service ?? []))]
  return firingThen(archive, { from, to }, now, (alert) => {
    const { subject, firedAt, endedAt } = alert
    const isOwn = subject.kind === 'queue' && subject.key === queue
    const isMeant = isOwn || services.some((service) => isOfService(alert, service))
    return isMeant && times.some((time) => firedAt <= time.to && (endedAt === null || endedAt > time.from))
  })
}
