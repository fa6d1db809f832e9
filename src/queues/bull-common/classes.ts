/**
 * The classes of an instance, from its own to those that it is derived from. What an app derives takes what it likes in its
 * constructor: the library's own class is further on.
 */
export function* classesOf(instance: object): Generator<unknown> {
  for (let proto: unknown = Object.getPrototypeOf(instance); proto; proto = Object.getPrototypeOf(proto))
    if (typeof proto === 'object' && proto && 'constructor' in proto) yield proto.constructor
}
