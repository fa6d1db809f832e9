import { describe, expect, it } from 'vitest'
import type { NodeSample } from '../../src/api/nodes.js'
import type { Overview, PulseDifference } from '../../src/api/overview.js'
import { addExceptions, addSlow, applyPulse } from '../../src/dashboard/api/reducer.js'
import { makeException, makeNode, makeOverview, makeService, makeSlow, WHOLE } from './fixture/fleet.js'

function difference(before: Overview, change: Partial<PulseDifference>): PulseDifference {
  return {
    full: false,
    at: before.at + 1_000,
    ...WHOLE,
    nodes: [],
    goneNodes: [],
    services: [],
    goneServices: [],
    queues: [],
    goneQueues: [],
    unreadable: 0,
    untrusted: null,
    store: before.store,
    ...change,
  }
}

const sample = (at: number): NodeSample => ({ at, cpu: 1, rss: 1, loop: 1, rate: 1 })
const a = makeNode('shop', 'a', { samples: [sample(1), sample(2)] })
const b = makeNode('shop', 'b', { samples: [sample(1)] })
const fleet = makeOverview({ at: 10_000, nodes: [a, b], services: [makeService('shop')] })

describe('a whole state', () => {
  it('replaces everything, and keeps the identity of nodes that did not change', () => {
    const changed = { ...b, state: 'lost' as const }
    const next = applyPulse(fleet, { full: true, ...fleet, at: 20_000, nodes: [structuredClone(a), changed] })
    expect(next?.at).toBe(20_000)
    expect(next?.nodes[0]).toBe(a)
    expect(next?.nodes[1]?.state).toBe('lost')
    expect(next).not.toHaveProperty('full')
  })
})

describe('a difference', () => {
  it('changes what it names and nothing else', () => {
    const lost = { ...b, state: 'lost' as const, samples: [] }
    const next = applyPulse(fleet, difference(fleet, { nodes: [lost], unreadable: 2 }))
    expect(next?.nodes.map((node) => node.state)).toEqual(['live', 'lost'])
    expect(next?.nodes[0]).toBe(a)
    expect(next?.services).toBe(fleet.services)
    expect(next?.unreadable).toBe(2)
    expect(fleet.nodes[1]?.state).toBe('live')
  })

  it('adds new samples to those that are there, each once, and keeps the newest 60', () => {
    const samples = Array.from({ length: 60 }, (_, index) => sample(index + 2))
    const next = applyPulse(fleet, difference(fleet, { nodes: [{ ...a, samples }] }))
    const times = next?.nodes[0]?.samples.map(({ at }) => at) ?? []
    expect(times).toHaveLength(60)
    expect(times.at(0)).toBe(2)
    expect(times.at(-1)).toBe(61)
    expect(new Set(times).size).toBe(60)
  })

  it('adds and removes nodes and services', () => {
    const next = applyPulse(
      fleet,
      difference(fleet, {
        nodes: [makeNode('cart', 'c')],
        goneNodes: [a.key],
        services: [makeService('cart')],
        goneServices: ['shop'],
      }),
    )
    expect(next?.nodes.map(({ id }) => id)).toEqual(['b', 'c'])
    expect(next?.services.map(({ service }) => service)).toEqual(['cart'])
  })

  it('is nothing without a state before it', () => {
    expect(applyPulse(null, difference(fleet, {}))).toBeNull()
  })

  it('that is older than the state is in it already', () => {
    const late = difference(fleet, { at: fleet.at - 1, goneNodes: [a.key] })
    expect(applyPulse(fleet, late)).toBe(fleet)
  })
})

describe('new records', () => {
  it('come oldest first and are kept newest first, at most 100', () => {
    const before = { ...fleet, slow: [makeSlow({ ts: 1 })] }
    const entries = Array.from({ length: 120 }, (_, index) => makeSlow({ ts: index + 2 }))
    const slow = addSlow(before, entries)?.slow ?? []
    expect(slow).toHaveLength(100)
    expect(slow[0]?.ts).toBe(121)
    expect(slow[99]?.ts).toBe(22)
  })

  it('that come twice are kept once', () => {
    const record = makeException({ id: 'x', ts: 5 })
    const before = { ...fleet, exceptions: [record] }
    const next = addExceptions(before, [structuredClone(record), makeException({ id: 'y', ts: 6 })])
    expect(next?.exceptions.map(({ id }) => id)).toEqual(['y', 'x'])
  })

  it('of another service that are older stand where their time puts them', () => {
    const before = { ...fleet, exceptions: [makeException({ id: 'x', ts: 5 })] }
    const next = addExceptions(before, [makeException({ id: 'y', ts: 4, service: 'cart' })])
    expect(next?.exceptions.map(({ id }) => id)).toEqual(['x', 'y'])
  })
})
