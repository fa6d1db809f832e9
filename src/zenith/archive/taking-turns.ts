import type { Archive } from '../../ports/index.js'

/** Readings that the archive has at once. It has one thread: more would only delay what is to be archived. */
const AT_ONCE = 16
const MOST_WAITING = 500

/** An archive whose readers wait for each other, so that however many there are, it can always be written. */
export function takingTurns(archive: Archive): Archive {
  const turns = new Turns()
  const read = <T>(ask: () => Promise<T>) => turns.take(ask)
  return {
    kind: archive.kind,
    place: archive.place,
    open: () => read(() => archive.open()),
    figures: (query) => read(() => archive.figures(query)),
    scopes: (query) => read(() => archive.scopes(query)),
    records: (query) => read(() => archive.records(query)),
    jobs: (query) => read(() => archive.jobs(query)),
    facets: (filter, limit) => read(() => archive.facets(filter, limit)),
    attempts: (queue, id) => read(() => archive.attempts(queue, id)),
    runningAt: (at, limit) => read(() => archive.runningAt(at, limit)),
    counts: (query) => read(() => archive.counts(query)),
    gaps: (query) => read(() => archive.gaps(query)),
    status: () => read(() => archive.status()),
    cursor: (stream) => archive.cursor(stream),
    write: (batch) => archive.write(batch),
    prune: (limits) => archive.prune(limits),
    // These take minutes, and would hold up the readers.
    forget: (filter) => archive.forget(filter),
    verify: () => archive.verify(),
    close: () => archive.close(),
  }
}

class Turns {
  #running = 0
  readonly #waiting: (() => void)[] = []

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < AT_ONCE) this.#running += 1
    else await this.#turn()
    try {
      return await work()
    } finally {
      // The place goes to the first that waits.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running -= 1
    }
  }

  #turn(): Promise<void> {
    if (this.#waiting.length >= MOST_WAITING)
      return Promise.reject(new Error(`The archive is behind: ${MOST_WAITING} requests wait for it.`))
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
