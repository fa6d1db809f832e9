import { probedPath } from './probed-path.js'
import { regexpPath } from './regexp-path.js'
import type { Layer } from './routers.js'

/** @param path a text, an expression, or an array of them */
export function pathText(path: unknown): string {
  return Array.isArray(path) ? path.map(pathText).join('|') : String(path)
}

const known = new WeakMap<Layer, string>()

/** The path that a middleware is mounted on as the app wrote it, `/t/:tenant`, without a slash at its end. */
export function mountPath(layer: Layer): string {
  const cached = known.get(layer)
  if (cached !== undefined) return cached
  const path = readPath(layer).replace(/\/+$/, '')
  // Which one of several paths was taken is seen from the request alone in router < 2.3.
  if (layer.rawPath !== undefined || layer.regexp || layer.matchers?.length === 1) known.set(layer, path)
  return path
}

/** Not when only the request tells which of several paths it is. */
export function isFixed({ rawPath, matchers = [] }: Layer): boolean {
  return rawPath !== undefined || matchers.length <= 1
}

function readPath(layer: Layer): string {
  if (layer.rawPath !== undefined) return pathText(layer.rawPath)
  if (layer.regexp) return regexpPath(layer.regexp, layer.keys ?? [])
  return probedPath(layer.matchers ?? [], layer.path ?? '')
}
