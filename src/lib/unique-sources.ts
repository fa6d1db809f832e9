interface Source {
  readonly driver: string
  readonly place: string | null
  readonly names: readonly string[] | null
}

/** One for each place and list of names, the first: an app may watch a queue and give it to Zenith, too. */
export function uniqueSources<S extends Source>(sources: Iterable<S>): S[] {
  const unique = new Map<string, S>()
  for (const source of sources) {
    const identity = JSON.stringify([source.driver, source.place, source.names])
    if (!unique.has(identity)) unique.set(identity, source)
  }
  return [...unique.values()]
}
