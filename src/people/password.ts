import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** scrypt's cost, block size and parallelism from OWASP's Password Storage Cheat Sheet, for 32 MiB per guess. */
const COST = 32_768
const BLOCK_SIZE = 8
const PARALLELISM = 3
const SALT_BYTES = 16
const HASH_BYTES = 32
/** Hashes that would take more memory are rejected, bytes. */
const MAX_MEMORY = 256 * 1024 * 1024

interface PasswordHash {
  readonly cost: number
  readonly blockSize: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/**
 * Hashes a password for the option `users`: `scrypt:N:r:p:salt:hash`, the last two in base64url.
 *
 * @throws TypeError if the password is empty
 * @example createZenith({ auth: { users: [{ name: 'ada', password: await hashPassword('…'), role: 'admin' }] } })
 */
export async function hashPassword(password: string): Promise<string> {
  if (password === '') throw new TypeError('The password is empty.')
  const salt = randomBytes(SALT_BYTES)
  const settings = { cost: COST, blockSize: BLOCK_SIZE, parallelism: PARALLELISM, salt, hash: Buffer.alloc(HASH_BYTES) }
  const hash = await derive(password, settings)
  return ['scrypt', COST, BLOCK_SIZE, PARALLELISM, salt.toString('base64url'), hash.toString('base64url')].join(':')
}

export function isPasswordHash(value: unknown): value is string {
  return typeof value === 'string' && parse(value) !== null
}

/** Takes the same time for right and wrong passwords. False for an invalid hash. */
export async function verifyPassword(password: string, hash: string): Promise<boolean> {
  const parsed = parse(hash)
  return parsed !== null && timingSafeEqual(await derive(password, parsed), parsed.hash)
}

/** A hash that no password matches, as costly to verify as the given one: for unknown names. */
export function unmatchable(hash: string): string {
  const [name, cost, blockSize, parallelism] = hash.split(':')
  return [name, cost, blockSize, parallelism, random(SALT_BYTES), random(HASH_BYTES)].join(':')
}

function random(bytes: number): string {
  return randomBytes(bytes).toString('base64url')
}

function parse(text: string): PasswordHash | null {
  const match = /^scrypt:(\d{1,7}):(\d{1,2}):(\d{1,2}):([\w-]{22,86}):([\w-]{43,86})$/.exec(text)
  if (!match) return null
  const [cost = 0, blockSize = 0, parallelism = 0] = match.slice(1, 4).map(Number)
  const [salt = Buffer.alloc(0), hash = Buffer.alloc(0)] = match.slice(4).map((part) => Buffer.from(part, 'base64url'))
  const isSound = isPowerOfTwo(cost) && cost >= 16_384 && blockSize >= 1 && parallelism >= 1 && parallelism <= 16
  return isSound && 128 * cost * blockSize <= MAX_MEMORY ? { cost, blockSize, parallelism, salt, hash } : null
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value))
}

/** The same letters may be typed as different code points: NFKC unifies them. */
function derive(password: string, settings: PasswordHash): Promise<Buffer> {
  const { salt, hash, ...costs } = settings
  const options = { ...costs, maxmem: 2 * MAX_MEMORY }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, hash.length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}

/** A hash that no password matches, as costly to verify as those of {@link hashPassword}. */
export function costlyHash(): string {
  return unmatchable(['scrypt', COST, BLOCK_SIZE, PARALLELISM].join(':'))
}
