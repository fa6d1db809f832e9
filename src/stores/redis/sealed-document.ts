import type { Trust } from '../../protocol/index.js'
import { netstrings } from '../../signing/sealed-text.js'
import type { Signer } from '../../signing/signer.js'
import type { Verifier } from '../../signing/verifier.js'

/** A document as it is read. */
export interface OpenedDocument {
  readonly document: string
  /** Grows with each writing; 0 when it has none. */
  readonly version: number
  /** Null: nothing is verified. */
  readonly trust: Trust | null
}

/** The version and the signature stand before the document: `~17 8d1f0a2c.… {"queue":…}`. */
const SEALED = /^~(\d{1,16}) ([0-9a-f]{8}\.[0-9a-f]{64}) /

/** Signed with its key, its id and its version: it is good for nothing elsewhere, and an older one can be told. */
function recordOf(id: string, version: number, document: string): string {
  return netstrings([id, String(version), document])
}

/** As it is where no token is set. */
export function sealDocument(signer: Signer, key: string, id: string, version: number, document: string): string {
  const signature = signer.text(key, recordOf(id, version, document))
  return signature === null ? document : `~${version} ${signature} ${document}`
}

export function openDocument(verifier: Verifier | null, key: string, id: string, text: string): OpenedDocument {
  const [head = '', digits, signature = ''] = SEALED.exec(text) ?? []
  if (digits === undefined) return { document: text, version: 0, trust: verifier && 'unsigned' }
  const [version, document] = [Number(digits), text.slice(head.length)]
  return { document, version, trust: verifier?.text(key, recordOf(id, version, document), signature) ?? null }
}
