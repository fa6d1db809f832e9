import type { Observer } from '../look.js'

export function createObserver(): Observer {
  return { note() {}, observe: () => [], memory: () => null, restore() {} }
}
