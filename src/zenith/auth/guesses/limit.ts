import { createHash } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { withPatience } from '../../../lib/async.js'
import type { Debt, Debts, Logger } from '../../../ports/index.js'
import type { AddressOf } from './address.js'

/** After how long one more wrong guess is free, where all are used up, ms. */
const COST_MS = 30_000
/** How many wrong guesses are free. */
const OF_ADDRESS = 20
const OF_ACCOUNT_FROM_ADDRESS = 10
/** From all addresses together that nobody ever logged in to the account from. */
const OF_ACCOUNT = 50
const OF_DEVICE = 10
/** How long an address from which somebody logged in is known for the account, and when that is renewed, ms. */
const KNOWN_MS = 30 * 24 * 3_600_000
const RENEWED_MS = KNOWN_MS / 2
/** How many are taken in for one account in {@link KNOWN_MS}: who logs in from ever new ones pushes out nothing that others owe. */
const MAX_KNOWN = 200
/** The store has to answer in time: people wait for it, ms. */
const ANSWER_WITHIN_MS = 1_000
/** How long a store that did not answer is left alone, ms. */
const RESTS_MS = 5_000

export interface Guess {
  /** What is tried: a name, known or not. */
  readonly account: string
  /** What the log calls it: a name that nobody has may be a password in the wrong field. */
  readonly label: string
  readonly address: string
  /** A browser that logged in to the account before; null for any other. */
  readonly device: string | null
}

export interface Attempt {
  /** After how long to come again, ms; 0 when the guess may be checked. It counts as wrong until it succeeds. */
  readonly wait: number
  /** It comes from an address or a browser that is known for the account. */
  readonly isKnown: boolean
  /** It was right: it costs nothing, and its address is known from now on. */
  succeed(): Promise<void>
  /** Nobody checked it: it costs nothing. */
  withdraw(): Promise<void>
}

/** What slows guessing down. */
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

/**
 * Slows guessing down, the same for every way in and over all Zeniths of a store. What was counted is kept in the store, and in this
 * process besides: that is what goes on when the store is away.
 */
export class GuessLimit {
  readonly #shared: Debts | null
  readonly #own: Debts
  readonly #logger: Logger | undefined
  readonly #tell: ReturnType<typeof lockouts>
  #restsUntil = 0
  #isTold = false

  /** @param shared of the store; @param own of this process */
  constructor(shared: Debts | null, own: Debts, logger: Logger | undefined) {
    this.#shared = shared
    this.#own = own
    this.#logger = logger
    this.#tell = lockouts((debts) => this.#owe(debts), logger)
  }

  /** A line in the log, unless there were too many of late. */
  note(line: string): void {
    this.#tell.note(line)
  }

  async begin(guess: Guess): Promise<Attempt> {
    const near = limitsNear(guess)
    const here = this.#fullOf(near, await this.#own.owe(near.map(({ name }) => ({ name, ms: 0 }))), COST_MS)
    if (here) return this.#refuse(here)
    const known = nameOf('known', guess.account, guess.address)
    const [left = 0, ...owed] = await this.#owe([{ name: known, ms: 0 }, ...near.map(costOf)])
    const full = this.#fullOf(near, owed)
    if (full) return this.#refuse(full, near)
    // Counted last: what is refused for its address takes nothing from the account, not even for a moment.
    const isKnown = left > 0 || guess.device !== null
    const wide = isKnown ? [] : [limitOfAll(guess)]
    const fullForAll = this.#fullOf(wide, await this.#owe(wide.map(costOf)))
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

  /** The one of them that makes wait longest. @param more what a guess would add to what is owed, ms */
  #fullOf(limits: readonly Limit[], owed: readonly number[], more = 0): Full | null {
    const over = limits.map((limit, index) => ({ ...limit, wait: (owed[index] ?? 0) + more - limit.free * COST_MS }))
    const [longest] = over.filter(({ wait }) => wait > 0).sort((a, b) => b.wait - a.wait)
    return longest ?? null
  }

  /** @param counted what was counted before it turned out that one of them is full */
  async #refuse({ name, wait, words, free }: Full, counted: readonly Limit[] = []): Promise<Attempt> {
    await this.#giveBack(counted)
    // What other processes counted: the next guess is refused without asking the store.
    const [own = 0] = counted.length > 0 ? await this.#own.owe([{ name, ms: 0 }]) : []
    const missing = free * COST_MS + wait - COST_MS - own
    if (counted.length > 0 && missing > 0) await this.#own.owe([{ name, ms: missing }])
    await this.#tell.lockedOut(name, `${words}; the next guess is checked in ${Math.ceil(wait / 1_000)} s`)
    return { wait, isKnown: false, succeed: async () => {}, withdraw: async () => {} }
  }

  async #giveBack(limits: readonly Limit[]): Promise<void> {
    if (limits.length > 0) await this.#owe(limits.map(({ name }) => ({ name, ms: -COST_MS })))
  }

  /** @param left how long it is known already, ms */
  async #know(account: string, known: string, left: number): Promise<void> {
    const place = { name: nameOf('places', account), ms: KNOWN_MS / MAX_KNOWN }
    const [taken = 0] = await this.#owe([place])
    if (taken <= KNOWN_MS) await this.#owe([{ name: known, ms: KNOWN_MS - left }])
    else await this.#owe([{ ...place, ms: -place.ms }])
  }

  /** The most that this process or the store knows of. */
  async #owe(debts: readonly Debt[]): Promise<readonly number[]> {
    if (debts.length === 0) return []
    const own = await this.#own.owe(debts)
    const shared = await this.#askStore(debts)
    return own.map((ms, index) => Math.max(ms, shared?.[index] ?? 0))
  }

  async #askStore(debts: readonly Debt[]): Promise<readonly number[] | null> {
    if (!this.#shared || performance.now() < this.#restsUntil) return null
    try {
      const owed = await withPatience(this.#shared.owe(debts), ANSWER_WITHIN_MS)
      this.#isTold = false
      return owed
    } catch (error) {
      this.#restsUntil = performance.now() + RESTS_MS
      if (!this.#isTold)
        this.#logger?.warn(
          `Zenith: wrong log-ins count in this process alone for now: ${error instanceof Error ? error.message : error}`,
        )
      this.#isTold = true
      return null
    }
  }
}

/** What a guess is counted for where it comes from. */
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

/** Neither a name nor an address is readable in the store. */
function nameOf(...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22)
}

/** A lock-out is over when nobody ran into it for so long, ms. */
const OVER_AFTER_MS = 10 * 60_000
const MAX_REMEMBERED = 1_000
/** How many lines of all kinds are written in {@link OVER_AFTER_MS}: a guesser with many addresses fills no disk. */
const MAX_LINES = 50

/** Tells of each lock-out once, whichever of the Zeniths of a store it happens in and however many guesses run into it. */
function lockouts(owe: Debts['owe'], logger: Logger | undefined) {
  /** When the last guess ran into each, `performance.now()`. */
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
