import { ApiError } from '../../http/api-error.js'
import type { Origin } from '../../http/context.js'
import type { Principal } from '../../http/principal.js'

/** Most simultaneous searches of one user, and by default of all. */
const OF_ONE = 2
const OF_ALL = 6
/** Most waiting searches of one user, and of all. */
const WAITING_OF_ONE = 4
const WAITING_OF_ALL = 20

interface Search {
  readonly who: string
  begin(): void
}

/** Limits simultaneous searches: each reads thousands of jobs, which delays all other requests. */
export class SearchSlots {
  readonly #ofAll: number
  readonly #running: string[] = []
  readonly #waiting: Search[] = []

  /** @param ofAll most simultaneous searches of all users */
  constructor(ofAll = OF_ALL) {
    this.#ofAll = ofAll
  }

  /**
   * Runs a search when it is its turn. Rejects with an `ApiError` if too many are waiting, and without searching if the client disconnects.
   *
   * @param who see {@link searcherOf}
   */
  async run<T>(who: string, gone: AbortSignal, search: () => Promise<T>): Promise<T> {
    if (gone.aborted) throw this.#tooMany(true)
    if (!this.#isFree(who)) await this.#turn(who, gone)
    else this.#running.push(who)
    try {
      return await search()
    } finally {
      this.#running.splice(this.#running.indexOf(who), 1)
      this.#next()
    }
  }

  #isFree(who: string): boolean {
    return this.#running.length < this.#ofAll && countOf(this.#running, who) < OF_ONE
  }

  /** Settles once the search counts as running. */
  #turn(who: string, gone: AbortSignal): Promise<void> {
    const own = this.#waiting.filter((search) => search.who === who).length
    if (own >= WAITING_OF_ONE || this.#waiting.length >= WAITING_OF_ALL)
      return Promise.reject(this.#tooMany(own >= WAITING_OF_ONE))
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(search), 1)
        reject(this.#tooMany(true))
      }
      const begin = () => {
        gone.removeEventListener('abort', leave)
        resolve()
      }
      const search = { who, begin }
      this.#waiting.push(search)
      gone.addEventListener('abort', leave, { once: true })
    })
  }

  /** Starts the first search whose user is below the limit; others wait and let it pass. */
  #next(): void {
    const index = this.#waiting.findIndex(({ who }) => this.#isFree(who))
    const [search] = index < 0 ? [] : this.#waiting.splice(index, 1)
    if (!search) return
    this.#running.push(search.who)
    search.begin()
  }

  #tooMany(isOwn: boolean): ApiError {
    const whose = isOwn
      ? `${OF_ONE} searches of yours go on, and ${WAITING_OF_ONE} wait.`
      : `${this.#ofAll} searches go on, and ${WAITING_OF_ALL} wait.`
    return new ApiError('too_many_searches', `${whose} Try again when one has ended.`)
  }
}

/** The user's name, or for unnamed users their address. */
export function searcherOf({ user }: Principal, { peer }: Origin): string {
  return user === null ? `address ${peer}` : `user ${user}`
}

function countOf(all: readonly string[], who: string): number {
  return all.filter((one) => one === who).length
}
