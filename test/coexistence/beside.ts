import { once } from 'node:events'
import { join } from 'node:path'
import { gunzipSync, inflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, vi } from 'vitest'
import { redisStore } from '../../src/stores/redis/index.js'
import { folderOf } from '../support/installed.js'
import { packInto } from '../support/pack.js'
import { type Outcome, startProgram } from '../support/program.js'
import { exceptions, recordedBy, serve, slowEntries } from '../support/recorded.js'
import { startRedis, type TestRedis } from '../support/redis.js'

const FOLDER = folderOf('neighbours')

/** What a neighbour sent to its collector. */
export interface Sent {
  readonly path: string
  readonly body: string
}

/** What an app and its neighbour did: the app's own outcome, what the neighbour sent, and what Quasar reported. */
export interface Run<T> {
  readonly used: T
  readonly outcome: Outcome
  readonly sent: readonly Sent[]
  readonly reported: Awaited<ReturnType<typeof read>>
}

export interface Beside {
  /**
   * Starts an app of the neighbours' folder, uses it, and ends it in an orderly way.
   *
   * @param preload the neighbour's file, loaded by `node -r`; null for none
   * @param use gets what waits for the first report, where there is one: Quasar is connected then
   */
  run<T>(
    app: string,
    preload: string | null,
    use: (port: number, reported: () => Promise<void>) => Promise<T>,
  ): Promise<{ bare: Run<T>; watched: Run<T> }>
  redis(): TestRedis
}

/** Apps beside something else, each of them run without Quasar and with it. */
export function openNeighbours(): Beside {
  let redis: TestRedis
  let store: ReturnType<typeof redisStore>
  let last = 0
  beforeAll(async () => {
    redis = await startRedis()
    store = redisStore({ redis: redis.url })
    await packInto('neighbours')
  })
  afterAll(async () => {
    await store?.close()
    await redis?.stop()
  })

  async function runOne<T>(
    app: string,
    preload: string | null,
    use: (port: number, reported: () => Promise<void>) => Promise<T>,
    watched: boolean,
  ) {
    last += 1
    const service = `beside-${last}`
    const collector = await collect()
    const [file = '', ...args] = app.split(' ')
    const program = await startProgram('', {
      entry: join(FOLDER, file),
      args,
      nodeArgs: preload ? ['-r', join(FOLDER, preload)] : [],
      env: {
        QUASAR_REDIS_URL: redis.url,
        QUASAR_SERVICE: service,
        REDIS_PORT: `${redis.port}`,
        COLLECTOR: collector.url,
        // By default they go to a port of this machine where nobody listens.
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_LOGS_EXPORTER: 'none',
        WATCHED: watched ? '1' : '',
      },
    })
    try {
      const failed = program.ended.then(({ stderr }) => Promise.reject(new Error(`Ended at its start: ${stderr}`)))
      const [port] = (await Promise.race([once(program.child, 'message'), failed])) as [number]
      const used = await use(port, () => (watched ? firstReport(store, service) : Promise.resolve()))
      // One that ends by itself may be gone by now.
      if (program.child.connected) program.child.send('end', () => {})
      const outcome = await program.ended
      return { used, outcome, sent: collector.sent, reported: await read(store, service) }
    } finally {
      program.child.kill('SIGKILL')
      await collector.close()
    }
  }

  return {
    async run(app, preload, use) {
      const bare = await runOne(app, preload, use, false)
      return { bare, watched: await runOne(app, preload, use, true) }
    },
    redis: () => redis,
  }
}

async function firstReport(store: ReturnType<typeof redisStore>, service: string): Promise<void> {
  await vi.waitFor(async () => {
    const { nodes } = await store.nodes()
    expect(nodes.map((node) => node.service)).toContain(service)
  })
}

async function read(store: ReturnType<typeof redisStore>, service: string) {
  const { routes } = await recordedBy(store, service)
  const { nodes } = await store.nodes()
  return {
    routes,
    counts: Object.fromEntries([...routes].map(([key, { count }]) => [key, count])),
    slow: await slowEntries(store, service),
    exceptions: await exceptions(store, service),
    nodes: nodes.filter((node) => node.service === service).length,
  }
}

/** Takes whatever is sent to it, and keeps it. */
async function collect() {
  const sent: Sent[] = []
  const server = await serve(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = decoded(Buffer.concat(chunks), request.headers['content-encoding'])
    sent.push({ path: request.url ?? '', body })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  return { ...server, sent }
}

function decoded(body: Buffer, encoding: string | undefined): string {
  if (encoding === 'gzip') return gunzipSync(body).toString()
  return encoding === 'deflate' ? inflateSync(body).toString() : body.toString()
}
