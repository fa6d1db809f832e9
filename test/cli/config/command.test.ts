import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished, test } from 'vitest'
import { ensureBuilt } from '../../support/pack.js'
import { startRedis } from '../../support/redis.js'
import { ask } from '../../zenith/support/http.js'
import { BIN, quasar, run } from '../command.js'
import { fileWith, folder } from './files.js'

beforeAll(() => ensureBuilt())

describe('quasar zenith --config', () => {
  it('runs with the file, and with what overrides it', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const path = fileWith(`
listen: { port: 0, basePath: /ops }
redis: \${OWN_REDIS}
auth: { bearer: a-token, role: operator }
`)
    const env = { OWN_REDIS: redis.url, QUASAR_AUTH_ROLE: 'viewer', QUASAR_CONFIG: path }
    const running = quasar(['zenith', '--bearer', 'another'], { env })
    const url = await running.said(/Zenith is at (\S+)/)
    expect(url).toMatch(/\/ops\/$/)
    const session = (token: string) => ask(`${url}api/session`, { headers: { authorization: `Bearer ${token}` } })
    expect((await session('another')).json()).toMatchObject({ role: 'viewer' })
    expect((await session('a-token')).status).toBe(401)
    await running.said(/Zenith reads redis:/)
  })

  it('ends with code 2 and all problems of the file', async () => {
    const { code, stdout, stderr } = await run(['zenith', '--config', fileWith('redis: 5\nprot: 1')])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^quasar zenith: \S+ has 2 problems:$/),
      expect.stringMatching(/^ {2}\S+zenith\.yaml:1:8 redis takes a text in quotes: this is a number\.$/),
      expect.stringMatching(/^ {2}\S+zenith\.yaml:2:1 prot is no setting; did you mean listen\.port\?$/),
      'See quasar zenith --help.',
    ])
  })

  it('takes no file that nothing names', async () => {
    const cwd = folder()
    for (const name of ['zenith.yaml', 'zenith.yml', 'zenith.json']) writeFileSync(join(cwd, name), 'not: [valid')
    const running = quasar(['zenith', '--port', '0', '--bearer', 'x'], { cwd })
    await running.said(/Zenith is at/)
    expect(running.stderr).not.toContain('zenith.')
  })

  it('serves several clusters, each with an archive of its own', async () => {
    const redis = await startRedis()
    onTestFinished(() => redis.stop())
    const [shop, lab] = [`${redis.url}/1`, `${redis.url}/2`]
    const path = fileWith(`
listen: { port: 0 }
auth: { bearer: a-token }
archive: { place: ./kept }
clusters:
  - { id: shop, name: Shop, colour: red, environment: production, redis: "${shop}", queues: [bullmq] }
  - { id: lab, redis: "${lab}", prefix: "lab:", readOnly: true }
`)
    const cwd = folder()
    const env = { QUASAR_ARCHIVE: '' }
    const running = quasar(['zenith', '--config', path], { cwd, env })
    const url = await running.said(/Zenith is at (\S+)/)
    await running.said(/Zenith reads \S+ \(shop\)/)
    await running.said(/Zenith reads \S+ \(lab\)/)
    const session = async (id: string) =>
      (await ask(`${url}api/c/${id}/session`, { headers: { authorization: 'Bearer a-token' } })).json()
    expect(await session('shop')).toMatchObject({
      cluster: { id: 'shop', name: 'Shop', colour: 'red', environment: 'production' },
      ...{ readOnly: false, archive: true },
    })
    expect(await session('lab')).toMatchObject({ cluster: { id: 'lab' }, readOnly: true, archive: true })
    for (const id of ['shop', 'lab']) {
      const status = await run(['archive', 'status', '--archive', './kept', '--cluster', id], { cwd })
      expect([status.code, status.stderr]).toEqual([0, ''])
    }
    const unknown = await run(['archive', 'status', '--archive', './kept', '--cluster', 'other'], { cwd })
    expect(unknown.code).toBe(1)
    const wrong = await run(['archive', 'status', '--cluster', 'Not one'], { cwd })
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--cluster takes the id of a cluster')])
  })

  it('shows the name of one cluster', async () => {
    const path = fileWith('listen: { port: 0 }\nauth: { bearer: x }\nname: Shop\ncolour: teal\nenvironment: staging')
    const running = quasar(['zenith', '--config', path])
    const url = await running.said(/Zenith is at (\S+)/)
    const { text } = await ask(`${url}api/session`, { headers: { authorization: 'Bearer x' } })
    expect(JSON.parse(text).cluster).toEqual({ id: 'default', name: 'Shop', colour: 'teal', environment: 'staging' })
  })

  it('has its secret from the file', async () => {
    const path = fileWith('listen: { port: 0 }\nauth: { bearer: x }\nsecret: a-secret-of-the-file')
    const running = quasar(['zenith', '--config', path])
    await running.said(/Zenith is at/)
    const short = await run(['zenith', '--config', path], { env: { QUASAR_SECRET: 'horse' } })
    expect([short.code, short.stderr]).toEqual([
      2,
      expect.stringContaining('QUASAR_SECRET takes 16 characters or more'),
    ])
  })
})

