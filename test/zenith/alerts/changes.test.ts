import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ReceiverListing } from '../../../src/api/alerts.js'
import type { Role } from '../../../src/api/permissions.js'
import { createZenith } from '../../../src/runtime/create-zenith.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { serve, type TestServer, withEnv } from '../support/serve.js'

/** Changes of alerts over HTTP, against Zeniths that share a real Redis. */
let redis: TestRedis
let receiver: TestServer
const received: string[] = []
beforeAll(async () => {
  redis = await startRedis()
  receiver = await serve((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      received.push(body)
      response.end('ok')
    })
  })
})
afterAll(async () => {
  await receiver?.close()
  await redis?.stop()
})

type Asked = { status: number; text: string; json: unknown }

async function start(role: Role = 'admin', options: Parameters<typeof createZenith>[0] = {}) {
  const zenith = await withEnv('QUASAR_SECRET', 'a-secret-of-at-least-16-characters', () =>
    createZenith({
      ...{ redis: redis.url, auth: () => role, logger: false as const },
      alerts: { allowedNetworks: ['127.0.0.0/8'] },
      ...options,
    }),
  )
  onTestFinished(() => zenith.close())
  const ask = async (path: string, init: RequestInit = {}): Promise<Asked> => {
    const answer = await zenith.fetch(new Request(`http://localhost/api/${path}`, init))
    const text = await answer.text()
    return { status: answer.status, text, json: JSON.parse(text) }
  }
  const { token } = (await ask('session')).json as { token: string }
  const headers = { 'content-type': 'application/json', 'x-zenith-token': token }
  return {
    get: (path: string) => ask(path),
    change: (path: string, body: object) => ask(path, { method: 'POST', headers, body: JSON.stringify(body) }),
  }
}

const save = (fields: object) => ({ action: 'save', receiver: { id: 'duty', name: 'Duty', ...fields } })
const place = () => receiver.url.replace('localhost', '127.0.0.1')
const rule = (fields: object) => ({
  action: 'save',
  rule: { id: 'cpu-2', name: 'CPU', conditions: [{ metric: 'host.cpu', is: 'above', threshold: 90 }], ...fields },
})

describe('what is wrong is named, with what the field takes', () => {
  it.each<[fields: object, message: string]>([
    [{ conditions: [{ metric: 'host.cpu', is: 'above' }] }, '`rule.conditions[0].threshold` takes a number.'],
    [{ for: 60_000 }, '`rule` has no "for": it has id, '],
    [{ scope: { service: ['shop'] } }, '`rule.scope` has no "service": it has services, '],
    [{ name: '' }, '`rule.name` takes at least 1 character.'],
    [{ receivers: ['nobody'] }, '"nobody" gets no messages.'],
  ])('of a rule: %j', async (fields, message) => {
    const { change } = await start()
    const { status, json } = await change('alerts/rules', rule(fields))
    expect([status, json]).toMatchObject([400, { error: { message: expect.stringContaining(message) } }])
  })

  it('of a receiver, without what was given', async () => {
    const { change } = await start()
    const { status, text } = await change('alerts/receivers', save({ kind: 'slack', address: { url: 'secret-path' } }))
    expect(status).toBe(400)
    expect(text).toContain('`receiver.address` takes a text of at most 2000 characters.')
    expect(text).not.toContain('secret-path')
  })
})

