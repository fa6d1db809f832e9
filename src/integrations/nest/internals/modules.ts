import { type LazyModuleLoader, ModuleRef, type ModulesContainer } from '@nestjs/core'
import { wrapMethod } from '../../../lib/wrap-method.js'
import type { BullQueue, WorkerLike } from '../../bullmq/index.js'

/**
 * What Nest keeps of an app's modules, and where it was seen:
 *
 * - The `ModuleRef` among each module's own providers, of the same versions: there is one a module, and `create()` is its own.
 * - `LazyModuleLoader.load` of the same versions, on the instance that is injected.
 * - `BullExplorer.handleProcessor` and its list `workers` of @nestjs/bullmq 10.2, 11.0 and 12.0: every worker of a class with
 *   `@Processor()` is made by it, at start or when `BullRegistrar.register()` is called.
 * - `BullQueue_`, with which the same versions and @nestjs/bull begin the tokens of queues; `qualifiedName` of BullMQ's queues
 *   and workers, which Bull's don't have.
 *
 * A method that is missing is not wrapped: what comes later by it is not seen then.
 */

/** What makes the workers of an app. That of @nestjs/bull has the same name, and no list of workers. */
export interface BullExplorer {
  readonly workers: readonly WorkerLike[]
  handleProcessor?: Make
}

export function* bullExplorersOf(modules: ModulesContainer): Iterable<BullExplorer> {
  for (const { providers } of modules.values()) {
    for (const { metatype, instance } of providers.values()) {
      if (typeof metatype !== 'function' || metatype.name !== 'BullExplorer') continue
      const explorer = instance as Partial<BullExplorer> | null
      if (Array.isArray(explorer?.workers)) yield explorer as BullExplorer
    }
  }
}

/** Wraps what makes the workers of a processor. */
export function wrapHandleProcessor(explorer: BullExplorer, wrap: (original: Make) => Make): void {
  wrapMethod(explorer, 'handleProcessor', wrap)
}

type Make = (...args: never[]) => unknown

/** Whether a provider is named as a queue that is registered, of BullMQ or of Bull. */
export function isNamedAsQueue({ name }: { readonly name: unknown }): boolean {
  return typeof name === 'string' && name.startsWith('BullQueue_')
}

/** Not one of Bull's, which has the same token. */
export function isBullmqQueue(instance: unknown): instance is BullQueue {
  return typeof instance === 'object' && instance !== null && 'qualifiedName' in instance
}

/** Not a queue, which has a name and events, too. */
export function isBullmqWorker(value: unknown): value is WorkerLike {
  if (typeof value !== 'object' || value === null) return false
  return 'qualifiedName' in value && typeof (value as { getNextJob?: unknown }).getNextJob === 'function'
}

export interface Refs {
  create?: Make
}

export function moduleRefsOf(modules: ModulesContainer): Refs[] {
  const refs = [...modules.values()].map(({ providers }) => providers.get(ModuleRef)?.instance as Refs | undefined)
  return refs.filter((ref) => ref !== undefined && ref !== null)
}

/** Wraps what makes an instance that no container knows. */
export function wrapCreate(refs: Refs, wrap: (original: Make) => Make): void {
  wrapMethod(refs, 'create', wrap)
}

/** Wraps what loads a module after the start. */
export function wrapLoad(loader: LazyModuleLoader, wrap: (original: Make) => Make): void {
  wrapMethod(loader as { load?: Make }, 'load', wrap)
}
