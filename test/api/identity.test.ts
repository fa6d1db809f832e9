import { describe, expect, it } from 'vitest'
import { groupExceptions } from '../../src/api/groups.js'
import { exceptionIdentity, slowIdentity } from '../../src/api/identity.js'
import { exceptionOf, slowOf } from '../stores/samples.js'

describe('a slow entry', () => {
  it('is itself when it was written or read twice', () => {
    const entry = slowOf('shop')
    expect(slowIdentity(structuredClone(entry))).toBe(slowIdentity(entry))
  })

  it('is another when another job was as slow at the same moment', () => {
    const entry = slowOf('shop', { kind: 'job' })
    const ofJob = (jobId: string) => slowIdentity({ ...entry, meta: { ...entry.meta, jobId } })
    expect(ofJob('1')).not.toBe(ofJob('2'))
  })
})

describe('an exception', () => {
  it('is another when its id is masked like that of one before', () => {
    const record = exceptionOf('shop', '***')
    expect(exceptionIdentity(record)).not.toBe(exceptionIdentity({ ...record, ts: record.ts + 1 }))
  })

  it('is told by its queue in a group where it has no route', () => {
    const record = { ...exceptionOf('shop', 'e1'), route: null, queue: 'mail' }
    expect(groupExceptions([record])[0]?.routes).toEqual(['mail'])
  })
})
