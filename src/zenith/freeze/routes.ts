import { FreezeChange } from '../../api/changes.js'
import { type Freeze, FreezeState, MAX_FREEZE_MS } from '../../api/freeze.js'
import { Problem } from '../../api/problem.js'
import { MAX_NAME_CHARS } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'
import { ApiError } from '../http/api-error.js'
import { operationsWith } from '../http/operation.js'
import type { Services } from '../http/request-context.js'
import { json, problem } from '../http/responses.js'
import type { Queues } from '../queues/queues.js'
import type { Safety } from '../safety/safety.js'
import { UNAVAILABLE } from '../store/from-store.js'

/** What routes of the freeze work with. */
export interface FreezeServices extends Services {
  readonly safety: Safety
  readonly queues: Queues
}

const { operation, change } = operationsWith<FreezeServices>()

const STATE = { description: 'The freeze.', schema: FreezeState }
/** An end that is closer is one that has passed when the freeze is stored, ms. */
const SHORTEST_MS = 60_000

export const freeze = operation({
  path: '/api/freeze',
  summary: 'Get the change freeze',
  parameters: {},
  answers: { 200: STATE, 503: UNAVAILABLE },
  handle: async ({ services: { safety } }) => json(200, await stateOf(safety)),
})

export const changeFreeze = change({
  path: '/api/freeze',
  summary: 'Set the change freeze, or lift it',
  description:
    'While it lasts, every change of the apps is refused with `frozen`: of queues, jobs, schedulers, nodes and the archive. There is one at most: `set` replaces it. It takes the permission `cluster.freeze` (role admin).',
  parameters: {},
  permission: () => 'cluster.freeze',
  body: FreezeChange,
  answers: {
    200: STATE,
    404: { description: '`not_found`: there is no freeze to lift.', schema: Problem },
    409: {
      description: '`not_supported`: the store keeps no data of Zenith; `no_audit`: changes are not allowed.',
      schema: Problem,
    },
    503: {
      description:
        '`store_unavailable`: the store does not answer, or refuses; `audit_unavailable`: the audit trail cannot be written, and nothing was done.',
      schema: Problem,
    },
  },
  async handle({ body, principal, services: { safety, queues } }) {
    const { freezes } = safety
    if (body.action === 'lift') {
      const { freeze: found, isUntrusted } = await freezes.read()
      if (!found && !isUntrusted) throw new ApiError('not_found', 'There is no change freeze.')
      await queues.act({
        ...{ by: principal, action: 'freeze lift', queue: null },
        target: found ? targetOf(found) : 'a change freeze without a valid signature',
        perform: () => freezes.lift(),
      })
      return json(200, await stateOf(safety))
    }
    const now = await freezes.time()
    const wanted: Freeze = {
      from: Math.max(body.from ?? now, now),
      until: body.until,
      reason: body.reason,
      by: cut(principal.user ?? principal.role, MAX_NAME_CHARS),
      at: now,
    }
    const wrong = problemOf(wanted, now)
    if (wrong) return problem(400, 'bad_body', wrong)
    await queues.act({
      ...{ by: principal, action: 'freeze', queue: null, target: targetOf(wanted) },
      perform: () => freezes.set(wanted),
    })
    return json(200, await stateOf(safety))
  },
})

function problemOf({ from, until }: Freeze, now: number): string | null {
  if (from - now > MAX_FREEZE_MS) return '`from` takes a time within the next 30 days.'
  if (until - from < SHORTEST_MS) return '`until` takes a time at least a minute after the start.'
  return until - from > MAX_FREEZE_MS ? '`until` takes a time at most 30 days after the start.' : null
}

async function stateOf({ freezes }: Safety): Promise<FreezeState> {
  const { freeze: found, isActive, isUntrusted } = await freezes.read()
  return { freeze: found, active: isActive, untrusted: isUntrusted }
}

/** `2026-12-01T08:00:00.000Z to 2026-12-02T08:00:00.000Z: year-end sale` */
function targetOf({ from, until, reason }: Freeze): string {
  return `${new Date(from).toISOString()} to ${new Date(until).toISOString()}: ${reason}`
}
