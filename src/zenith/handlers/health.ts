import type { StoreHealth, UntrustedRecords } from '../../protocol/index.js'
import { ref } from '../openapi/components.js'
import { objectOf, oneOf, orNull } from '../openapi/schema.js'
import { operation } from '../operation.js'
import { json } from '../responses.js'

interface Health {
  status: string
  store: StoreHealth
  /** As of the last look that was had for somebody; null without a token, and before the first. */
  untrusted: UntrustedRecords | null
}

const schema = objectOf<Health>('Whether Zenith can do its work.', {
  status: oneOf(['ok', 'failing'], 'In a word.'),
  store: ref('StoreHealth'),
  untrusted: orNull(ref('UntrustedRecords')),
})

export const health = operation({
  path: '/api/health',
  summary: 'Whether the store answers now, and lets Zenith read',
  parameters: {},
  answers: {
    200: { description: 'It does.', schema },
    503: { description: 'It does not; `store.error` says why.', schema },
  },
  async handle({ services }) {
    const store = await services.ping.ask()
    const isWell = store.ok && store.error === null
    const untrusted = services.monitor.overview?.untrusted ?? null
    return json(isWell ? 200 : 503, { status: isWell ? 'ok' : 'failing', store, untrusted } satisfies Health)
  },
})
