import { vi } from 'vitest'
import type { QueueView } from '../../../src/api/queues.js'
import type { AuditEntry } from '../../../src/protocol/index.js'
import type { Zenith, ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { type Answered, askApi } from './api.js'
import { openZenith } from './zenith.js'

export interface ActingZenith {
  readonly zenith: Zenith
  ask<T>(path: string): Promise<Answered<T>>
  /** A change, with the token that the page would send. */
  post<T>(path: string, body: unknown): Promise<Answered<T>>
  /** What names a queue in URLs; waits until it is seen. */
  keyOf(name: string): Promise<string>
}

/** A Zenith that can be told to change something. Ends with the test. */
export function actingZenith(options: ZenithOptions): ActingZenith {
  const zenith = openZenith({ auth: () => 'admin', ...options })
  let token: Promise<string> | null = null

  async function tokenOf(): Promise<string> {
    return (await askApi<{ token: string }>(zenith, '/api/session')).body.token
  }

  return {
    zenith,
    ask: (path) => askApi(zenith, path),
    async post<T>(path: string, body: unknown) {
      token ??= tokenOf()
      const headers = { 'content-type': 'application/json', 'x-zenith-token': await token }
      const request = new Request(`http://localhost${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
      const response = await zenith.fetch(request)
      return { status: response.status, body: (await response.json()) as T }
    },
    keyOf: (name) =>
      vi.waitFor(async () => {
        const { body } = await askApi<{ queues: readonly QueueView[] }>(zenith, '/api/overview')
        const view = body.queues.find((queue) => queue.name === name)
        if (!view) throw new Error(`There is no queue ${name}`)
        return view.key
      }),
  }
}

export interface Problem {
  readonly error: { readonly code: string; readonly message: string }
}

/** What was written to the audit trail, oldest first, without what is another every time. */
export async function trailOf(store: {
  listAudit(query: { before: null; limit: number }): Promise<readonly AuditEntry[]>
}) {
  const newestFirst = await store.listAudit({ before: null, limit: 1_000 })
  return [...newestFirst].reverse()
}
