import { expect, it } from 'vitest'
import { OutageLog } from '../../src/lib/outage-log.js'

function written(isDue?: (failures: number) => boolean) {
  const lines: string[] = []
  const to = { began: (error: string) => lines.push(error), ended: (seconds: number) => lines.push(`${seconds} s`) }
  return { lines, log: new OutageLog(to, isDue) }
}

it('says once that it began and once that it ended', () => {
  const { lines, log } = written()
  for (const error of [null, 'a', 'b', null, null, 'c']) {
    log.note(error)
    expect(log.error).toBe(error)
  }
  expect(lines).toEqual(['a', '0 s', 'c'])
})

it('says nothing of what is over before it is due', () => {
  const { lines, log } = written((failures) => failures >= 2)
  for (const error of ['a', null, 'b', null, 'c', 'd']) log.note(error)
  expect(lines).toEqual(['d'])
})
