import { json } from '../responses.js'
import type { Handler } from '../routes.js'

/** Whether the store answers now: 200 when it does, 503 when it does not. */
export const health: Handler = async ({ services }) => {
  const store = await services.ping.ask()
  return json(store.ok ? 200 : 503, { status: store.ok ? 'ok' : 'failing', store })
}
