import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { maskPayload } from '../../src/redaction/json.js'
import { parseSearch } from '../../src/search/language.js'
import { matches } from '../../src/search/matches.js'
import { termsOf } from '../../src/search/terms.js'
import { blocksOf } from '../support/docs-blocks.js'

const PAGE = 'docs/search.md'
const lines = (fence: string) => blocksOf(PAGE, fence).join('').trim().split('\n')
const payload = maskPayload(lines('json payload').join('')).text
const JOB = {
  queue: 'ab12',
  queueName: 'mail',
  id: '7',
  name: 'SendConfirmation',
  outcome: 'failed',
  attempt: 2,
  waitMs: 10,
  runMs: 1_500,
  service: 'shop',
} as const

function finds(text: string): boolean {
  const { search, problems } = parseSearch(text, Date.now())
  if (!search) throw new Error(problems.map(({ message }) => message).join('; '))
  return matches(JOB, termsOf(payload), payload, search.conditions)
}

describe('the page about searches', () => {
  it.each(lines('text finds'))('has an example that finds the job: %s', (search) => {
    expect(finds(search)).toBe(true)
  })

  it.each(lines('text misses'))('has an example that does not: %s', (search) => {
    expect(finds(search)).toBe(false)
  })

  it('has searches in its tables and at its beginning that can be read', () => {
    const rows = readFileSync(PAGE, 'utf8').matchAll(/^\| (`.+?) \|/gm)
    const searches = [...rows].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].map(([, search = '']) => search),
    )
    expect(searches.length).toBeGreaterThan(20)
    for (const search of [...searches, ...lines('text example')])
      expect({ search, problems: parseSearch(search, Date.now()).problems }).toEqual({ search, problems: null })
  })
})
