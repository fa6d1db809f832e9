import type { ModulesContainer } from '@nestjs/core'
import type { Recorder } from '../../core/recorder.js'
import { globalSlot } from '../../lib/global-slot.js'
import { hasClass } from './internals/providers.js'

interface App {
  readonly modules: ModulesContainer
  readonly recorder: Recorder
}

interface Apps {
  readonly open: Set<App>
  /** By class. Made anew when an app opens or closes. */
  found: WeakMap<object, Recorder | null>
}

/** The apps of this process that Quasar is in. */
const apps = globalSlot('nest-apps', (): Apps => ({ open: new Set(), found: new WeakMap() }))

/** Whether Quasar is in the app of these modules. */
export function hasApp(modules: ModulesContainer): boolean {
  return [...apps.get().open].some((app) => app.modules === modules)
}

/** @returns ends it */
export function addApp(modules: ModulesContainer, recorder: Recorder): () => void {
  const app = { modules, recorder }
  apps.get().open.add(app)
  apps.get().found = new WeakMap()
  return () => {
    apps.get().open.delete(app)
    apps.get().found = new WeakMap()
  }
}

/** The recorder of the app that an instance belongs to; null when Quasar is in none that has its class. */
export function recorderOf(instance: object): Recorder | null {
  const type = instance.constructor
  const { found } = apps.get()
  const known = found.get(type)
  if (known !== undefined) return known
  const recorder = [...apps.get().open].findLast(({ modules }) => hasClass(modules, type))?.recorder ?? null
  found.set(type, recorder)
  return recorder
}
