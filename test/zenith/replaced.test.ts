import { describe, expect, it } from 'vitest'
import { type Life, replacedOf } from '../../src/zenith/fleet/replaced.js'

const MINUTE = 60

/** A node that ran from one second to another, to this day without the other. @param place `host` or `host/instance` */
function ran(
  place: string,
  from: number | null,
  to?: number,
  state: Life['state'] = to === undefined ? 'live' : 'lost',
) {
  const [host = '', instance = null] = place.split('/')
  return { place, host, instance, from, to, state }
}

function judged(nodes: readonly ReturnType<typeof ran>[]): string[] {
  const lives = nodes.map(({ place, host, instance, from, to = 100_000, state }): Life => {
    const startedAt = from === null ? null : from * 1_000
    return {
      key: `${place} ${from}-${to}`,
      state,
      host: host === '' ? null : host,
      instance,
      startedAt,
      lastSeen: to * 1_000,
    }
  })
  const replaced = replacedOf(lives)
  return lives.map(({ key, state }) => (replaced.has(key) ? 'replaced' : state))
}

const CASES: readonly (readonly [string, readonly ReturnType<typeof ran>[], readonly string[]])[] = [
  ['the only node of a service', [ran('a', 0, 100)], ['lost']],
  ['one of two nodes on one host', [ran('a', 0, 600), ran('a', 0)], ['lost', 'live']],
  ['one of two that started one after the other', [ran('a', 0, 20), ran('a', 1)], ['lost', 'live']],
  ['one of two nodes on two hosts', [ran('a', 0, 600), ran('b', 0)], ['lost', 'live']],
  ['a restart on the same host', [ran('a', 0, 100), ran('a', 101)], ['replaced', 'live']],
  [
    'a restart that began just before the last beat, by its clock',
    [ran('a', 0, 100), ran('a', 99)],
    ['replaced', 'live'],
  ],
  [
    'four restarts in a row',
    [ran('a', 0, 5), ran('a', 6, 9), ran('a', 10, 30), ran('a', 31, 90), ran('a', 91)],
    ['replaced', 'replaced', 'replaced', 'replaced', 'live'],
  ],
  ['a restart of a restart that was lost', [ran('a', 0, 100), ran('a', 101, 200)], ['replaced', 'lost']],
  [
    'two nodes on one host, and one successor',
    [ran('a', 0, 100), ran('a', 0, 99), ran('a', 101)],
    ['lost', 'replaced', 'live'],
  ],
  ['a restart of another copy', [ran('a/0', 0, 100), ran('a/1', 0, 90), ran('a/1', 101)], ['lost', 'replaced', 'live']],
  [
    'a restart on one host while another one is lost',
    [ran('a', 0, 100), ran('b', 0, 99), ran('a', 101)],
    ['replaced', 'lost', 'live'],
  ],
  ['a new name', [ran('pod-1', 0, 1_000), ran('pod-2', 990)], ['replaced', 'live']],
  [
    'a rolling deploy',
    [
      ...['a', 'b', 'c'].map((name, index) => ran(name, 0, 10_000 + 60 * index)),
      ...['d', 'e', 'f'].map((name, index) => ran(name, 9_970 + 60 * index)),
    ],
    ['replaced', 'replaced', 'replaced', 'live', 'live', 'live'],
  ],
  [
    'a rolling deploy of which one new node is missing',
    [
      ...['a', 'b', 'c'].map((name, index) => ran(name, 0, 10_000 + 60 * index)),
      ...['d', 'e'].map((name, index) => ran(name, 9_970 + 60 * index)),
    ],
    ['replaced', 'replaced', 'lost', 'live', 'live'],
  ],
  [
    'a node that is lost after a deploy',
    [ran('a', 0, 10_000, 'replaced'), ran('b', 0, 10_060, 'replaced'), ran('c', 9_990, 10_500), ran('d', 10_050)],
    ['replaced', 'replaced', 'lost', 'live'],
  ],
  [
    'more live nodes earlier than 15 minutes before',
    [ran('a', 0, 10_000), ran('b', 0, 10_000), ran('c', 0, 10_000 + 18 * MINUTE), ran('d', 10_000 + 18 * MINUTE + 30)],
    ['lost', 'lost', 'replaced', 'live'],
  ],
  [
    'more live nodes within 15 minutes before',
    [ran('a', 0, 10_000), ran('b', 0, 10_000), ran('c', 0, 10_000 + 12 * MINUTE), ran('d', 10_000 + 12 * MINUTE + 30)],
    ['replaced', 'lost', 'lost', 'live'],
  ],
  [
    'a node of which nobody knows since when it ran, beside another',
    [ran('a', null, 500), ran('b', 0)],
    ['lost', 'live'],
  ],
  ['the same, before another', [ran('a', null, 500), ran('b', 520)], ['replaced', 'live']],
  ['a node beside one of which nobody knows since when it runs', [ran('a', 0, 500), ran('b', null)], ['lost', 'live']],
  ['hosts without names', [ran('', 0, 500), ran('', 0), ran('', 600)], ['replaced', 'live', 'live']],
]

describe('which of the nodes that vanished are replaced', () => {
  it.each(CASES)('%s', (_, nodes, states) => {
    expect(judged(nodes)).toEqual(states)
    // Whatever their order.
    expect(judged(nodes.toReversed()).toReversed()).toEqual(states)
  })

  it('is found at once of thousands', () => {
    const nodes = Array.from({ length: 10_000 }, (_, index) => ran('a', index * 10, index * 10 + 5))
    const startedAt = performance.now()
    expect(judged([...nodes, ran('a', 200_000)]).filter((state) => state === 'lost')).toEqual([])
    expect(performance.now() - startedAt).toBeLessThan(5_000)
  })
})