describe('the secret of a receiver', () => {
  const key = 'a-routing-key-of-this-service'
  it('goes to no address that it was not entered for', async () => {
    const { change, get } = await start()
    const first = save({ kind: 'pagerduty', address: `${place()}/ours`, secret: key })
    expect(await change('alerts/receivers', first)).toMatchObject({ status: 200 })
    const moved = await change('alerts/receivers', save({ kind: 'pagerduty', address: `${place()}/theirs` }))
    expect(moved.status).toBe(400)
    expect(moved.text).toContain('Enter the secret again')
    await change('alerts/receivers', save({ kind: 'webhook', address: `${place()}/theirs` }))
    expect((await get('alerts/receivers')).json).toMatchObject({ items: [{ kind: 'webhook', hasSecret: false }] })
    await change('alerts/receivers', { action: 'test', id: 'duty' })
    expect(received).toHaveLength(1)
    expect(received.join()).not.toContain(key)
  })

  it('stays with another name, and is removed by an empty one', async () => {
    const { change, get } = await start()
    const address = `${place()}/ours`
    await change('alerts/receivers', save({ kind: 'webhook', address, secret: 'a-key-of-16-characters' }))
    await change('alerts/receivers', save({ kind: 'webhook', name: 'Other' }))
    expect((await get('alerts/receivers')).json).toMatchObject({ items: [{ name: 'Other', hasSecret: true }] })
    await change('alerts/receivers', save({ kind: 'webhook', address: `${address}/new`, secret: '' }))
    expect((await get('alerts/receivers')).json).toMatchObject({ items: [{ hasSecret: false }] })
  })
})

it('a rule whose receivers are all gone is told of', async () => {
  const { change, get } = await start()
  const hook = (id: string) => save({ id, kind: 'webhook', address: place() })
  for (const id of ['duty', 'night']) await change('alerts/receivers', hook(id))
  expect(await change('alerts/rules', rule({ receivers: ['night'] }))).toMatchObject({ status: 200 })
  expect((await get('alerts')).json).toMatchObject({ problems: [] })
  await change('alerts/receivers', { action: 'delete', id: 'night' })
  expect((await get('alerts')).json).toMatchObject({
    problems: [{ kind: 'lostReceivers', text: expect.stringContaining('The rule CPU: alerts are sent to nobody') }],
  })
  await change('alerts/rules', { action: 'reset', id: 'cpu-2' })
  expect((await get('alerts')).json).toMatchObject({ problems: [] })
})

it('a change begins from what another Zenith stored a moment ago', async () => {
  const [a, b] = [await start(), await start()]
  await a.change('alerts/receivers', save({ kind: 'webhook', address: `${place()}/old` }))
  await b.get('alerts/receivers')
  await a.change(
    'alerts/receivers',
    save({ kind: 'webhook', address: `${place()}/new`, secret: 'a-key-of-16-characters' }),
  )
  expect(await b.change('alerts/receivers', save({ kind: 'webhook', name: 'Renamed' }))).toMatchObject({ status: 200 })
  const { items } = (await b.get('alerts/receivers')).json as ReceiverListing
  expect(items).toMatchObject([{ name: 'Renamed', hasSecret: true }])
})

it.each<[role: Role, path: string, body: object, status: number]>([
  ['viewer', 'alerts', { action: 'acknowledge', alert: 'x' }, 403],
  ['viewer', 'alerts/silences', { action: 'end', id: 'x' }, 403],
  ['viewer', 'alerts/rules', { action: 'reset', id: 'cpu' }, 403],
  ['viewer', 'alerts/receivers', { action: 'test', id: 'x' }, 403],
  ['operator', 'alerts', { action: 'acknowledge', alert: 'x' }, 404],
  ['operator', 'alerts/silences', { action: 'end', id: 'x' }, 404],
  ['operator', 'alerts/rules', { action: 'reset', id: 'cpu' }, 403],
  ['operator', 'alerts/receivers', { action: 'test', id: 'x' }, 403],
  ['operator', 'alerts/receivers', { action: 'delete', id: 'x' }, 403],
])('the role %s at %s, %j: %i', async (role, path, body, status) => {
  const { change } = await start(role)
  expect((await change(path, body)).status).toBe(status)
})

it('the session says whether alerts are on', async () => {
  expect((await (await start()).get('session')).json).toMatchObject({ alerts: true })
  const off = await start('admin', { alerts: false })
  expect((await off.get('session')).json).toMatchObject({ alerts: false })
  expect(await off.get('alerts')).toMatchObject({ status: 409 })
})
