import { describe, expect, it } from 'vitest'
import { groupExceptions, groupSlow } from '../../src/api/groups.js'
import { choicesOf, type Filter, filterOverview } from '../../src/dashboard/api/filter.js'
import { groupNodes, sortServices } from '../../src/dashboard/features/services/fleet.js'
import { meanwhile } from '../../src/dashboard/features/slow/meanwhile.js'
import { linePaths } from '../../src/dashboard/ui/charts/paths.js'
import { healthWord } from '../../src/dashboard/ui/levels.js'
import { makeException, makeHeartbeat, makeNode, makeService, makeSlow } from './fixture/fleet.js'
import { makeShopFleet } from './fixture/shop-fleet.js'

describe('the filter', () => {
  const fleet = makeShopFleet()
  const ask = (change: Partial<Filter>) =>
    filterOverview(fleet, { q: '', env: '', version: '', service: '', ...change })

  it('shows everything without a text', () => {
    expect(ask({ q: '  ' })).toBe(fleet)
  })

  it('finds a server by host, whatever the case, and shows its service with it', () => {
    const shown = ask({ q: 'WEB-2' })
    expect(shown.nodes.map(({ id }) => id)).toEqual(['web-2'])
    expect(shown.services.map(({ service }) => service)).toEqual(['shop-api'])
  })

  it('wants every word', () => {
    expect(ask({ q: 'shop-api lost' }).nodes.map(({ id }) => id)).toEqual(['web-3'])
    expect(ask({ q: 'shop-api nowhere' }).nodes).toEqual([])
  })

  it('finds slow entries and exceptions by what is written on them', () => {
    const shown = ask({ q: '/reports' })
    expect(shown.slow.map(({ name }) => name)).toEqual(['GET /reports/:year'])
    expect(ask({ q: 'econnrefused' }).exceptions).toHaveLength(1)
    expect(ask({ q: '4bf92f35' }).slow.length).toBeGreaterThan(0)
  })

  it('keeps to an environment', () => {
    const shown = ask({ env: 'staging' })
    expect(shown.nodes.map(({ id }) => id)).toEqual(['admin-1'])
    expect(shown.services.map(({ service }) => service)).toEqual(['admin'])
    expect(shown.slow).toEqual([])
    expect(choicesOf(fleet).environments).toEqual(['production', 'staging'])
  })

  it('keeps to a service and to a version', () => {
    expect(ask({ service: 'catalog' }).nodes.map(({ id }) => id)).toEqual(['catalog-7f9c'])
    expect(ask({ service: 'catalog' }).slow.map(({ name }) => name)).toEqual(['GET /search'])
    const old = makeNode('cart', 'old', { heartbeat: makeHeartbeat('cart', 'old', { appVersion: '3.0.0' }) })
    const two = {
      ...fleet,
      nodes: [...fleet.nodes, old],
      slow: [makeSlow({ service: 'cart', node: 'old' }), ...fleet.slow],
    }
    const shown = filterOverview(two, { q: '', env: '', version: '3.0.0', service: '' })
    expect(shown.nodes).toEqual([old])
    expect(shown.slow).toHaveLength(1)
    expect(shown.exceptions).toEqual([])
    expect(choicesOf(two).versions).toEqual(['3.0.0', '3.2.1'])
  })
})

