import type { UntrustedDocument } from '../../api/audit.js'
import { nextTurn } from '../../lib/async.js'
import type { DocumentListing, DocumentStore } from '../../ports/index.js'
import { MAX_MESSAGE_CHARS } from '../../protocol/index.js'
import { cut } from '../../protocol/read.js'

/** Lists documents of any store, of one that checks none, too. Rejects when the store does not answer. @param ids only these */
export async function inspectDocuments(
  store: DocumentStore,
  kind: string,
  ids?: readonly string[],
): Promise<DocumentListing> {
  const listing = await store.inspectDocuments?.(kind, ids)
  return listing ?? { documents: await store.listDocuments(kind, ids), untrusted: new Map(), leftOut: 0 }
}

/** Most JSON values in all documents, and in one: far more than Zenith writes. Many small values take far more memory than their text. */
const MAX_VALUES = 1_000_000
const MAX_VALUES_OF_ONE = 100_000
/** Characters to parse before yielding to the event loop. */
const CHARS_A_TURN = 262_144

const [QUOTE, BACKSLASH, COMMA, BRACKET, BRACE] = [0x22, 0x5c, 0x2c, 0x5b, 0x7b]

/**
 * Parses documents one by one, and yields to the event loop between them.
 *
 * @param parse returns null for an invalid document
 * @returns the parsed documents, and the number of documents with too many values
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

/** An upper bound for the number of values in a JSON text; stops counting at the limit. */
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

/** An attacker may write any number. */
const MAX_SHOWN = 100

/** Documents that failed verification. */
export function untrustedDocuments(
  kind: UntrustedDocument['kind'],
  { untrusted }: Pick<DocumentListing, 'untrusted'>,
): UntrustedDocument[] {
  const shown = [...untrusted].slice(0, MAX_SHOWN)
  return shown.map(([id, doubt]) => ({ kind, id: cut(id, MAX_MESSAGE_CHARS), doubt }))
}
