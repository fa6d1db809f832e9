import { expect, it } from 'vitest'
import { AuditPage } from '../../src/api/audit.js'
import { JobFlow, JobSearch } from '../../src/api/jobs.js'
import { hasShape } from '../../src/api/shape.js'

const searched = { lines: 0, since: null, store: true, archive: false }
const page = { items: [], next: null, searched, gaps: [], chain: null, documents: [], leftOut: 0 }
const search = { jobs: [], scanned: 0, total: 0, skipped: 0, stopped: null }

it('takes an answer with all fields that are always there', () => {
  expect(hasShape(AuditPage, page)).toBe(true)
  expect(hasShape(JobSearch, search)).toBe(true)
  expect(hasShape(JobFlow, { queue: 'mail', id: '1', name: 'send', state: null, children: [], more: 0 })).toBe(true)
})

it('takes fields and words that a newer server may have', () => {
  expect(hasShape(AuditPage, { ...page, more: 1 })).toBe(true)
  expect(hasShape(JobSearch, { ...search, stopped: 'something new' })).toBe(true)
})

it.each([null, 'text', [], {}, { ...page, items: {} }, { ...page, items: undefined }, { items: [] }])(
  'does not take %j',
  (answer) => {
    expect(hasShape(AuditPage, answer)).toBe(false)
  },
)
