/** An entry point of the built package: what users get. @param path within dist/esm */
export function fromDist(path) {
  return import(new URL(`../../dist/esm/${path}`, import.meta.url).href)
}

/** A single module, to measure a part. @param path within dist/modules */
export function fromModules(path) {
  return import(new URL(`../../dist/modules/${path}`, import.meta.url).href)
}
