import type { IncomingMessage, ServerResponse } from 'node:http'
import { monotonic } from '../../lib/clock.js'
import type { Origin } from '../origin/origin.js'
import type { Operation } from './operation-names.js'

/** Called once, when a request ends that no route has been named for: the pattern `/users/:id`, or null for unmatched. */
export type RouteNamer = (request: IncomingMessage, trace: RequestTrace) => string | null

/** One request from its arrival to the end of its response. None of its methods throws. */
export interface RequestTrace {
  /** The pattern of the route that took it; null as long as none did. */
  route: string | null
  /** Who names it when no route has been named; null when nobody does. */
  readonly nameRoute: RouteNamer | null
  /** The framework's own request, where what it serves knows that one only. */
  source: object | null
  /** What an integration keeps with the request, null at first. A property of its own on Express's objects takes 1.5 µs. */
  context: unknown
  /** The content type of an answer of which there is no response object of Node's, null before it is known. */
  contentType: string | null
  /**
   * Remembers the last error before the answer began, which decided it, or the first one in the middle of the answer, which
   * cuts it short. Whether it is an exception is judged by the final status.
   */
  fail(error: unknown): void
  /** Whether it is not over yet. */
  readonly isLive: boolean
  /**
   * Enters an app within the app that the request came to: its route is the name, where it has one. The context is null again, and
   * what was kept with the request is for the outer app's namer. Without effect in the app that the request came to.
   */
  enter(nameRoute: RouteNamer): void
  /** A GraphQL operation that the request runs; one that runs several is a batch. */
  operate(operation: Operation): void
  /**
   * An error of an operation: an exception and an error of the request, whatever its status. The same error counts once.
   *
   * @param path `user.posts.0.title`
   */
  failPart(error: unknown, path: string): void
  /** Notes a part as told: what answers the client there is no error. */
  passPart(path: string): void
  /** Whether a part was told, as an error or as none. */
  knowsPart(path: string): boolean
  /** Forgets the error: the app has dealt with it, and goes on as if nothing had happened. */
  recovered(): void
  /** For traces that {@link RequestRecorder.begin} made; the others end by themselves. Twice is harmless. */
  end(status: number, aborted: boolean): void
  /** Forgets the request as if it had never come. */
  discard(): void
}

/** A trace's `context` where the router takes several spellings of a path for the same. */
export interface PathContext {
  /** A path without what the router drops from each, such as a slash at its end. */
  plain?(path: string): string
  /** Whether what answered a path would have answered another one, too. */
  covers(other: string, path: string): boolean
}

/** What a request looks like where Node's own objects are not to be had. */
export interface RequestLike {
  readonly method: string
  /** Path and query. */
  readonly url: string
  header(name: string): string | undefined
}

/** Where a trace reports its end. */
export interface TraceSink {
  ended(trace: LiveTrace, status: number, aborted: boolean, durationMs: number): void
}

/** A part of an answer that failed; the rest was sent. */
export interface FailedPart {
  readonly error: unknown
  readonly path: string
}

/** So many failed parts of a request are kept: one error in a list may fail for each of its entries. */
const MAX_FAILED_PARTS = 10
const MAX_KNOWN_PARTS = 100

/** What a trace has for an error as long as there is none: `undefined` can be thrown, too. */
export const NO_ERROR = Symbol('no error')

/** The status of a request whose answer was cut short after another one had been sent. */
export const CUT_SHORT = 500

/**
 * A trace with the links of the list of all that are in flight. Everything it needs has a slot of its own, so a request
 * costs one object and no closure.
 */
export class LiveTrace implements RequestTrace {
  route: string | null = null
  /** What the app calls the route. */
  name: string | null = null
  source: object | null = null
  nameInner: RouteNamer | null = null
  outerContext: unknown = null
  operation: Operation | 'batch' | null = null
  failedParts: FailedPart[] | null = null
  knownParts: Set<string> | null = null
  context: unknown = null
  contentType: string | null = null
  error: unknown = NO_ERROR
  /** Whether an error ended the answer before it was whole. */
  isCutShort = false
  previous: LiveTrace | null = null
  next: LiveTrace | null = null
  list: InFlight | null = null
  /** False as long as nobody but the server has seen it: it may not be for the app at all, but for a WebSocket library. */
  isSeen = true
  /** Whether its connection knows it: to look for a mark on one of Express's objects takes long. */
  isOnConnection = false
  /** One that came before on the same connection and is not over. */
  earlier: LiveTrace | null = null
  /** Whether its URL has a query: only then are there parameters to search for. */
  hasQuery = false
  /** Whether it is a connection that is counted already. */
  isOpened = false
  /** Found or made when the first record of the request is kept. */
  requestId: string | null = null
  /** What its jobs come from; made when the first of its records is kept, or at once if origins are followed. */
  origin: Origin | null = null

