/** Ten were enough in Node 20 to 26; a hundred take 5 µs. */
const READS = 100

/**
 * Makes V8 find the methods of strings by their place, for good. ioredis 6 has a class that extends String, for which V8 turns
 * `String.prototype` into a dictionary: every method call on any string of the process takes three times as long from then on
 * (seen in Node 20 to 26). Reading through an object makes V8 lay out that object's prototype anew, and one that was laid out so
 * stays it, whatever is loaded later. Nothing that a program can see changes.
 */
export function keepStringsFast(): void {
  const below: { readonly charCodeAt?: unknown } = Object.create(String.prototype)
  for (let read = 0; read < READS; read++) void below.charCodeAt
}
