import type { AbstractHttpAdapter, ModulesContainer } from '@nestjs/core'
import { wrapMethod } from '../../lib/wrap-method.js'
import { addApp, hasApp } from '../nest/apps.js'
import { watchEntryPoints } from '../nest/entry-points.js'
import { followAdapter } from '../nest/follow-adapter.js'
import { guarded } from './guarded.js'
import { shareRecorder } from './recorder.js'

/** What makes apps, with or without a server: its `initialize` makes their modules. */
interface Factory {
  initialize?: (...args: unknown[]) => Promise<unknown>
}

export function watchFactory(factory: Factory): void {
  wrapMethod(factory, 'initialize', (initialize) => async (...args) => {
    const answer = await initialize(...args)
    guarded(() => followApp(args))
    return answer
  })
}

/** Before the app has its routes, schedules and listeners, and when QuasarModule is made, if the app has it. */
function followApp(args: readonly unknown[]): void {
  const container = args.find(isContainer)
  if (!container) return
  const modules = container.getModules()
  if (hasApp(modules)) return
  const { recorder } = shareRecorder('nest')
  addApp(modules, recorder)
  watchEntryPoints(modules)
  const adapter = args.find(isAdapter)
  if (adapter) followAdapter(adapter, recorder.requests)
}

function isContainer(value: unknown): value is { getModules(): ModulesContainer } {
  return hasMethods(value, ['getModules', 'addModule'])
}

function isAdapter(value: unknown): value is AbstractHttpAdapter {
  return hasMethods(value, ['getType', 'getInstance', 'getHttpServer'])
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}
