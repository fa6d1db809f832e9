import type { IndexedJob } from '../../ports/index.js'
import { startOf as startOfAttempt } from '../shared/attempts.js'
import type { Day } from './day.js'
import type { Days } from './days.js'
import { DAY_MS, dayOf, startOf } from './layout.js'
import type { Placed } from './write-jobs.js'

/** All at once: a statement for each would take as long as writing them. */
const FIND = `SELECT e.key AS at, j.id FROM json_each(?) e CROSS JOIN jobs j
  ON j.queue = json_extract(e.value, '$[0]') AND j.job = json_extract(e.value, '$[1]')
  AND coalesce(j.started, j.finished) = json_extract(e.value, '$[2]')`

/** Where each attempt is or will be, by day. Two clocks may tell its end on both sides of midnight: the day that has it keeps it. */
export function placeJobs(days: Days, jobs: readonly IndexedJob[]): ReadonlyMap<string, readonly Placed[]> {
  const placed = new Map<string, Placed[]>()
  const put = (day: string, one: Placed) => {
    const others = placed.get(day)
    if (others) others.push(one)
    else placed.set(day, [one])
  }
  for (const [own, group] of byDay(jobs)) {
    let left: readonly IndexedJob[] = group
    for (const day of nearDays(own)) {
      const found = findIn(days, day, left)
      left.forEach((job, at) => {
        const known = found.get(at)
        if (known !== undefined) put(day, { job, known })
      })
      left = left.filter((_, at) => !found.has(at))
    }
    for (const job of left) put(own, { job, known: null })
  }
  return placed
}

function byDay(jobs: readonly IndexedJob[]): ReadonlyMap<string, readonly IndexedJob[]> {
  const groups = new Map<string, IndexedJob[]>()
  for (const job of jobs) {
    const day = dayOf(job.finishedAt)
    const group = groups.get(day)
    if (group) group.push(job)
    else groups.set(day, [job])
  }
  return groups
}

/** The day, the one before and the one after. */
function nearDays(day: string): readonly string[] {
  const start = startOf(day)
  return [day, ...(start > 0 ? [dayOf(start - DAY_MS)] : []), dayOf(start + DAY_MS)]
}

/** Ids of the attempts that a day has, by their index. */
function findIn(days: Days, name: string, jobs: readonly IndexedJob[]): ReadonlyMap<number, number> {
  if (jobs.length === 0) return new Map()
  return days.read(name, (day) => findAttempts(day, jobs)) ?? new Map()
}

function findAttempts(day: Day, jobs: readonly IndexedJob[]): ReadonlyMap<number, number> {
  const keys = jobs.map((job) => [day.labelId(job.queue) ?? 0, job.id, startOfAttempt(job)])
  const rows = day.db.all<{ at: number; id: number }>(FIND, [JSON.stringify(keys)])
  return new Map(rows.map(({ at, id }) => [at, id]))
}
