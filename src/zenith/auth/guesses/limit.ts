import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import type { Debt, Debts, Logger } from '../../../ports/index.js'
import type { AddressOf } from './address.js'
import type { SharedDebts } from './shared-debts.js'

/** When all free guesses are used, one more is free after this time, ms. */
const COST_MS = 30_000
/** Free wrong guesses. */
const OF_ADDRESS = 20
const OF_ACCOUNT_FROM_ADDRESS = 10
/** From all addresses together that are not known for the account. */
const OF_ACCOUNT = 50
const OF_DEVICE = 10
/** How long an address is known for an account after a log-in, and when that is renewed, ms. */
const KNOWN_MS = 30 * 24 * 3_600_000
const RENEWED_MS = KNOWN_MS / 2
/** Most known addresses added for one account in {@link KNOWN_MS}: log-ins from ever new addresses must not evict other debts. */
const MAX_KNOWN = 200

export interface Guess {
  /** The name tried, known or not. */
  readonly account: string
  /** The name for the log: an unknown name may be a password in the wrong field. */
  readonly label: string
  readonly address: string
  /** A browser that has logged in to the account before; null for any other. */
  readonly device: string | null
}

export interface Attempt {
  /** Time until the next guess is allowed, ms; 0 if this one may be checked. It counts as wrong until it succeeds. */
  readonly wait: number
  /** The address or the browser is known for the account. */
  readonly isKnown: boolean
  /** The guess was right: removes its cost, and makes its address known. */
  succeed(): Promise<void>
  /** The guess was not checked: removes its cost. */
  withdraw(): Promise<void>
}

/** Rate limiting of guesses. */
export interface Guessing {
  readonly limit: GuessLimit
  readonly addressOf: AddressOf
}

interface Limit {
  readonly name: string
  readonly free: number
  readonly words: string
}

interface Full extends Limit {
  /** ms */
  readonly wait: number
}

/** Rate-limits guesses, across all authenticators and all Zeniths of a store. */
export class GuessLimit {
  readonly #debts: SharedDebts
  readonly #tell: ReturnType<typeof lockouts>

  constructor(debts: SharedDebts, logger: Logger | undefined) {
    this.#debts = debts
    this.#tell = lockouts((owed) => debts.owe(owed), logger)
  }

  /** Writes a line to the log, unless there were too many recently. */
  note(line: string): void {
    this.#tell.note(line)
  }

  async begin(guess: Guess): Promise<Attempt> {
    const near = limitsNear(guess)
    const here = this.#fullOf(near, await this.#debts.own.owe(near.map(({ name }) => ({ name, ms: 0 }))), COST_MS)
    if (here) return this.#refuse(here)
    const known = nameOf('known', guess.account, guess.address)
    const [left = 0, ...owed] = await this.#debts.owe([{ name: known, ms: 0 }, ...near.map(costOf)])
    const full = this.#fullOf(near, owed)
    if (full) return this.#refuse(full, near)
    // Counted last: a guess refused for its address never counts against the account.
    const isKnown = left > 0 || guess.device !== null
    const wide = isKnown ? [] : [limitOfAll(guess)]
    const fullForAll = this.#fullOf(wide, await this.#debts.owe(wide.map(costOf)))
    if (fullForAll) return this.#refuse(fullForAll, [...near, ...wide])
    const counted = [...near, ...wide]
    return {
      wait: 0,
      isKnown,
      succeed: async () => {
        await this.#giveBack(counted)
        if (left < RENEWED_MS) await this.#know(guess.account, known, left)
      },
      withdraw: () => this.#giveBack(counted),
    }
  }

