import type { DocumentStore } from '../../ports/index.js'
import { MAX_KEPT_DOCUMENTS } from '../../protocol/index.js'
import { checkDocument, tooManyDocuments } from '../limits.js'

/** Documents, for as long as the process runs. */
export function memoryDocuments(): DocumentStore {
  const kinds = new Map<string, Map<string, string>>()

  return {
    async putDocument(kind, id, document) {
      checkDocument(document)
      const documents = kinds.get(kind) ?? new Map<string, string>()
      if (!documents.has(id) && documents.size >= MAX_KEPT_DOCUMENTS) throw tooManyDocuments(kind, MAX_KEPT_DOCUMENTS)
      kinds.set(kind, documents.set(id, document))
    },
    async listDocuments(kind) {
      return new Map(kinds.get(kind))
    },
    async deleteDocument(kind, id) {
      return kinds.get(kind)?.delete(id) ?? false
    },
  }
}
