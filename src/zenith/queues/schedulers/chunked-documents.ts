import { randomUUID } from 'node:crypto'
import type { DocumentListing, DocumentStore } from '../../../ports/index.js'
import { MAX_RECORD_CHARS } from '../../../protocol/index.js'
import { own, readAmount, readObject, readText } from '../../../protocol/read.js'
import { inspectDocuments } from '../../store/documents.js'

const PART_CHARS = 1_000_000
const MAX_PARTS = 16
/** Longest document that can be stored. */
export const MAX_DOCUMENT_CHARS = MAX_PARTS * (PART_CHARS - 1)

/** Documents of a kind, of which one may be longer than the store accepts: it is then stored in parts, under a kind of their own. */
export class ChunkedDocuments {
  readonly #store: DocumentStore
  readonly #kind: string
  readonly #partKind: string

  constructor(store: DocumentStore, kind: string) {
    this.#store = store
    this.#kind = kind
    this.#partKind = `${kind}-part`
  }

  /** Stores the parts first: an interruption leaves the previous document intact. Rejects if the previous one cannot be read. */
  async put(id: string, document: string): Promise<void> {
    const before = await this.#stored(id)
    const isWhole = document.length <= MAX_RECORD_CHARS
    await this.#store.putDocument(this.#kind, id, isWhole ? document : await this.#putParts(id, document))
    await this.#deleteParts(id, before)
  }

  async list(): Promise<DocumentListing> {
    const listing = await inspectDocuments(this.#store, this.#kind)
    const ids = [...listing.documents].flatMap(([id, document]) => partIdsOf(id, document) ?? [])
    if (ids.length === 0) return listing
    const parts = await inspectDocuments(this.#store, this.#partKind, ids)
    const documents = new Map<string, string>()
    for (const [id, document] of listing.documents) {
      const own = partIdsOf(id, document)
      documents.set(id, own ? joined(own, parts.documents) : document)
    }
    const torn = parts.leftOut > 0 ? [...documents.values()].filter((document) => document === '').length : 0
    return { ...listing, documents, leftOut: listing.leftOut + torn }
  }

  /** Undefined if it does not exist. Rejects if it exists and cannot be read. */
  async get(id: string): Promise<string | undefined> {
    const document = await this.#stored(id)
    const ids = partIdsOf(id, document ?? '')
    return ids ? joined(ids, await this.#store.listDocuments(this.#partKind, ids)) : document
  }

  async delete(id: string): Promise<void> {
    const before = await this.#stored(id)
    await this.#store.deleteDocument(this.#kind, id)
    await this.#deleteParts(id, before)
  }

  async #stored(id: string): Promise<string | undefined> {
    return (await this.#store.listDocuments(this.#kind, [id])).get(id)
  }

  /** @returns the reference that replaces the document */
  async #putParts(id: string, document: string): Promise<string> {
    const parts = split(document)
    const index = JSON.stringify({ parts: parts.length, revision: randomUUID() })
    const ids = partIdsOf(id, index) ?? []
    for (const [at, part] of parts.entries()) await this.#store.putDocument(this.#partKind, ids[at] ?? '', part)
    return index
  }

  async #deleteParts(id: string, document: string | undefined): Promise<void> {
    for (const part of partIdsOf(id, document ?? '') ?? []) await this.#store.deleteDocument(this.#partKind, part)
  }
}

/** Empty if a part is missing: the rest could have another meaning. */
function joined(ids: readonly string[], parts: ReadonlyMap<string, string>): string {
  return ids.every((id) => parts.has(id)) ? ids.map((id) => parts.get(id)).join('') : ''
}

/** Never splits a surrogate pair: half of it would be stored as another character. */
function split(text: string): string[] {
  const parts: string[] = []
  for (let start = 0; start < text.length; ) {
    const end = start + PART_CHARS
    const isPair = /[\ud800-\udbff]/.test(text[end - 1] ?? '')
    parts.push(text.slice(start, isPair ? end - 1 : end))
    start += parts.at(-1)?.length ?? PART_CHARS
  }
  return parts
}

/** Parses the reference, which is short; null for a document without parts. */
function partsIn(document: string): { count: number; revision: string } | null {
  const fields = document.length < 200 ? readObject(document) : null
  const count = fields && own(fields, 'queue') === undefined ? readAmount(fields, 'parts') : null
  const revision = fields && readText(fields, 'revision', 100)
  return count !== null && count <= MAX_PARTS && revision ? { count, revision } : null
}

function partIdsOf(id: string, document: string): string[] | null {
  const parts = partsIn(document)
  return parts && Array.from({ length: parts.count }, (_, at) => `${id}/${parts.revision}/${at}`)
}
