import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { AlertSubject } from '../../src/api/alerts.js'
import { postgresDriver } from '../../src/archive/postgres/index.js'
import { sqliteDriver } from '../../src/archive/sqlite/driver.js'
import { redisStore } from '../../src/stores/redis/index.js'
import { changeOf } from '../support/alert-changes.js'
import { filesWith } from '../support/archive-files.js'
import { fillArchive, rawJob } from '../support/archived.js'
import { ensureBuilt } from '../support/pack.js'
import { startPostgres } from '../support/postgres.js'
import { startRedis, type TestRedis } from '../support/redis.js'
import { run } from './command.js'

let redis: TestRedis

beforeAll(async () => {
  await ensureBuilt()
  redis = await startRedis()
})

afterAll(() => redis.stop())

const NOW = Date.now()
const SECRET = 'planted-password-of-a-payload'

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'quasar-cli-archive-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
  return dir
}

/** As many as take several pages, and two of Ada's. */
const JOBS = [
  ...Array.from({ length: 1_200 }, (_, index) => rawJob(`job-${index}`, NOW - 60_000 - index, { index })),
  rawJob('ada-1', NOW - 5_000, { email: 'ada@example.com', password: SECRET }),
  rawJob('ada-2', NOW - 4_000, { email: 'ada@example.com', note: '=1+1' }, { queueName: 'billing', queue: 'q2' }),
]
function hostOf(name: string): AlertSubject {
  const services = name === 'web' ? ['shop', 'cart'] : ['store']
  return { kind: 'host', key: name, name, service: null, services, host: null, environment: null }
}

const RECORDS = [
  {
    kind: 'slow',
    id: 's1',
    at: NOW,
    service: 'shop',
    name: 'GET /a',
    body: JSON.stringify({ ts: NOW, name: 'GET /a' }),
  },
  {
    kind: 'audit',
    id: '1-0',
    at: NOW,
    service: null,
    name: 'retry',
    body: JSON.stringify({ at: NOW, action: 'retry' }),
  },
  ...(['web', 'db'] as const).map((host) => ({
    kind: 'alert' as const,
    id: host,
    at: NOW,
    service: null,
    name: 'cpu',
    body: JSON.stringify(changeOf({ at: NOW, change: 'firing', subject: hostOf(host) })),
  })),
] as const
const UNOPENED = {
  kind: 'event',
  id: 'unopened/shop/1',
  at: NOW - 60_000,
  service: 'shop',
  name: 'unopened',
  body: '{}',
} as const
const GAPS = [{ stream: 'jobs:shop', from: NOW - 9_000, to: NOW - 8_000, lost: 12 }]

async function filled(): Promise<string> {
  const dir = join(folder(), 'kept')
  await fillArchive(sqliteDriver({ dir }), { jobs: JOBS, records: [...RECORDS, UNOPENED], gaps: GAPS })
  return dir
}

/** Runs it with no Redis to reach. */
function archive(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return run(['archive', ...args], { env: { QUASAR_REDIS_URL: 'redis://127.0.0.1:1', ...env } })
}

const linesOf = (text: string) => text.trim().split('\n').filter(Boolean)
const parsed = (text: string) => linesOf(text).map((line) => JSON.parse(line) as Record<string, unknown>)

