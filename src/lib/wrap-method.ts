type Method = (...args: never[]) => unknown

/**
 * Wraps a method of one object, not of its class.
 *
 * @param wrap gets the method, bound to the object
 * @returns removes the wrapper; null if there is no such method
 */
export function wrapMethod<K extends string, M extends Method>(
  target: { [key in K]?: M },
  key: K,
  wrap: (original: M) => M,
): (() => void) | null {
  const original = target[key]
  if (typeof original !== 'function') return null
  const own = Object.getOwnPropertyDescriptor(target, key)
  const bound = original.bind(target) as M
  let isOn = true
  const wrapped = wrap(bound)
  const wrapper = ((...args: never[]) => (isOn ? wrapped(...args) : bound(...args))) as M
  Object.defineProperty(target, key, { value: wrapper, configurable: true, writable: true, enumerable: false })
  return () => {
    isOn = false
    // Another library may have wrapped the method since: then this wrapper stays and passes everything through.
    if (target[key] !== wrapper) return
    if (own) Object.defineProperty(target, key, own)
    else delete target[key]
  }
}
