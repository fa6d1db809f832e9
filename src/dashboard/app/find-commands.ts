import { groupExceptions } from '../../api/groups.js'
import type { Overview } from '../../api/overview.js'
import type { Finds } from '../../api/search.js'
import { placeName } from '../../api/words.js'
import { NO_FILTER } from '../api/filter.js'
import { navigate } from '../routing/route.js'
import { ago, duration } from '../ui/format.js'
import type { Command } from './command.js'

/** Without filters, as far back as exceptions are stored. */
const LONGEST = { ...NO_FILTER, period: '1h', from: 0, to: 0 } as const

/** Routes, job names, exceptions and slow entries that the page has itself. */
export function findsHere({ services, exceptions, slow }: Overview): Command[] {
  const series = services.flatMap(({ service, routes, jobSeries }) => [
    ...routes.map(({ key }) => routeCommand({ service, kind: 'request', name: key })),
    ...jobSeries.map(({ key }) => routeCommand({ service, kind: 'job', name: key })),
  ])
  const groups = groupExceptions(exceptions).map((group) => {
    const { requestId, traceId } = group.sample
    return exceptionCommand({ ...group, requestId }, [traceId ?? ''])
  })
  return [...series, ...groups, ...slow.map((entry) => slowCommand(entry))]
}

/** What Zenith found, as commands. */
export function findCommandsOf({ routes, exceptions, slow, jobs }: Finds): Command[] {
  return [
    ...jobs.map(jobCommand),
    ...routes.map(routeCommand),
    ...exceptions.map((one) => exceptionCommand(one)),
    ...slow.map((entry) => slowCommand(entry)),
  ]
}

function routeCommand({ service, kind, name }: Finds['routes'][number]): Command {
  return {
    id: `route ${service} ${kind} ${name}`,
    group: kind === 'job' ? 'Job names' : 'Routes',
    title: name,
    detail: service,
    run: () => navigate({ ...NO_FILTER, page: 'service', service, series: name }),
  }
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
