/** A secret that stands nowhere else, and has no piece of four letters in common with anything. */
export const CANARY = 'Zq7vKx3pWm9tRb5n'

/** The canary in forms that are masked wherever they stand, each whole. */
export const SHAPES: readonly string[] = [
  `postgres://app:${CANARY}@db.internal/shop`,
  `redis://:p@ss/${CANARY}@cache`,
  `url=amqp%3A%2F%2Fuser%3A${CANARY}%40mq`,
  `password="${CANARY} and ${CANARY}"`,
  `{"token":"${CANARY}"}`,
  `Authorization: Bearer ${CANARY}${CANARY}`,
  `eyJ${CANARY}.eyJ${CANARY}.${CANARY}`,
  `sk_live_${CANARY}`,
  `${CANARY}.jane@${CANARY}.example.com`,
  `s:8:"password";s:16:"${CANARY}";`,
]

/** Those that are masked in payloads, too: what is about people stays there. */
export const CREDENTIALS = SHAPES.filter((shape) => !shape.includes('.jane@'))

/** Besides them what is masked in messages alone: long random text. */
export const MESSAGE_SHAPES: readonly string[] = [...SHAPES, `${CANARY}${CANARY}${CANARY}`]

/** Text before a secret: words, text without spaces, and what becomes so short by masking that what is far behind it comes to the front. */
const BEFORE: Readonly<Record<string, (length: number) => string>> = {
  words: (length) => 'so it was, '.repeat(length / 11 + 1).slice(0, length),
  'other letters': (length) => '注文を確認する'.repeat(length / 7 + 1).slice(0, length),
  'what is masked': (length) => (length < 20 ? '.'.repeat(length) : `token=${'y'.repeat(length - 8)}, `),
}

const AFTER = ' and more of it'.repeat(600)

/** Texts with a shape at each place where one of its characters is the last one before an edge. */
export function around(edge: number, shapes = MESSAGE_SHAPES): string[] {
  return Object.values(BEFORE).flatMap((before) => shapes.flatMap((shape) => textsWith(before, shape, edge)))
}

function textsWith(before: (length: number) => string, shape: string, edge: number): string[] {
  const places = Array.from({ length: shape.length + 1 }, (_, index) => edge - index - 2).filter((place) => place >= 0)
  return places.map((place) => `${before(place)} ${shape}${place % 2 === 0 ? AFTER : ''}`)
}

/** Which pieces of four letters of the canary are in a text, in any case. */
export function piecesIn(text: string): string[] {
  const folded = text.toLowerCase()
  const canary = CANARY.toLowerCase()
  const pieces = Array.from({ length: canary.length - 3 }, (_, at) => canary.slice(at, at + 4))
  return pieces.filter((piece) => folded.includes(piece))
}
