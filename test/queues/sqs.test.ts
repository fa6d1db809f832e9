import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteQueueCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type SqsQueuesOptions, sqsQueues } from '../../src/queues/sqs/index.js'
import { type QueueSystem, queueSourceConformance, type SampleJob } from '../conformance/queue-source.js'
import { SQS_SECRET, startSqs, type TestSqs } from '../support/sqs.js'

const HOUR_MS = 3_600_000
const DEAD_LETTERS = 'orders-dlq'

/** What an app does with its queues. */
function appOf(sqs: TestSqs) {
  const client = sqs.client()
  const urlOf = (name: string) => `${sqs.endpoint}/000000000000/${name}`
  return {
    client,
    urlOf,
    async create(name: string, attributes: Record<string, string> = {}) {
      const Attributes = { ...(name.endsWith('.fifo') && { FifoQueue: 'true' }), ...attributes }
      await client.send(new CreateQueueCommand({ QueueName: name, Attributes }))
    },
    /** With a queue for what was taken once and not done. */
    async createWithDeadLetters(name: string, deadLetters: string) {
      const deadLetterTargetArn = `arn:aws:sqs:${sqs.region}:000000000000:${deadLetters}`
      await this.create(deadLetters)
      await this.create(name, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }) })
    },
    async send(name: string, bodies: readonly string[], delay = 0) {
      for (const MessageBody of bodies)
        await client.send(new SendMessageCommand({ QueueUrl: urlOf(name), MessageBody, DelaySeconds: delay }))
    },
    /** Takes a message and gives it back after so many seconds. */
    async take(name: string, seconds: number) {
      const query = { QueueUrl: urlOf(name), MaxNumberOfMessages: 1, VisibilityTimeout: 60 }
      const { Messages: [message] = [] } = await client.send(new ReceiveMessageCommand(query))
      const ReceiptHandle = message?.ReceiptHandle ?? ''
      await client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: urlOf(name), ReceiptHandle, VisibilityTimeout: seconds }),
      )
      return message?.MessageId ?? ''
    },
  }
}

type App = ReturnType<typeof appOf>

/** A source whose interval is over whenever the suite reads. */
async function makeSystem(): Promise<QueueSystem> {
  const sqs = await startSqs()
  const app = appOf(sqs)
  await app.create('orders')
  await app.create('mails')
  const make = () => sqsQueues({ client: app.client, queues: ['orders', 'mails'] })
  let source = make()
  let isClosed = false
  const bodies = (jobs: readonly SampleJob[]) => jobs.map(({ data }) => JSON.stringify(data))
  const ids = (jobs: readonly SampleJob[]) => jobs.map(({ id }) => id)
  const purge = async (name: string) => {
    await app.client.send(new PurgeQueueCommand({ QueueUrl: app.urlOf(name) }))
  }
  return {
    source: {
      ...source,
      get place() {
        return source.place
      },
      async read() {
        if (!isClosed) {
          await source.close()
          source = make()
        }
        return source.read()
      },
      async close() {
        isClosed = true
        await source.close()
      },
    },
    queues: ['orders', 'mails'],
    async wait(queue, jobs) {
      await app.send(queue, bodies(jobs))
      return ids(jobs)
    },
    async delay(queue, jobs, runAt) {
      await app.send(queue, bodies(jobs), Math.min(900, Math.ceil((runAt - Date.now()) / 1_000)))
      return ids(jobs)
    },
    async activate(queue, job) {
      await app.send(queue, bodies([job]))
      return app.take(queue, 3_600)
    },
    async spoil(queue) {
      sqs.refuse('GetQueueAttributes', queue, { type: 'AccessDenied', message: `User has no access: ${SQS_SECRET}` })
    },
    drain: purge,
    down: () => sqs.shut(),
    async back() {
      await sqs.open()
      await purge('orders')
      await purge('mails')
    },
    end: () => sqs.stop(),
  }
}

