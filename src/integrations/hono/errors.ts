import type { Context, Handler } from 'hono'
import { asWrapped, exchangeWrapped, type Match } from './internals.js'

const recovered = new WeakMap<Context, unknown>()
const watching = new WeakSet<Handler>()

/** The error that decided a request's answer. Hono keeps the last one, also when it was answered with less than 500. */
export function errorOf(c: Context): unknown {
  return c.error && recovered.get(c) !== c.error ? c.error : undefined
}

/** Notes that an error handler has recovered from an error, when it has: what fails the request afterwards is something else. */
export function noteAnswer(c: Context, { status }: Response): void {
  if (status < 500) recovered.set(c, c.error)
}

/**
 * Watches the error handlers of the sub-apps that a request may come to.
 *
 * @returns whether there are any
 */
export function watchSubApps(match: Match): boolean {
  return exchangeWrapped(match, watchSubApp)
}

function watchSubApp(handler: Handler): Handler {
  if (watching.has(handler)) return handler
  const watchingHandler: Handler = (c, next) => {
    const before = c.error
    const answered = handler(c, next) as Promise<Response>
    answered.then(
      (response) => {
        if (c.error !== before) noteAnswer(c, response)
      },
      () => {},
    )
    return answered
  }
  watching.add(watchingHandler)
  return asWrapped(watchingHandler, handler)
}
