import { randomBytes, scryptSync } from 'node:crypto'

/** As `hashPassword` makes it, but as cheap as is taken: tests log in often. */
export function cheapHash(password: string): string {
  const salt = randomBytes(16)
  const hash = scryptSync(password, salt, 32, { N: 16_384, r: 8, p: 1 })
  return `scrypt:16384:8:1:${salt.toString('base64url')}:${hash.toString('base64url')}`
}

export const USERS = [
  { name: 'ada', password: cheapHash('correct horse'), role: 'operator' },
  { name: 'bob', password: cheapHash('battery staple') },
] as const

/** What a log-in form holds, as a browser would send it back. */
export interface LoginForm {
  readonly token: string
  readonly next: string
  /** `name=value` of every cookie that came with it. */
  readonly cookie: string
}

export function formOf(html: string, setCookies: readonly string[]): LoginForm {
  const fieldOf = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? ''
  return { token: fieldOf('token'), next: fieldOf('next'), cookie: cookiesOf(setCookies) }
}

export function cookiesOf(setCookies: readonly string[]): string {
  return setCookies.map((line) => line.split(';', 1)[0]).join('; ')
}

export function formBody(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString()
}
