import { groupExceptions } from '../../api/groups.js'
import type { Overview } from '../../api/overview.js'
import type { QueueView } from '../../api/queues.js'
import type { Finds } from '../../api/search.js'
import { placeName } from '../../api/words.js'
import { NO_FILTER } from '../api/filter.js'
import { navigate } from '../routing/route.js'
import { ago, duration } from '../ui/format.js'
import type { Command } from './command.js'

/** Without filters, as far back as exceptions are stored. */
const LONGEST = { ...NO_FILTER, period: '1h', from: 0, to: 0 } as const

/** Routes, job names, exceptions and slow entries that the page has itself. */
export function findsHere({ services, exceptions, slow, queues }: Overview): Command[] {
  const series = services.flatMap(({ service, routes, jobSeries }) => [
    ...routes.map(({ key }) => routeCommand(service, key)),
    ...jobSeries.map(({ key, queue }) => jobNameCommand({ service, name: key, queue }, queues)),
  ])
  const groups = groupExceptions(exceptions).map((group) => {
    const { requestId, traceId } = group.sample
    return exceptionCommand({ ...group, requestId }, [traceId ?? ''])
  })
  return [...series, ...groups, ...slow.map((entry) => slowCommand(entry))]
}

/** What Zenith found, as commands. @param queues that the page knows */
export function findCommandsOf({ routes, exceptions, slow, jobs }: Finds, queues: readonly QueueView[]): Command[] {
  return [
    ...jobs.map(jobCommand),
    ...routes.map((one) => (one.kind === 'job' ? jobNameCommand(one, queues) : routeCommand(one.service, one.name))),
    ...exceptions.map((one) => exceptionCommand(one)),
    ...slow.map((entry) => slowCommand(entry)),
  ]
}

function routeCommand(service: string, name: string): Command {
  return {
    id: `route ${service} ${name}`,
    group: 'Routes',
    title: name,
    detail: service,
    run: () => navigate({ ...NO_FILTER, page: 'route', service, series: name }),
  }
}

type JobName = Pick<Finds['routes'][number], 'service' | 'name' | 'queue'>

/** Opens the name among its queue's jobs, or in its service where it is unknown which queue it is of. */
function jobNameCommand({ service, name, queue }: JobName, queues: readonly QueueView[]): Command {
  const key = queueKeyOf(service, queue, queues)
  return {
    id: `job name ${service} ${queue ?? ''} ${name}`,
    group: 'Job names',
    title: name,
    detail: [service, queue].filter(Boolean).join(' · '),
    run: () =>
      key === null
        ? navigate({ ...NO_FILTER, page: 'service', service, series: name })
        : navigate({ ...NO_FILTER, page: 'queue', queue: key, series: name }),
  }
}

/** A name may be that of queues in several places: then of the one that the service reports. */
function queueKeyOf(service: string, name: string | null, queues: readonly QueueView[]): string | null {
  const named = name === null ? [] : queues.filter((queue) => queue.name === name)
  const own = named.length > 1 ? named.filter(({ services }) => services.includes(service)) : named
  return (own.length === 1 && own[0]?.key) || null
}

type FoundException = Omit<Finds['exceptions'][number], 'last'>

/** @param texts by which it is found, too */
function exceptionCommand(group: FoundException, texts: readonly string[] = []): Command {
  const { service, fingerprint, name, message, requestId } = group
  return {
    id: `exception ${service} ${fingerprint}`,
    group: 'Exceptions',
    title: `${name}: ${message}`,
    detail: service,
    texts: [requestId ?? '', ...texts],
    run: () => navigate({ ...LONGEST, page: 'exceptions', service, fingerprint }),
  }
}

function slowCommand(entry: Finds['slow'][number]): Command {
  const { service, name, requestId, traceId, durationMs, ts } = entry
  const id = requestId ?? traceId ?? ''
  return {
    id: `slow ${service} ${ts} ${name} ${id}`,
    group: 'Slow',
    title: name,
    detail: [service, duration(durationMs), ago(Date.now() - ts), id].filter(Boolean).join(' · '),
    texts: [requestId ?? '', traceId ?? ''],
    run: () => navigate({ ...LONGEST, page: 'slow', service, q: id, series: id ? '' : name, kept: 'all' }),
  }
}

function jobCommand({ queue, queueName, id, name, state }: Finds['jobs'][number]): Command {
  return {
    id: `job ${queue} ${id}`,
    group: 'Jobs',
    title: `${name || 'unnamed'} ${id}`,
    detail: `${queueName} · ${placeName(state).toLowerCase()}`,
    run: () => navigate({ page: 'job', queue, job: id }),
  }
}
