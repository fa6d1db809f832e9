import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { ClusterListing } from '../../../src/api/clusters.js'
import type { PeopleView } from '../../../src/api/people.js'
import type { Session } from '../../../src/api/session.js'
import { toNodeHandler } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { openStream } from '../support/http.js'
import { type Browser, openPeople } from '../support/people.js'
import { beatOf, report } from '../support/records.js'
import { serve } from '../support/serve.js'
import { clusteredArchive } from './support/clusters.js'

const CLUSTERS = ['dev', 'staging', 'production'] as const

/** Three clusters, each with a service and a node that have its name, and users with different grants. */
async function threeClusters() {
  const clusters = await Promise.all(
    CLUSTERS.map(async (id) => {
      const store = memoryStore()
      await report(store, beatOf(`shop-of-${id}`, `node-of-${id}`))
      return { id, store }
    }),
  )
  const people = await openPeople({ archive: clusteredArchive(), store: undefined, clusters } as never)
  const { browser: viewer } = await people.user('vera', [{ cluster: 'dev', queues: null, role: 'viewer' }])
  const { id, browser: operator } = await people.user('olga', [
    { cluster: 'dev', queues: null, role: 'viewer' },
    { cluster: 'staging', queues: null, role: 'admin' },
  ])
  return { ...people, viewer, operator, operatorId: id }
}

const idsOf = async (browser: Browser) =>
  (await browser.get<ClusterListing>('/api/clusters')).body.items.map(({ id }) => id)

async function change(browser: Browser, cluster: string, path: string, body: object) {
  const { body: session } = await browser.get<Session>(`/api/c/${cluster}/session`)
  return browser.fetch(`/api/c/${cluster}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-zenith-token': session.token },
    body: JSON.stringify(body),
  })
}

describe('users of several clusters', () => {
  it('see theirs alone, on every path that tells of all', async () => {
    const { viewer, operator, admin } = await threeClusters()
    expect(await idsOf(viewer)).toEqual(['dev'])
    expect(await idsOf(operator)).toEqual(['dev', 'staging'])
    expect(await idsOf(admin)).toEqual([...CLUSTERS])
    for (const path of ['/api/clusters', '/api/session', '/api/health', '/metrics', '/api/c/dev/session']) {
      const text = await (await viewer.fetch(path)).text()
      expect([path, /staging|production/.test(text)]).toEqual([path, false])
    }
    for (const path of ['overview', 'session', 'stream', 'metrics', 'people', 'openapi.json']) {
      const [hidden, unknown] = await Promise.all(
        ['production', 'no-such'].map((id) => viewer.fetch(`/api/c/${id}/${path}`)),
      )
      // What may not be seen can't be told from what does not exist.
      expect([hidden?.status, await hidden?.text()]).toEqual([404, await unknown?.text()])
    }
    const named = await (await viewer.fetch('/api/overview')).text()
    expect(named).toMatch(/cluster_needed.*: dev\./)
  })

  it('have in each the role that they have there', async () => {
    const { operator } = await threeClusters()
    const roleAt = async (id: string) => (await operator.get<Session>(`/api/c/${id}/session`)).body.permissions
    expect(await roleAt('dev')).toEqual(['view'])
    expect(await roleAt('staging')).toContain('node.forget')
    const forget = (id: string) =>
      change(operator, id, 'nodes', { action: 'forget', service: `shop-of-${id}`, id: `node-of-${id}` })
    expect((await forget('dev')).status).toBe(403)
    // It came through to the node, which is alive.
    expect(await (await forget('staging')).json()).toMatchObject({ error: { code: 'not_possible' } })
    expect((await forget('production')).status).toBe(404)
    // An admin of one cluster edits no users: that is about all of them.
    expect((await operator.fetch('/api/c/staging/people')).status).toBe(403)
    expect((await operator.fetch('/api/people')).status).toBe(403)
  })

  it('are edited from any path by who may, with the ids of all clusters', async () => {
    const { admin } = await threeClusters()
    for (const path of ['/api/people', '/api/c/production/people'])
      expect((await admin.get<PeopleView>(path)).body.clusters).toEqual([...CLUSTERS])
    const body = { action: 'add', name: 'nina', grants: [{ cluster: 'dev', queues: null, role: 'viewer' }], groups: [] }
    expect((await change(admin, 'production', 'people/users', body)).status).toBe(200)
    // Users belong to no cluster: the trail of the first one has the line, whatever the path was.
    const actionsIn = async (id: string) => {
      const { body } = await admin.get<{ items: { action: string; target: string }[] }>(`/api/c/${id}/audit`)
      return body.items.filter(({ action, target }) => action === 'user add' && target === 'nina')
    }
    expect(await actionsIn('dev')).toHaveLength(2)
    expect(await actionsIn('production')).toEqual([])
  })

  it('lose a cluster with the next request, and the stream that shows it', async () => {
    const { zenith, admin, operator, operatorId } = await threeClusters()
    const server = await serve(toNodeHandler(zenith))
    onTestFinished(() => server.close())
    const cookie = `quasar_session=${operator.cookie('quasar_session') ?? ''}`
    const stream = await openStream(`${server.url}/api/c/staging/stream`, { cookie })
    onTestFinished(() => stream.close())
    expect(stream.status).toBe(200)
    const grants = [{ cluster: 'dev', queues: null, role: 'viewer' }]
    const { body } = await admin.get<PeopleView>('/api/people')
    const olga = body.users.find(({ name }) => name === 'olga')
    await admin.post('/api/people/users', { action: 'edit', id: operatorId, name: olga?.name, grants, groups: [] })
    expect(await idsOf(operator)).toEqual(['dev'])
    expect((await operator.fetch('/api/c/staging/overview')).status).toBe(404)
    await vi.waitFor(() => stream.ended, 30_000)
  })
})