describe('quasar archive', () => {
  it('says what it holds, since when, and what was lost', async () => {
    const dir = await filled()
    const { code, stdout, stderr } = await archive(['status', '--archive', dir])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(`${dir} (sqlite)`)
    expect(stdout).toMatch(/Jobs +\d+ kB {2}1,202 attempts, since \d{4}-\d\d-\d\d \d\d:\d\d UTC/)
    expect(stdout).toMatch(/jobs:shop, .* UTC to .* UTC: 12 records/)
    expect(stdout).toMatch(/QUASAR_TOKEN is missing, .*\n {2}shop, last in the 10 min from .* UTC/)
    const json = await archive(['status', '--json'], { QUASAR_ARCHIVE: dir })
    expect(JSON.parse(json.stdout)).toMatchObject({
      kind: 'sqlite',
      place: dir,
      jobs: 1_202,
      payloads: 1_202,
      gaps: GAPS,
      unopened: [{ service: 'shop', at: UNOPENED.at }],
    })
  })

  it('exports every job once, in pages, and payloads only when asked', async () => {
    const dir = await filled()
    const { code, stdout } = await archive(['export', 'jobs', '--archive', dir])
    expect(code).toBe(0)
    const jobs = parsed(stdout)
    expect(jobs.map(({ id }) => id).sort()).toEqual(JOBS.map(({ id }) => id).sort())
    expect(stdout).not.toContain('payload')
    expect(stdout).not.toContain('ada@example.com')
    const found = await archive(['export', 'jobs', '--archive', dir, '--q', 'email:ada@example.com', '--payloads'])
    expect(parsed(found.stdout)).toMatchObject([
      { id: 'ada-2', payload: { text: expect.stringContaining('ada@example.com') } },
      { id: 'ada-1', payload: { text: expect.stringContaining('ada@example.com') } },
    ])
    expect(stdout + found.stdout).not.toContain(SECRET)
    const csv = await archive([
      'export',
      'jobs',
      '--archive',
      dir,
      '--format',
      'csv',
      '--q',
      'queue:billing',
      '--payloads',
    ])
    expect(csv.stdout).toMatch(/^finishedAt,startedAt,.*,payload,payloadIsCut\r\n\d+,.*billing,Send,ada-2.*\r\n$/)
    const none = await archive(['export', 'jobs', '--archive', dir, '--service', 'other'])
    expect([none.code, none.stdout]).toEqual([0, ''])
    expect(linesOf((await archive(['export', 'jobs', '--archive', dir, '--to', '2020-01-01'])).stdout)).toEqual([])
  })

  it('exports records and history', async () => {
    const dir = await filled()
    expect(parsed((await archive(['export', 'slow', '--archive', dir])).stdout)).toEqual([{ ts: NOW, name: 'GET /a' }])
    const audit = await archive(['export', 'audit', '--archive', dir, '--format', 'csv'])
    expect(audit.stdout).toBe(
      `at,operation,step,user,role,via,from,action,queue,queueName,target,ok,detail,trust\r\n${NOW},,,,,,,retry,,,,,,\r\n`,
    )
    const lines = async (...args: string[]) => {
      const { stdout } = await archive(['export', 'audit', '--archive', dir, ...args])
      return parsed(stdout).length
    }
    expect(await lines('--action', 'retry, pause', '--q', 'RETR')).toBe(1)
    for (const none of [
      ['--action', 'pause'],
      ['--user', 'ada'],
      ['--q', 'pause'],
      ['--result', 'failed'],
    ])
      expect([none, await lines(...none)]).toEqual([none, 0])
    const wrong = await archive(['export', 'slow', '--archive', dir, '--user', 'ada'])
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('--user')])
    const alerts = await archive(['export', 'alerts', '--archive', dir, '--service', 'cart', '--format', 'csv'])
    expect(linesOf(alerts.stdout.replaceAll('\r', ''))).toEqual([
      'at,change,rule,ruleName,severity,kind,subject,service,host,environment,text,value,firedAt,by',
      `${NOW},firing,cpu,CPU high,warning,host,web,,,,CPU 95 % (above 90 %),95,${NOW},`,
    ])
    expect(parsed((await archive(['export', 'alerts', '--archive', dir])).stdout)).toHaveLength(2)
    const history = await archive(['export', 'history', '--archive', dir, '--format', 'csv', '--from', '1h'])
    expect(history.stdout).toMatch(/^service,from,to,nodes,cpu.*jobs_p99\r\n$/)
  })

  it('reads and checks an archive that another process has, and leaves deleting to it', async () => {
    const dir = await filled()
    const holder = sqliteDriver({ dir })
    await holder.open()
    onTestFinished(() => holder.close())
    expect((await archive(['status', '--archive', dir])).code).toBe(0)
    expect(linesOf((await archive(['export', 'jobs', '--archive', dir])).stdout)).toHaveLength(1_202)
    expect(await archive(['verify', '--archive', dir])).toMatchObject({ code: 0, stdout: `${dir} has no problems.\n` })
    const forgetting = await archive(['forget', 'email:ada@example.com', '--yes', '--archive', dir])
    expect(forgetting.code).toBe(1)
    expect(forgetting.stderr).toMatch(
      /is open in process \d+ on .*Stop that Zenith first, .*POST \/api\/archive\/forget\.\n$/,
    )
    const all = { conditions: [], from: 0, to: NOW }
    expect(await holder.facets(all, 10_000)).toMatchObject({ total: 1_202 })
  })

  it('finds a damaged day', async () => {
    const dir = await filled()
    const [day = ''] = readdirSync(join(dir, 'jobs')).filter((name) => /^[\d-]+\.db$/.test(name))
    writeFileSync(join(dir, 'jobs', day), 'no database')
    const { code, stdout } = await archive(['verify', '--archive', dir])
    expect([code, stdout]).toEqual([1, expect.stringContaining(`jobs/${day}: `)])
  })

  it('forgets jobs after it counted them, and leaves no byte and an audit line without their words', async () => {
    const dir = await filled()
    const counted = await archive(['forget', 'email:ada@example.com', '--archive', dir])
    expect([counted.code, counted.stderr]).toEqual([0, ''])
    expect(counted.stdout).toMatch(
      /^2 finished attempts in .* fulfil the search: billing 1, mail 1\nNothing was deleted/,
    )
    expect(filesWith(dir, Buffer.from('ada-1'))).not.toEqual([])
    const done = await archive(['forget', 'email:ada@example.com', '--yes', '--archive', dir])
    expect([done.code, done.stderr]).toEqual([0, 'Redis does not take the audit line: only the archive has it.\n'])
    expect(done.stdout).toContain('2 finished attempts deleted.')
    for (const word of ['ada-1', 'ada-2', 'ada@example', SECRET]) expect(filesWith(dir, Buffer.from(word))).toEqual([])
    const audit = parsed((await archive(['export', 'audit', '--archive', dir])).stdout)
    expect(audit.slice(0, 2)).toMatchObject([
      { step: 'result', action: 'archive forget', target: 'email:…', ok: true, detail: '2 finished attempts deleted' },
      { step: 'intent', action: 'archive forget', target: 'email:…' },
    ])
    const again = await archive(['forget', 'email:ada@example.com', '--yes', '--archive', dir])
    expect([again.code, again.stdout]).toEqual([0, expect.stringMatching(/^No finished job in .* fulfils the search/)])
  })

  it('writes to the audit trail of a Redis that answers, too', async () => {
    const dir = await filled()
    const env = { QUASAR_REDIS_URL: redis.url }
    const { stderr } = await archive(['forget', 'email:ada@example.com queue:mail', '--yes', '--archive', dir], env)
    expect(stderr).toBe('')
    const store = redisStore({ redis: redis.url })
    onTestFinished(() => store.close())
    const lines = await store.listAudit({ before: null, limit: 10 })
    expect(lines).toMatchObject([
      { step: 'result', action: 'archive forget', target: 'email:… queue:mail', ok: true },
      { step: 'intent', action: 'archive forget', target: 'email:… queue:mail', ok: null },
    ])
    const kept = parsed((await archive(['export', 'audit', '--archive', dir])).stdout)
    expect(
      kept
        .slice(0, 2)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(lines.map(({ id }) => id).sort())
  })

  it('works on PostgreSQL, and never shows its password', async () => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const client = new Client(postgres.url)
    client.on('error', () => {})
    await client.connect()
    onTestFinished(() => client.end().catch(() => {}))
    for (const part of [['status'], ['verify'], ['export', 'jobs'], ['forget', 'ada', '--yes']]) {
      const { code, stderr } = await archive([...part, '--archive', postgres.url])
      expect([code, stderr]).toMatchObject([
        1,
        expect.stringContaining('There is no archive in the schema "quasar_archive"'),
      ])
    }
    expect((await client.query("select 1 from pg_namespace where nspname = 'quasar_archive'")).rows).toEqual([])
    await fillArchive(postgresDriver({ url: postgres.url }), { jobs: JOBS.slice(-10), records: RECORDS, gaps: GAPS })
    await client.query(
      'create role reader login; grant usage on schema quasar_archive to reader; grant select on all tables in schema quasar_archive to reader',
    )
    const url = new URL(postgres.url)
    url.username = 'reader'
    for (const part of [['status'], ['verify'], ['export', 'jobs'], ['export', 'history']])
      expect(await archive([...part, '--archive', String(url)])).toMatchObject({ code: 0, stderr: '' })
    url.username = new URL(postgres.url).username
    url.password = 'hush-hush-password'
    const env = { QUASAR_ARCHIVE: String(url), QUASAR_REDIS_URL: redis.url, QUASAR_PREFIX: 'pg:' }
    const outputs = [
      await archive(['status'], env),
      await archive(['export', 'jobs'], env),
      await archive(['verify'], env),
      await archive(['forget', 'email:ada@example.com', '--yes'], env),
      await archive(['status', '--json'], env),
    ]
    expect(outputs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0])
    expect(linesOf(outputs[1]?.stdout ?? '')).toHaveLength(10)
    expect(outputs[3]?.stdout).toContain('2 finished attempts deleted.')
    await postgres.stop()
    outputs.push(await archive(['status'], env))
    expect(outputs.at(-1)?.code).toBe(1)
    const said = outputs.map(({ stdout, stderr }) => stdout + stderr).join('')
    for (const secret of ['hush', SECRET]) expect(said).not.toContain(secret)
  })

  it.each<[args: string[], line: RegExp]>([
    [['dance'], /^quasar archive: has the commands status, verify, export, forget\. See quasar archive --help\.$/m],
    [['status', '--archive', 'none'], /--archive none names no archive/],
    [['export'], /export takes one of jobs, slow, exceptions, alerts, audit, history/],
    [['export', 'slow', '--payloads'], /--payloads is for export jobs/],
    [['export', 'jobs', '--from', 'yesterday'], /--from takes a day/],
    [['export', 'jobs', '--q', 'state:done'], /--q: `state:` accepts completed/],
    [['forget'], /forget takes a search with a word or a field/],
    [['forget', 'after:2h'], /forget takes a search with a word or a field/],
    [['forget', 'two', 'words'], /accepts one word besides options; put it in quotes/],
  ])('refuses %j', async (args, line) => {
    const { code, stdout, stderr } = await archive(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(line)
  })

  it('creates no archive where there is none', async () => {
    const dir = join(folder(), 'nothing')
    for (const part of [['status'], ['verify'], ['export', 'jobs'], ['forget', 'ada', '--yes']]) {
      const { code, stderr } = await archive([...part, '--archive', dir])
      expect([code, stderr]).toEqual([1, `quasar archive: There is no archive in ${dir}.\n`])
    }
    expect(readdirSync(join(dir, '..'))).toEqual([])
  })
})
