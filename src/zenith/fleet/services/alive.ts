import type { NodeView } from '../../../api/nodes.js'

/** A time in which at least one node of a service ran, Unix ms. */
export interface AliveSpan {
  readonly from: number
  readonly to: number
}

/**
 * When some nodes ran, as far as their last beats show: since their start. A node writes no rollup while it has no traffic, so that a span
 * without rollups is quiet if a node ran, and unseen if none did.
 */
export function aliveSpans(nodes: readonly NodeView[]): readonly AliveSpan[] {
  return nodes.flatMap(({ heartbeat, samples }) => {
    if (!heartbeat) return []
    const { timestamp: to, runtime } = heartbeat
    const from = runtime.uptime === null ? (samples[0]?.at ?? to) : to - runtime.uptime * 1_000
    return [{ from: Math.min(from, to), to }]
  })
}

/** When the nodes of a service ran, also those that are gone. */
export class AliveTimes {
  /** Oldest first, without overlaps. */
  #spans: readonly AliveSpan[] = []

  add(spans: readonly AliveSpan[]): void {
    const joined: { from: number; to: number }[] = []
    for (const { from, to } of [...this.#spans, ...spans].sort((a, b) => a.from - b.from)) {
      const last = joined.at(-1)
      if (last && from <= last.to) last.to = Math.max(last.to, to)
      else joined.push({ from, to })
    }
    this.#spans = joined
  }

  /** @param before Unix ms */
  prune(before: number): void {
    this.#spans = this.#spans.filter(({ to }) => to > before)
  }

  /** Whether a node ran for at least half of a time. */
  covers(from: number, to: number): boolean {
    const half = (to - from) / 2
    return this.#spans.some((span) => Math.min(to, span.to) - Math.max(from, span.from) >= half)
  }
}
