import type { IncomingMessage } from 'node:http'
import type { RequestRecorder } from '../../core/http/request-recorder.js'
import {
  type App,
  isMountedApp,
  type Layer,
  layersOf,
  type Place,
  routerIn,
  routerOf,
  topOf,
} from './internals/routers.js'

/** So many requests tell whether there is a proxy; the first may be a health check that comes past it. */
const LOOKS = 100

/** Notes how Quasar is built into the app; costs a comparison after the first requests. */
export class SetupLook {
  #left = LOOKS
  #app: App | null = null

  constructor(private readonly requests: RequestRecorder) {}

  /** @param places where its middleware is in the app */
  atHook(app: App, places: readonly Place[]): void {
    this.#app = app
    if (places.length > 1) this.requests.noteSetup('registered-twice')
    if (places.some(({ isFirst }) => isFirst)) return
    if (places.some(({ isScoped }) => isScoped)) this.requests.noteSetup('registered-in-scope')
    else if (places.some(({ layer }) => isLate(app, layer))) this.requests.noteSetup('registered-late')
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
function isLate(app: App, own: Layer): boolean {
  const layers = layersOf(routerOf(topOf(app)))
  return layers.slice(0, Math.max(layers.indexOf(own), 0)).some((layer) => {
    return layer.route !== undefined || isMountedApp(layer) || routerIn(layer) !== null
  })
}
