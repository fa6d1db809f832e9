import { Problem } from '../../api/problem.js'
import { MAX_WINDOW_MS } from '../../api/time-window.js'
import { required, timeParameter } from '../http/query.js'

export const UNAVAILABLE = { description: 'The archive does not answer.', schema: Problem }

/** A time that has to be named. */
export const timeParameters = {
  from: required(timeParameter('Start of the time, Unix ms.')),
  to: required(timeParameter('End of the time, Unix ms.')),
}

export interface TimeQuery {
  readonly from: number | null
  readonly to: number | null
}

/** A readable error if `from` and `to` are no time; null if they are one. */
export function checkTime({ from, to }: TimeQuery): string | null {
  const [start, end] = [from ?? 0, to ?? 0]
  return end > start && end - start <= MAX_WINDOW_MS ? null : '`to` takes a time after `from`, at most 400 days later.'
}
