import { describe, expect, it } from 'vitest'
import type { Overview } from '../../../src/api/overview.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { OPERATIONS } from '../../../src/zenith/operations.js'
import { askApi } from '../support/api.js'
import { beatOf, report } from '../support/records.js'
import { openZenith } from '../support/zenith.js'
import { clientOf, summariesOf } from './support/clusters.js'

/** Two clusters with a service of the same name, on nodes of other names. */
async function twoClusters(role: 'viewer' | 'admin' = 'viewer') {
  const [staging, production] = [memoryStore(), memoryStore()]
  await report(staging, beatOf('shop', 'web-staging'))
  await report(production, beatOf('shop', 'web-production'))
  const zenith = openZenith({
    auth: () => role,
    logger: false,
    clusters: [
      { id: 'staging', environment: 'staging', readOnly: false, store: staging },
      { id: 'production', name: 'Production', colour: 'red', environment: 'production', store: production },
    ],
  })
  return { zenith, staging: clientOf(zenith, 'staging'), production: clientOf(zenith, 'production') }
}

const nodesOf = ({ nodes }: Overview) => nodes.map(({ id }) => id)

describe('the paths of clusters', () => {
  it('lead to each cluster, and to nothing of another with the same names', async () => {
    const { staging, production } = await twoClusters()
    expect(nodesOf((await staging.ask<Overview>('overview')).body)).toEqual(['web-staging'])
    expect(nodesOf((await production.ask<Overview>('overview')).body)).toEqual(['web-production'])
    const detail = (await staging.ask<{ nodes: { id: string }[] }>('services/shop')).body
    expect(detail.nodes.map(({ id }) => id)).toEqual(['web-staging'])
  })

  it('without a cluster tell which there are, on every route about one', async () => {
    const { zenith } = await twoClusters('admin')
    const { body } = await askApi<{ token: string; cluster: null }>(zenith, '/api/session')
    expect(body).toMatchObject({ cluster: null, environment: null, readOnly: false })
    for (const { path, method, isForAll } of OPERATIONS) {
      const headers = { 'content-type': 'application/json', 'x-zenith-token': body.token }
      const init = { method, headers, ...(method === 'POST' && { body: '{}' }) }
      const response = await zenith.fetch(new Request(`http://localhost${path.replace(/\{\w+\}/g, 'x')}`, init))
      const text = path === '/api/stream' ? '' : await response.text()
      await response.body?.cancel().catch(() => {})
      if (isForAll) expect(text, path).not.toContain('cluster_needed')
      else
        expect([response.status, text], path).toEqual([
          400,
          expect.stringMatching(/cluster_needed.*staging, production/),
        ])
    }
  })

  it('of an unknown cluster answer 404, as does what is no path of the API', async () => {
    const { zenith, staging } = await twoClusters()
    const unknown = [
      '/api/c/other/overview',
      '/api/c/',
      '/api/c/STAGING/overview',
      '/api/c/staging/nothing',
      '/api/c/staging',
    ]
    for (const path of unknown) expect([path, (await askApi(zenith, path)).status]).toEqual([path, 404])
    expect((await staging.ask('c/production/overview')).status).toBe(404)
  })

  it('work with one cluster, too, beside those without it', async () => {
    const store = memoryStore()
    await report(store, beatOf('shop', 'web-1'))
    const zenith = openZenith({ store, environment: 'staging' })
    const only = clientOf(zenith, 'default')
    expect(nodesOf((await only.ask<Overview>('overview')).body)).toEqual(['web-1'])
    expect(nodesOf((await askApi<Overview>(zenith, '/api/overview')).body)).toEqual(['web-1'])
    const info = { id: 'default', name: 'default', colour: 'grey', environment: 'staging' }
    expect((await askApi(zenith, '/api/session')).body).toMatchObject({ cluster: info, clusters: [info] })
    expect(await summariesOf(zenith)).toMatchObject({ default: { ...info, state: 'ok', figures: { services: 1 } } })
  })

  it('have tokens of their own: one of a cluster changes nothing in another', async () => {
    const { zenith, staging, production } = await twoClusters('admin')
    const { body } = await askApi<{ token: string }>(zenith, '/api/session')
    const tokens = [await production.token(), body.token]
    for (const token of tokens) {
      const change = { action: 'forget', service: 'shop', id: 'web-staging' }
      expect(await staging.post('nodes', change, token)).toMatchObject({
        status: 403,
        body: { error: { code: 'foreign' } },
      })
    }
    expect(new Set([...tokens, await staging.token()]).size).toBe(3)
    // With its own token it comes through to the node, which is alive.
    expect(await staging.post('nodes', { action: 'forget', service: 'shop', id: 'web-staging' })).toMatchObject({
      status: 409,
      body: { error: { code: 'not_possible' } },
    })
  })

  it('show each cluster at a glance, in their order', async () => {
    const { zenith } = await twoClusters()
    const summaries = await summariesOf(zenith)
    expect(Object.keys(summaries)).toEqual(['staging', 'production'])
    expect(summaries.production).toMatchObject({
      ...{ name: 'Production', colour: 'red', environment: 'production', state: 'ok', sameAs: null, troubles: [] },
      figures: { services: 1, nodes: { live: 1, lost: 0 }, queues: 0, backlog: 0, requestRate: 0, jobRate: 0 },
    })
  })
})

describe('metrics and health over clusters', () => {
  it('label each sample with its cluster, and each cluster has its own', async () => {
    const { zenith, staging } = await twoClusters()
    const textOf = async (path: string) => (await zenith.fetch(new Request(`http://localhost${path}`))).text()
    const all = await textOf('/metrics')
    expect(all).toMatch(/quasar_store_up\{cluster="staging"\} 1/)
    expect(all).toMatch(/quasar_store_up\{cluster="production"\} 1/)
    expect(all.match(/# TYPE quasar_store_up /g)).toHaveLength(1)
    expect(await textOf('/api/metrics')).toContain('cluster="production"')
    expect(await textOf('/api/c/staging/metrics')).not.toContain('cluster=')
    expect((await staging.ask('health')).body).toMatchObject({ status: 'ok' })
    expect((await askApi(zenith, '/api/health')).body).toMatchObject({
      status: 'ok',
      clusters: [
        { id: 'staging', status: 'ok' },
        { id: 'production', status: 'ok' },
      ],
    })
  })
})
