import { Health } from '../../../api/session.js'
import { json } from '../../http/responses.js'
import { operation } from '../operation.js'

export const health = operation({
  path: '/api/health',
  summary: 'Check whether the store answers and Zenith can read it',
  parameters: {},
  answers: {
    200: { description: 'Zenith can read the store.', schema: Health },
    503: { description: 'Zenith cannot read the store; `store.error` gives the reason.', schema: Health },
  },
  async handle({ services }) {
    const [store, sources] = await Promise.all([services.ping.ask(), services.monitor.queues.sources()])
    const isWell = store.ok && store.error === null
    const untrusted = services.monitor.overview?.untrusted ?? null
    return json(isWell ? 200 : 503, {
      status: isWell ? 'ok' : 'failing',
      store,
      untrusted,
      ...(sources.length > 0 && { sources }),
    } satisfies Health)
  },
})
