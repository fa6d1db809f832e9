import type { ServerResponse } from 'node:http'
import type { ArgumentsHost, StreamableFile } from '@nestjs/common'
import type { ModulesContainer } from '@nestjs/core'
import type { ExceptionsHandler } from '@nestjs/core/exceptions/exceptions-handler.js'
import type { GuardsConsumer } from '@nestjs/core/guards/guards-consumer.js'
import type { InterceptorsConsumer } from '@nestjs/core/interceptors/interceptors-consumer.js'
import type { Handler } from './metadata.js'
import { prototypesOf } from './providers.js'

/**
 * The methods by which Nest calls an app, and where they were seen:
 *
 * - `InterceptorsConsumer.intercept` of @nestjs/core 10.4, 11.2 and 12.5: every handler of a controller, a gateway or an external
 *   context is called through it, with its pipes and interceptors, and with the kind of context as the last argument.
 * - `GuardsConsumer.tryActivate` of the same versions: guards run before that, with the same arguments.
 * - `ScheduleExplorer.wrapFunctionInTryCatchBlocks(method, instance)` of @nestjs/schedule 4.1, 6.1 and 12.0 makes what the
 *   scheduler calls, and logs what it throws.
 * - `EventSubscribersLoader.wrapFunctionInTryCatchBlocks(instance, key, args, options)` of @nestjs/event-emitter 2.1, 3.1 and
 *   12.0 calls a listener and logs what it throws, unless `suppressErrors` is false.
 *
 * A method that is missing is not replaced: what it runs is not followed then.
 */

/** Classes of one copy of Nest whose methods are replaced. */
export interface NestClasses {
  readonly ExceptionsHandler: { readonly prototype: ExceptionsHandler }
  readonly GuardsConsumer: { readonly prototype: GuardsConsumer }
  readonly InterceptorsConsumer: { readonly prototype: InterceptorsConsumer }
  readonly StreamableFile: { readonly prototype: StreamableFile }
}

export type Intercept = (
  this: InterceptorsConsumer,
  interceptors: unknown,
  args: unknown[],
  instance: object,
  callback: Handler,
  next: () => Promise<unknown>,
  type?: string,
) => Promise<unknown>

export type TryActivate = (
  this: GuardsConsumer,
  guards: unknown,
  args: unknown[],
  instance: object,
  callback: Handler,
  type?: string,
) => Promise<boolean>

export type Scheduled = (this: unknown, method: Handler, instance: object) => unknown

export type Listened = (
  this: unknown,
  instance: object,
  key: string,
  args: unknown[],
  options?: { suppressErrors?: boolean },
) => unknown

type Methods = Record<string, unknown>

const GUARDED = 'wrapFunctionInTryCatchBlocks'

/** By global symbol, so that two copies of the package replace a method once. */
const isReplaced = Symbol.for('@gravito/quasar/nest-entry-points')

/** What watches the methods of those classes. */
interface Watchers {
  intercept(original: Intercept): Intercept
  tryActivate(original: TryActivate): TryActivate
  /** Gets what reaches the exceptions layer, and what streams of files fail with. */
  note: Note
}

/** Once per copy of Nest, in the classes that are given. */
export function replaceIn(classes: Partial<NestClasses>, { intercept, tryActivate, note }: Watchers): void {
  const { ExceptionsHandler, GuardsConsumer, InterceptorsConsumer, StreamableFile } = classes
  if (InterceptorsConsumer) replace(InterceptorsConsumer.prototype as unknown as Methods, 'intercept', intercept)
  if (GuardsConsumer) replace(GuardsConsumer.prototype as unknown as Methods, 'tryActivate', tryActivate)
  if (ExceptionsHandler) noteExceptions(ExceptionsHandler, note)
  if (StreamableFile) noteFiles(StreamableFile, note)
}

/** Lets a consumer that serves HTTP call its own method again: requests are followed elsewhere, and pay nothing here. */
export function restoreIntercept(consumer: InterceptorsConsumer, original: Intercept): void {
  restore(consumer, 'intercept', original)
}

/** The same for guards. */
export function restoreTryActivate(consumer: GuardsConsumer, original: TryActivate): void {
  restore(consumer, 'tryActivate', original)
}

function restore(consumer: object, name: string, original: unknown): void {
  Object.defineProperty(consumer, name, { value: original, configurable: true, writable: true })
}

export function replaceScheduled(modules: ModulesContainer, wrap: (original: Scheduled) => Scheduled): void {
  for (const prototype of prototypesOf(modules, 'ScheduleExplorer')) replace(prototype, GUARDED, wrap)
}

export function replaceListened(modules: ModulesContainer, wrap: (original: Listened) => Listened): void {
  for (const prototype of prototypesOf(modules, 'EventSubscribersLoader')) replace(prototype, GUARDED, wrap)
}

/** Once per copy of Nest, whatever number of apps it runs. */
function replace<T>(prototype: Methods, name: string, wrap: (original: T) => T): void {
  if (Object.hasOwn(prototype, isReplaced) || typeof prototype[name] !== 'function') return
  Object.defineProperty(prototype, isReplaced, { value: true })
  prototype[name] = wrap(prototype[name] as T)
}

/**
 * What ends in Nest's exceptions layer, seen in @nestjs/core and @nestjs/common 10.4, 11.2 and 12.5:
 *
 * - `ExceptionsHandler.next(exception, host)`: errors of handlers, pipes, guards, interceptors and middleware, before a filter.
 * - `StreamableFile.errorHandler`, a getter: Nest on Express asks a file for it when its stream fails. Nest 10 ends the
 *   response then, as if it were whole.
 */

/** By global symbol, so that two copies of the package replace the methods once. */
const isWatched = Symbol.for('@gravito/quasar/nest-exceptions')

type Note = (response: ServerResponse | undefined, error: unknown) => void

/** Notes what reaches the exceptions layer, once per copy of Nest. */
function noteExceptions({ prototype }: NestClasses['ExceptionsHandler'], note: Note): void {
  if (Object.hasOwn(prototype, isWatched)) return
  Object.defineProperty(prototype, isWatched, { value: true })
  const { next } = prototype
  prototype.next = function (this: ExceptionsHandler, exception: Error, host: ArgumentsHost) {
    note(rawResponse(host), exception)
    return next.call(this, exception, host as never)
  }
}

type Answer = ServerResponse & { raw?: ServerResponse }

/** Notes what streams of files fail with, once per copy of Nest. */
function noteFiles({ prototype }: NestClasses['StreamableFile'], note: Note): void {
  const errorHandler = Object.getOwnPropertyDescriptor(prototype, 'errorHandler')
  const get = errorHandler?.get
  if (!get || Object.hasOwn(prototype, isWatched)) return
  Object.defineProperty(prototype, isWatched, { value: true })
  Object.defineProperty(prototype, 'errorHandler', {
    ...errorHandler,
    get(this: StreamableFile) {
      const handle: StreamableFile['errorHandler'] = get.call(this)
      return function (this: unknown, error: Error, response: Parameters<typeof handle>[1]) {
        note(nodeResponseOf(response as unknown as Answer), error)
        return handle.call(this, error, response)
      }
    },
  })
}

/** What is no request has none. */
export function rawResponse(host: Pick<ArgumentsHost, 'getArgByIndex'>): ServerResponse | undefined {
  return nodeResponseOf(host.getArgByIndex<Answer | undefined>(1))
}

/** Fastify's reply holds Node's response; middleware gets Node's own on both. */
function nodeResponseOf(response: Answer | undefined): ServerResponse | undefined {
  return response?.raw ?? response
}
