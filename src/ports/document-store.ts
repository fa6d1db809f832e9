import type { DocumentDoubt } from '../protocol/index.js'

/** The documents of a kind, as far as the store reads them. */
export interface DocumentListing {
  /** By id. A store that signs lists only documents with a valid signature here. */
  readonly documents: ReadonlyMap<string, string>
  /** Documents that failed verification, and why, by id. */
  readonly untrusted: ReadonlyMap<string, DocumentDoubt>
  /** Number of documents that are not read because they are too many or too large. */
  readonly leftOut: number
}

/** Small documents, by kind and id. Methods reject when the store refuses the request or does not answer. */
export interface DocumentStore {
  /** Creates or replaces a document. */
  putDocument(kind: string, id: string, document: string): Promise<void>
  /**
   * Lists the trusted documents of a kind, by id. A store may leave out some if they are many or large.
   *
   * @param ids the ids wanted; a store may return others, too. Rejects when one of them exists and cannot be read.
   */
  listDocuments(kind: string, ids?: readonly string[]): Promise<ReadonlyMap<string, string>>
  /** Lists documents with those that are untrusted or left out. Absent in a store that neither signs nor bounds what it reads. */
  inspectDocuments?(kind: string, ids?: readonly string[]): Promise<DocumentListing>
  /** @returns whether the document existed */
  deleteDocument(kind: string, id: string): Promise<boolean>
  /** Migrates what earlier versions stored elsewhere. Rejects when it cannot be done now; idempotent. */
  migrate?(): Promise<void>
}