  /** The limit with the longest wait. @param more what a guess would add to the debts, ms */
  #fullOf(limits: readonly Limit[], owed: readonly number[], more = 0): Full | null {
    const over = limits.map((limit, index) => ({ ...limit, wait: (owed[index] ?? 0) + more - limit.free * COST_MS }))
    const [longest] = over.filter(({ wait }) => wait > 0).sort((a, b) => b.wait - a.wait)
    return longest ?? null
  }

  /** @param counted limits that were counted before one of them turned out to be full */
  async #refuse({ name, wait, words, free }: Full, counted: readonly Limit[] = []): Promise<Attempt> {
    await this.#giveBack(counted)
    // Copies what other processes counted, so that the next guess is refused without calling the store.
    const [own = 0] = counted.length > 0 ? await this.#debts.own.owe([{ name, ms: 0 }]) : []
    const missing = free * COST_MS + wait - COST_MS - own
    if (counted.length > 0 && missing > 0) await this.#debts.own.owe([{ name, ms: missing }])
    await this.#tell.lockedOut(name, `${words}; the next guess is checked in ${Math.ceil(wait / 1_000)} s`)
    return { wait, isKnown: false, succeed: async () => {}, withdraw: async () => {} }
  }

  async #giveBack(limits: readonly Limit[]): Promise<void> {
    if (limits.length > 0) await this.#debts.owe(limits.map(({ name }) => ({ name, ms: -COST_MS })))
  }

  /** @param left how much longer it is already known, ms */
  async #know(account: string, known: string, left: number): Promise<void> {
    const place = { name: nameOf('places', account), ms: KNOWN_MS / MAX_KNOWN }
    const [taken = 0] = await this.#debts.owe([place])
    if (taken <= KNOWN_MS) await this.#debts.owe([{ name: known, ms: KNOWN_MS - left }])
    else await this.#debts.owe([{ ...place, ms: -place.ms }])
  }
}

/** Limits by where a guess comes from. */
function limitsNear({ account, label, address, device }: Guess): Limit[] {
  if (device !== null) {
    const words = `Zenith: too many wrong log-ins of ${label} from a browser that is known for it, at ${address}`
    return [{ name: nameOf('device', account, device), free: OF_DEVICE, words }]
  }
  const pair = `Zenith: too many wrong log-ins of ${label} from ${address}`
  return [
    { name: nameOf('address', address), free: OF_ADDRESS, words: `Zenith: too many wrong log-ins from ${address}` },
    { name: nameOf('pair', account, address), free: OF_ACCOUNT_FROM_ADDRESS, words: pair },
  ]
}

function limitOfAll({ account, label }: Guess): Limit {
  const words = `Zenith: too many wrong log-ins of ${label} from many addresses; those that are known for it may go on`
  return { name: nameOf('account', account), free: OF_ACCOUNT, words }
}

function costOf({ name }: Limit): Debt {
  return { name, ms: COST_MS }
}

/** Hashed: neither names nor addresses are readable in the store. */
function nameOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

/** A lock-out ends when no guess met it for this long, ms. */
const OVER_AFTER_MS = 10 * 60_000
const MAX_REMEMBERED = 1_000
/** Most lines in {@link OVER_AFTER_MS}: a guesser with many addresses must not fill the disk. */
const MAX_LINES = 50

/** Logs each lock-out once, in whichever Zenith of a store it occurs, and however many guesses meet it. */
function lockouts(owe: Debts['owe'], logger: Logger | undefined) {
  /** When the last guess met each, `performance.now()`. */
  const last = new Map<string, number>()
  let lines = 0
  let since = performance.now()

  function isNew(name: string): boolean {
    const now = performance.now()
    const before = last.get(name)
    last.delete(name)
    last.set(name, now)
    if (last.size > MAX_REMEMBERED) last.delete(last.keys().next().value as string)
    return before === undefined || now - before > OVER_AFTER_MS
  }

  function note(line: string): void {
    const now = performance.now()
    if (now - since > OVER_AFTER_MS) {
      since = now
      lines = 0
    }
    lines += 1
    if (lines <= MAX_LINES) logger?.warn(line)
    else if (lines === MAX_LINES + 1)
      logger?.warn('Zenith: more wrong log-ins than are written down; the next lines in ten minutes')
  }

  return {
    note,
    async lockedOut(name: string, line: string): Promise<void> {
      if (!isNew(name)) return
      const told = `told ${name}`
      const [owed = 0] = await owe([{ name: told, ms: OVER_AFTER_MS }])
      if (owed <= OVER_AFTER_MS) note(line)
      else await owe([{ name: told, ms: -OVER_AFTER_MS }])
    },
  }
}
