import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ClusterSummary, ClusterTrouble } from '../../src/api/clusters.js'
import { CLUSTER_COLOURS } from '../../src/api/words.js'
import { mergedTroubles, totalOf } from '../../src/dashboard/features/clusters/board.js'
import { alertsText, countsText, troubleTarget } from '../../src/dashboard/features/clusters/words.js'
import { PAGE_NAMES, type Route } from '../../src/dashboard/routing/pages.js'
import { clusterTarget } from '../../src/dashboard/routing/sections.js'
import { isStep, parseUrl, writeUrl } from '../../src/dashboard/routing/url.js'

const FIGURES = {
  ...{ services: 2, nodes: { live: 3, lost: 1 }, queues: 4, backlog: 50, requestRate: 12.5, jobRate: 0 },
}

function summary(id: string, more: Partial<ClusterSummary> = {}): ClusterSummary {
  return {
    ...{ id, name: id, colour: 'blue', environment: null, state: 'ok', at: 1_000, store: null, sameAs: null },
    ...{ figures: FIGURES, alerts: { critical: 0, warning: 0, info: 0 }, troubles: [], moreTroubles: 0 },
    ...more,
  }
}

function trouble(name: string, more: Partial<ClusterTrouble> = {}): ClusterTrouble {
  return { kind: 'queue', key: `bullmq|${name}`, name, text: 'is stuck', isBad: false, ...more }
}

describe('what needs attention in all clusters', () => {
  it('has the worst first, at most five of each cluster, and says how many more there are', () => {
    const many = Array.from({ length: 20 }, (_, at) => trouble(`q${at}`, { isBad: at < 2 }))
    const { listed, more } = mergedTroubles([
      summary('a', { troubles: many, moreTroubles: 3 }),
      summary('b', { troubles: [trouble('Redis', { kind: 'store', isBad: true }), trouble('mail')] }),
    ])
    expect(listed.map(({ name, cluster }) => `${cluster.id} ${name}`)).toEqual([
      ...['b Redis', 'a q0', 'a q1'],
      ...['a q2', 'a q3', 'a q4', 'b mail'],
    ])
    expect(more.map(({ cluster, count }) => [cluster.id, count])).toEqual([['a', 18]])
  })

  it('leads to the thing in its cluster, without the filter of here', () => {
    const to = (more: Partial<ClusterTrouble>) =>
      writeUrl(parseUrl('?q=x&service=y&period=1h'), troubleTarget('eu', trouble('mail', more)))
    expect(to({})).toBe('?cluster=eu&page=queues&period=1h&queue=bullmq%7Cmail')
    expect(to({ kind: 'service', key: 'shop' })).toBe('?cluster=eu&page=service&service=shop&period=1h')
    expect(to({ kind: 'alert', key: 'a:1' })).toBe('?cluster=eu&page=alerts&period=1h&alert=a%3A1')
    expect(to({ kind: 'store', key: '' })).toBe('?cluster=eu&period=1h')
  })
})

describe('a sum over all clusters', () => {
  const live = ({ figures }: ClusterSummary) => figures?.nodes.live ?? null

  it('says of how many it is known, and is no zero if of none', () => {
    expect(totalOf([summary('a'), summary('b', { figures: null })], live)).toEqual({ sum: 3, known: 1 })
    expect(totalOf([summary('a', { figures: null })], live)).toEqual({ sum: null, known: 0 })
  })

  it('leaves out the last figures of one that is away, and counts one Redis once', () => {
    expect(totalOf([summary('a'), summary('b', { state: 'away' })], live)).toEqual({ sum: 3, known: 1 })
    const twins = [summary('a', { sameAs: 'b' }), summary('b', { sameAs: 'a' }), summary('c')]
    expect(totalOf(twins, live)).toEqual({ sum: 6, known: 2 })
    // The twin that the reader may not see.
    expect(totalOf([summary('a', { sameAs: 'hidden' })], live)).toEqual({ sum: 3, known: 1 })
  })
})

it('writes nothing of what is unknown', () => {
  expect(alertsText(null)).toBeNull()
  expect(alertsText({ critical: 0, warning: 0, info: 0 })).toBe('0')
  expect(alertsText({ critical: 1, warning: 2, info: 3 })).toBe('1 critical, 2 warnings, 3 info')
  expect(countsText({ alerts: null, figures: null })).toBe('')
  expect(countsText({ alerts: { critical: 1, warning: 0, info: 0 }, figures: FIGURES })).toBe('1 alert · 1 lost')
})

describe('the cluster in the URL', () => {
  it('stands first, stays on all pages, and is a step', () => {
    for (const page of PAGE_NAMES) {
      const subject = { service: 's', series: 'r', node: 'n', queue: 'q', job: '1', asked: 'x' }
      const query = writeUrl(parseUrl('?cluster=eu&period=1h'), { ...subject, page } as never)
      expect(query.startsWith('?cluster=eu')).toBe(true)
    }
    expect(isStep('?cluster=eu', '?cluster=us')).toBe(true)
  })

  it.each([
    ['?cluster=eu&page=queues&queue=q&state=failed', '?cluster=us&page=queues'],
    ['?cluster=eu&page=service&service=shop&node=n', '?cluster=us&page=service'],
    ['?cluster=eu&page=routes&service=shop&route=a', '?cluster=us&page=routes'],
    ['?cluster=eu&page=slow&service=shop&from=1000&to=2000', '?cluster=us&page=slow&from=1000&to=2000'],
    ['?cluster=eu&page=alerts&tab=rules&rule=r', '?cluster=us&page=alerts&tab=rules'],
    ['?cluster=eu&page=time-travel&t=5000&span=7d', '?cluster=us&page=time-travel&t=5000&span=7d'],
    ['?cluster=eu&page=people&tab=tokens&find=x', '?cluster=us&page=people&tab=tokens'],
    ['?cluster=eu&page=account', '?cluster=us&page=account'],
    ['?cluster=eu&page=nowhere', '?cluster=us'],
  ])('goes from %s to %s', (from, to) => {
    const url = parseUrl(from)
    expect(writeUrl(url, clusterTarget(url.route, 'us'))).toBe(to)
  })

  it('goes to all clusters without the page, unless it needs no cluster', () => {
    const to = (route: Route, from: string) => writeUrl(parseUrl(from), clusterTarget(route, ''))
    expect(to(parseUrl('?cluster=eu&page=queues').route, '?cluster=eu&page=queues')).toBe('')
    expect(to(parseUrl('?cluster=eu&page=people').route, '?cluster=eu&page=people')).toBe('?page=people')
  })
})

describe('the colours of clusters', () => {
  const css = readFileSync(new URL('../../src/dashboard/app.css', import.meta.url), 'utf8')
  const pairOf = (pattern: string): readonly string[] => {
    const [, light, dark] = new RegExp(`${pattern}:\\s*light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css) ?? []
    if (!light || !dark) throw new Error(`No colours ${pattern}`)
    return [light, dark]
  }

  it.each(CLUSTER_COLOURS)('%s stands out from what is behind it in both themes', (colour) => {
    const own = pairOf(`\\[data-colour="${colour}"\\] \\{\\s*--cluster`)
    for (const behind of ['--page', '--panel', '--raised', '--track'].map(pairOf))
      for (const theme of [0, 1]) expect(contrast(own[theme] ?? '', behind[theme] ?? '')).toBeGreaterThanOrEqual(3)
  })
})

/** As WCAG has it: 3 for what is no text. */
function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
