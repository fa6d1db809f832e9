import { createHash, randomBytes, randomUUID } from 'node:crypto'

/** 256 bits. */
const SECRET_BYTES = 32
export const TOKEN_START = 'qz_'
const SHOWN_CHARS = 8

/** @returns a random secret without a meaning of its own */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url')
}

/** What is stored of a secret: of 256 random bits a fast hash reveals nothing. */
export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** An API token, which scanners of secrets recognize by its start. */
export function newToken(): { readonly token: string; readonly start: string; readonly hash: string } {
  const token = TOKEN_START + newSecret()
  return { token, start: token.slice(0, SHOWN_CHARS), hash: hashOf(token) }
}

export function newId(): string {
  return randomUUID()
}
