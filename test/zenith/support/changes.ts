import { vi } from 'vitest'
import type { QueueSnapshot } from '../../../src/protocol/index.js'
import { parseQueueSnapshot } from '../../../src/protocol/index.js'
import type { Zenith } from '../../../src/runtime/create-zenith.js'
import { type Answered, askApi } from './api.js'
import { present } from './records.js'

/** A change as the page sends it. */
export async function postApi<T = unknown>(
  zenith: Zenith,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<Answered<T>> {
  const asked = { 'content-type': 'application/json', 'x-zenith-token': await tokenOf(zenith, headers), ...headers }
  const request = new Request(`http://localhost${path}`, { method: 'POST', headers: asked, body: JSON.stringify(body) })
  const response = await zenith.fetch(request)
  return { status: response.status, body: (await response.json()) as T }
}

export async function tokenOf(zenith: Zenith, headers: Record<string, string> = {}): Promise<string> {
  const response = await zenith.fetch(new Request('http://localhost/api/session', { headers }))
  return ((await response.json()) as { token: string }).token
}

export const segment = (text: string) => encodeURIComponent(text)

/** The key of a queue by its name; waits until it is seen. */
export function keyOf(zenith: Zenith, name: string): Promise<string> {
  return vi.waitFor(async () => {
    const { body } = await askApi<{ items: { key: string; name: string }[] }>(zenith, '/api/queues')
    return present(body.items.find((queue) => queue.name === name)).key
  })
}

/** A snapshot as a service writes it; what is not given is unknown. */
export function snapshotOf(
  service: string,
  queues: readonly Record<string, unknown>[],
  at = Date.now(),
): QueueSnapshot {
  const text = JSON.stringify({ v: 2, timestamp: at, interval: 10_000, service, reporter: `${service}-1`, queues })
  return present(parseQueueSnapshot(text))
}
