import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterSummary } from '../../../../src/api/clusters.js'
import { sqliteDriver } from '../../../../src/archive/sqlite/driver.js'
import { sqlitePeople } from '../../../../src/people/sqlite/store.js'
import type { Archive } from '../../../../src/ports/index.js'
import type { Zenith } from '../../../../src/runtime/create-zenith.js'
import { inlineArchive } from '../../../support/inline-archive.js'
import { type Answered, askApi } from '../../support/api.js'

/** An archive with users that separates clusters, without threads. */
export function clusteredArchive(): Archive {
  const dir = mkdtempSync(join(tmpdir(), 'quasar-clusters-'))
  const people = sqlitePeople({ dir })
  return {
    ...inlineArchive(sqliteDriver({ dir })),
    people: () => people,
    cluster: (id) => inlineArchive(sqliteDriver({ dir: join(dir, id) })),
  }
}

/** Asks and changes one cluster, with the token of its session. */
export function clientOf(zenith: Zenith, cluster: string) {
  const base = `/api/c/${cluster}`
  return {
    ask: <T>(path: string): Promise<Answered<T>> => askApi(zenith, `${base}/${path}`),
    async token(): Promise<string> {
      return (await askApi<{ token: string }>(zenith, `${base}/session`)).body.token
    },
    async post<T>(path: string, body: unknown, token?: string): Promise<Answered<T>> {
      const headers = { 'content-type': 'application/json', 'x-zenith-token': token ?? (await this.token()) }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      const response = await zenith.fetch(new Request(`http://localhost${base}/${path}`, init))
      return { status: response.status, body: (await response.json()) as T }
    },
  }
}

export async function summariesOf(zenith: Zenith): Promise<Record<string, ClusterSummary>> {
  const { body } = await askApi<{ items: readonly ClusterSummary[] }>(zenith, '/api/clusters')
  return Object.fromEntries(body.items.map((summary) => [summary.id, summary]))
}
