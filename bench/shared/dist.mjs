/** A module of the built package: what users get. @param path within dist/esm */
export function fromDist(path) {
  return import(new URL(`../../dist/esm/${path}`, import.meta.url).href)
}
