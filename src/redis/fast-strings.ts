/** Ten were enough in Node 20 to 26; a hundred take 5 µs. */
const READS = 100

/**
 * Makes V8 find the methods of strings by their offset, permanently. ioredis 6 has a class that extends String, for which V8 turns
 * `String.prototype` into a dictionary: every method call on any string of the process takes three times as long from then on (seen in Node
 * 20 to 26). Reads through an object make V8 optimize that object's prototype again, and then it stays optimized, whatever is loaded later.
 * A program can see no difference.
 */
export function keepStringsFast(): void {
  const below: { readonly charCodeAt?: unknown } = Object.create(String.prototype)
  for (let read = 0; read < READS; read++) void below.charCodeAt
}
