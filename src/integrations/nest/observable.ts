import { isClientError } from '../../core/errors/client-errors.js'
import type { JobTrace } from '../../core/jobs/job-recorder.js'

interface Observer {
  next(value: unknown): void
  error(error: unknown): void
  complete(): void
}

interface Subscription {
  unsubscribe(): void
}

/** As much of RxJS as this takes. An app has it, but it is no package of ours: its class is found by an instance. */
interface Observable {
  subscribe(observer: Observer): Subscription
}

type ObservableClass = new (subscribe: (observer: Observer) => () => void) => Observable

/** Ends a trace with a handler's answer, which may be an observable: with its end then. The answer passes through. */
export function followAnswer(trace: JobTrace, answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    (value) => {
      if (isObservable(value)) return watched(trace, value)
      trace.complete()
      return value
    },
    (error: unknown) => {
      fail(trace, error)
      throw error
    },
  )
}

function fail(trace: JobTrace, error: unknown): void {
  if (isClientError(error)) trace.complete()
  else trace.fail(error, true)
}

/** Another observable: the app may give the same one to many. One that is left before its end has no length of its own. */
function watched(trace: JobTrace, source: Observable): Observable {
  return new (classOf(source))((observer) => {
    const subscription = source.subscribe({
      next: (value) => observer.next(value),
      error(error) {
        fail(trace, error)
        observer.error(error)
      },
      complete() {
        trace.complete()
        observer.complete()
      },
    })
    return () => {
      trace.discard()
      subscription.unsubscribe()
    }
  })
}

function isObservable(value: unknown): value is Observable {
  const { lift, subscribe } = (value ?? {}) as { lift?: unknown; subscribe?: unknown }
  return typeof lift === 'function' && typeof subscribe === 'function'
}

/** The class at the root: a subject's would make another subject. */
function classOf(source: Observable): ObservableClass {
  let prototype = Object.getPrototypeOf(source)
  for (let next = prototype; next && next !== Object.prototype; next = Object.getPrototypeOf(next)) prototype = next
  return prototype.constructor
}
