import { expect, it } from 'vitest'
import type { AlertEvent, AlertNews } from '../../../src/api/alerts.js'
import type { MonitorService } from '../../../src/zenith/fleet/monitor-service.js'
import { StreamHub } from '../../../src/zenith/fleet/stream-hub.js'

const TOTALS = { firing: 1_000, pending: 0, critical: 1_000, unseen: 1_000 }

function eventOf(index: number): AlertEvent {
  const name = `queue-${index}-${'x'.repeat(800)}`
  return {
    ...{ at: index, change: 'firing', alert: `backlog queue:${name}`, rule: 'backlog', ruleName: 'Backlog' },
    subject: { kind: 'queue', key: name, name, service: null, services: [], host: null, environment: null },
    ...{ severity: 'critical', text: 'Backlog 9 (above 5)', value: 9, firedAt: index, by: null },
  }
}

/** A stream to which alerts can be told. */
function open() {
  let tell: (news: AlertNews) => void = () => {}
  const monitor = { subscribe: () => () => {}, watch: () => () => {}, fresh: async () => {}, shown: null }
  const subscribe = (listener: typeof tell) => {
    tell = listener
    return () => {}
  }
  const hub = new StreamHub(monitor as unknown as MonitorService, { subscribe })
  return {
    hub,
    reader: hub.open(null).getReader(),
    tell: (events: AlertEvent[]) => tell({ at: 1, totals: TOTALS, events }),
  }
}

async function eventsIn(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<AlertNews> {
  for (;;) {
    const { value } = await reader.read()
    const data = /^event: alert\n.*\ndata: (.*)/m.exec(new TextDecoder().decode(value))?.[1]
    if (data) return JSON.parse(data) as AlertNews
  }
}

it('a thousand changes at once are one event of a bounded size, with the newest and all totals', async () => {
  const { hub, reader, tell } = open()
  await new Promise(setImmediate)
  tell(Array.from({ length: 1_000 }, (_, index) => eventOf(index)))
  const { totals, events } = await eventsIn(reader)
  expect(totals).toEqual(TOTALS)
  expect(JSON.stringify(events).length).toBeLessThan(510_000)
  expect(events.length).toBeGreaterThan(100)
  expect(events.at(-1)?.at).toBe(999)
  hub.close()
})

it('a viewer that reads nothing holds no other one up', async () => {
  const { hub, reader, tell } = open()
  hub.open(null)
  await new Promise(setImmediate)
  for (let index = 0; index < 200; index += 1) tell([eventOf(index)])
  expect((await eventsIn(reader)).events).toHaveLength(1)
  hub.close()
})
