import type { INestApplicationContext, ModuleMetadata, Type } from '@nestjs/common'
import type { QuasarModuleOptions } from '../../src/integrations/nest/index.js'
import { memoryStore } from '../../src/stores/memory/index.js'
import { requireFrom } from './installed.js'
import { packInto } from './pack.js'
import { exceptions, recordedBy, slowEntries } from './recorded.js'

type Decorate = (...args: unknown[]) => MethodDecorator

/** Nest with what calls handlers that are no routes, as one of the hosts has them. */
export interface NestEntries {
  readonly host: string
  readonly load: NodeJS.Require
  readonly common: typeof import('@nestjs/common')
  readonly core: typeof import('@nestjs/core')
  readonly quasar: typeof import('../../src/integrations/nest/index.js')
  readonly schedule: Record<'Cron' | 'Interval' | 'Timeout', Decorate> & { ScheduleModule: { forRoot(): never } }
  readonly events: { OnEvent: Decorate; EventEmitterModule: { forRoot(): never }; EventEmitter2: Type<Emitter> }
  readonly microservices: Microservices
  readonly websockets: {
    WebSocketGateway: (port: number) => ClassDecorator
    SubscribeMessage: Decorate
    MessageBody: () => ParameterDecorator
    WsException: Type<Error>
  }
}

export interface Emitter {
  emit(event: string, ...args: unknown[]): boolean
  emitAsync(event: string, ...args: unknown[]): Promise<unknown[]>
}

interface Microservices {
  readonly MessagePattern: Decorate
  readonly EventPattern: Decorate
  readonly RpcException: Type<Error>
  readonly ClientProxyFactory: { create(options: unknown): Client }
  readonly Transport: { readonly TCP: number; readonly REDIS: number }
}

export interface Client {
  send(pattern: unknown, data: unknown): import('rxjs').Observable<unknown>
  emit(pattern: unknown, data: unknown): import('rxjs').Observable<unknown>
  close(): unknown
}

export async function loadNestEntries(host: string): Promise<NestEntries> {
  await packInto(host)
  const load = requireFrom(host)
  load('reflect-metadata')
  const events = load('@nestjs/event-emitter')
  return {
    host,
    load,
    common: load('@nestjs/common'),
    core: load('@nestjs/core'),
    quasar: load('@gravito/quasar/nest'),
    schedule: load('@nestjs/schedule'),
    events,
    microservices: load('@nestjs/microservices'),
    websockets: load('@nestjs/websockets'),
  }
}

type Method = (this: unknown, ...args: never[]) => unknown

/** A class whose methods have decorators: `{ name: [method, decorator, …] }`. */
export function classOf(
  name: string,
  methods: Record<string, readonly [Method, ...MethodDecorator[]]>,
  ...decorators: ClassDecorator[]
): Type {
  const Made = { [name]: class {} }[name] as Type
  for (const [key, [method, ...own]] of Object.entries(methods)) {
    // One of its own: decorators leave metadata on it.
    const named = function (this: unknown, ...args: never[]) {
      return method.apply(this, args)
    }
    Object.defineProperty(named, 'name', { value: key })
    const descriptor: PropertyDescriptor = { value: named, writable: true, configurable: true, enumerable: false }
    Object.defineProperty(Made.prototype, key, descriptor)
    for (const decorate of own) decorate(Made.prototype, key, descriptor)
    Object.defineProperty(Made.prototype, key, descriptor)
  }
  for (const decorate of decorators) decorate(Made)
  return Made
}

let services = 0

/** A module with Quasar in it, and what it reports. */
export function watchedModule(
  { common, quasar }: NestEntries,
  metadata: ModuleMetadata,
  options: QuasarModuleOptions = {},
) {
  const service = `entries-${++services}`
  const store = memoryStore()
  const quasarModule = quasar.QuasarModule.forRoot({ service, store, logger: false, interval: 60_000, ...options })
  class AppModule {}
  common.Module({ ...metadata, imports: [...(metadata.imports ?? []), quasarModule] })(AppModule)
  return {
    AppModule: AppModule as Type,
    /** Closes the app and gives what was reported. */
    async close(app: Pick<INestApplicationContext, 'close'>) {
      await app.close()
      const { jobs, routes } = await recordedBy(store, service)
      return {
        jobs: Object.fromEntries([...jobs].map(([key, { count, errors, failed }]) => [key, { count, errors, failed }])),
        routes: Object.fromEntries([...routes].map(([key, { count, errors }]) => [key, { count, errors }])),
        exceptions: await exceptions(store, service),
        slow: await slowEntries(store, service),
      }
    },
  }
}
