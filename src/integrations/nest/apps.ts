import type { ModulesContainer } from '@nestjs/core'
import type { Recorder } from '../../core/recorder.js'

interface App {
  readonly modules: ModulesContainer
  readonly recorder: Recorder
}

/** The apps of this process that Quasar is in: on a global slot, as the ESM and the CJS copy replace Nest's methods once. */
const SLOT = Symbol.for('@gravito/quasar/nest-apps')

interface Apps {
  readonly open: Set<App>
  /** By class. Made anew when an app opens or closes. */
  found: WeakMap<object, Recorder | null>
}

function apps(): Apps {
  const slot = globalThis as { [SLOT]?: Apps }
  slot[SLOT] ??= { open: new Set(), found: new WeakMap() }
  return slot[SLOT]
}

/** @returns ends it */
export function addApp(modules: ModulesContainer, recorder: Recorder): () => void {
  const app = { modules, recorder }
  apps().open.add(app)
  apps().found = new WeakMap()
  return () => {
    apps().open.delete(app)
    apps().found = new WeakMap()
  }
}

/** The recorder of the app that an instance belongs to; null when Quasar is in none that has its class. */
export function recorderOf(instance: object): Recorder | null {
  const type = instance.constructor
  const { found } = apps()
  const known = found.get(type)
  if (known !== undefined) return known
  const recorder = [...apps().open].findLast(({ modules }) => hasClass(modules, type))?.recorder ?? null
  found.set(type, recorder)
  return recorder
}

function hasClass(modules: ModulesContainer, type: unknown): boolean {
  for (const { providers, controllers } of modules.values()) {
    for (const wrappers of [providers, controllers]) {
      for (const { metatype, instance } of wrappers.values()) {
        if (metatype === type || instance?.constructor === type) return true
      }
    }
  }
  return false
}
