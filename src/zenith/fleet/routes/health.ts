import type { SourceView, StoreHealth, UntrustedRecords } from '../../../protocol/index.js'
import { operation } from '../../http/operation.js'
import { json } from '../../http/responses.js'
import { ref } from '../../openapi/components.js'
import { listOf, objectOf, oneOf, orNull, withOptional } from '../../openapi/schema.js'

interface Health {
  status: string
  store: StoreHealth
  /** As of the last look that was had for somebody; null without a token, and before the first. */
  untrusted: UntrustedRecords | null
  /** Ways to queues, where there are any; one that can't be read does not make Zenith fail. */
  sources?: readonly SourceView[]
}

const fields = objectOf<Omit<Health, 'sources'>>('Health of Zenith.', {
  status: oneOf(['ok', 'failing'], 'Overall status.'),
  store: ref('StoreHealth'),
  untrusted: orNull(ref('UntrustedRecords')),
})
const schema = withOptional(
  {
    sources: listOf(
      ref('SourceView'),
      'Queue sources; omitted if there are none. An unreadable source does not make the status `failing`.',
    ),
  },
  fields,
)

export const health = operation({
  path: '/api/health',
  summary: 'Check whether the store answers and Zenith can read it',
  parameters: {},
  answers: {
    200: { description: 'Zenith can read the store.', schema },
    503: { description: 'Zenith cannot read the store; `store.error` gives the reason.', schema },
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
