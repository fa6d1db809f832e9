import { on, once } from 'node:events'
import type { INestApplication, INestMicroservice, Type } from '@nestjs/common'
import request from 'supertest'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { extent } from '../support/extent.js'
import {
  type Client,
  classOf,
  type Emitter,
  loadNestEntries,
  type NestEntries,
  watchedModule,
} from '../support/nest-entries.js'
import { freePort, startRedis, type TestRedis } from '../support/redis.js'

class OrderError extends Error {
  override name = 'OrderError'
}

const fail = (): never => {
  throw new OrderError('no stock')
}

/** A logger that keeps what it is told. */
function listeningLogger() {
  const lines: string[] = []
  const note = (message: unknown) => void lines.push(String(message))
  return { lines, log() {}, warn: note, error: note, debug() {}, verbose() {}, fatal: note }
}

const HOSTS = [
  ['10', 'entries10'],
  ['11', 'entries11'],
  ['12', 'entries12'],
] as const

describe.each(extent(HOSTS, ([version]) => version !== '11'))('what Nest %s calls besides routes', (_version, host) => {
  let nest: NestEntries
  beforeAll(async () => {
    nest = await loadNestEntries(host)
  })

  const injectable = () => nest.common.Injectable() as ClassDecorator
  const start = (AppModule: Type, logger: false | ReturnType<typeof listeningLogger> = false) =>
    nest.core.NestFactory.createApplicationContext(AppModule, { logger, abortOnError: false })
  const listen = async (app: INestApplication) => {
    await app.listen(0, '127.0.0.1')
    return app.getHttpServer().address().port as number
  }

  describe('schedules', () => {
    const schedules = () => {
      const { Cron, Interval, Timeout } = nest.schedule
      const runs: Record<string, number> = {}
      const contexts: unknown[] = []
      const count = (name: string) => {
        runs[name] = (runs[name] ?? 0) + 1
      }
      const Cleanup = classOf(
        'CleanupService',
        {
          run: [
            async function (this: unknown) {
              contexts.push(this)
              count('run')
              await Promise.resolve()
              if (runs.run === 1) fail()
            },
            Cron('* * * * * *'),
          ],
          tick: [() => count('tick'), Interval(50)],
          once: [
            () => {
              count('once')
              fail()
            },
            Timeout(10),
          ],
          left: [() => count('left'), Interval(50), nest.quasar.SkipQuasar() as MethodDecorator],
        },
        injectable(),
      )
      return { Cleanup, runs, contexts }
    }

    it('are jobs with their failures, and what Nest logs of them stays', async () => {
      const { Cleanup, runs, contexts } = schedules()
      const imports = [nest.schedule.ScheduleModule.forRoot()]
      const { AppModule, close } = watchedModule(nest, { imports, providers: [Cleanup] })
      const logger = listeningLogger()
      const app = await start(AppModule, logger)
      await vi.waitFor(
        () => expect([runs.run, runs.tick, runs.left, runs.once].every((n) => (n ?? 0) > 0)).toBe(true),
        {
          timeout: 5_000,
        },
      )
      const method = Cleanup.prototype.run
      const reported = await close(app)
      expect(Object.keys(reported.jobs).sort()).toEqual([
        'cron CleanupService.run',
        'interval CleanupService.tick',
        'timeout CleanupService.once',
      ])
      expect(reported.jobs['cron CleanupService.run']).toEqual({ count: runs.run, errors: 1, failed: 1 })
      expect(reported.jobs['interval CleanupService.tick']).toEqual({ count: runs.tick, errors: 0, failed: 0 })
      expect(reported.jobs['timeout CleanupService.once']).toEqual({ count: 1, errors: 1, failed: 1 })
      expect(reported.exceptions.map(({ route, name, handled, kind }) => ({ route, name, handled, kind }))).toEqual(
        expect.arrayContaining([
          { route: 'cron CleanupService.run', name: 'OrderError', handled: true, kind: 'job' },
          { route: 'timeout CleanupService.once', name: 'OrderError', handled: true, kind: 'job' },
        ]),
      )
      expect(reported.exceptions).toHaveLength(2)
      expect(logger.lines.filter((line) => line.includes('no stock'))).toHaveLength(2)
      expect(contexts.every((one) => one instanceof Cleanup)).toBe(true)
      expect(Cleanup.prototype.run).toBe(method)
    })

    it('are part of a request where a request calls them', async () => {
      const { Cleanup } = schedules()
      const Controller = classOf(
        'TestController',
        { handle: [() => new Cleanup().run(), nest.common.Get('clean')] },
        nest.common.Controller(),
      )
      const imports = [nest.schedule.ScheduleModule.forRoot()]
      const { AppModule, close } = watchedModule(nest, { imports, controllers: [Controller] })
      const app = await nest.core.NestFactory.create(AppModule, { logger: false, abortOnError: false })
      await listen(app)
      await request(app.getHttpServer()).get('/clean').expect(500)
      const reported = await close(app)
      expect(reported.jobs).toEqual({})
      expect(reported.routes).toEqual({ 'GET /clean': { count: 1, errors: 1 } })
      expect(reported.exceptions).toMatchObject([{ route: 'GET /clean', kind: 'request' }])
    })
  })

  describe('events', () => {
    const listeners = () => {
      const { OnEvent } = nest.events
      const seen: unknown[] = []
      const Listener = classOf(
        'Listener',
        {
          created: [
            async function (this: unknown, ...args: unknown[]) {
              seen.push([this instanceof Listener, ...args])
              return 'told'
            },
            OnEvent('user.created'),
          ],
          removed: [fail, OnEvent('user.removed')],
          thrown: [fail, OnEvent('user.thrown', { suppressErrors: false })],
          both: [() => {}, OnEvent('one'), OnEvent('two')],
          left: [fail, OnEvent('user.left'), nest.quasar.SkipQuasar() as MethodDecorator],
        },
        injectable(),
      ) as Type
      return { Listener, seen }
    }

    it('are jobs with their failures, and their results stay', async () => {
      const { Listener, seen } = listeners()
      const imports = [nest.events.EventEmitterModule.forRoot()]
      const { AppModule, close } = watchedModule(
        nest,
        { imports, providers: [Listener] },
        { slow: { jobs: 0 } as never },
      )
      const logger = listeningLogger()
      const app = await start(AppModule, logger)
      await app.init()
      const emitter = app.get<Emitter>(nest.events.EventEmitter2)
      expect(await emitter.emitAsync('user.created', { id: 1 }, 2)).toEqual(['told'])
      expect(await emitter.emitAsync('user.removed')).toEqual([undefined])
      await expect(emitter.emitAsync('user.thrown')).rejects.toThrow('no stock')
      await emitter.emitAsync('one')
      await emitter.emitAsync('user.left')
      const reported = await close(app)
      expect(seen).toEqual([[true, { id: 1 }, 2]])
      const jobs = { ...reported.jobs }
      expect(jobs['event user.created']).toEqual({ count: 1, errors: 0, failed: 0 })
      expect(jobs['event user.removed']).toEqual({ count: 1, errors: 1, failed: 1 })
      expect(jobs['event user.thrown']).toEqual({ count: 1, errors: 1, failed: 1 })
      expect(jobs['event user.left']).toBeUndefined()
      expect(reported.exceptions.map(({ route, handled }) => [route, handled]).sort()).toEqual([
        ['event user.removed', true],
        ['event user.thrown', false],
      ])
      expect(reported.slow.map(({ name }) => name)).toContain('event user.created')
      expect(logger.lines.filter((line) => line.includes('no stock'))).toHaveLength(2)
    })
  })

  describe('messages', () => {
    const handlers = () => {
      const { MessagePattern, EventPattern, RpcException } = nest.microservices
      const { of, throwError } = nest.load('rxjs') as typeof import('rxjs')
      const told: unknown[] = []
      const Refusing = classOf('Refusing', { canActivate: [() => fail()] }, injectable())
      return {
        told,
        MathController: classOf(
          'MathController',
          {
            sum: [
              async function (this: unknown, data: never) {
                return (data as number[]).reduce((a, b) => a + b, 0)
              },
              MessagePattern('sum'),
            ],
            plain: [() => 'both', MessagePattern({ cmd: 'both' }), nest.common.Get('both') as MethodDecorator],
            stream: [() => of(1, 2, 3), MessagePattern('stream')],
            broken: [() => throwError(() => new OrderError('broken stream')), MessagePattern('broken')],
            fails: [fail, MessagePattern('fails')],
            refuses: [
              () => {
                throw new RpcException('refused')
              },
              MessagePattern('refuses'),
            ],
            guarded: [
              () => 'never',
              MessagePattern('guarded'),
              nest.common.UseGuards(Refusing as Type<never>) as MethodDecorator,
            ],
            created: [(data: never) => void told.push(data), EventPattern('user.created')],
            lost: [
              () => {
                told.push('lost')
                fail()
              },
              EventPattern('user.lost'),
            ],
            left: [() => 'left', MessagePattern('left'), nest.quasar.SkipQuasar() as MethodDecorator],
          },
          nest.common.Controller(),
        ),
      }
    }

    async function use(client: Client, told: unknown[]) {
      const { lastValueFrom, toArray } = nest.load('rxjs') as typeof import('rxjs')
      const send = (pattern: unknown, data: unknown = {}) => lastValueFrom(client.send(pattern, data))
      expect(await send('sum', [1, 2, 3])).toBe(6)
      expect(await send({ cmd: 'both' })).toBe('both')
      expect(await lastValueFrom(client.send('stream', {}).pipe(toArray()))).toEqual([1, 2, 3])
      for (const pattern of ['fails', 'refuses', 'broken', 'guarded']) {
        await expect(send(pattern)).rejects.toBeDefined()
      }
      expect(await send('left')).toBe('left')
      client.emit('user.created', { id: 1 }).subscribe()
      client.emit('user.lost', {}).subscribe()
      await vi.waitFor(() => expect(told).toHaveLength(2), { timeout: 5_000 })
    }

    const expected = {
      'message sum': { count: 1, errors: 0, failed: 0 },
      'message {"cmd":"both"}': { count: 1, errors: 0, failed: 0 },
      'message stream': { count: 1, errors: 0, failed: 0 },
      'message broken': { count: 1, errors: 1, failed: 1 },
      'message fails': { count: 1, errors: 1, failed: 1 },
      'message refuses': { count: 1, errors: 0, failed: 0 },
      'message guarded': { count: 1, errors: 1, failed: 1 },
      'event user.created': { count: 1, errors: 0, failed: 0 },
      'event user.lost': { count: 1, errors: 1, failed: 1 },
    }

    it('over TCP in a hybrid app are jobs; a handler that is a route, too, is a request there', async () => {
      const { MathController, told } = handlers()
      const { AppModule, close } = watchedModule(nest, { controllers: [MathController] })
      const app = await nest.core.NestFactory.create(AppModule, { logger: false, abortOnError: false })
      const port = await freePort()
      const transport = nest.microservices.Transport.TCP
      app.connectMicroservice({ transport, options: { host: '127.0.0.1', port } })
      await app.startAllMicroservices()
      await listen(app)
      const client = nest.microservices.ClientProxyFactory.create({ transport, options: { host: '127.0.0.1', port } })
      await use(client, told)
      await request(app.getHttpServer()).get('/both').expect(200)
      client.close()
      const reported = await close(app)
      expect(reported.jobs).toEqual(expected)
      expect(reported.routes).toEqual({ 'GET /both': { count: 1, errors: 0 } })
      expect(reported.exceptions.map(({ route, message }) => `${route}: ${message}`).sort()).toEqual([
        'event user.lost: no stock',
        'message broken: broken stream',
        'message fails: no stock',
        'message guarded: no stock',
      ])
    })

    describe('over Redis', () => {
      let redis: TestRedis
      beforeAll(async () => {
        redis = await startRedis()
      })
      afterAll(() => redis.stop())

      it('are jobs in a microservice without a server', async () => {
        const { MathController, told } = handlers()
        const { AppModule, close } = watchedModule(nest, { controllers: [MathController] })
        const options = {
          transport: nest.microservices.Transport.REDIS,
          options: { host: '127.0.0.1', port: redis.port },
        }
        const app: INestMicroservice = await nest.core.NestFactory.createMicroservice(AppModule, {
          ...options,
          logger: false,
          abortOnError: false,
        } as never)
        await app.listen()
        const client = nest.microservices.ClientProxyFactory.create(options)
        await use(client, told)
        client.close()
        const reported = await close(app)
        expect(reported.jobs).toEqual(expected)
        expect(reported.exceptions).toHaveLength(4)
      })
    })
  })

  it('messages of a gateway are jobs, with the errors that it answers', async () => {
    const { WebSocketGateway, SubscribeMessage, MessageBody, WsException } = nest.websockets
    const Gateway = classOf(
      'ChatGateway',
      {
        say: [(data: never) => ({ event: 'said', data }), SubscribeMessage('say')],
        crash: [fail, SubscribeMessage('crash')],
        refuse: [
          () => {
            throw new WsException('refused')
          },
          SubscribeMessage('refuse'),
        ],
      },
      WebSocketGateway(0),
    )
    MessageBody()(Gateway.prototype, 'say', 0)
    const { AppModule, close } = watchedModule(nest, { providers: [Gateway] })
    const app = await nest.core.NestFactory.create(AppModule, { logger: false, abortOnError: false })
    const isSocketIo = host === 'entries11'
    if (!isSocketIo) {
      const { WsAdapter } = nest.load('@nestjs/platform-ws')
      // biome-ignore lint/correctness/useHookAtTopLevel: no hook of React
      app.useWebSocketAdapter(new WsAdapter(app))
    }
    const port = await listen(app)
    const socket = isSocketIo ? await openSocketIo(nest, port) : await openWebSocket(nest, port)
    onTestFinished(() => socket.close())
    expect(await socket.ask('say', 'hello')).toBe('hello')
    await socket.tell('crash')
    await socket.tell('refuse')
    expect(await socket.ask('say', 'again')).toBe('again')
    socket.close()
    const reported = await close(app)
    expect(reported.jobs).toEqual({
      'gateway ChatGateway.say': { count: 2, errors: 0, failed: 0 },
      'gateway ChatGateway.crash': { count: 1, errors: 1, failed: 1 },
      'gateway ChatGateway.refuse': { count: 1, errors: 0, failed: 0 },
    })
    expect(reported.exceptions).toMatchObject([
      { route: 'gateway ChatGateway.crash', name: 'OrderError', handled: false },
    ])
  })
})

