/**
 * Takes secrets out of what is about to be kept or shown. What is masked reads `***`.
 *
 * How a text goes through the parts:
 *
 * 1. It comes as what it is: a record (record.ts), a job (job.ts), a payload (json.ts, json-walk.ts), a stack (stack.ts), a
 *    name (name.ts) or any text (here). within.ts cuts it after it is masked, never before; budget.ts bounds what one answer may cost.
 * 2. scanner.ts reads it once, word by word and sign by sign. source.ts remembers what was searched ahead (chars.ts tells the
 *    kinds of characters), so that the work grows as the text does.
 * 3. A word may be secret itself: a key (vendors.ts, shaped.ts), a card (cards.ts), random (random.ts). A sign may begin or
 *    stand in one: a URL's credentials (urls.ts), a mail address (mails.ts), a private key (shaped.ts).
 * 4. Any other word may be a name: words.ts tells quickly for most that they are none. pairs.ts tells what kind of name it is,
 *    by secret-names.ts, foreign-names.ts and roles.ts, and asks the part that knows where the value stands:
 *    - behind a sign (signs.ts): values.ts, quoted.ts by the marks of quotes.ts, raw.ts; in lists listed.ts, in URLs queries.ts
 *    - in a pair of its own, `name: password, value: x`: entries.ts, forms.ts, tags.ts
 *    - in a command line: options.ts, commands.ts; behind the word of a log-in: logins.ts
 *    - in a statement or a call: sql.ts, calls.ts, both with items.ts; in a table: tables.ts
 *
 * Each part of 3 and 4 is given the source and a place, and returns the secret there, or where it ends, or nothing: it masks
 * nothing itself. The scanner and pairs.ts collect what is to be masked (spans.ts), and the scan ends with one copy of the text.
 */
import { MASK, type Scanned, scan } from './scanner.js'

export { MASK }

const CREDENTIALS = { people: false, random: false }
const SECRETS = { people: true, random: false }
const MESSAGE = { people: true, random: true }

/** Masks what lets somebody in: URL credentials, values by their names, tokens, private keys. What is about people stays. */
export function maskCredentials(text: string): Scanned {
  return scan(text, CREDENTIALS)
}

/** Masks secrets that have a known shape: what {@link maskCredentials} does, mail addresses, cards. */
export function maskSecrets(text: string): string {
  return scan(text, SECRETS).text
}

/** Masks what {@link maskSecrets} does and besides it long random text. Not for stacks: paths look random, too. */
export function maskMessage(text: string): string {
  return scan(text, MESSAGE).text
}