  constructor(
    readonly sink: TraceSink,
    readonly method: string,
    readonly url: string,
    /** Of the tracer's span; null as long as the app, which runs in it, has not been reached. */
    public traceId: string | null,
    /** performance.now() at the arrival. */
    readonly start: number,
    readonly request: IncomingMessage | RequestLike,
    readonly response: ServerResponse | null,
    public nameRoute: RouteNamer | null,
  ) {}

  fail(error: unknown): void {
    const { response } = this
    if (!response?.headersSent) this.error = error
    else if (!response.writableEnded) this.cutShort(error)
    else if (this.error === NO_ERROR) this.error = error
  }

  get isLive(): boolean {
    return this.list !== null
  }

  enter(nameRoute: RouteNamer): void {
    if (this.nameRoute === nameRoute) return
    this.nameInner = nameRoute
    this.outerContext = this.context
    this.context = null
  }

  /** The pattern of the innermost route; null when none took it. */
  findRoute(): string | null {
    const request = this.request as IncomingMessage
    if (this.nameInner) {
      const inner = this.nameInner(request, this)
      if (inner) return inner
      this.context = this.outerContext
    }
    return this.route ?? this.nameRoute?.(request, this) ?? null
  }

  operate(operation: Operation): void {
    const known = this.operation
    if (known === null) this.operation = operation
    else if (known !== 'batch' && (known.kind !== operation.kind || known.name !== operation.name))
      this.operation = 'batch'
  }

  passPart(path: string): void {
    this.knownParts ??= new Set()
    if (this.knownParts.size < MAX_KNOWN_PARTS) this.knownParts.add(path)
  }

  knowsPart(path: string): boolean {
    return this.knownParts?.has(path) === true
  }

  failPart(error: unknown, path: string): void {
    this.passPart(path)
    this.failedParts ??= []
    const parts = this.failedParts
    if (parts.length < MAX_FAILED_PARTS && !parts.some((part) => part.error === error)) parts.push({ error, path })
  }

  recovered(): void {
    this.error = NO_ERROR
    this.isCutShort = false
  }

  /** The answer can't be completed. What fails afterwards is a consequence of it. */
  cutShort(error: unknown): void {
    if (this.isCutShort) return
    this.isCutShort = true
    this.error = error
  }

  /** The server closed the connection in place of an answer, or in the middle of it. @param error what with, if anything */
  breakOff(error: unknown): void {
    // An answer had begun after what was told before, so the app had dealt with that.
    const told = this.response?.headersSent ? NO_ERROR : this.error
    this.cutShort(error ?? told)
  }

  end(status: number, aborted: boolean): void {
    if (!this.list) return
    this.list.remove(this)
    const final = this.isCutShort && status < CUT_SHORT ? CUT_SHORT : status
    this.sink.ended(this, final, aborted, monotonic() - this.start)
    this.origin?.settle()
  }

  discard(): void {
    this.list?.remove(this)
    this.origin?.settle()
  }
}

/** All requests in flight, oldest first; adding and removing take constant time and no memory. */
export class InFlight {
  #oldest: LiveTrace | null = null
  #newest: LiveTrace | null = null

  add(trace: LiveTrace): void {
    trace.list = this
    trace.previous = this.#newest
    if (this.#newest) this.#newest.next = trace
    else this.#oldest = trace
    this.#newest = trace
  }

  remove(trace: LiveTrace): void {
    if (trace.previous) trace.previous.next = trace.next
    else this.#oldest = trace.next
    if (trace.next) trace.next.previous = trace.previous
    else this.#newest = trace.previous
    trace.previous = trace.next = trace.list = null
  }

  /** The newest for which this holds. */
  findLast(test: (trace: LiveTrace) => boolean): LiveTrace | null {
    for (let trace = this.#newest; trace; trace = trace.previous) if (test(trace)) return trace
    return null
  }

  *[Symbol.iterator](): Iterator<LiveTrace> {
    for (let trace = this.#oldest; trace; trace = trace.next) yield trace
  }
}
