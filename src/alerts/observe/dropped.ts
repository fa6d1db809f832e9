import type { NodeView } from '../../api/nodes.js'
import { isAmount, isText, type Row, rowsOf, rowsWithin } from './remembered.js'

const WITHIN_MS = 5 * 60_000
/** Of JSON. */
const MAX_BYTES = 20_000

interface Dropped {
  total: number
  /** Increases of the last five minutes, oldest first. */
  steps: readonly { readonly at: number; readonly by: number }[]
}

/** How many records nodes dropped in the last five minutes: they report a total since their start. */
export class DroppedRecords {
  #nodes = new Map<string, Dropped>()

  note(nodes: readonly NodeView[], at: number): void {
    const next = new Map<string, Dropped>()
    for (const { key, heartbeat } of nodes) {
      const known = this.#nodes.get(key)
      const total = heartbeat?.recorder?.dropped ?? known?.total
      if (total !== undefined) next.set(key, known ? advance(known, total, at) : { total, steps: [] })
    }
    this.#nodes = next
  }

  /** Null if the node does not tell. */
  readonly of = ({ key }: Pick<NodeView, 'key'>): number | null => {
    const known = this.#nodes.get(key)
    return known ? known.steps.reduce((sum, { by }) => sum + by, 0) : null
  }

  rows(): Row[] {
    const dropping = [...this.#nodes].filter(([, { steps }]) => steps.length > 0)
    return rowsWithin(
      dropping.map(([key, { total, steps }]) => [key, total, ...steps.flatMap(({ at, by }) => [at, by])]),
      MAX_BYTES,
    )
  }

  restore(memory: unknown): void {
    for (const [key, total, ...steps] of rowsOf(memory, 'dropped')) {
      if (!isText(key) || !isAmount(total) || !steps.every(isAmount)) continue
      const pairs = Array.from({ length: Math.floor(steps.length / 2) }, (_, index) => index * 2)
      this.#nodes.set(key, { total, steps: pairs.map((i) => ({ at: steps[i] ?? 0, by: steps[i + 1] ?? 0 })) })
    }
  }
}

/** A total that fell began anew. */
function advance(known: Dropped, total: number, at: number): Dropped {
  const by = total < known.total ? total : total - known.total
  if (by === 0 && known.steps.length === 0) return known
  const steps = known.steps.filter((step) => at - step.at < WITHIN_MS)
  return { total, steps: by > 0 ? [...steps, { at, by }] : steps }
}
