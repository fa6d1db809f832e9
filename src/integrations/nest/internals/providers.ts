import type { ModulesContainer } from '@nestjs/core'

/** The providers and controllers of a `ModulesContainer` of @nestjs/core 10.4, 11.2 and 12.5, with classes and instances. */

/** Whether an app has a class among its providers and controllers. */
export function hasClass(modules: ModulesContainer, type: unknown): boolean {
  for (const { providers, controllers } of modules.values()) {
    for (const wrappers of [providers, controllers]) {
      for (const { metatype, instance } of wrappers.values()) {
        if (metatype === type || instance?.constructor === type) return true
      }
    }
  }
  return false
}

/** Classes by their name: the packages that have them are optional, and may be there in several copies. */
export function* prototypesOf(modules: ModulesContainer, name: string): Iterable<Record<string, unknown>> {
  for (const { providers } of modules.values()) {
    for (const { metatype } of providers.values()) {
      if (typeof metatype === 'function' && metatype.name === name) yield metatype.prototype
    }
  }
}
