import type { Trust } from '../../protocol/index.js'
import { netstrings } from '../../signing/sealed-text.js'
import type { Signer } from '../../signing/signer.js'
import type { Verifier } from '../../signing/verifier.js'

export interface OpenedDocument {
  readonly document: string
  /** Grows with each write; 0 without one. */
  readonly version: number
  /** Null when nothing is verified. */
  readonly trust: Trust | null
}

/** Version and signature precede the document: `~17 8d1f0a2c.… {"queue":…}`. */
const SEALED = /^~(\d{1,16}) ([0-9a-f]{8}\.[0-9a-f]{64}) /

/** Includes key, id and version, so that a document is valid in its place only and a replayed one is detected. */
function recordOf(id: string, version: number, document: string): string {
  return netstrings([id, String(version), document])
}

/** Returns the document itself when no token is set. */
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
