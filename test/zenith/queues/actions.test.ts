import { Queue, Worker } from 'bullmq'
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AuditPage } from '../../../src/api/audit.js'
import type { JobView } from '../../../src/api/jobs.js'
import type { QueueView } from '../../../src/api/queues.js'
import type { AuditEntry, JobListing, JobOutcome } from '../../../src/protocol/index.js'
import { bullmqQueues } from '../../../src/queues/bullmq/index.js'
import type { ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { memoryStore } from '../../../src/stores/memory/index.js'
import { startRedis, type TestRedis } from '../../support/redis.js'
import { askApi } from '../support/api.js'
import { keyOf, postApi, segment, snapshotOf, tokenOf } from '../support/changes.js'
import { withEnv } from '../support/serve.js'
import { openZenith, seen } from '../support/zenith.js'

const SECRET = 'hunter2-of-the-payload'

describe('a queue of BullMQ that Zenith is connected to', () => {
  let redis: TestRedis
  let queue: Queue
  let count = 0
  beforeAll(async () => {
    redis = await startRedis()
    return () => redis.stop()
  })
  beforeEach(() => {
    count += 1
    const opened = new Queue(`mail-${count}`, { connection: { url: redis.url } })
    queue = opened
    return () => opened.close()
  })

  function open(options: Partial<ZenithOptions> = {}) {
    const source = bullmqQueues({ connection: redis.url, queues: [queue.name] })
    const store = memoryStore()
    onTestFinished(() => source.close())
    return { store, zenith: openZenith({ store, queues: [source], auth: () => 'admin', ...options }) }
  }

  /** Jobs that failed once and for all. */
  async function fail(...payloads: object[]): Promise<string[]> {
    const jobs = await queue.addBulk(payloads.map((data, index) => ({ name: `job-${index}`, data })))
    const worker = new Worker(queue.name, async () => Promise.reject(new Error('no stock')), {
      connection: { url: redis.url },
    })
    onTestFinished(() => worker.close())
    await expect.poll(() => queue.getFailedCount()).toBe(payloads.length)
    await worker.close()
    return jobs.map((job) => job.id as string)
  }

  it('is shown with what can be done with it, though nobody reports it', async () => {
    await queue.add('welcome', {})
    const { zenith } = open()
    const view = await seen(zenith, ({ queues }) => {
      expect(queues).toMatchObject([{ name: queue.name, driver: 'bullmq', services: [], metrics: { waiting: 1 } }])
      return queues[0] as QueueView
    })
    expect(view.actions).toEqual(expect.arrayContaining(['list', 'retry', 'pause', 'add']))
    expect(view.readOnly).toBe(false)
    expect((await askApi<{ view: QueueView }>(zenith, `/api/queues/${segment(view.key)}`)).body.view.key).toBe(view.key)
  })

  it('lists, finds and shows its jobs', async () => {
    const [id = ''] = await fail({ to: 'ada' }, { to: 'bob' })
    const { zenith } = open()
    const path = `/api/queues/${segment(await keyOf(zenith, queue.name))}`
    const { body: listing } = await askApi<JobListing>(zenith, `${path}/jobs?state=failed&order=oldest`)
    expect(listing).toMatchObject({ total: 2, missing: 0, jobs: [{ id, state: 'failed', error: 'no stock' }, {}] })
    expect(JSON.stringify(listing)).not.toContain('ada')
    const found = await askApi(zenith, `${path}/search?state=failed&text=JOB-1`)
    expect(found.body).toMatchObject({ total: 2, scanned: 2, stopped: null, jobs: [{ name: 'job-1' }] })
    const { body: job } = await askApi<JobView>(zenith, `${path}/jobs/${id}`)
    expect(job).toMatchObject({ id, failure: 'no stock', data: { text: '{"to":"ada"}', isJson: true, masked: 0 } })
    expect(job.stacks[0]).toContain('no stock')
    expect(await askApi(zenith, `${path}/jobs/${id}/logs`)).toMatchObject({
      status: 200,
      body: { total: 0, lines: [] },
    })
    expect(await askApi(zenith, `${path}/jobs/${id}/flow`)).toMatchObject({ status: 200, body: { id } })
    for (const gone of [
      `${path}/jobs/nothing`,
      `${path}/jobs/nothing/flow`,
      '/api/queues/nothing',
      '/api/queues/nothing/jobs?state=failed',
    ]) {
      expect([gone, await askApi(zenith, gone)]).toMatchObject([
        gone,
        { status: 404, body: { error: { code: 'not_found' } } },
      ])
    }
    expect((await askApi(zenith, `${path}/jobs`)).status).toBe(400)
  })

  it('retries and removes jobs, with the intent in the audit trail before and the result after', async () => {
    const [first = '', second = ''] = await fail({}, {})
    const { zenith } = open()
    const key = await keyOf(zenith, queue.name)
    const jobs = `/api/queues/${segment(key)}/jobs`
    const retried = await postApi<{ outcomes: JobOutcome[] }>(zenith, jobs, {
      action: 'retry',
      ids: [first, 'nothing'],
    })
    expect(retried.body.outcomes).toMatchObject([
      { id: first, ok: true },
      { id: 'nothing', ok: false },
    ])
    expect(await queue.getJobState(first)).toBe('waiting')
    const removed = await postApi<{ outcomes: JobOutcome[] }>(zenith, jobs, { action: 'remove', ids: [second] })
    expect(removed.body.outcomes).toMatchObject([{ id: second, ok: true }])
    expect(await queue.getJob(second)).toBeUndefined()
    const { body } = await askApi<{ items: AuditEntry[] }>(zenith, '/api/audit')
    expect(body.items).toMatchObject([
      { step: 'result', action: 'remove', ok: true, detail: '1 done', target: second },
      { step: 'intent', action: 'remove', ok: null, role: 'admin', queue: key, queueName: queue.name },
      { step: 'result', action: 'retry', ok: false, detail: expect.stringMatching(/^1 done, 1 not: ./) },
      { step: 'intent', action: 'retry', target: `2 jobs: ${first}, nothing` },
    ])
    expect(body.items[0]?.operation).toBe(body.items[1]?.operation)
    const page = await askApi<AuditPage>(zenith, '/api/audit?limit=2')
    const next = await askApi<AuditPage>(zenith, `/api/audit?limit=1&after=${page.body.next}`)
    expect(next.body.items).toEqual([body.items[2]])
  })

  it('is paused, resumed, filled, cleaned and emptied', async () => {
    const { zenith } = open()
    await queue.add('welcome', {})
    const actions = `/api/queues/${segment(await keyOf(zenith, queue.name))}/actions`
    expect(await postApi(zenith, actions, { action: 'pause' })).toEqual({ status: 200, body: { ok: true } })
    await seen(zenith, ({ queues }) => {
      expect(queues).toMatchObject([
        { paused: true, attention: [{ kind: 'paused', text: 'paused with 1 job waiting' }] },
      ])
    })
    expect(await queue.isPaused()).toBe(true)
    expect(await postApi(zenith, actions, { action: 'resume' })).toEqual({ status: 200, body: { ok: true } })
    const job = { name: 'hello', data: '{"to":"ada"}', delay: 3_600_000, attempts: 3 }
    const { body } = await postApi<{ job: { id: string } }>(zenith, actions, { action: 'add', job })
    expect(await queue.getJob(body.job.id)).toMatchObject({ name: 'hello', data: { to: 'ada' }, opts: { attempts: 3 } })
    const copy = await postApi<{ job: { id: string } }>(zenith, actions, { action: 'duplicate', id: body.job.id })
    expect(await queue.getJob(copy.body.job.id)).toMatchObject({ name: 'hello', data: { to: 'ada' } })
    expect(await postApi(zenith, actions, { action: 'duplicate', id: 'nothing' })).toMatchObject({ status: 404 })
    const before = await queue.getJobCounts()
    const emptied = await postApi<{ removed: number }>(zenith, actions, { action: 'empty' })
    expect(emptied.body.removed).toBe((before.waiting ?? 0) + (before.delayed ?? 0))
    await fail({}, {}, {})
    const cleaned = await postApi(zenith, actions, { action: 'clean', state: 'failed', olderThanMs: 0, limit: 2 })
    expect(cleaned.body).toEqual({ removed: 2 })
    expect(await queue.getFailedCount()).toBe(1)
  })

  it.each([
    ['viewer', 'jobs', { action: 'retry', ids: ['1'] }, 403],
    ['viewer', 'actions', { action: 'pause' }, 403],
    ['operator', 'jobs', { action: 'retry', ids: ['1'] }, 200],
    ['operator', 'jobs', { action: 'remove', ids: ['1'] }, 403],
    ['operator', 'actions', { action: 'clean', state: 'failed', olderThanMs: 0, limit: 1 }, 403],
    ['operator', 'actions', { action: 'empty' }, 403],
    ['operator', 'actions', { action: 'pause' }, 200],
    ['admin', 'actions', { action: 'empty' }, 200],
  ] as const)('a %s may %s %j: %i', async (role, path, body, status) => {
    await queue.add('welcome', {})
    const { zenith, store } = open({ auth: () => role })
    const answer = await postApi(zenith, `/api/queues/${segment(await keyOf(zenith, queue.name))}/${path}`, body)
    expect(answer.status).toBe(status)
    if (status === 403) {
      expect(answer.body).toMatchObject({ error: { code: 'forbidden' } })
      expect(await store.listAudit({ before: null, limit: 10 })).toEqual([])
    }
  })

  it('takes no change from another site’s page, or without the token of this principal', async () => {
    await queue.add('welcome', {})
    const auth = (request: Request) => (request.headers.get('x-who') === 'boss' ? 'admin' : 'operator')
    const { zenith, store } = open({ auth })
    const actions = `/api/queues/${segment(await keyOf(zenith, queue.name))}/actions`
    for (const headers of [
      { 'x-zenith-token': '' },
      { 'x-zenith-token': await tokenOf(zenith, { 'x-who': 'boss' }) },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ] as Record<string, string>[]) {
      const { status, body } = await postApi(zenith, actions, { action: 'pause' }, headers)
      expect([headers, status, body]).toMatchObject([headers, 403, { error: { code: 'foreign' } }])
    }
    expect(await queue.isPaused()).toBe(false)
    expect(await store.listAudit({ before: null, limit: 10 })).toEqual([])
    for (const headers of [
      { 'sec-fetch-site': 'same-origin' },
      { origin: 'https://ops.example', 'x-forwarded-host': 'ops.example' },
    ] as Record<string, string>[]) {
      expect((await postApi(zenith, actions, { action: 'pause' }, headers)).status).toBe(200)
    }
  })

  it('takes the token of another process with the same secret', async () => {
    await queue.add('welcome', {})
    const secret = 'sixteen or more characters'
    const [one, other, foreign] = [
      await withEnv('QUASAR_SECRET', secret, () => open().zenith),
      await withEnv('QUASAR_SECRET', secret, () => open().zenith),
      open().zenith,
    ]
    const path = `/api/queues/${segment(await keyOf(one, queue.name))}/actions`
    const headers = { 'x-zenith-token': await tokenOf(other) }
    expect((await postApi(one, path, { action: 'pause' }, headers)).status).toBe(200)
    expect((await postApi(foreign, path, { action: 'pause' }, headers)).status).toBe(403)
  })

  it.each([
    ['jobs', { action: 'retry', ids: [] }, '`ids` takes a list of 1 to 100.'],
    ['jobs', { action: 'retry', ids: ['1', 2] }, '`ids[1]` takes a text of 1 to 1000 characters.'],
    ['jobs', { action: 'explode', ids: ['1'] }, '`action` takes `retry` or `promote` or `remove`.'],
    [
      'jobs',
      { action: 'retry', ids: ['1'], all: true },
      '`all` is not known; this takes `action` or `ids` or `confirm`.',
    ],
    ['actions', {}, '`action` takes `pause` or `resume` or `clean` or `empty` or `add` or `duplicate`.'],
    [
      'actions',
      { action: '__proto__' },
      '`action` takes `pause` or `resume` or `clean` or `empty` or `add` or `duplicate`.',
    ],
    ['actions', { action: 'pause', now: 1 }, '`now` is not known; this takes `action`.'],
    ['actions', { action: 'add', job: { name: '', data: '{}' } }, '`job.name` takes a text of 1 to 200 characters.'],
    ['actions', { action: 'add', job: { name: 'a', data: '{' } }, /^`job.data` takes a text that is JSON/],
    [
      'actions',
      { action: 'add', job: { name: 'a', data: '1', attempts: 0 } },
      '`job.attempts` takes a whole number from 1 to 1000.',
    ],
    ['actions', [], 'The body takes a JSON object.'],
  ])('says of %s %j what is wrong', async (path, body, message) => {
    await queue.add('welcome', {})
    const { zenith } = open()
    const answer = await postApi(zenith, `/api/queues/${segment(await keyOf(zenith, queue.name))}/${path}`, body)
    const expected = typeof message === 'string' ? message : expect.stringMatching(message)
    expect(answer).toEqual({ status: 400, body: { error: { code: 'bad_body', message: expected } } })
  })

  it('takes a body up to a size, and JSON alone', async () => {
    await queue.add('welcome', {})
    const { zenith } = open()
    const headers = { 'x-zenith-token': await tokenOf(zenith), 'content-type': 'application/json' }
    const url = `http://localhost/api/queues/${segment(await keyOf(zenith, queue.name))}/actions`
    const send = async (body: string, type = 'application/json') => {
      const request = new Request(url, { method: 'POST', headers: { ...headers, 'content-type': type }, body })
      return (await zenith.fetch(request)).status
    }
    expect(await send('x'.repeat(16 * 1024 * 1024 + 1))).toBe(413)
    expect(await send('{"action":')).toBe(400)
    expect(await send('{"action":"pause"}', 'text/plain')).toBe(415)
    expect(await send('action=pause', 'application/x-www-form-urlencoded')).toBe(415)
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'GET']) {
      const answer = await zenith.fetch(new Request(url, { method }))
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'POST'])
    }
    expect(await queue.isPaused()).toBe(false)
  })

  it('is left alone where an option says so', async () => {
    await queue.add('welcome', {})
    for (const readOnly of [['*'], ['mail-*'], ['bullmq:*'], ['other', queue.name]]) {
      const { zenith, store } = open({ readOnly })
      const key = await keyOf(zenith, queue.name)
      await seen(zenith, ({ queues }) => expect(queues).toMatchObject([{ readOnly: true }]))
      const answer = await postApi(zenith, `/api/queues/${segment(key)}/actions`, { action: 'pause' })
      expect(answer).toMatchObject({ status: 409, body: { error: { code: 'read_only' } } })
      expect((await askApi(zenith, `/api/queues/${segment(key)}/jobs?state=waiting`)).status).toBe(200)
      expect(await store.listAudit({ before: null, limit: 10 })).toEqual([])
    }
    const { zenith } = open({ readOnly: ['mail', 'ail-*', '*-x'] })
    const answer = await postApi(zenith, `/api/queues/${segment(await keyOf(zenith, queue.name))}/actions`, {
      action: 'pause',
    })
    expect(answer.status).toBe(200)
  })

  it('is not touched when the audit trail can’t be written, or when there is none', async () => {
    await queue.add('welcome', {})
    const store = memoryStore()
    const failing = { ...store, appendAudit: () => Promise.reject(new Error('READONLY')) }
    const { appendAudit: _, ...reader } = store
    for (const [one, status, code] of [
      [failing, 503, 'audit_unavailable'],
      [reader, 409, 'no_audit'],
    ] as const) {
      const { zenith } = open({ store: one })
      const actions = `/api/queues/${segment(await keyOf(zenith, queue.name))}/actions`
      expect(await postApi(zenith, actions, { action: 'pause' })).toMatchObject({ status, body: { error: { code } } })
      expect(await queue.isPaused()).toBe(false)
    }
  })

  it('has what came of it in the audit trail when the store takes it again', async () => {
    await queue.add('welcome', {})
    const store = memoryStore()
    let isFull = false
    const { appendAudit } = store
    const filling: typeof store = {
      ...store,
      async appendAudit(entry) {
        // Its memory is full as soon as the intent is written.
        if (isFull) throw new Error('OOM command not allowed when used memory > maxmemory')
        isFull = entry.step === 'intent'
        return appendAudit(entry)
      },
    }
    const { zenith } = open({ store: filling })
    const actions = `/api/queues/${segment(await keyOf(zenith, queue.name))}/actions`
    expect(await postApi(zenith, actions, { action: 'pause' })).toMatchObject({ status: 200 })
    const steps = async () => (await store.listAudit({ before: null, limit: 10 })).map(({ step, ok }) => [step, ok])
    expect(await steps()).toEqual([['intent', null]])
    isFull = false
    await vi.waitFor(
      async () => {
        expect(await steps()).toEqual([
          ['result', true],
          ['intent', null],
        ])
      },
      { timeout: 20_000 },
    )
  })

  it('shows payloads to whom the option says, without their secrets', async () => {
    const data = { to: 'ada', password: SECRET, nested: { apiKey: SECRET, url: `redis://u:${SECRET}@host` } }
    const [id = ''] = await fail(data)
    const viewer = open({ auth: () => 'viewer' }).zenith
    const path = `/api/queues/${segment(await keyOf(viewer, queue.name))}`
    const hidden = await askApi<JobView>(viewer, `${path}/jobs/${id}`)
    expect(hidden.body.data).toEqual({
      text: null,
      bytes: JSON.stringify(data).length,
      isJson: false,
      isCut: false,
      isHidden: true,
      masked: 0,
    })
    expect(JSON.stringify(hidden.body)).not.toContain('ada')
    // Nor do they learn it by searching.
    expect((await askApi(viewer, `${path}/search?state=failed&text=ada`)).body).toMatchObject({
      jobs: [],
      stopped: null,
    })
    expect((await askApi(viewer, `${path}/search?state=failed&text=stock`)).body).toMatchObject({ jobs: [{ id }] })
    const operator = open({ auth: () => 'operator' }).zenith
    const shown = await askApi<JobView>(operator, `${path}/jobs/${id}?full=true`)
    expect(shown.body.data).toMatchObject({ isHidden: false, isJson: true, masked: 3 })
    expect(shown.body.data.text).toContain('ada')
    expect(JSON.stringify(shown.body)).not.toContain(SECRET)
    expect((await askApi(operator, `${path}/search?state=failed&text=ada`)).body).toMatchObject({ jobs: [{ id }] })
    const open2all = open({ auth: () => 'viewer', payloads: 'viewer' }).zenith
    expect((await askApi<JobView>(open2all, `${path}/jobs/${id}`)).body.data.text).toContain('ada')
    const admins = open({ auth: () => 'operator', payloads: 'admin' }).zenith
    expect((await askApi<JobView>(admins, `${path}/jobs/${id}`)).body.data.isHidden).toBe(true)
    for (const [one, payloads] of [
      [viewer, false],
      [operator, true],
      [open2all, true],
      [admins, false],
    ] as const) {
      expect((await askApi(one, '/api/session')).body).toMatchObject({ payloads })
    }
  })

  it('masks secrets in what a failed job says', async () => {
    await queue.add('welcome', {})
    const worker = new Worker(
      queue.name,
      async (job) => {
        await job.log(`connecting with password=${SECRET}`)
        throw new Error(`refused: https://u:${SECRET}@api.example and token=${SECRET}`)
      },
      { connection: { url: redis.url } },
    )
    onTestFinished(() => worker.close())
    await expect.poll(() => queue.getFailedCount()).toBe(1)
    const { zenith } = open()
    const path = `/api/queues/${segment(await keyOf(zenith, queue.name))}`
    const { body } = await askApi<JobListing>(zenith, `${path}/jobs?state=failed`)
    const id = body.jobs[0]?.id
    const answers = [body, await askApi(zenith, `${path}/jobs/${id}`), await askApi(zenith, `${path}/jobs/${id}/logs`)]
    expect(JSON.stringify(answers)).toContain('connecting with')
    expect(JSON.stringify(answers)).not.toContain(SECRET)
  })

  it('masks long random text in the message, the stacks and the log of a failed job alike', async () => {
    const token = 'q7Zr2LmX9vKc4TbN8sWd1FgH6jPy3QeA5uRi0ToY'
    await queue.add('welcome', {}, { attempts: 2 })
    const worker = new Worker(
      queue.name,
      async (job) => {
        const error = new Error(`attempt ${job.attemptsMade}:\n    at ${token} (x.js:1:2)\n(.*) ${token} refused`, {
          cause: new Error(`inner ${token}`),
        })
        await job.log(error.stack ?? '')
        if (job.attemptsMade > 0) error.message = `${'word '.repeat(55)}${token} refused`
        throw error
      },
      { connection: { url: redis.url } },
    )
    onTestFinished(() => worker.close())
    await expect.poll(() => queue.getFailedCount()).toBe(1)
    const { zenith } = open()
    const path = `/api/queues/${segment(await keyOf(zenith, queue.name))}`
    const { body } = await askApi<JobListing>(zenith, `${path}/jobs?state=failed`)
    const id = body.jobs[0]?.id
    const job = await askApi<JobView>(zenith, `${path}/jobs/${id}`)
    const answers = [body, job, await askApi(zenith, `${path}/jobs/${id}/logs`), await askApi(zenith, '/api/failures')]
    expect(job.body.stacks).toHaveLength(2)
    expect(job.body.stacks[0]).toContain('actions.test.ts')
    expect(JSON.stringify(answers)).toContain('*** refused')
    expect(JSON.stringify(answers)).not.toContain(token.slice(0, 12))
    expect(JSON.stringify(answers)).not.toContain(token.slice(-12))
  })

  it('gives lists of jobs with large payloads at once, and cuts what it shows of one', async () => {
    const large = JSON.stringify({ first: 'seen', rows: 'x'.repeat(3_000_000), last: 'end' })
    const ids = await fail(...Array.from({ length: 4 }, () => JSON.parse(large) as object))
    const { zenith } = open()
    const path = `/api/queues/${segment(await keyOf(zenith, queue.name))}`
    const { body } = await askApi<JobListing>(zenith, `${path}/jobs?state=failed`)
    expect(body.jobs).toHaveLength(4)
    expect(JSON.stringify(body).length).toBeLessThan(100_000)
    const cut = await askApi<JobView>(zenith, `${path}/jobs/${ids[0]}`)
    expect(cut.body.data).toMatchObject({ bytes: large.length, isCut: true, isJson: true })
    expect(cut.body.data.text?.length).toBeLessThanOrEqual(20_000)
    expect(cut.body.data.text).toContain('seen')
    const whole = await askApi<JobView>(zenith, `${path}/jobs/${ids[0]}?full=true`)
    // One answer masks so much; of what is behind it the number of characters is told.
    expect(whole.body.data).toMatchObject({ bytes: large.length, isCut: true })
    const [shown = '', rest] = whole.body.data.text?.split('… ') ?? []
    expect(shown.length).toBeGreaterThan(499_000)
    expect(large.startsWith(shown)).toBe(true)
    expect(rest).toMatch(/^\(cut, 2500\d{3} characters not shown\)$/)
  })

  it('keeps a list below 100 KB whatever its errors are', async () => {
    const jobs = Array.from({ length: 200 }, (_, index) => ({ name: `n${index}`.padEnd(150, 'x'), data: {} }))
    await queue.addBulk(jobs)
    const worker = new Worker(queue.name, () => Promise.reject(new Error('é'.repeat(2_000))), {
      connection: { url: redis.url },
      concurrency: 50,
    })
    onTestFinished(() => worker.close())
    await expect.poll(() => queue.getFailedCount()).toBe(200)
    const { zenith } = open()
    const answer = await zenith.fetch(
      new Request(
        `http://localhost/api/queues/${segment(await keyOf(zenith, queue.name))}/jobs?state=failed&limit=200`,
      ),
    )
    const text = await answer.text()
    expect(Buffer.byteLength(text)).toBeLessThan(100_000)
    expect((JSON.parse(text) as JobListing).jobs).toHaveLength(200)
  })

  it('says in words that its system is down, and hides nothing else', async () => {
    const other = await startRedis()
    const client = new Queue('far', { connection: { url: other.url } })
    await client.add('a', {})
    await client.close()
    await queue.add('welcome', {})
    const sources = [
      bullmqQueues({ connection: redis.url, queues: [queue.name] }),
      bullmqQueues({ connection: other.url, queues: ['far'] }),
    ]
    onTestFinished(async () => void (await Promise.all(sources.map((source) => source.close()))))
    const { zenith, store } = open({ queues: sources })
    const path = `/api/queues/${segment(await keyOf(zenith, 'far'))}`
    await other.stop()
    const read = await askApi(zenith, `${path}/jobs?state=waiting`)
    expect(read).toMatchObject({ status: 503, body: { error: { code: 'queue_unavailable' } } })
    const paused = await postApi<{ error: { message: string } }>(zenith, `${path}/actions`, { action: 'pause' })
    expect(paused).toMatchObject({ status: 503, body: { error: { code: 'queue_unavailable' } } })
    expect(paused.body.error.message.length).toBeGreaterThan(10)
    const [result] = await store.listAudit({ before: null, limit: 1 })
    expect(result).toMatchObject({ step: 'result', ok: false })
    await seen(zenith, ({ queues }) => {
      expect(queues.map(({ name, attention }) => [name, attention[0]?.kind])).toEqual([
        ['far', 'error'],
        [queue.name, 'unpolled'],
      ])
    })
  })

  it('is not taken for a queue of the same name on another Redis', async () => {
    const other = await startRedis()
    onTestFinished(() => other.stop())
    const far = new Queue(queue.name, { connection: { url: other.url } })
    onTestFinished(() => far.close())
    await far.add('theirs', {})
    await queue.add('ours', {})
    const source = bullmqQueues({ connection: other.url, queues: [queue.name] })
    onTestFinished(() => source.close())
    const { server, queues } = await source.read()
    const [entry] = queues
    // Each service reaches its own Redis by one and the same address.
    const place = bullmqQueues({ connection: redis.url }).place
    const { zenith, store } = open()
    await store.writeQueues(snapshotOf('far', [{ ...entry, place, server }]), 1)
    const views = await seen(zenith, (overview) => {
      expect(overview.queues).toHaveLength(2)
      return overview.queues
    })
    const [reported, own] = [
      views.find(({ services }) => services.length > 0),
      views.find(({ services }) => services.length === 0),
    ]
    expect(reported?.key).not.toBe(own?.key)
    expect([reported?.actions, own?.actions.includes('pause')]).toEqual([[], true])
    const answer = await postApi(zenith, `/api/queues/${segment(reported?.key ?? '')}/actions`, { action: 'pause' })
    expect(answer).toMatchObject({ status: 409, body: { error: { code: 'not_connected' } } })
    expect([await far.isPaused(), await queue.isPaused()]).toEqual([false, false])
  })

  it('is one with what services report of it, by whatever address they reach it', async () => {
    await queue.add('welcome', {})
    const source = bullmqQueues({ connection: redis.url, queues: [queue.name] })
    onTestFinished(() => source.close())
    const reading = await source.read()
    const { zenith, store } = open()
    const entry = { ...reading.queues[0], server: reading.server }
    await store.writeQueues(snapshotOf('shop', [{ ...entry, place: source.place }]), 1)
    await store.writeQueues(snapshotOf('web', [{ ...entry, place: source.place.replace(/^[^/]*/, 'redis:6379') }]), 1)
    const [view] = await seen(zenith, ({ queues }) => {
      expect(queues).toMatchObject([{ name: queue.name, services: ['shop', 'web'] }])
      return queues
    })
    const paused = await postApi(zenith, `/api/queues/${segment(view?.key ?? '')}/actions`, { action: 'pause' })
    expect([paused.status, await queue.isPaused()]).toEqual([200, true])
  })

  it('is only reported where Zenith has no source for it', async () => {
    const store = memoryStore()
    await store.writeQueues(
      snapshotOf('shop', [
        {
          name: 'mail',
          driver: 'bullmq',
          metrics: { waiting: 3 },
          place: 'x:1/0 bull',
          capabilities: ['list', 'pause'],
        },
      ]),
      1,
    )
    const zenith = openZenith({ store, auth: () => 'admin' })
    const path = `/api/queues/${segment(await keyOf(zenith, 'mail'))}`
    expect((await askApi(zenith, path)).body).toMatchObject({
      view: { actions: [], services: ['shop'], metrics: { waiting: 3 } },
    })
    const refused = { status: 409, body: { error: { code: 'not_connected' } } }
    expect(await askApi(zenith, `${path}/jobs?state=waiting`)).toMatchObject(refused)
    expect(await postApi(zenith, `${path}/actions`, { action: 'pause' })).toMatchObject(refused)
    expect(await postApi(zenith, `${path}/jobs`, { action: 'retry', ids: ['1'] })).toMatchObject(refused)
    expect(await store.listAudit({ before: null, limit: 10 })).toEqual([])
  })
})
