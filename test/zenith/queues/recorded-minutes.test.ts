import { describe, expect, it } from 'vitest'
import { UNKNOWN_METRICS } from '../../../src/protocol/index.js'
import { minutesOf, type RecordedSpan } from '../../../src/zenith/queues/history/minutes.js'
import { queueHistoryOf } from '../../stores/samples.js'

const MINUTE = 60_000
/** A full minute. */
const START = 1_767_225_600_000

function span(from: number, to: number, waiting: number): RecordedSpan {
  const [queue] = queueHistoryOf().queues
  if (!queue) throw new Error('The sample has no queue')
  const metrics = { ...UNKNOWN_METRICS, waiting }
  return { from: START + from * MINUTE, to: START + to * MINUTE, queue: { ...queue, metrics } }
}

const waitingOf = (channels: readonly (readonly RecordedSpan[])[], now: number, minutes = 5) =>
  minutesOf(channels, START + now * MINUTE, minutes * MINUTE).map(({ waiting }) => waiting)

describe('the minutes of a queue', () => {
  it('are all of the period, with the records that cover them', () => {
    const spans = [0, 1, 2, 3, 4].map((at) => span(at + 0.2, at + 1.2, at))
    const minutes = minutesOf([spans], START + 5.5 * MINUTE, 5 * MINUTE)
    expect(minutes.map(({ at }) => (at - START) / MINUTE)).toEqual([1, 2, 3, 4, 5])
    expect(minutes.map(({ waiting }) => waiting)).toEqual([0, 1, 2, 3, 4])
  })

  it('that no node saw have no figures', () => {
    expect(waitingOf([[span(0, 1, 7), span(1, 2, 8), span(4, 5, 9)]], 5)).toEqual([7, 8, null, null, 9])
    expect(minutesOf([[]], START, 5 * MINUTE).every(({ waiting, in: into }) => waiting === null && into === null)).toBe(
      true,
    )
  })

  it('since the last record are unseen when it is late, and not yet there when it is not', () => {
    const spans = [span(3, 4, 1), span(4, 5, 2)]
    expect(waitingOf([spans], 6.9)).toEqual([null, null, null, 1, 2])
    expect(waitingOf([spans], 8.2)).toEqual([1, 2, null, null, null])
  })

  it('of a node that stopped and the next one are continuous, and none counts twice', () => {
    const [first, next] = [span(1, 1.4, 5), span(1.6, 2.6, 6)]
    expect(waitingOf([[span(0, 1, 4), first, next, span(2.6, 3.6, 7)]], 3.7, 3)).toEqual([4, 6, 6])
    expect(waitingOf([[span(0, 1, 4), span(0, 1, 4), span(0.1, 1.1, 4)]], 1.2, 1)).toEqual([4])
  })

  it('of several services are those of the first that saw them', () => {
    const [one, other] = [
      [span(0, 1, 1), span(2, 3, 3)],
      [span(0, 1, 10), span(1, 2, 20)],
    ]
    expect(waitingOf([one, other], 3, 3)).toEqual([1, 20, 3])
  })
})
