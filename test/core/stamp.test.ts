import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { makeStamp } from '../../src/core/stamp.js'

describe('a stamp', () => {
  it('carries a value on an object of others, the last one that was put', () => {
    const stamp = makeStamp<string>()
    const subject = { id: 1 }
    expect(stamp.read(subject)).toBeNull()
    stamp.put(subject, 'first')
    stamp.put(subject, 'second')
    expect(stamp.read(subject)).toBe('second')
    expect(stamp.read({ id: 1 })).toBeNull()
  })

  it('does not mix with another', () => {
    const [one, other] = [makeStamp<string>(), makeStamp<string>()]
    const subject = {}
    one.put(subject, 'one')
    expect(other.read(subject)).toBeNull()
    other.put(subject, 'other')
    expect(one.read(subject)).toBe('one')
  })

  it('is seen by nobody', () => {
    const subject = { id: 1 }
    makeStamp<string>().put(subject, 'secret')
    expect(Reflect.ownKeys(subject)).toEqual(['id'])
    expect(JSON.stringify(subject)).toBe('{"id":1}')
    expect(isDeepStrictEqual(subject, { id: 1 })).toBe(true)
    for (const copy of [{ ...subject }, structuredClone(subject)]) expect(Reflect.ownKeys(copy)).toEqual(['id'])
  })

  it('does not go along into a copy', () => {
    const stamp = makeStamp<string>()
    const subject = { id: 1 }
    stamp.put(subject, 'secret')
    expect(stamp.read({ ...subject })).toBeNull()
    expect(stamp.read(Object.create(subject))).toBeNull()
  })

  it('is taken by an object whose class has private fields of its own', () => {
    class Job {
      #left = 3
      left() {
        return this.#left
      }
    }
    const stamp = makeStamp<string>()
    const job = new Job()
    stamp.put(job, 'trace')
    expect([stamp.read(job), job.left()]).toEqual(['trace', 3])
  })
})
