import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { ensureBuilt } from '../support/pack.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { ask } from '../zenith/support/http.js'
import { formBody, formOf } from '../zenith/support/login.js'
import { present } from '../zenith/support/records.js'
import { quasar, run } from './command.js'

let redis: TestRedis

beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
})

afterAll(() => redis.stop())

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'quasar-cli-users-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

const PASSWORD = 'correct horse battery'

/** Sets a password by a link, as a browser does. @returns the cookie of the session */
async function setPassword(link: string, fields: Readonly<Record<string, string>>): Promise<string> {
  const page = await ask(link)
  const { token, cookie } = formOf(page.text, [page.headers['set-cookie'] ?? []].flat())
  const answer = await ask(link, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' },
    body: formBody({ token, ...fields, password: PASSWORD, again: PASSWORD }),
  })
  expect(answer.status).toBe(303)
  return [answer.headers['set-cookie'] ?? []]
    .flat()
    .map((line) => line.split(';', 1)[0])
    .join('; ')
}

describe('quasar users', () => {
  it('works beside quasar zenith --people, whose link makes the first admin', async () => {
    const env = { QUASAR_ARCHIVE: folder(), QUASAR_REDIS_URL: redis.url }
    const zenith = quasar(['zenith', '--port', '0', '--people'], { env })
    const url = (await zenith.said(/Zenith is at (\S+)/)).replace(/\/$/, '')
    await expect.poll(() => zenith.stderr).toMatch(/join\?link=/)
    const link = present(/http\S+join\?link=[\w-]{43}/.exec(zenith.stderr))[0]
    expect(link.startsWith(`${url}/`)).toBe(true)
    expect((await run(['users'], { env })).stdout).toContain('There are no users.')
    const admin = await setPassword(link, { name: 'ada' })
    expect(JSON.parse((await ask(`${url}/api/session`, { headers: { cookie: admin } })).text).role).toBe('admin')

    const added = await run(['users', 'add', 'bob', '--role', 'operator', '--for', 'mail*', '--url', url], { env })
    const bob = await setPassword(present(/http\S+join\?link=[\w-]{43}/.exec(added.stdout))[0], {})
    const session = () => ask(`${url}/api/session`, { headers: { cookie: bob } })
    expect(JSON.parse((await session()).text)).toMatchObject({ user: 'bob', grants: [{ queues: ['mail*'] }] })
    expect((await run(['users', 'list'], { env })).stdout).toMatch(
      /^ada +active +admin\nbob +active +operator \(mail\*\)$/m,
    )
    expect((await run(['users', 'disable', 'bob'], { env })).stdout).toContain('locked out')
    expect((await session()).status).toBe(401)

    const lines = await redisStore({ redis: redis.url }).listAudit({ before: null, limit: 10 })
    expect(lines).toContainEqual(
      expect.objectContaining({ action: 'user disable', target: 'bob', via: 'command line', ok: true }),
    )
    expect(lines).toContainEqual(
      expect.objectContaining({ action: 'log in', user: 'ada', via: 'link', from: '127.0.0.1' }),
    )
    expect(zenith.stdout + JSON.stringify(lines)).not.toContain(link.slice(-43))
  })

  it.each([
    [['frob', 'x'], 2, 'has the commands list, add, invite, grant, disable, enable, remove.'],
    [['add'], 2, 'add takes the name of a user.'],
    [['invite', 'eve'], 1, 'there is no user "eve".'],
    [['add', 'eve', '--role', 'nothing'], 1, 'There is no role "nothing".'],
    [['add', 'eve', 'adam'], 2, 'accepts a command and one word besides options'],
    [['--archive', 'none'], 2, '--archive none has no users'],
  ])('%j ends with code %i and one line', async (args, code, line) => {
    const result = await run(['users', ...args], { env: { QUASAR_ARCHIVE: folder(), QUASAR_REDIS_URL: redis.url } })
    expect([result.code, result.stderr]).toEqual([code, expect.stringContaining(line)])
  })

  it('never removes the last admin', async () => {
    const env = { QUASAR_ARCHIVE: folder(), QUASAR_REDIS_URL: redis.url }
    await run(['users', 'add', 'ada', '--role', 'admin'], { env })
    const zenith = quasar(['zenith', '--port', '0', '--people'], { env })
    const url = (await zenith.said(/Zenith is at (\S+)/)).replace(/\/$/, '')
    expect(zenith.stderr).not.toContain('join?link=')
    const invited = await run(['users', 'invite', 'ada', '--url', url], { env })
    await setPassword(present(/http\S+join\?link=[\w-]{43}/.exec(invited.stdout))[0], {})
    const refused = await run(['users', 'remove', 'ada'], { env })
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('Nobody could edit users any more')])
  })
})
