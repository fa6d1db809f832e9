import { ModuleRef, type ModulesContainer } from '@nestjs/core'
import { GuardsConsumer } from '@nestjs/core/guards/guards-consumer.js'
import { InterceptorsConsumer } from '@nestjs/core/interceptors/interceptors-consumer.js'
import type { WorkerLike } from '../bullmq/index.js'

/**
 * What is touched of Nest's private parts, and where it was seen:
 *
 * - `InterceptorsConsumer.intercept` of @nestjs/core 10.4, 11.2 and 12.5: every handler of a controller, a gateway or an external
 *   context is called through it, with its pipes and interceptors, and with the kind of context as the last argument.
 * - `GuardsConsumer.tryActivate` of the same versions: guards run before that, with the same arguments.
 * - `ScheduleExplorer.wrapFunctionInTryCatchBlocks(method, instance)` of @nestjs/schedule 4.1, 6.1 and 12.0 makes what the
 *   scheduler calls, and logs what it throws.
 * - `EventSubscribersLoader.wrapFunctionInTryCatchBlocks(instance, key, args, options)` of @nestjs/event-emitter 2.1, 3.1 and
 *   12.0 calls a listener and logs what it throws, unless `suppressErrors` is false.
 * - `BullExplorer.handleProcessor` and its list `workers` of @nestjs/bullmq 10.2, 11.0 and 12.0: every worker of a class with
 *   `@Processor()` is made by it, at start or when `BullRegistrar.register()` is called.
 * - The ModuleRef among each module's own providers: there is one a module, and `create()` is its own.
 * - Keys of metadata, which those packages export nowhere.
 *
 * A method that is missing is not replaced: what it runs is not followed then.
 */

// biome-ignore lint/complexity/noBannedTypes: handlers are any functions, and metadata is kept by them
export type Handler = Function & ((this: unknown, ...args: unknown[]) => unknown)

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

export function replaceIntercept(wrap: (intercept: Intercept) => Intercept): void {
  replace(InterceptorsConsumer.prototype as unknown as Methods, 'intercept', wrap)
}

export function replaceTryActivate(wrap: (tryActivate: TryActivate) => TryActivate): void {
  replace(GuardsConsumer.prototype as unknown as Methods, 'tryActivate', wrap)
}

/** Lets a consumer that serves HTTP call its own method again: requests are followed elsewhere, and pay nothing here. */
export function restore(consumer: object, name: 'intercept' | 'tryActivate', original: unknown): void {
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

/** What makes the workers of an app. That of @nestjs/bull has the same name, and no list of workers. */
export interface BullExplorer {
  readonly workers: readonly WorkerLike[]
  handleProcessor?: (...args: never[]) => unknown
}

export function* bullExplorersOf(modules: ModulesContainer): Iterable<BullExplorer> {
  for (const { providers } of modules.values()) {
    for (const { metatype, instance } of providers.values()) {
      if (typeof metatype !== 'function' || metatype.name !== 'BullExplorer') continue
      const explorer = instance as Partial<BullExplorer> | null
      if (Array.isArray(explorer?.workers)) yield explorer as BullExplorer
    }
  }
}

export interface Refs {
  create?: (...args: never[]) => unknown
}

export function moduleRefsOf(modules: ModulesContainer): Refs[] {
  const refs = [...modules.values()].map(({ providers }) => providers.get(ModuleRef)?.instance as Refs | undefined)
  return refs.filter((ref) => ref !== undefined && ref !== null)
}

/** Classes by their name: the packages that have them are optional, and may be there in several copies. */
function* prototypesOf(modules: ModulesContainer, name: string): Iterable<Methods> {
  for (const { providers } of modules.values()) {
    for (const { metatype } of providers.values()) {
      if (typeof metatype === 'function' && metatype.name === name) yield metatype.prototype
    }
  }
}

export interface Pattern {
  readonly text: string
  readonly isEvent: boolean
}

/** What a controller's handler of messages is registered for; null for another handler. */
export function patternOf(handler: Handler): Pattern | null {
  const patterns = read<unknown[]>('microservices:pattern', handler)
  if (patterns === undefined) return null
  const isEvent = read<number>('microservices:handler_type', handler) === 2
  return { text: [patterns].flat().map(patternText).join('|'), isEvent }
}

function patternText(pattern: unknown): string {
  const { service, rpc } = (pattern ?? {}) as { service?: unknown; rpc?: unknown }
  if (typeof service === 'string' && typeof rpc === 'string') return `${service}/${rpc}`
  return textOf(pattern)
}

/** What a gateway's handler is registered for. */
export function messageOf(handler: Handler): string {
  return textOf(read('message', handler) ?? handler.name)
}

export function scheduleOf(handler: Handler): string {
  // The values of `SchedulerType`.
  return { 1: 'cron', 2: 'timeout', 3: 'interval' }[read<number>('SCHEDULER_TYPE', handler) ?? 1] ?? 'cron'
}

/** The events that a listener has; those with these options when it has several. */
export function eventsOf(handler: Handler, options: unknown): string {
  const all = read<{ event: unknown; options?: unknown }[]>('EVENT_LISTENER_METADATA', handler) ?? []
  const same = all.filter((one) => one.options === options)
  return (same.length > 0 ? same : all).map(({ event }) => eventText(event)).join('|') || handler.name
}

function eventText(event: unknown): string {
  return Array.isArray(event) ? event.map(textOf).join('.') : textOf(event)
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}

function read<T>(key: string, target: object): T | undefined {
  return Reflect.getMetadata(key, target) as T | undefined
}
