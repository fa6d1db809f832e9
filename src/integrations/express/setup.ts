import type { IncomingMessage } from 'node:http'
import type { Application, Request, RequestHandler } from 'express'
import type { RequestRecorder } from '../../core/requests.js'
import { routerOf } from './front.js'

/** So many requests tell whether there is a proxy; the first may be a health check that comes past it. */
const LOOKS = 100

/** Looks at the way an app is set up by the first requests that come, and costs a comparison after that. */
export class SetupLook {
  #left = LOOKS
  #app: Application | null = null

  constructor(private readonly requests: RequestRecorder) {}

  /** When a request gets to the middleware itself, the first time. */
  atMiddleware(request: Request, middleware: RequestHandler): void {
    if (this.#app) return
    this.#app = request.app
    if (request.baseUrl !== '') this.requests.noteSetup('registered-in-scope')
    else if (isLate(request.app, middleware)) this.requests.noteSetup('registered-late')
  }

  atRequest(request: IncomingMessage): void {
    if (this.#left === 0) return
    this.#left -= 1
    if (request.headers['x-forwarded-for'] === undefined || !this.#app || this.#app.get('trust proxy')) return
    this.requests.noteSetup('trust-proxy-unset')
    this.#left = 0
  }
}

/** Whether requests may be answered by routes that stand before it. */
function isLate(app: Application, middleware: RequestHandler): boolean {
  const stack = routerOf(app)?.stack ?? []
  const place = stack.findIndex(({ handle }) => handle === middleware)
  return stack.slice(0, Math.max(place, 0)).some(({ handle, name, route }) => {
    return route !== undefined || name === 'mounted_app' || (typeof handle === 'function' && 'stack' in handle)
  })
}
