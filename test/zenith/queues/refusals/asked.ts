import type { SchedulerView } from '../../../../src/api/schedulers.js'
import type { ActingZenith } from '../../support/acting.js'
import type { Answered } from '../../support/api.js'

/** Anything that the API says of a queue, or of an attempt to change it. */
export type Answer = Answered<{
  readonly error?: { readonly code: string; readonly message: string }
  readonly outcomes?: readonly { readonly ok: boolean; readonly reason: string | null }[]
}>

const LOOKS = [
  'jobs?state=failed',
  'jobs?state=waiting',
  'jobs?state=delayed',
  'search?state=failed&text=bad',
  'jobs/f1',
]
const MORE_LOOKS = ['jobs/f1/logs', 'jobs/f1/flow']

/** Everything that can be looked at of a queue. @param of its driver's capabilities */
export async function lookAtAll(zenith: ActingZenith, key: string, of: readonly string[]): Promise<[string, Answer][]> {
  const more = MORE_LOOKS.filter((look) => of.includes(look.split('/').at(-1) ?? ''))
  const answers: [string, Answer][] = []
  for (const look of [...LOOKS, ...more]) answers.push([look, await zenith.ask(`/api/queues/${key}/${look}`)])
  return answers
}

/** What changes something in jobs and queues, least first. */
export const CHANGES: readonly (readonly [name: string, path: string, body: object, capability: string])[] = [
  ['add', 'actions', { action: 'add', job: { name: 'new', data: '{}' } }, 'add'],
  ['duplicate', 'actions', { action: 'duplicate', id: 'f1' }, 'duplicate'],
  ['promote', 'jobs', { action: 'promote', ids: ['d1'] }, 'promote'],
  ['pause', 'actions', { action: 'pause' }, 'pause'],
  ['resume', 'actions', { action: 'resume' }, 'pause'],
  ['retry', 'jobs', { action: 'retry', ids: ['f1', 'f2'] }, 'retry'],
  ['remove', 'jobs', { action: 'remove', ids: ['f1', 'w1'] }, 'remove'],
  ['clean failed', 'actions', { action: 'clean', state: 'failed', olderThanMs: 0, limit: 10 }, 'clean'],
  ['clean delayed', 'actions', { action: 'clean', state: 'delayed', olderThanMs: 0, limit: 10 }, 'clean'],
  ['clean waiting', 'actions', { action: 'clean', state: 'waiting', olderThanMs: 0, limit: 10 }, 'clean'],
  ['empty', 'actions', { action: 'empty' }, 'empty'],
]

const DEFINITION = { name: 'x', cron: '0 0 * * *', every: null, timezone: null, limit: null, from: null, until: null }

/** What changes something in schedulers. */
export const SCHEDULER_CHANGES: readonly (readonly [name: string, body: object, capability: string])[] = [
  ['run', { action: 'run' }, 'runScheduler'],
  ['pause', { action: 'pause' }, 'pauseScheduler'],
  ['save', { action: 'save', definition: { ...DEFINITION, data: '{}', options: {} } }, 'saveScheduler'],
  ['remove', { action: 'remove' }, 'removeScheduler'],
]

export async function change(zenith: ActingZenith, key: string, path: string, body: object): Promise<Answer> {
  return zenith.post(`/api/queues/${key}/${path}`, body)
}

export async function changeScheduler(zenith: ActingZenith, key: string, id: string, body: object): Promise<Answer> {
  return zenith.post('/api/schedulers', { ...body, queue: decodeURIComponent(key), id })
}

export async function schedulerOf(zenith: ActingZenith): Promise<string> {
  const { body } = await zenith.ask<{ items: SchedulerView[] }>('/api/schedulers')
  const [one] = body.items
  if (!one) throw new Error('There is no scheduler')
  return one.id
}

/** Why something was not done: all reasons of an answer. */
export function reasonsOf({ body }: Answer): string[] {
  if (body.error) return [body.error.message]
  return (body.outcomes ?? []).map(({ ok, reason }) => (ok ? 'done' : (reason ?? 'no reason')))
}
