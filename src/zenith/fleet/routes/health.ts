import { Health } from '../../../api/session.js'
import { json, notFound } from '../../http/responses.js'
import { operation, type SeenFleet } from '../operation.js'

export const health = operation({
  path: '/api/health',
  isForAll: true,
  summary: 'Check whether the store answers and Zenith can read it',
  description:
    'Where there are several clusters and the path names none, `store` is the first one that can be read, and the status is `failing` only if ' +
    'none can: a load balancer keeps a Zenith that can serve the others.',
  parameters: {},
  answers: {
    200: { description: 'Zenith can read the store.', schema: Health },
    503: { description: 'Zenith cannot read the store; `store.error` gives the reason.', schema: Health },
  },
  async handle({ principal, services: { board, cluster, monitor, ping } }) {
    if (cluster || !board) return answer(await healthOf({ monitor, ping }))
    const all = await Promise.all(board.seenBy(principal).map(async (fleet) => [fleet, await healthOf(fleet)] as const))
    const [first] = [...all].sort(([, a], [, b]) => Number(isFailing(a)) - Number(isFailing(b)))
    if (!first) return notFound()
    const clusters = all.map(
      ([
        {
          cluster: { id },
        },
        { status, store },
      ]) => ({ id, status, store }),
    )
    return answer({ ...first[1], clusters })
  },
})

async function healthOf({ monitor, ping }: Pick<SeenFleet, 'monitor' | 'ping'>): Promise<Health> {
  const [store, sources] = await Promise.all([ping.ask(), monitor.queues.sources()])
  const isWell = store.ok && store.error === null
  const untrusted = monitor.overview?.untrusted ?? null
  return { status: isWell ? 'ok' : 'failing', store, untrusted, ...(sources.length > 0 && { sources }) }
}

function isFailing({ status }: Health): boolean {
  return status === 'failing'
}

function answer(health: Health): Response {
  return json(isFailing(health) ? 503 : 200, health)
}
