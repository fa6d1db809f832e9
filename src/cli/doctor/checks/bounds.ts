import type { LeftOut } from '../../../protocol/index.js'
import { RedisError } from '../../../redis/errors.js'
import { countLeftOut } from '../../../runtime/count-left-out.js'
import { type Check, type Finding, problem } from '../finding.js'

/** Whether Zenith leaves data out because it exceeds a bound. */
export const bounds: Check = {
  name: 'bounds of reading',
  async run({ connection, keys }) {
    try {
      return findingsOf(await countLeftOut(connection, keys))
    } catch (error) {
      // Reporters lack the permission to read; another check reports missing rights.
      if (error instanceof RedisError) return []
      throw error
    }
  },
}

const NAMES: Partial<Record<keyof LeftOut, string>> = {
  nodes: 'nodes',
  queues: 'queues',
  snapshots: 'queue snapshots',
  values: 'oversized values',
  documents: 'documents of Zenith',
}

function findingsOf(left: LeftOut): Finding[] {
  const parts = (Object.keys(NAMES) as (keyof LeftOut)[]).flatMap((kind) => {
    const count = left[kind] ?? 0
    return count > 0 ? [`${NAMES[kind]} (${count.toLocaleString('en')})`] : []
  })
  if (parts.length === 0) return []
  return [
    problem({
      code: 'left-out',
      message: `The data exceeds Zenith’s limits; it leaves out ${parts.join(', ')}.`,
      advice:
        'Find the service that reports so much, or split the fleet by prefix with one Zenith each. The limits are in docs/operations.md, "What it reads at the most".',
    }),
  ]
}