interface Socket {
  ask(event: string, data: unknown): Promise<unknown>
  tell(event: string): Promise<unknown>
  close(): void
}

async function openWebSocket(nest: NestEntries, port: number): Promise<Socket> {
  const { WebSocket } = nest.load('ws') as {
    WebSocket: typeof globalThis.WebSocket &
      (new (
        url: string,
      ) => NodeJS.EventEmitter & { send(t: string): void; close(): void })
  }
  const socket = new WebSocket(`ws://127.0.0.1:${port}`)
  await once(socket, 'open')
  const send = (event: string, data: unknown) => socket.send(JSON.stringify({ event, data }))
  return {
    async ask(event, data) {
      const answers = on(socket, 'message')
      send(event, data)
      for await (const [text] of answers) {
        const answer = JSON.parse(String(text))
        if (answer.event === 'said') return answer.data
      }
    },
    // Nest 10 tells a plain socket of no error.
    tell: async (event) => send(event, null),
    close: () => socket.close(),
  }
}

async function openSocketIo(nest: NestEntries, port: number): Promise<Socket> {
  const { io } = nest.load('socket.io-client') as { io(url: string, options: object): IoSocket }
  const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'] })
  await new Promise<void>((resolve) => socket.on('connect', () => resolve()))
  const told = (event: string, answer: string) =>
    new Promise<unknown>((resolve) => {
      socket.once(answer, resolve)
      socket.emit(event, null)
    })
  return {
    ask: (event, data) =>
      new Promise((resolve) => {
        socket.once('said', resolve)
        socket.emit(event, data)
      }),
    tell: (event) => told(event, 'exception'),
    close: () => socket.close(),
  }
}

interface IoSocket {
  on(event: string, listener: () => void): void
  once(event: string, listener: (data: unknown) => void): void
  emit(event: string, data: unknown): void
  close(): void
}
