import type { ClusterInfo, ClusterListing, ClusterSummary } from '../../api/clusters.js'
import { type GenericSchema, listOf, object, text } from '../../api/schema.js'
import { hasShape } from '../../api/shape.js'
import { AnswerError, fetchJson } from './fetch-json.js'
import { createStore, useStore } from './store.js'

/** What is known of the clusters beside the one that the page shows: it stays when the page shows another. */

/** Without the schemas of what is in it: it is a part of the first load. */
const SHAPE = object('', { items: listOf(text('')) }) as GenericSchema<unknown, unknown> as GenericSchema<
  unknown,
  ClusterListing
>

const summaries = createStore<readonly ClusterSummary[] | null>(null)
const infos = createStore<readonly ClusterInfo[]>([])

/** @returns whether it is a listing */
export function takeClusters(listing: unknown): boolean {
  if (!hasShape(SHAPE, listing)) return false
  summaries.set(listing.items)
  return true
}

/** Asks for all clusters. Resolves to null, or to what went wrong, in words. */
export async function askClusters(): Promise<string | null> {
  try {
    takeClusters(await fetchJson('api/clusters', SHAPE))
    return null
  } catch (error) {
    return error instanceof AnswerError ? error.message : String(error)
  }
}

/** When a cluster was read last, Unix ms. @param fallback where none was */
export function newestOf(fallback: number): number {
  const times = (summaries.get() ?? []).flatMap(({ at, state }) => (at === null || state === 'away' ? [] : [at]))
  return times.length > 0 ? Math.max(...times) : fallback
}

/** All clusters at a glance, in their order; null before the stream told of them, and where there is one alone. */
export function useSummaries(): readonly ClusterSummary[] | null {
  return useStore(summaries)
}

/** The clusters that the reader may see, in their order, as a session told; empty before. */
export function useClusterInfos(): readonly ClusterInfo[] {
  return useStore(infos)
}

/** @param told by a session */
export function rememberClusters(told: readonly ClusterInfo[]): void {
  if (JSON.stringify(told) !== JSON.stringify(infos.get())) infos.set(told)
}
