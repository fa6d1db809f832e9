interface Source {
  readonly driver: string
  readonly place: string | null
  readonly names: readonly string[] | null
}

/** Keeps the first source of each place and list of names: an app may watch a queue and also pass it to Zenith. */
export function uniqueSources<S extends Source>(sources: Iterable<S>): S[] {
  const unique = new Map<string, S>()
  for (const source of sources) {
    const identity = JSON.stringify([source.driver, source.place, source.names])
    if (!unique.has(identity)) unique.set(identity, source)
  }
  return [...unique.values()]
}
