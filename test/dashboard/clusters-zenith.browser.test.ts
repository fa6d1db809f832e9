import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { bullmqQueues } from '../../src/queues/bullmq/index.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { launchBrowser } from '../support/browser.js'
import { PATIENCE_MS } from '../support/patience.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { beatOf, report } from '../zenith/support/records.js'
import { serve } from '../zenith/support/serve.js'
import { assets } from './fixture/assets.js'
import { type OpenPage, openPage } from './fixture/open-page.js'

/** A real Zenith with three clusters in three databases of a Redis, each with a service and queues of the same names. */
let browser: Browser
let redis: TestRedis
const IDS = ['eu', 'us', 'lab'] as const
const QUEUES = ['mail-out', 'orders']
const NAMES = { eu: 'Europe', us: 'America', lab: 'Laboratory' }

beforeAll(async () => {
  await assets()
  browser = await launchBrowser()
  redis = await startRedis()
}, PATIENCE_MS)
afterAll(async () => {
  await browser?.close()
  await redis?.stop()
})

const placeOf = (at: number) => `${redis.url}/${at + 1}`
const clientOf = (at: number) => redis.client({ db: at + 1 })

async function openClusters() {
  // Only now: the server's module takes the built page in.
  const { openPeople, peopleArchive, PASSWORD } = await import('../zenith/support/people.js')
  const { toNodeHandler } = await import('../../src/runtime/create-zenith.js')
  const folder = () => mkdtempSync(join(tmpdir(), 'quasar-clusters-'))
  const sources = IDS.map((_, at) => bullmqQueues({ connection: placeOf(at), queues: QUEUES }))
  for (const [at, id] of IDS.entries()) {
    for (const name of QUEUES) await clientOf(at).hset(`bull:${name}:meta`, { version: 'bullmq:6.7.0' })
    const store = redisStore({ redis: placeOf(at) })
    await report(store, beatOf('shop', `web-${id}`))
    await store.close()
  }
  const { zenith, user } = await openPeople({
    store: undefined,
    clusters: IDS.map((id, at) => ({
      ...{ id, name: NAMES[id], redis: placeOf(at), queues: [sources[at] as (typeof sources)[number]] },
      ...(id === 'lab' ? {} : { environment: 'production' }),
    })),
    archive: { ...peopleArchive(folder()), cluster: () => peopleArchive(folder()) },
  } as never)
  const server = await serve(toNodeHandler(zenith))
  onTestFinished(async () => {
    await server.close()
    for (const source of sources) await source.close()
  })
  await user('olga', [
    { cluster: 'eu', queues: ['mail-*'], role: 'operator' },
    { cluster: 'us', queues: ['mail-*'], role: 'operator' },
  ])
  await user('vic', [{ cluster: 'lab', queues: null, role: 'viewer' }])
  return {
    async logIn(name: string): Promise<OpenPage & { go(query: string, title: string): Promise<unknown> }> {
      const one = await openPage(browser, server.url)
      onTestFinished(one.close)
      const { page } = one
      await page.getByLabel('Name', { exact: true }).fill(name)
      await page.getByLabel('Password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Log in' }).click()
      await page
        .getByRole('banner')
        .getByRole('link', { name: new RegExp(`^${name}\\b`) })
        .waitFor()
      const go = async (query: string, title: string) => {
        await page.goto(`${server.url}/${query}`)
        await page.getByRole('heading', { level: 1, name: title }).waitFor()
      }
      return { ...one, go }
    },
  }
}

const cards = (page: Page) => page.getByRole('article')
const queueLink = (page: Page, name: string) => page.getByRole('link', { name, exact: true })

async function pause(page: Page): Promise<void> {
  await queueLink(page, 'mail-out').click()
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Pause mail-out' }).click()
  await page.getByText('mail-out is paused').waitFor()
}

const pausedIn = () => Promise.all(IDS.map((_, at) => clientOf(at).hexists('bull:mail-out:meta', 'paused')))

it('shows each user their clusters, and changes a queue in one of them alone', {
  timeout: 2 * PATIENCE_MS,
}, async () => {
  const { logIn } = await openClusters()

  const ada = await logIn('ada')
  await ada.page.getByRole('heading', { level: 1, name: 'All clusters' }).waitFor()
  await vi.waitFor(async () => expect(await cards(ada.page).count()).toBe(3))
  for (const id of IDS) {
    const card = ada.page.getByRole('article', { name: NAMES[id] })
    await vi.waitFor(async () => expect(await card.getByText('not read yet').count()).toBe(0))
  }
  await ada.page.keyboard.type('g2')
  await ada.page.getByRole('article', { name: 'shop web-us' }).waitFor()
  await ada.page.keyboard.type('gq')
  await queueLink(ada.page, 'orders').waitFor()
  await pause(ada.page)
  expect(await pausedIn()).toEqual([0, 1, 0])
  await ada.page.keyboard.type('gl')
  await ada.page.getByRole('heading', { level: 1, name: 'Alerts' }).waitFor()

  // Users are those of all clusters: they are edited in any of them, and in none.
  for (const [query, name] of [
    ['?cluster=us&page=people', 'pat'],
    ['?page=people', 'kim'],
  ] as const) {
    await ada.go(query, 'People')
    await ada.page.getByRole('button', { name: 'New user' }).click()
    const form = ada.page.getByRole('dialog')
    await form.getByLabel('Name', { exact: true }).fill(name)
    await form.getByRole('button', { name: 'Add a right' }).click()
    const choices = form.getByLabel('Cluster').locator('option')
    expect(await choices.allInnerTexts()).toEqual(['all clusters', 'Europe', 'America', 'Laboratory'])
    await form.getByLabel('Cluster').selectOption('Laboratory')
    await form.getByRole('button', { name: 'Add user' }).click()
    await ada.page.getByLabel('One-time link').waitFor()
    await ada.page.getByRole('button', { name: 'Done' }).click()
    await ada.page.getByText('viewer in Laboratory').first().waitFor()
  }

  const olga = await logIn('olga')
  await olga.page.getByRole('heading', { level: 1, name: 'All clusters' }).waitFor()
  await vi.waitFor(async () => expect(await cards(olga.page).count()).toBe(2))
  await olga.go('?cluster=eu&page=queues', 'Queues')
  await queueLink(olga.page, 'mail-out').waitFor()
  expect(await queueLink(olga.page, 'orders').count()).toBe(0)
  await pause(olga.page)
  expect(await pausedIn()).toEqual([1, 1, 0])
  await olga.go('?cluster=lab', 'Cluster not found')
  const list = olga.page.getByRole('list', { name: 'Clusters that you may see' })
  await vi.waitFor(async () => expect(await list.getByRole('link').allInnerTexts()).toEqual(['Europe', 'America']))

  const vic = await logIn('vic')
  await vic.page.getByRole('heading', { level: 1, name: 'Pulse' }).waitFor()
  await vic.page.getByRole('article', { name: 'shop web-lab' }).waitFor()
  expect(new URL(vic.page.url()).searchParams.get('cluster')).toBe('lab')
  expect(await vic.page.getByRole('button', { name: /Laboratory/ }).count()).toBe(0)
  await vic.go('?cluster=lab&page=queues', 'Queues')
  await queueLink(vic.page, 'mail-out').click()
  await vic.page.getByRole('group', { name: /jobs$/ }).first().waitFor()
  expect(await vic.page.getByRole('button', { name: 'Pause', exact: true }).count()).toBe(0)

  expect([...ada.problems, ...vic.problems]).toEqual([])
})
