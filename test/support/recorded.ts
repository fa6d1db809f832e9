import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Reader } from '../../src/ports/index.js'
import { type JobRollup, type SeriesRollup, Sketch } from '../../src/protocol/index.js'

/** What a service recorded so far, with its rollups added up. */
export interface Recorded {
  readonly routes: ReadonlyMap<string, Total>
  readonly jobs: ReadonlyMap<string, Total>
}

export interface Total {
  readonly count: number
  readonly errors: number
  readonly aborted: number
  readonly failed: number
  readonly stalled: number
  readonly classes: readonly number[]
  readonly durations: Sketch
  readonly waits: Sketch
}

export async function recordedBy(reader: Reader, service: string): Promise<Recorded> {
  const { records } = await reader.rollups({ service, since: 0 })
  return {
    routes: totals(records.flatMap((rollup) => rollup.routes)),
    jobs: totals(records.flatMap((rollup) => rollup.jobs)),
  }
}

export const slowEntries = async (reader: Reader, service: string) =>
  (await reader.slow({ service, limit: 1_000 })).records

export const exceptions = async (reader: Reader, service: string) =>
  (await reader.exceptions({ service, limit: 1_000 })).records

function totals(series: readonly (SeriesRollup | JobRollup)[]): Map<string, Total> {
  const sums = new Map<string, Total>()
  for (const one of series) sums.set(one.key, add(sums.get(one.key), one))
  return sums
}

function add(sum: Total | undefined, one: SeriesRollup | JobRollup): Total {
  const durations = sketchOf(one.sketch)
  const waits = sketchOf('wait' in one ? one.wait : '')
  if (sum) {
    durations.merge(sum.durations)
    waits.merge(sum.waits)
  }
  return {
    count: one.count + (sum?.count ?? 0),
    errors: one.errors + (sum?.errors ?? 0),
    aborted: one.aborted + (sum?.aborted ?? 0),
    failed: ('failed' in one ? one.failed : 0) + (sum?.failed ?? 0),
    stalled: ('stalled' in one ? one.stalled : 0) + (sum?.stalled ?? 0),
    classes: [0, 1, 2, 3, 4].map((index) => (one.classes[index] ?? 0) + (sum?.classes[index] ?? 0)),
    durations,
    waits,
  }
}

function sketchOf(text: string): Sketch {
  const sketch = Sketch.decode(text)
  if (!sketch) throw new Error(`No sketch: ${text}`)
  return sketch
}

/** A server on a free port of 127.0.0.1. */
export async function serve(listener: RequestListener): Promise<{ url: string; port: number; close(): Promise<void> }> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