queueSourceConformance('sqs', makeSystem, {
  capabilities: [],
  counts: ['waiting', 'active', 'delayed'],
  secret: SQS_SECRET,
})

describe('sqsQueues', () => {
  const ends: (() => Promise<void>)[] = []
  afterEach(async () => {
    vi.restoreAllMocks()
    for (const end of ends.splice(0).reverse()) await end()
  })

  async function start(): Promise<{ sqs: TestSqs; app: App }> {
    const sqs = await startSqs()
    ends.push(() => sqs.stop())
    return { sqs, app: appOf(sqs) }
  }

  function watch(options: SqsQueuesOptions) {
    const source = sqsQueues(options)
    ends.push(() => source.close())
    return source
  }

  const named = (client: SQSClient, ...queues: string[]) => watch({ client, queues, pollEvery: 1_000 })

  const inWords = async (answer: Promise<unknown>) =>
    answer.then(
      () => 'no error',
      (error: Error) => error.message,
    )

  /** Time as intervals are measured by; the returned function lets so much of it pass. */
  function holdClock(): (ms: number) => void {
    let now = 1_000_000
    vi.spyOn(performance, 'now').mockImplementation(() => now)
    return (ms) => {
      now += ms
    }
  }

  it('asks once an interval, however often it is read, and looks a name up once', async () => {
    const { sqs, app } = await start()
    await app.create('orders')
    await app.create('mails')
    sqs.calls.length = 0
    const pass = holdClock()
    const source = watch({ client: app.client, queues: ['orders', app.urlOf('mails')] })
    expect(source.pollEvery).toBe(60_000)
    await Promise.all([source.read(), source.read()])
    await source.read()
    const asked = [
      { action: 'GetQueueAttributes', queue: 'orders' },
      { action: 'GetQueueAttributes', queue: 'mails' },
    ]
    expect(sqs.calls[0]).toEqual({ action: 'GetQueueUrl', queue: 'orders' })
    expect(sqs.calls.slice(1)).toEqual(expect.arrayContaining(asked))
    expect(sqs.calls).toHaveLength(3)
    await app.send('orders', ['one'])
    pass(59_999)
    sqs.calls.length = 0
    expect((await source.read()).queues[0]?.metrics.waiting).toBe(0)
    expect(sqs.calls).toEqual([])
    pass(1)
    expect((await source.read()).queues[0]?.metrics.waiting).toBe(1)
    expect(sqs.calls).toEqual(expect.arrayContaining(asked))
    expect(sqs.calls).toHaveLength(2)
  })

  it('a failure is not asked for again before the interval is over', async () => {
    const { sqs, app } = await start()
    await app.create('orders')
    sqs.refuse('GetQueueUrl', 'orders', { type: 'AccessDenied', message: 'no' })
    sqs.calls.length = 0
    const source = watch({ client: app.client, queues: ['orders'] })
    const [first, second] = [await source.read(), await source.read()]
    expect(first.queues[0]?.error).toBe('The AWS credentials lack the permission sqs:GetQueueUrl (AccessDenied)')
    expect(second).toBe(first)
    expect(sqs.calls).toHaveLength(1)
  })

  it('counts what is in the dead-letter queue as failed, with one call more', async () => {
    const { sqs, app } = await start()
    await app.createWithDeadLetters('orders', DEAD_LETTERS)
    await app.send(DEAD_LETTERS, ['a', 'b', 'c'])
    await app.take(DEAD_LETTERS, 600)
    sqs.calls.length = 0
    const [orders] = (await named(app.client, 'orders').read()).queues
    expect(orders).toMatchObject({
      metrics: { waiting: 0, active: 0, delayed: 0, failed: 3, completed: null, prioritized: null },
      states: ['waiting', 'active', 'delayed', 'failed'],
      approximate: true,
      meta: { fifo: false, deadLetters: DEAD_LETTERS, deadLettersError: null },
      error: null,
    })
    expect(sqs.calls.filter(({ action }) => action === 'GetQueueAttributes')).toHaveLength(2)
  })

  it('a dead-letter queue that is watched is a queue of its own, and is asked once for all', async () => {
    const { sqs, app } = await start()
    await app.createWithDeadLetters('orders', DEAD_LETTERS)
    await app.createWithDeadLetters('mails', DEAD_LETTERS)
    await app.send(DEAD_LETTERS, ['a'])
    sqs.calls.length = 0
    const { queues } = await named(app.client, 'orders', DEAD_LETTERS, 'mails').read()
    expect(queues.map(({ name, metrics }) => [name, metrics.waiting, metrics.failed])).toEqual([
      ['orders', 0, 1],
      [DEAD_LETTERS, 1, null],
      ['mails', 0, 1],
    ])
    expect(sqs.calls.filter(({ action }) => action === 'GetQueueAttributes')).toHaveLength(3)
  })

  it('a dead-letter queue that may not be read leaves the queue what it is', async () => {
    const { sqs, app } = await start()
    await app.createWithDeadLetters('orders', DEAD_LETTERS)
    await app.send('orders', ['a'])
    sqs.refuse('GetQueueAttributes', DEAD_LETTERS, { type: 'AccessDenied', message: 'no' })
    const [orders] = (await named(app.client, 'orders').read()).queues
    expect(orders).toMatchObject({ metrics: { waiting: 1, failed: null }, error: null })
    expect(orders?.meta?.deadLettersError).toMatch(/sqs:GetQueueAttributes/)
  })

  it('finds all queues, page by page, and looks for new ones once an hour', async () => {
    const { sqs, app } = await start()
    const names = ['a', 'b', 'c.fifo', 'd', 'e']
    for (const name of names) await app.create(name)
    sqs.pageSize = 2
    sqs.calls.length = 0
    const pass = holdClock()
    const source = watch({ client: app.client, pollEvery: 1_000 })
    expect(source.names).toBeNull()
    const found = await source.read()
    expect(found.queues.map(({ name }) => name)).toEqual(names)
    expect(found.queues.map(({ meta }) => meta?.fifo)).toEqual([false, false, true, false, false])
    const listings = () => sqs.calls.filter(({ action }) => action === 'ListQueues').length
    expect([listings(), sqs.calls.length]).toEqual([3, 8])
    await app.create('f')
    await app.client.send(new DeleteQueueCommand({ QueueUrl: app.urlOf('a') }))
    pass(HOUR_MS - 1)
    expect((await source.read()).queues.map(({ name }) => name)).toEqual(['b', 'c.fifo', 'd', 'e'])
    expect(listings()).toBe(3)
    pass(1_000)
    expect((await source.read()).queues.map(({ name }) => name)).toEqual(['b', 'c.fifo', 'd', 'e', 'f'])
  })

  it('a queue that is not there, and one without permission, are errors of their own', async () => {
    const { sqs, app } = await start()
    for (const name of ['orders', 'secret']) await app.create(name)
    sqs.refuse('GetQueueAttributes', 'secret', { type: 'AccessDenied', message: `arn of ${SQS_SECRET}` })
    const { queues } = await named(app.client, 'nowhere', 'secret', 'orders', app.urlOf('gone')).read()
    expect(queues.map(({ name, error }) => [name, error])).toEqual([
      ['nowhere', 'There is no such queue in this region and account (QueueDoesNotExist)'],
      ['secret', 'The AWS credentials lack the permission sqs:GetQueueAttributes (AccessDenied)'],
      ['orders', null],
      ['gone', 'There is no such queue in this region and account (QueueDoesNotExist)'],
    ])
  })

  it('says what is missing when it may not list queues', async () => {
    const { sqs, app } = await start()
    sqs.refuse('ListQueues', null, { type: 'AccessDenied', message: 'no' })
    expect(await inWords(watch({ client: app.client }).read())).toMatch(/sqs:ListQueues/)
  })

  it('repeats nothing that AWS says of a signature: it holds the session token', async () => {
    const { sqs, app } = await start()
    await app.create('orders')
    const message = `The Canonical String should have been 'x-amz-security-token:token-${SQS_SECRET}'`
    sqs.refuse('GetQueueUrl', null, { type: 'SignatureDoesNotMatch', message })
    sqs.refuse('GetQueueAttributes', null, { type: 'NobodyKnowsThis', message })
    sqs.refuse('ListQueues', null, { type: 'InvalidClientTokenId', message })
    const [byName] = (await named(app.client, 'orders').read()).queues
    const [byUrl] = (await named(app.client, app.urlOf('orders')).read()).queues
    const listed = await inWords(watch({ client: app.client }).read())
    expect(byName?.error).toMatch(/AWS refuses the credentials/)
    expect(byUrl?.error).toMatch(/NobodyKnowsThis, HTTP 400/)
    expect(listed).toMatch(/AWS refuses the credentials/)
    expect(`${byName?.error} ${byUrl?.error} ${listed}`).not.toContain(SQS_SECRET)
  })

  it('says where it is once it knows, and which server that is', async () => {
    const { sqs, app } = await start()
    await app.create('orders')
    const source = named(app.client, 'orders')
    expect((await source.read()).server).toBe(`${sqs.endpoint.slice('http://'.length)}/000000000000`)
    expect(source.place).toBe('sqs eu-west-1')
    expect(watch({ region: 'us-east-2' }).place).toBe('sqs us-east-2')
    const url = 'https://sqs.ap-southeast-1.amazonaws.com/123456789012/orders'
    const byUrl = watch({ client: app.client, queues: [url] })
    expect([byUrl.place, byUrl.names]).toEqual(['sqs ap-southeast-1', ['orders']])
  })

  it('tells queues of one name in two accounts apart', async () => {
    const { sqs, app } = await start()
    await app.create('orders')
    const source = named(app.client, app.urlOf('orders'), `${sqs.endpoint}/111111111111/orders`)
    expect(source.names).toEqual(['000000000000/orders', '111111111111/orders'])
    expect((await source.read()).queues.map(({ name }) => name)).toEqual(source.names)
  })

  it('leaves a client that was passed in as it is', async () => {
    const { app } = await start()
    await app.create('orders')
    const destroy = vi.spyOn(app.client, 'destroy')
    const source = named(app.client, 'orders')
    await source.read()
    await source.close()
    expect(destroy).not.toHaveBeenCalled()
    await app.send('orders', ['still there'])
  })

  it('opens a client of its own with what the SDK finds, and says so when that is too little', async () => {
    const { sqs, app } = await start()
    await app.create('orders')
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere')
    vi.stubEnv('AWS_ENDPOINT_URL_SQS', sqs.endpoint)
    for (const name of [
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'AWS_PROFILE',
    ])
      vi.stubEnv(name, undefined)
    try {
      expect(await inWords(watch({ queues: ['orders'] }).read())).toMatch(/No AWS region was found: pass `region`/)
      expect(await inWords(watch({ region: 'eu-west-1', queues: ['orders'] }).read())).toMatch(/No AWS credentials/)
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE')
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', SQS_SECRET)
      const [orders] = (await watch({ region: 'eu-west-1', queues: ['orders'] }).read()).queues
      expect([orders?.error, orders?.metrics.waiting]).toEqual([null, 0])
    } finally {
      vi.unstubAllEnvs()
    }
  })

  it.each([
    [{ queues: [] }, /option "queues"/],
    [{ queues: [''] }, /option "queues"/],
    [{ queues: ['https://sqs.eu-west-1.amazonaws.com'] }, /option "queues"/],
    [{ pollEvery: 10 }, /option "pollEvery" takes a number of milliseconds, at least 1000/],
    [{ region: 'https://x' }, /option "region"/],
    [{ client: {} }, /option "client"/],
  ])('refuses %o', (options, message) => {
    expect(() => sqsQueues(options as SqsQueuesOptions)).toThrow(message)
  })
})
