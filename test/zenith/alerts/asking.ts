import { onTestFinished } from 'vitest'
import type { AlertPreview } from '../../../src/api/alerts.js'
import { createZenith, type ZenithOptions } from '../../../src/runtime/create-zenith.js'

/** A rule in short: what is missing has its default. */
export const rule = (metric: string, threshold: number, more: object = {}) => ({
  ...{ id: 'mine', name: 'Mine', forMs: 0, clearForMs: 0 },
  conditions: [{ metric, is: 'above', threshold }],
  ...more,
})

/** Asks a Zenith, which ends with the test, for previews. */
export async function asking(options: ZenithOptions) {
  const zenith = createZenith({ auth: () => 'admin', logger: false, ...options })
  onTestFinished(() => zenith.close())
  const ask = (path: string, init: RequestInit = {}) => zenith.fetch(new Request(`http://localhost${path}`, init))
  const { token } = (await (await ask('/api/session')).json()) as { token: string }
  return async (given: object) => {
    const answer = await ask('/api/alerts/preview', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-zenith-token': token },
      body: JSON.stringify({ rule: given }),
    })
    return { status: answer.status, body: (await answer.json()) as AlertPreview }
  }
}
