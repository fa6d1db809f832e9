import { describe, expect, it } from 'vitest'
import type { VersionMark } from '../../src/api/history.js'
import type { RouteView } from '../../src/api/routes.js'
import { around, changeInWords, changesOf } from '../../src/dashboard/features/history/diff.js'
import { fleetThen } from '../../src/dashboard/features/history/fleet-then.js'
import { single } from '../../src/dashboard/ui/charts/chart-data.js'
import { WEEK_MS, withGhost } from '../../src/dashboard/ui/charts/ghost.js'
import { chartMarksOf, gapInWords, placed } from '../../src/dashboard/ui/charts/marks.js'
import { boundInWords } from '../../src/dashboard/ui/list-note.js'
import { windowInWords } from '../../src/dashboard/ui/period.js'
import { makeException, makeOverview, makePeriod, makeService, makeSlow } from './fixture/fleet.js'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOW = Date.UTC(2026, 10, 30, 12)

function deployed(at: number, change: Partial<VersionMark> = {}): VersionMark {
  return { at, service: 'shop', added: ['2.0.0'], removed: ['1.0.0'], live: ['2.0.0'], isFirst: false, ...change }
}

function route(key: string, change: Partial<RouteView> = {}): RouteView {
  const figures = { count: 3_600, rate: 1, errors: 0, errorRate: 0, aborted: 0, p50: 5, p95: 20, p99: 40, max: 50 }
  return { service: 'shop', key, ...figures, totalMs: 1, share: null, ...change }
}

describe('the time around a deployment', () => {
  const at = NOW - 5 * HOUR
  const ago = (ms: number) => deployed(at - ms)

  it('is an hour on both sides', () => {
    const spans = around(deployed(at), [deployed(at)], NOW)
    expect(spans).toEqual({ ms: HOUR, before: { from: at - HOUR, to: at }, after: { from: at, to: at + HOUR } })
  })

  it('leaves out the step in which it was', () => {
    const spans = around(deployed(at + 20_000), [], NOW)
    expect(spans).toMatchObject({ before: { to: at }, after: { from: at + MINUTE } })
  })

  it.each([
    ['the deployment before', [ago(12 * MINUTE)], NOW],
    ['the deployment after', [ago(-12 * MINUTE)], NOW],
    ['now', [], at + 12 * MINUTE + 5_000],
  ])('ends at %s, on both sides alike', (_, others, now) => {
    const spans = around(deployed(at), others, now)
    expect(spans).toMatchObject({
      ms: 12 * MINUTE,
      before: { from: at - 12 * MINUTE },
      after: { to: at + 12 * MINUTE },
    })
  })

  it('is not cut by the deployment of another service', () => {
    expect(around(deployed(at), [deployed(at - MINUTE, { service: 'other' })], NOW)?.ms).toBe(HOUR)
  })

  it('is none where there is no whole step', () => {
    expect(around(deployed(NOW - 30_000), [], NOW)).toBeNull()
    expect(around(deployed(at), [ago(20_000)], NOW)).toBeNull()
  })

  it.each([
    [5 * DAY, 10 * MINUTE, HOUR],
    [40 * DAY, HOUR, HOUR],
    [200 * DAY, 6 * HOUR, 6 * HOUR],
  ])('%d ms ago is in whole steps of the archive', (age, step, ms) => {
    const mark = deployed(NOW - age + 1)
    const spans = around(mark, [], NOW)
    expect(spans?.ms).toBe(ms)
    for (const { from, to } of [spans?.before, spans?.after].filter((one) => one !== undefined)) {
      expect([from % step, to % step]).toEqual([0, 0])
    }
    expect(spans?.before.to).toBeLessThanOrEqual(mark.at)
    expect(spans?.after.from).toBeGreaterThan(mark.at)
  })
})

describe('what a deployment changed', () => {
  it('has the largest change first, and routes of few requests last', () => {
    const before = [route('same'), route('slower'), route('failing'), route('gone'), route('rare', { count: 3 })]
    const after = [
      route('same', { rate: 1.01 }),
      route('slower', { p95: 80 }),
      route('failing', { errorRate: 4 }),
      route('new', { rate: 0.5 }),
      route('rare', { count: 2, p95: 9_000 }),
    ]
    const changes = changesOf(before, after)
    expect(changes.map((change) => [change.key, changeInWords(change)])).toEqual([
      ['gone', 'no requests any more'],
      ['new', 'new'],
      ['slower', 'p95 4×'],
      ['failing', 'errors +4 points'],
      ['same', 'none'],
      ['rare', 'p95 450×'],
    ])
  })

  it('tells less as well as more', () => {
    const words = (one: Partial<RouteView>, other: Partial<RouteView>) =>
      changesOf([route('a', one)], [route('a', other)]).map(changeInWords)
    expect(words({ p95: 80 }, { p95: 20 })).toEqual(['p95 0.25×'])
    expect(words({ errorRate: 6.5 }, { errorRate: 0 })).toEqual(['errors −6.5 points'])
    expect(words({ rate: 0 }, { rate: 3 })).toEqual(['rate from 0'])
    expect(words({ p95: null }, { p95: 4 })).toEqual(['none'])
    expect(changesOf([], [])).toEqual([])
  })

  it('keeps routes of one name of two services apart', () => {
    expect(changesOf([route('a')], [route('a', { service: 'other' })])).toHaveLength(2)
  })
})

