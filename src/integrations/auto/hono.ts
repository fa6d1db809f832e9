import { type AppLike, type Fetch, followApp, hasQuasar } from '../hono/fetch.js'
import { nodeObjectsOf } from '../hono/server.js'
import { guarded } from './guarded.js'
import { shareRecorder } from './recorder.js'

type Hono = AppLike & { fetch: Fetch }
type HonoClass = (new (...args: never[]) => Hono) & { readonly prototype: { basePath?: (path: string) => Hono } }

/** @returns the class that stands for Hono's: its apps are followed from their first request on */
export function watchHono(Original: HonoClass): HonoClass {
  const { prototype } = Original
  const { basePath } = prototype
  if (typeof basePath === 'function') {
    // It makes an app by the original class, which it knows by a name of its own.
    prototype.basePath = function (path) {
      return followWhenAsked(basePath.call(this, path))
    }
  }
  return new Proxy(Original, {
    construct: (target, args, newTarget) => followWhenAsked(Reflect.construct(target, args, newTarget)),
  })
}

/** Of requests that @hono/node-server hands over: calls of the app by itself or by tests are none. */
function followWhenAsked(app: Hono): Hono {
  const { fetch: original } = app
  let fetch: Fetch | null = null
  app.fetch = (request, env, ...rest) => {
    if (!fetch && nodeObjectsOf(env)) fetch = guarded(() => follow(app, original)) ?? original
    return (fetch ?? original)(request, env, ...rest)
  }
  return app
}

function follow(app: Hono, original: Fetch): Fetch {
  return hasQuasar(app) ? original : followApp(app, shareRecorder('hono').recorder.requests, original)
}
