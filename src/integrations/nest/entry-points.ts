import type { ServerResponse } from 'node:http'
import type { ModulesContainer } from '@nestjs/core'
import { isClientError } from '../../core/errors/client-errors.js'
import { followed } from '../../core/http/response-end.js'
import { type FollowedTrace, follow } from '../../core/jobs/follow.js'
import type { JobTrace } from '../../core/jobs/job-recorder.js'
import { runFrom } from '../../core/origin/current.js'
import { recorderOf } from './apps.js'
import {
  type Intercept,
  type Listened,
  type NestClasses,
  rawResponse,
  replaceIn,
  replaceListened,
  replaceScheduled,
  restoreIntercept,
  restoreTryActivate,
  type Scheduled,
  type TryActivate,
} from './internals/entry-points.js'
import { eventsOf, type Handler, messageOf, patternOf, scheduleOf } from './internals/metadata.js'
import { followAnswer } from './observable.js'
import { noteGuard, noteResolver } from './resolvers.js'
import { isSkipped } from './skipped.js'

/**
 * Follows what Nest calls besides routes as jobs: handlers of messages, of gateways and of other external contexts, of schedules and of
 * events. Only calls by Nest itself count: those of the app, from a request say, are the app's own.
 */
export function watchEntryPoints(modules: ModulesContainer): void {
  replaceScheduled(modules, watchScheduled)
  replaceListened(modules, watchListened)
}

/**
 * Watches classes of a copy of Nest for the same, and for errors whichever filter answers them: a filter or an interceptor of our own
 * would miss those that others take.
 */
export function watchClasses(classes: Partial<NestClasses>): void {
  replaceIn(classes, { intercept: watchIntercept, tryActivate: watchTryActivate, note: noteError })
}

function noteError(response: ServerResponse | undefined, error: unknown): void {
  if (response) followed(response)?.fail(error)
}

function watchIntercept(intercept: Intercept): Intercept {
  return function (interceptors, args, instance, callback, next, type) {
    if (isHttp(args, type)) restoreIntercept(this, intercept)
    const trace = isFollowed(type) ? begin(instance, callback, () => nameOf(type, instance, callback)) : null
    const run = () => intercept.call(this, interceptors, args, instance, callback, next, type)
    const answer = trace ? runFrom(trace, run) : run()
    if (type === 'graphql') answer.then(undefined, (error: unknown) => noteResolver(args, error))
    return trace ? followAnswer(trace, answer) : answer
  }
}

function watchTryActivate(tryActivate: TryActivate): TryActivate {
  return function (guards, args, instance, callback, type) {
    if (isHttp(args, type)) restoreTryActivate(this, tryActivate)
    const answer = tryActivate.call(this, guards, args, instance, callback, type)
    if (type === 'graphql')
      answer.then(
        (may) => noteGuard(args, may),
        (error: unknown) => noteResolver(args, error),
      )
    if (isFollowed(type)) {
      answer.catch((error) => {
        if (isClientError(error)) return
        begin(instance, callback, () => nameOf(type, instance, callback))?.fail(error, true)
      })
    }
    return answer
  }
}

/** What the scheduler throws away is handled: it is in the app's log. */
function watchScheduled(wrap: Scheduled): Scheduled {
  return function (method, instance) {
    const name = `${scheduleOf(method)} ${instance.constructor.name}.${keyOf(instance, method)}`
    const followed: Handler = function (this: unknown, ...args) {
      const trace = begin(instance, method, () => name)
      const run = () => method.apply(this, args)
      return trace ? follow(handled(trace), run) : run()
    }
    return wrap.call(this, followed, instance)
  }
}

function watchListened(call: Listened): Listened {
  return function (instance, key, args, options) {
    const method = (instance as Record<string, Handler>)[key] as Handler
    const trace = begin(instance, method, () => `event ${eventsOf(method, options)}`)
    if (!trace) return call.call(this, instance, key, args, options)
    const told = options?.suppressErrors === false ? trace : handled(trace)
    const stand = { [key]: (...given: unknown[]) => follow(told, () => method.apply(instance, given)) }
    return call.call(this, stand, key, args, options)
  }
}

/** By what it is called on its class: another decorator may have put a function of its own there. */
function keyOf(instance: object, method: Handler): string {
  for (let owner = instance; owner && owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (value === method) return key
    }
  }
  return method.name
}

function handled(trace: JobTrace): FollowedTrace {
  return {
    get origin() {
      return trace.origin
    },
    complete: () => trace.complete(),
    fail: (error) => trace.fail(error, true, true),
  }
}

/** GraphQL's resolvers are parts of operations, which are followed as requests. */
function isFollowed(type: string | undefined): type is string {
  return type !== undefined && type !== 'http' && type !== 'graphql'
}

/** External contexts that name no type are `http`, too, and have no response. */
function isHttp(args: unknown[], type: string | undefined): boolean {
  if (type !== 'http') return false
  const response = rawResponse({ getArgByIndex: <T>(index: number) => args[index] as T })
  return typeof response === 'object' && response !== null && 'writableEnded' in response
}

/** None of the app's business: what fails here is left out. */
function begin(instance: object, method: Handler, name: () => string): JobTrace | null {
  try {
    if (isSkipped(method) || isSkipped(instance.constructor)) return null
    const recorder = recorderOf(instance)
    return recorder?.jobs.begin({ name: name(), queue: null, id: null, attempt: 1, waitMs: null }) ?? null
  } catch {
    return null
  }
}

function nameOf(type: string, instance: object, callback: Handler): string {
  const { name } = instance.constructor
  if (type === 'ws') return `gateway ${name}.${messageOf(callback)}`
  const pattern = type === 'rpc' ? patternOf(callback) : null
  if (pattern) return `${pattern.isEvent ? 'event' : 'message'} ${pattern.text}`
  return `${type} ${name}.${callback.name}`
}
