import type { UntrustedDocument } from '../../api/audit.js'
import { nextTurn } from '../../lib/async.js'
import type { DocumentListing, DocumentStore } from '../../ports/index.js'
import { MAX_MESSAGE_CHARS } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'

/** What is kept of a kind, of any store. Rejects when the store does not answer. @param ids of those alone */
export async function inspectDocuments(
  store: DocumentStore,
  kind: string,
  ids?: readonly string[],
): Promise<DocumentListing> {
  const look = await store.inspectDocuments?.(kind, ids)
  return look ?? { documents: await store.listDocuments(kind, ids), untrusted: new Map(), leftOut: 0 }
}

/** How many values documents may hold, all together and each: far more than Zenith ever kept. Many small ones take far more memory than text. */
const MAX_VALUES = 1_000_000
const MAX_VALUES_OF_ONE = 100_000
/** So much is parsed before the event loop turns, in characters. */
const CHARS_A_TURN = 262_144

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b]

/**
 * Parses documents one after the other, with turns of the event loop between.
 *
 * @param parse null for what can't be understood
 * @returns what could be, and how many documents hold more values than Zenith parses
 */
export async function parseDocuments<T>(
  documents: ReadonlyMap<string, string>,
  parse: (document: string) => T | null,
): Promise<{ readonly parsed: Map<string, T>; readonly leftOut: number }> {
  const parsed = new Map<string, T>()
  let [values, chars, leftOut] = [MAX_VALUES, 0, 0]
  for (const [id, document] of documents) {
    if (chars > 0 && chars + document.length > CHARS_A_TURN) {
      await nextTurn()
      chars = 0
    }
    chars += document.length
    const count = countValues(document)
    if (count > MAX_VALUES_OF_ONE || count > values) {
      leftOut += 1
      continue
    }
    values -= count
    const one = parse(document)
    if (one !== null) parsed.set(id, one)
  }
  return { parsed, leftOut }
}

/** How many values a text of JSON holds, at the most; stops counting where there are too many. */
function countValues(text: string): number {
  let count = 1
  for (let place = 0; place < text.length && count <= MAX_VALUES_OF_ONE; place++) {
    const char = text.charCodeAt(place)
    if (char === QUOTE) place = endOfString(text, place)
    else if (char === COMMA || char === BRACKET || char === BRACE) count += 1
  }
  return count
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let first = end
    while (text.charCodeAt(first - 1) === BACKSLASH) first -= 1
    if ((end - first) % 2 === 0) return end
  }
  return text.length
}

/** Who may write them writes as many as they like. */
const MAX_SHOWN = 100

/** Documents that are kept and not signed as they should be. */
export function untrustedDocuments(
  kind: UntrustedDocument['kind'],
  { untrusted }: Pick<DocumentListing, 'untrusted'>,
): UntrustedDocument[] {
  const shown = [...untrusted].slice(0, MAX_SHOWN)
  return shown.map(([id, doubt]) => ({ kind, id: cut(id, MAX_MESSAGE_CHARS), doubt }))
}
