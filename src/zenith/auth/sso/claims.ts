import type { ProvidedIdentity } from '../../../people/changes/identities.js'

type Claims = Readonly<Record<string, unknown>>

/** Room for ` 2` behind it. */
const MAX_NAME_CHARS = 90
const MAX_GROUPS = 1_000
/** The longest that a group of Zenith can claim. */
const MAX_GROUP_CHARS = 200
const NAME_CLAIMS = ['preferred_username', 'name', 'email']

/** The value of a claim: of this very name (Auth0's are URLs), else by a path into objects (`realm_access.roles`). */
export function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name
    .split('.')
    .reduce<unknown>((at, key) => (isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined), claims)
}

function isObject(value: unknown): value is Claims {
  return typeof value === 'object' && value !== null
}

/** A list of texts, or one text. */
export function groupsIn(value: unknown): readonly string[] {
  const all = Array.isArray(value) ? value : [value]
  const texts = all.filter((one) => typeof one === 'string' && one !== '' && one.length <= MAX_GROUP_CHARS)
  return [...new Set(texts as readonly string[])].slice(0, MAX_GROUPS)
}

interface Named {
  readonly issuer: string
  readonly subject: string
  readonly groups: readonly string[]
}

/** @param nameClaim undefined: the usual ones */
export function identityFrom(claims: Claims, nameClaim: string | undefined, named: Named): ProvidedIdentity {
  const names = nameClaim === undefined ? NAME_CLAIMS : [nameClaim]
  const found = names.map((claim) => userName(claimOf(claims, claim))).find((name) => name !== '')
  return { ...named, name: found || userName(named.subject) || 'user', email: emailIn(claims) }
}

/** A name that `checkName` accepts; empty if nothing of it is left. */
export function userName(value: unknown): string {
  if (typeof value !== 'string') return ''
  const plain = value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '').trim()
  return [...plain]
    .slice(0, MAX_NAME_CHARS / 2)
    .join('')
    .trim()
}

/** Shown only: an identity is known by issuer and subject. */
function emailIn({ email, email_verified: isVerified }: Claims): string | null {
  const isMail = typeof email === 'string' && email.length <= 320 && /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(email)
  return isMail && isVerified !== false ? email : null
}
