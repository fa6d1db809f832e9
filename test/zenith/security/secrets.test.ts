import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import type { StoreHealth } from '../../../src/api/store.js'
import { createZenith, type Zenith } from '../../../src/runtime/create-zenith.js'
import { PATHS } from '../../../src/zenith/operations.js'
import { freePort, startRedis, type TestRedis } from '../../support/redis.js'

const PLANTED = 'planted/+%word'
const FORMS = [PLANTED, encodeURIComponent(PLANTED), Buffer.from(PLANTED).toString('base64'), 'planted']

let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis({ args: ['--user', 'ops', 'on', `>${PLANTED}`, '~*', '+@all'] })
})
afterAll(() => redis.stop())

async function bodyOf(zenith: Zenith, path: string): Promise<string> {
  const answer = await zenith.fetch(new Request(`http://localhost${path}`))
  const head = JSON.stringify([...answer.headers])
  if (path !== '/api/stream') return head + (await answer.text())
  const reader = answer.body?.getReader()
  const decoder = new TextDecoder()
  let text = head
  while (!text.includes('data: ')) text += decoder.decode((await reader?.read())?.value)
  await reader?.cancel()
  return text
}

const url = (password: string, port: number) =>
  `redis://ops:${encodeURIComponent(password)}@127.0.0.1:${port}/0?note=${encodeURIComponent(password)}`

it.each<[string, boolean, () => Promise<string>]>([
  ['Redis answers', true, async () => url(PLANTED, redis.port)],
  ['Redis is down', false, async () => url(PLANTED, await freePort())],
  ['the password is wrong', false, async () => url(`${PLANTED}!`, redis.port)],
  ['the host has no address', false, async () => `redis://ops:${encodeURIComponent(PLANTED)}@planted.invalid:6379`],
])('no answer of any route and no line of the log has a secret of the Redis URL when %s', async (_, isUp, urlOf) => {
  const lines: string[] = []
  const note = (line: string) => void lines.push(line)
  const zenith = createZenith({
    redis: await urlOf(),
    auth: () => 'admin',
    interval: 50,
    logger: { info: note, warn: note, error: note },
  })
  onTestFinished(() => zenith.close())
  await vi.waitFor(async () => expect(await zenith.health()).toMatchObject({ ok: isUp }), { timeout: 15_000 })
  const { error } = (await zenith.health()) as StoreHealth
  expect(error === null).toBe(isUp)
  const answers = await Promise.all([...PATHS, '/nothing', '/api/nothing'].map((path) => bodyOf(zenith, path)))
  const said = [...answers, ...lines, error ?? '']
  // The name of a host that was looked for in vain may be said.
  const text = said.join('\n').replaceAll('planted.invalid', '')
  expect(FORMS.filter((form) => text.includes(form))).toEqual([])
})
