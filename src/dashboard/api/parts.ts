import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useState } from 'react'
import { Overview, type OverviewTotals } from '../../api/overview.js'
import { type Asker, fetchJson } from './fetch-json.js'

/** How many parts of a large fleet are loaded unasked, the live one among them. */
const FIRST_PARTS = 4
/** How many can be loaded at the most: what is beyond them is found by its name. */
const MAX_PARTS = 25
/** Further parts are not live; they are asked for again this often, ms. */
const AGAIN_MS = 30_000

/** How many of each list there are already. */
type Start = OverviewTotals
type Lists = Pick<Overview, 'services' | 'nodes' | 'queues'>

/** What the pages are drawn from. */
export interface Whole {
  readonly overview: Overview | null
  /** What the button for the next part does: `'loading'` while one is on its way, null when there is no next part. */
  readonly more: (() => void) | 'loading' | null
  /** Whether an answer may still bring what is looked for. */
  readonly isLooking: boolean
}

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
  const others = useMemo(
    () => [...parts, ...(found.overview ? [found.overview] : []), dropped],
    [parts, found.overview, dropped],
  )
  return { overview: useMerged(live, others), more: further.more, isLooking: found.isLooking }
}

/** A list that did not change is not put together again, and stays the same object. */
function useMerged(live: Overview | null, others: readonly Lists[]): Overview | null {
  const short = live && isShort(live) ? live : null
  const { services, nodes, queues } = short ?? EMPTY
  const allServices = useMemo(() => mergedServices(services, others), [services, others])
  const allNodes = useMemo(() => mergedNodes(nodes, others), [nodes, others])
  const allQueues = useMemo(() => mergedQueues(queues, others), [queues, others])
  return useMemo(
    () => (short ? { ...short, services: allServices, nodes: allNodes, queues: allQueues } : live),
    [live, short, allServices, allNodes, allQueues],
  )
}

function useFurther(live: Overview | null) {
  const isPart = live !== null && isShort(live)
  const { data, dataUpdatedAt, hasNextPage, isFetching, isFetchingNextPage, isPending, isError, fetchNextPage } =
    useInfiniteQuery({
      queryKey: ['parts'],
      enabled: isPart,
      refetchInterval: AGAIN_MS,
      initialPageParam: startAfter(live ? [live] : []),
      queryFn: (asker) => fetchPart(`${new URLSearchParams(textsOf(asker.pageParam))}`, asker),
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
    queryFn: (asker) => fetchPart(`${new URLSearchParams({ text: asked })}`, asker),
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
  const dropped = short && before.short ? droppedFrom(before.short, kept, short) : EMPTY
  remember({ short, readAt, dropped })
  return dropped
}

/** As long as Zenith takes a text. */
const MAX_TEXT = 200
const NONE: readonly Overview[] = []
const EMPTY: Lists = { services: [], nodes: [], queues: [] }

function fetchPart(query: string, asker: Asker): Promise<Overview> {
  return fetchJson(`api/overview?${query}`, Overview, asker)
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
export function merged(live: Overview, parts: readonly Lists[]): Overview {
  const { services, nodes, queues } = live
  return {
    ...live,
    services: mergedServices(services, parts),
    nodes: mergedNodes(nodes, parts),
    queues: mergedQueues(queues, parts),
  }
}

const serviceKey = ({ service }: Lists['services'][number]) => service
const ownKey = ({ key }: { readonly key: string }) => key

function mergedServices(live: Lists['services'], parts: readonly Lists[]) {
  return unique([live, ...parts.map(({ services }) => services)], serviceKey)
}

function mergedNodes(live: Lists['nodes'], parts: readonly Lists[]) {
  return unique([live, ...parts.map(({ nodes }) => nodes)], ownKey)
}

function mergedQueues(live: Lists['queues'], parts: readonly Lists[]) {
  return unique([live, ...parts.map(({ queues }) => queues)], ownKey)
}

/** What was there before, or was kept since, and is not there now. The same object as long as it is the same. */
function droppedFrom(before: Lists, kept: Lists, now: Lists): Lists {
  const services = missing(before.services, kept.services, now.services, serviceKey)
  const nodes = missing(before.nodes, kept.nodes, now.nodes, ownKey)
  const queues = missing(before.queues, kept.queues, now.queues, ownKey)
  const isSame = services === kept.services && nodes === kept.nodes && queues === kept.queues
  return isSame ? kept : { services, nodes, queues }
}

/** @param kept none of them is in `before` */
function missing<T>(
  before: readonly T[],
  kept: readonly T[],
  now: readonly T[],
  keyOf: (item: T) => string,
): readonly T[] {
  if (before === now) return kept
  const keys = new Set(now.map(keyOf))
  const gone = [...before, ...kept].filter((item) => !keys.has(keyOf(item)))
  return gone.length === kept.length && gone.every((item, index) => item === kept[index]) ? kept : gone
}

function unique<T>(lists: readonly (readonly T[])[], keyOf: (item: T) => string): T[] {
  const found = new Map<string, T>()
  for (const item of lists.flat()) if (!found.has(keyOf(item))) found.set(keyOf(item), item)
  return [...found.values()]
}
