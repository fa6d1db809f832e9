import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { performance } from 'node:perf_hooks'

/** 256 bits. */
const TOKEN_BYTES = 32
const LIFE_MS = 15 * 60_000
/** Number of former links that are distinguished from unknown ones. */
const MAX_OLD = 50

/** The result of trying a link: only `opened` allows access. */
export type LinkState = 'opened' | 'used' | 'expired' | 'unknown'

/** A link that opens Zenith once, for one browser. Only the current link is valid: a new one replaces it. */
export interface LoginLink {
  /** Creates a new link. @returns its path below Zenith's mount, without a leading slash: `login/link/…` */
  make(): string
  /** Tries a token, and uses it up if it is the current one. */
  spend(token: string): LinkState
  /** Where users find the link, and how to get a new one: a sentence on the page that asks for it. */
  readonly where: string
}

/** Allows only this machine, and on it only the browser that opened the link. */
export interface LinkAuth {
  readonly link: LoginLink
}

export interface LoginLinkOptions {
  /** See {@link LoginLink.where}. @default the terminal of the program that serves Zenith */
  readonly where?: string
  /** Called when a browser has opened the link. */
  readonly onOpen?: () => void
}

/** Below the mount, before the token. */
export const LINK_PATH = 'login/link/'

interface Link {
  readonly digest: Buffer
  /** `performance.now()` */
  readonly until: number
}

/**
 * Makes the links of one Zenith, for the option `auth`. Each has 256 random bits, works once and for 15 minutes.
 *
 * @example
 * const link = createLoginLink()
 * createServer(toNodeHandler(createZenith({ auth: { link } }))).listen(4280, '127.0.0.1')
 * console.log(`http://127.0.0.1:4280/${link.make()}`)
 */
export function createLoginLink(options: LoginLinkOptions = {}): LoginLink {
  const { where = 'The program that serves Zenith prints the link where it was started.', onOpen } = options
  let present: Link | null = null
  const old: { readonly digest: Buffer; readonly state: 'used' | 'expired' }[] = []

  function retire(state: 'used' | 'expired'): void {
    if (present) old.push({ digest: present.digest, state })
    if (old.length > MAX_OLD) old.shift()
    present = null
  }

  return {
    where,
    make() {
      retire('expired')
      const token = randomBytes(TOKEN_BYTES).toString('base64url')
      present = { digest: digestOf(token), until: performance.now() + LIFE_MS }
      return LINK_PATH + token
    },
    spend(token) {
      const digest = digestOf(token)
      if (present && present.until <= performance.now()) retire('expired')
      if (!present || !timingSafeEqual(present.digest, digest)) {
        return old.find((link) => timingSafeEqual(link.digest, digest))?.state ?? 'unknown'
      }
      retire('used')
      onOpen?.()
      return 'opened'
    },
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