describe('groups', () => {
  it('put the lost first, then numbers in their order', () => {
    const nodes = [makeNode('s', 'w-10'), makeNode('s', 'w-9'), makeNode('s', 'w-11', { state: 'lost' })]
    expect(groupNodes(nodes)[0]?.nodes.map(({ id }) => id)).toEqual(['w-11', 'w-9', 'w-10'])
  })

  it('have the worst first, then go by name', () => {
    const services = [
      makeService('off', { health: { score: null, reasons: [] }, nodes: { live: 0, lost: 0, left: 2, replaced: 0 } }),
      makeService('well-2'),
      makeService('well-1', { health: { score: 94, reasons: [] } }),
      makeService('bad', { health: { score: 0, reasons: [] } }),
      makeService('weak', { health: { score: 70, reasons: [] } }),
      makeService('worse', { health: { score: 50, reasons: [] } }),
      makeService('dead', { health: { score: 0, reasons: [] }, nodes: { live: 0, lost: 1, left: 1, replaced: 0 } }),
      makeService('also-weak', { health: { score: 70, reasons: [] } }),
    ]
    const order = ['dead', 'bad', 'worse', 'also-weak', 'weak', 'well-1', 'well-2', 'off']
    expect(sortServices(services).map(({ service }) => service)).toEqual(order)
    const nodes = [makeNode('b', '1'), makeNode('c', '1', { state: 'lost' }), makeNode('a', '1')]
    expect(groupNodes(nodes).map(({ service }) => service)).toEqual(['c', 'a', 'b'])
  })

  it('join exceptions of one fingerprint in one service', () => {
    const groups = groupExceptions([
      makeException({ fingerprint: 'x', ts: 30, message: 'newest' }),
      makeException({ fingerprint: 'y', ts: 20 }),
      makeException({ fingerprint: 'x', ts: 10 }),
      makeException({ fingerprint: 'x', ts: 5, service: 'other' }),
    ])
    expect(groups.map(({ last, count, first }) => [last, count, first])).toEqual([
      [30, 2, 10],
      [20, 1, 20],
      [5, 1, 5],
    ])
  })
})

it('counts slow entries by name, and keeps the slowest and the newest of them', () => {
  const groups = groupSlow([
    makeSlow({ name: 'GET /a', ts: 30, durationMs: 1_200 }),
    makeSlow({ name: 'GET /b', ts: 20, durationMs: 9_000 }),
    makeSlow({ name: 'GET /a', ts: 10, durationMs: 4_000 }),
    makeSlow({ name: 'GET /b', ts: 5, kind: 'job' }),
  ])
  expect(groups.map(({ kind, name, count, slowestMs, last }) => [kind, name, count, slowestMs, last])).toEqual([
    ['request', 'GET /a', 2, 4_000, 30],
    ['request', 'GET /b', 1, 9_000, 20],
    ['job', 'GET /b', 1, 1_840, 5],
  ])
})

describe('what the process did meanwhile', () => {
  it('is told in words', () => {
    const entry = makeSlow({ durationMs: 1_840 }, { loopBlockedMs: 480, gcMs: 190, cpuThrottledMs: 340, inFlight: 12 })
    expect(meanwhile(entry)).toEqual([
      'the loop was blocked for 480 ms',
      'GC took 190 ms',
      'CPU was throttled for 340 ms',
      '12 other requests in flight',
    ])
  })

  it('leaves out what is unknown and what explains nothing', () => {
    expect(meanwhile(makeSlow())).toEqual([])
    expect(meanwhile(makeSlow({ durationMs: 5_000 }, { loopBlockedMs: 40, gcMs: 3, inFlight: 0 }))).toEqual([])
  })

  it('tells attempts, waits and clients that went away', () => {
    const entry = makeSlow({ durationMs: 6_000 }, { attempt: 3, waitMs: 4_200, aborted: true, inFlight: 1 })
    expect(meanwhile(entry)).toEqual([
      '1 other request in flight',
      'waited 4.2 s in its queue before',
      'attempt 3',
      'the client aborted',
    ])
  })
})

describe('a line', () => {
  it('has a gap where a figure is unknown', () => {
    const { line, area } = linePaths(
      [
        { x: 0, y: 1 },
        { x: 1, y: 2 },
        { x: 2, y: null },
        { x: 3, y: 4 },
      ],
      10,
    )
    expect(line).toBe('M0.0,1.0L1.0,2.0M3.0,4.0L3.0,4.0')
    expect(area.match(/M/g)).toHaveLength(2)
  })
})

it('calls a service without a live server neither healthy nor unhealthy', () => {
  expect([null, 100, 89, 59].map(healthWord)).toEqual(['no live server', 'healthy', 'degraded', 'unhealthy'])
})
