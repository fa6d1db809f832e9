import { followFromOutside } from '../express/middleware.js'
import { guarded } from './guarded.js'
import { shareRecorder } from './recorder.js'

type Handle = (this: unknown, ...args: unknown[]) => unknown

interface App {
  handle: Handle
}

interface Application {
  init?: (this: App, ...args: unknown[]) => unknown
}

let follow: ((app: unknown) => boolean) | null = null

/** @param application what all apps of a copy of Express get their methods from */
export function watchExpress(application: Application): void {
  const { init } = application
  if (typeof init !== 'function') return
  application.init = function (...args) {
    const made = init.apply(this, args)
    guarded(() => followWhenAsked(this))
    return made
  }
}

/** At the first request the app's own code has done what it does: it may have Quasar in it. */
function followWhenAsked(app: App): void {
  const { handle } = app
  function handleFirst(this: unknown, ...args: unknown[]): unknown {
    if (guarded(() => followApp(app)) !== false && app.handle === handleFirst) app.handle = handle
    return handle.apply(this, args)
  }
  app.handle = handleFirst
}

/** @returns false for an app that has no route yet */
function followApp(app: App): boolean {
  follow ??= followFromOutside(shareRecorder('express').recorder.requests)
  return follow(app)
}
