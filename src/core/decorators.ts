import { QuasarError } from '../lib/errors.js'
import { follow } from './jobs/follow.js'
import type { JobTrace } from './jobs/job-recorder.js'
import { allRecorders } from './lease.js'

type Method = (this: unknown, ...args: never[]) => unknown

/** Works as a standard (TC39) and as a legacy (`experimentalDecorators`) method decorator. */
export interface MethodDecorator {
  <M extends Method>(method: M, context: ClassMethodDecoratorContext): M
  (target: object, key: string | symbol, descriptor: PropertyDescriptor): void
}

/**
 * Records each call of a job handler under a name. On a monitored worker the call is counted once, under this name.
 *
 * @param name recorded name; by default the method's name
 * @example
 * class Reports {
 *   \@Monitored('reports:daily')
 *   async daily(job: Job) { … }
 * }
 */
export function Monitored(name?: string): MethodDecorator {
  return decorator((trace) => {
    if (name) trace.name = name
  }, name)
}

/**
 * Records each call of a job handler, with its own threshold for slow calls.
 *
 * @param thresholdMs ms
 * @throws QuasarError `invalid_option`, where the class is declared
 */
export function SlowJob(thresholdMs: number): MethodDecorator {
  if (typeof thresholdMs !== 'number' || !(thresholdMs >= 0)) {
    throw new QuasarError('invalid_option', 'Quasar: @SlowJob() takes a number of ms, 0 or more.')
  }
  return decorator((trace) => {
    trace.thresholdMs = thresholdMs
  })
}

type Tune = (trace: JobTrace) => void

function decorator(tune: Tune, name?: string): MethodDecorator {
  return ((first: unknown, second: unknown, descriptor?: PropertyDescriptor) => {
    if (!descriptor) return wrap(first as Method, tune, name ?? String((second as { name: unknown }).name))
    descriptor.value = wrap(descriptor.value as Method, tune, name ?? String(second))
    return undefined
  }) as MethodDecorator
}

/** Changes to the trace, by wrapper: a handler that is decorated twice has one wrapper, so that it counts once. */
const TUNES = new WeakMap<Method, Tune[]>()

function wrap(method: Method, tune: Tune, name: string): Method {
  const known = TUNES.get(method)
  if (known) {
    known.push(tune)
    return method
  }
  const tunes = [tune]
  const wrapper = disguise(function (this: unknown, ...args: never[]): unknown {
    return call(name, tunes, args[0], () => method.apply(this, args))
  }, method)
  TUNES.set(wrapper, tunes)
  return wrapper
}

/** Several recorders of the process may monitor the worker. If none does, the first recorder counts the call. */
function call(name: string, tunes: readonly Tune[], job: unknown, handler: () => unknown): unknown {
  const recorders = allRecorders()
  const running = recorders.map(({ jobs }) => jobs.traceOf(job)).filter((trace) => trace !== null)
  for (const trace of running) applyAll(tunes, trace)
  const first = recorders[0]
  if (running.length > 0 || !first) return handler()
  const trace = first.jobs.begin({ name, queue: null, id: null, attempt: 1, waitMs: null })
  applyAll(tunes, trace)
  return follow(trace, handler)
}

function applyAll(tunes: readonly Tune[], trace: JobTrace): void {
  for (const tune of tunes) tune(trace)
}

/** Methods that the package `reflect-metadata` adds to Reflect. */
interface Metadata {
  getOwnMetadataKeys?(target: object): unknown[]
  getMetadata?(key: unknown, target: object): unknown
  defineMetadata?(key: unknown, value: unknown, target: object): void
}

/** Gives a wrapper the name, the `length` and the metadata of the method: frameworks read all three. */
function disguise(wrapper: Method, method: Method): Method {
  for (const key of ['name', 'length'] as const) {
    Object.defineProperty(wrapper, key, { value: method[key], configurable: true })
  }
  const reflect = Reflect as Metadata
  for (const key of reflect.getOwnMetadataKeys?.(method) ?? []) {
    reflect.defineMetadata?.(key, reflect.getMetadata?.(key, method), wrapper)
  }
  return wrapper
}
