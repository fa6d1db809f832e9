import type { LazyModuleLoader, ModulesContainer } from '@nestjs/core'
import { observe } from '../../lib/observe.js'
import { moduleRefsOf, type Refs, wrapCreate, wrapLoad } from './internals/modules.js'

export interface RunTimeListener {
  /** A module was loaded lazily, and its providers are there. Must not throw. */
  loaded(): void
  /** `ModuleRef.create()` made an instance, which no container knows. Must not throw. */
  created(instance: object): void
}

/** Tells of what an app makes when it has started: Nest runs no hooks for it. */
export function followRunTime(loader: LazyModuleLoader, modules: ModulesContainer, listener: RunTimeListener): void {
  const followed = new WeakSet<Refs>()
  const followRefs = () => {
    for (const refs of moduleRefsOf(modules)) {
      if (!followed.has(refs)) followCreate(refs, listener)
      followed.add(refs)
    }
  }
  followRefs()
  wrapLoad(loader, (original) => (...args) => {
    const loading = original(...args)
    const loaded = () => {
      followRefs()
      listener.loaded()
    }
    return observe(() => loading, loaded, ignore)
  })
}

function followCreate(refs: Refs, listener: RunTimeListener): void {
  wrapCreate(refs, (original) => (...args) => {
    const creating = original(...args) as Promise<unknown>
    const created = (instance: unknown) => {
      if (typeof instance === 'object' && instance !== null) listener.created(instance)
    }
    creating.then(created, ignore)
    return creating
  })
}

function ignore(): void {}

/** An instance and what it holds in fields of its own: no getter is called. */
export function heldBy(instance: object): unknown[] {
  const fields = Object.values(Object.getOwnPropertyDescriptors(instance))
  return [instance, ...fields.map((field) => field.value as unknown)]
}
