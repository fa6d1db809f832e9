import { onTestFinished, vi } from 'vitest'
import type { NodeView } from '../../../src/api/nodes.js'
import type { Overview } from '../../../src/api/overview.js'
import type { ServiceView } from '../../../src/api/services.js'
import { createZenith, toNodeHandler, type Zenith, type ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { openStream, type SseClient } from './http.js'
import { present } from './records.js'
import { serve } from './serve.js'

/** Short, so that a test sees the next look soon, ms. */
export const INTERVAL = 50

/** A Zenith that lets everybody in and ends with the test. */
export function openZenith(options: ZenithOptions): Zenith {
  const zenith = createZenith({ auth: () => true, interval: INTERVAL, ...options })
  onTestFinished(() => zenith.close())
  return zenith
}

export async function overviewOf(zenith: Zenith): Promise<Overview> {
  const response = await zenith.fetch(new Request('http://localhost/api/overview'))
  return (await response.json()) as Overview
}

/** Looks until what was seen is as expected. */
export async function seen<T>(zenith: Zenith, check: (overview: Overview) => T | Promise<T>): Promise<T> {
  return vi.waitFor(async () => check(await overviewOf(zenith)), { timeout: 15_000, interval: 30 })
}

export function nodeOf(overview: Overview, id: string): NodeView {
  return present(overview.nodes.find((node) => node.id === id))
}

export function serviceOf(overview: Overview, name: string): ServiceView {
  return present(overview.services.find((service) => service.service === name))
}

/** A served Zenith, and a function that opens streams from it. */
export async function serveZenith(options: ZenithOptions) {
  const zenith = openZenith(options)
  const server = await serve(toNodeHandler(zenith))
  onTestFinished(() => server.close())
  return {
    zenith,
    url: server.url,
    async watch(headers?: Record<string, string>): Promise<SseClient> {
      const client = await openStream(`${server.url}/api/stream`, headers)
      onTestFinished(() => client.close())
      return client
    },
  }
}