const pointsAt = (times: readonly number[], rate: number) =>
  times.map((at) => ({ at, count: 1, rate, errorRate: null, p50: 1, p95: rate * 10, p99: 3 }))

describe('the week before', () => {
  const times = [1, 2, 3, 4].map((minute) => NOW + minute * MINUTE)
  const main = single(pointsAt(times, 1), 'rate', 'rate', '--accent', MINUTE)

  it('is one more line, moved by a week', () => {
    const ghost = {
      step: MINUTE,
      points: pointsAt(
        times.map((at) => at - WEEK_MS),
        7,
      ),
    }
    const { times: all, lines } = withGhost(main, ghost, 'rate')
    expect(all).toEqual(times)
    expect(lines.map(({ name, values }) => [name, values])).toEqual([
      ['rate', [1, 1, 1, 1]],
      ['a week before', [7, 7, 7, 7]],
    ])
  })

  it('has coarser steps, and is unknown where it was not seen', () => {
    const ghost = { step: 2 * MINUTE, points: pointsAt([NOW + 2 * MINUTE - WEEK_MS], 7) }
    expect(withGhost(main, ghost, 'p95').lines.at(-1)).toMatchObject({
      name: 'p95 a week before',
      values: [70, 70, null, null],
    })
  })

  it('shows times of which the line itself has nothing', () => {
    const later = NOW + 9 * MINUTE
    const { times: all, lines } = withGhost(main, { step: MINUTE, points: pointsAt([later - WEEK_MS], 7) }, 'rate')
    expect(all.at(-1)).toBe(later)
    expect(lines.map(({ values }) => values.at(-1))).toEqual([null, 7])
  })
})

describe('the marks of a chart', () => {
  const gap = { from: NOW, to: NOW + 37 * MINUTE, stream: 'history', service: 'shop', lost: 1_200 }

  it('are deployments and what was lost of its stream', () => {
    const versions = [deployed(NOW + 5), deployed(NOW), deployed(NOW, { isFirst: true }), deployed(NOW, { added: [] })]
    const gaps = [gap, { ...gap, stream: 'queues' }]
    expect(chartMarksOf({ versions, gaps }, 'history')).toEqual({
      deployments: [versions[1], versions[0]],
      gaps: [gap],
    })
    expect(chartMarksOf({ versions, gaps }, 'queues').gaps).toEqual([gaps[1]])
  })

  it('are told in words', () => {
    expect(gapInWords(gap)).toMatch(/^1,200 records of shop lost: no Zenith archived them, .+ – .+$/)
    expect(gapInWords({ ...gap, lost: 1, service: null })).toMatch(/^1 record lost:/)
    expect(gapInWords({ ...gap, lost: null, service: null })).toMatch(/^Records lost:/)
  })

  it('have flags and versions where there is room', () => {
    const at = (share: number) => deployed(NOW + share * HOUR)
    const places = placed([at(-0.1), at(0.1), at(0.11), at(0.2), at(0.5), at(0.95)], [NOW, NOW + HOUR])
    expect(places.map(({ share, hasFlag, hasName }) => [Number(share.toFixed(2)), hasFlag, hasName])).toEqual([
      [0.1, true, false],
      [0.11, false, false],
      [0.2, true, true],
      [0.5, true, true],
      [0.95, true, false],
    ])
  })
})

describe('the fleet of another time', () => {
  it('has its figures and none of now, and services that do not run any more', () => {
    const [live, gone] = [makeService('shop'), makeService('old')]
    const overview = makeOverview({
      services: [live, makeService('new')],
      slow: [makeSlow()],
      exceptions: [makeException()],
    })
    const periods = new Map([live, gone].map((view) => [view.service, makePeriod(view, '7d')]))
    const then = fleetThen(overview, periods)
    expect(then.services.map(({ service }) => service)).toEqual(['shop', 'new', 'old'])
    const [shop, fresh, old] = then.services
    expect(shop).toMatchObject({ health: live.health, requests: periods.get('shop')?.requests })
    expect(fresh).toMatchObject({ requests: null, traffic: [], routes: [] })
    expect(old).toMatchObject({ nodes: { live: 0 }, health: { score: null }, requests: periods.get('old')?.requests })
    expect([then.slow, then.exceptions]).toEqual([[], []])
    expect(fleetThen(overview, undefined).services.map(({ requests }) => requests)).toEqual([null, null])
  })
})

it('tells the bound of a list', () => {
  const listing = { total: 1, items: [] }
  expect(boundInWords({ ...listing, perService: 1_000 })).toBe('at most 1,000 per service')
  expect(boundInWords(listing)).toBe('all in the archive')
  expect(boundInWords({ ...listing, since: NOW })).toMatch(/^the newest 10,000, since /)
})

it('tells the days of a window where it is of several', () => {
  const at = (day: number, hour: number) => new Date(2024, 10, day, hour, 3).getTime()
  expect(windowInWords({ from: at(29, 12), to: at(29, 14) })).toMatch(/^\D*29\D*2024, 12:03–14:03$/)
  expect(windowInWords({ from: at(29, 12), to: at(30, 14) })).toMatch(/^\D*29\D*2024, 12:03 – \D*30\D*2024, 14:03$/)
})
