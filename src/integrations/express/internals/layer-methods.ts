import type { Handle, HandleError, Layer, LayerPrototype, Router } from './routers.js'

const isHooked = Symbol.for('@gravito/quasar/layers')

/** How one of the methods that run a layer is told of. */
export interface MethodHook<Method> {
  /** Makes the form that tells what it is called with. */
  readonly telling: (original: Method) => Method
  /** Whether nothing more than the layer has to be known. */
  readonly isTold: (layer: Layer) => boolean
}

/**
 * Replaces the methods that run the layers of a router by getters, once per copy of Express: `handle_request` and `handle_error`
 * of Express 4, `handleRequest` and `handleError` of router 2. Routers read the method right before they call it, so a getter
 * learns which layer it is, and gives back Express' own method.
 */
export function hookLayerMethods(
  { stack }: Router,
  requests: MethodHook<Handle>,
  errors: MethodHook<HandleError>,
): void {
  const prototype: LayerPrototype | null = stack[0] ? Object.getPrototypeOf(stack[0]) : null
  if (!prototype || Object.hasOwn(prototype, isHooked)) return
  Object.defineProperty(prototype, isHooked, { value: true })
  hookMethod(prototype, 'handle_request', requests)
  hookMethod(prototype, 'handleRequest', requests)
  hookMethod(prototype, 'handle_error', errors)
  hookMethod(prototype, 'handleError', errors)
}

function hookMethod<Method>(
  prototype: object,
  name: keyof LayerPrototype,
  { telling, isTold }: MethodHook<Method>,
): void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
  if (!descriptor?.configurable || typeof descriptor.value !== 'function') return
  let original: Method = descriptor.value
  let told = telling(original)
  Object.defineProperty(prototype, name, {
    configurable: true,
    enumerable: descriptor.enumerable ?? true,
    get(this: Layer) {
      return this === prototype || isTold(this) ? original : told
    },
    // Others wrap the method, too.
    set(this: Layer, value: Method) {
      if (this !== prototype) {
        Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true })
        return
      }
      original = value
      told = telling(value)
    },
  })
}

/** Whether Express gives a layer's handler errors, and nothing else: it has four parameters then. */
export function isForErrors({ handle }: Layer): boolean {
  return (handle as { length?: number }).length === 4
}

/** Replaces what tells a router whether a layer takes a path. */
export function replaceMatch(layer: Layer, wrap: (original: Layer['match']) => Layer['match']): void {
  Object.defineProperty(layer, 'match', { value: wrap(layer.match), writable: true, configurable: true })
}