describe('quasar config check', () => {
  it('prints what is in force', async () => {
    const path = fileWith('listen:\n  port: 81\n')
    const { code, stdout, stderr } = await run(['config', 'check', path], { env: { QUASAR_PREFIX: 'mine:' } })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`${path} is valid. The settings in force:\n`)
    expect(stdout).toMatch(/^ {2}listen\.port +81 +\S+zenith\.yaml:2$/m)
    expect(stdout).toMatch(/^ {2}prefix +mine: +QUASAR_PREFIX$/m)
    expect(stdout).toMatch(/^ {2}interval +1500 +default$/m)
  })

  it('prints JSON for programs', async () => {
    const path = fileWith('listen:\n  port: 81\n')
    const { code, stdout } = await run(['config', 'check', '--json'], { env: { QUASAR_CONFIG: path } })
    const answer = JSON.parse(stdout)
    expect([code, answer.ok, answer.file]).toEqual([0, true, path])
    expect(answer.settings).toContainEqual({
      field: 'listen.port',
      value: '81',
      source: { kind: 'file', file: path, line: 2, column: 9 },
    })
    expect(answer.settings).toContainEqual({ field: 'url', value: null, source: { kind: 'default' } })
  })

  it('prints problems as JSON with their places', async () => {
    const path = fileWith('listen:\n  port: x\n')
    const { code, stdout, stderr } = await run(['config', 'check', path, '--json'])
    expect([code, stderr]).toEqual([1, ''])
    expect(JSON.parse(stdout)).toEqual({
      ok: false,
      problem: `${path}:2:9 listen.port takes a number: this is a text.`,
      problems: [{ file: path, line: 2, column: 9, field: 'listen.port', message: 'takes a number: this is a text' }],
    })
  })

  it('checks variables without a file', async () => {
    const valid = await run(['config', 'check'])
    expect([valid.code, valid.stdout]).toEqual([0, expect.stringContaining('There is no configuration file.')])
    const wrong = await run(['config', 'check'], { env: { QUASAR_PORT: 'x' } })
    expect([wrong.code, wrong.stderr]).toEqual([1, 'quasar config: QUASAR_PORT takes a port, 0 to 65535.\n'])
  })

  it.each<[content: string, env: NodeJS.ProcessEnv]>([
    ['listen:\n  host: 0.0.0.0', {}],
    ['auth:\n  user: ada', {}],
    ['auth:\n  user: ada', { QUASAR_BEARER: 'x' }],
    ['auth:\n  user: ada\n  passwordHash: "scrypt:x"', {}],
    ['requireToken: true', {}],
    ['alerts:\n  smtp: smtp://mail.example', {}],
    ['open: 5', {}],
    ['open: true', { REDIS_URL: 'http://x' }],
  ])('fails with the words of quasar zenith: %j with %j', async (content, env) => {
    const path = fileWith(content)
    const [checked, started] = [
      await run(['config', 'check', path], { env: { QUASAR_ARCHIVE: '', ...env } }),
      await run(['zenith', '--config', path], { env: { QUASAR_ARCHIVE: '', ...env } }),
    ]
    expect([checked.code, checked.stdout, started.code]).toEqual([1, '', 2])
    const words = checked.stderr.trimEnd().replace(/^quasar config: /, '')
    expect(started.stderr).toContain(words)
  })
})

test('the command loads neither the parser nor the reader of files at its start', () => {
  const loaded = new Set([BIN])
  for (const file of loaded) {
    const imports = readFileSync(file, 'utf8').matchAll(/^import\b[^'"\n]*["'](\.[^'"]+)["']/gm)
    for (const [, path = ''] of imports) loaded.add(join(dirname(file), path))
  }
  expect(loaded.size).toBeGreaterThan(3)
  expect([...loaded].filter((file) => /yaml|zenith-config/.test(file))).toEqual([])
})
