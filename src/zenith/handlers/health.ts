import type { SourceView, StoreHealth, UntrustedRecords } from '../../protocol/index.js'
import { ref } from '../openapi/components.js'
import { listOf, objectOf, oneOf, orNull, withOptional } from '../openapi/schema.js'
import { operation } from '../operation.js'
import { json } from '../responses.js'

interface Health {
  status: string
  store: StoreHealth
  /** As of the last look that was had for somebody; null without a token, and before the first. */
  untrusted: UntrustedRecords | null
  /** Ways to queues, where there are any; one that can't be read does not make Zenith fail. */
  sources?: readonly SourceView[]
}

const fields = objectOf<Omit<Health, 'sources'>>('Whether Zenith can do its work.', {
  status: oneOf(['ok', 'failing'], 'In a word.'),
  store: ref('StoreHealth'),
  untrusted: orNull(ref('UntrustedRecords')),
})
const schema = withOptional(
  {
    sources: listOf(
      ref('SourceView'),
      'Ways to queues, where there are any; one that can’t be read does not make Zenith fail.',
    ),
  },
  fields,
)

export const health = operation({
  path: '/api/health',
  summary: 'Whether the store answers now, and lets Zenith read',
  parameters: {},
  answers: {
    200: { description: 'It does.', schema },
    503: { description: 'It does not; `store.error` says why.', schema },
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
