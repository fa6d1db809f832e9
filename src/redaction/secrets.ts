/**
 * Masks secrets in texts before they are stored or shown. A masked part reads `***`.
 *
 * How a text is masked:
 *
 * 1. Its kind decides where it starts: a record (record.ts), a job (job.ts), a payload (json.ts, json-walk.ts), a stack (stack.ts), a
 *    name (name.ts) or any other text (here). within.ts cuts it after it is masked, never before; budget.ts bounds the cost of one response.
 * 2. scanner.ts reads it once, word by word and sign by sign. source.ts caches searches ahead (chars.ts has the kinds of characters), so
 *    that the work grows linearly with the text.
 * 3. A word may be a secret itself: a key (vendors.ts, shaped.ts), a card (cards.ts), random (random.ts). A sign may begin a secret or be
 *    a part of one: a URL's credentials (urls.ts), a mail address (mails.ts), a private key (shaped.ts).
 * 4. Any other word may be a name: words.ts quickly excludes most words. pairs.ts determines the kind of name, by secret-names.ts,
 *    foreign-names.ts and roles.ts, and calls the part that knows where the value is:
 *    - after a sign (signs.ts): values.ts, quoted.ts by the marks of quotes.ts, raw.ts; in lists listed.ts, in URLs queries.ts
 *    - in a pair of its own, `name: password, value: x`: entries.ts, forms.ts, tags.ts
 *    - in a command line: options.ts, commands.ts; after the word of a log-in: logins.ts
 *    - in a statement or a call: sql.ts, calls.ts, both with items.ts; in a table: tables.ts
 *
 * Each part of 3 and 4 gets the source and a position, and returns the secret there, or where it ends, or nothing: it masks nothing
 * itself. The scanner and pairs.ts collect the spans to mask (spans.ts), and the scan ends with one copy of the text.
 */
import { MASK, type Scanned, scan } from './scanner.js'

export { MASK }

const CREDENTIALS = { people: false, random: false }
const SECRETS = { people: true, random: false }
const MESSAGE = { people: true, random: true }

/** Masks everything that grants access: URL credentials, values by their names, tokens, private keys. Personal data stays. */
export function maskCredentials(text: string): Scanned {
  return scan(text, CREDENTIALS)
}

/** Masks secrets with a known format: those of {@link maskCredentials}, mail addresses, cards. */
export function maskSecrets(text: string): string {
  return scan(text, SECRETS).text
}

/** Like {@link maskSecrets}, and also masks long random text. Not for stacks: paths look random, too. */
export function maskMessage(text: string): string {
  return scan(text, MESSAGE).text
}
