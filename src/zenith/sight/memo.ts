/** A function that answers once for the same object. */
export function memo<A extends object, R>(make: (of: A) => R): (of: A) => R {
  const known = new WeakMap<A, { readonly made: R }>()
  return (of) => {
    const found = known.get(of) ?? { made: make(of) }
    known.set(of, found)
    return found.made
  }
}
