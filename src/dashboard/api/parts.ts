import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { createContext, useEffect, useMemo, useState } from 'react'
import { Overview, type OverviewTotals } from '../../api/overview.js'
import { fetchJson } from './fetch-json.js'

/** How many parts of a large fleet are loaded unasked, the live one among them. */
const FIRST_PARTS = 4
/** How many can be loaded at the most: what is beyond them is found by its name. */
const MAX_PARTS = 25
/** Further parts are not live; they are asked for again this often, ms. */
const AGAIN_MS = 30_000

/** How many of each list there are already. */
type Start = OverviewTotals
type Lists = Pick<Overview, 'services' | 'nodes' | 'queues'>

export interface Whole {
  readonly overview: Overview | null
  /** What the button for the next part does: `'loading'` while one is on its way, null when there is no next part. */
  readonly more: (() => void) | 'loading' | null
  /** Whether an answer may still bring what is looked for. */
  readonly isLooking: boolean
}

/** What the pages are drawn from. */
export const WholeContext = createContext<Whole>({ overview: null, more: null, isLooking: false })

/**
 * The live part of the state with further parts of it, and with what a text finds beyond them.
 *
 * @param live the first part; it is the whole of all but large fleets
 * @param text what the reader looks for
 */
export function useWhole(live: Overview | null, text: string): Whole {
  const further = useFurther(live)
  const found = useFound(live, text)
  const dropped = useDropped(live, further.readAt)
  const { parts } = further
  const overview = useMemo(
    () =>
      live && isShort(live) ? merged(live, [...parts, ...(found.overview ? [found.overview] : []), dropped]) : live,
    [live, parts, found.overview, dropped],
  )
  return { overview, more: further.more, isLooking: found.isLooking }
}

function useFurther(live: Overview | null) {
  const isPart = live !== null && isShort(live)
  const { data, dataUpdatedAt, hasNextPage, isFetching, isFetchingNextPage, isPending, isError, fetchNextPage } =
    useInfiniteQuery({
      queryKey: ['parts'],
      enabled: isPart,
      refetchInterval: AGAIN_MS,
      initialPageParam: startAfter(live ? [live] : []),
      queryFn: ({ pageParam, signal }) => fetchPart(`${new URLSearchParams(textsOf(pageParam))}`, signal),
      getNextPageParam: (_, parts): Start | undefined => {
        const next = startAfter([...(live ? [live] : []), ...parts])
        return live && isBefore(next, live.totals) && parts.length < MAX_PARTS - 1 ? next : undefined
      },
    })
  const parts = data?.pages ?? NONE
  // After a failure the next round is soon enough.
  const goesOn = isPart && hasNextPage && !isError && parts.length < FIRST_PARTS - 1
  useEffect(() => {
    if (goesOn && !isFetching) void fetchNextPage()
  }, [goesOn, isFetching, fetchNextPage])
  const isLoading = isPart && (isPending || isFetchingNextPage || goesOn)
  const more: Whole['more'] = isLoading ? 'loading' : isPart && hasNextPage ? () => void fetchNextPage() : null
  return { parts, readAt: dataUpdatedAt, more }
}

/** What a text finds in the whole of a fleet of which the page has only a part. */
export function useFound(live: Overview | null, text: string): { overview: Overview | null; isLooking: boolean } {
  const asked = text.trim().slice(0, MAX_TEXT)
  const { data, isLoading } = useQuery({
    queryKey: ['parts', 'text', asked],
    enabled: live !== null && isShort(live) && asked !== '',
    queryFn: ({ signal }) => fetchPart(`${new URLSearchParams({ text: asked })}`, signal),
  })
  return { overview: data ?? null, isLooking: isLoading }
}

/**
 * What was in the live part and has made room for others in more need. It is in a later part now, but the page has not read that part
 * since: until then it keeps the last that it knew.
 */
function useDropped(live: Overview | null, readAt: number): Lists {
  const short = live && isShort(live) ? live : null
  const [before, remember] = useState({ short, readAt, dropped: EMPTY })
  if (before.short === short && before.readAt === readAt) return before.dropped
  const kept = before.readAt === readAt ? before.dropped : EMPTY
  const dropped = short && before.short ? without(merged<Lists>(before.short, [kept]), short) : EMPTY
  remember({ short, readAt, dropped })
  return dropped
}

/** As long as Zenith takes a text. */
const MAX_TEXT = 200
const NONE: readonly Overview[] = []
const EMPTY: Lists = { services: [], nodes: [], queues: [] }

function fetchPart(query: string, signal: AbortSignal): Promise<Overview> {
  return fetchJson(`api/overview?${query}`, Overview, signal)
}

function isShort(overview: Overview): boolean {
  return isBefore(startAfter([overview]), overview.totals)
}

function isBefore(start: Start, totals: OverviewTotals): boolean {
  return start.services < totals.services || start.nodes < totals.nodes || start.queues < totals.queues
}

function startAfter(parts: readonly Overview[]): Start {
  const count = (of: (part: Overview) => readonly unknown[]) => parts.reduce((sum, part) => sum + of(part).length, 0)
  return {
    services: count(({ services }) => services),
    nodes: count(({ nodes }) => nodes),
    queues: count(({ queues }) => queues),
  }
}

function textsOf(start: Start): Record<string, string> {
  return Object.fromEntries(Object.entries(start).map(([name, value]) => [name, String(value)]))
}

/** What is live goes before what was asked for a while ago. */
export function merged<T extends Lists>(live: T, parts: readonly Lists[]): T {
  const all: readonly Lists[] = [live, ...parts]
  return {
    ...live,
    services: unique(
      all.flatMap(({ services }) => services),
      ({ service }) => service,
    ),
    nodes: unique(
      all.flatMap(({ nodes }) => nodes),
      ({ key }) => key,
    ),
    queues: unique(
      all.flatMap(({ queues }) => queues),
      ({ key }) => key,
    ),
  }
}

/** What of some lists is not in others. */
function without(lists: Lists, others: Lists): Lists {
  const missing = <T>(from: readonly T[], there: readonly T[], keyOf: (item: T) => string) => {
    const keys = new Set(there.map(keyOf))
    return from.filter((item) => !keys.has(keyOf(item)))
  }
  return {
    services: missing(lists.services, others.services, ({ service }) => service),
    nodes: missing(lists.nodes, others.nodes, ({ key }) => key),
    queues: missing(lists.queues, others.queues, ({ key }) => key),
  }
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const found = new Map<string, T>()
  for (const item of items) if (!found.has(keyOf(item))) found.set(keyOf(item), item)
  return [...found.values()]
}
