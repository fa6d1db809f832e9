import { describe, expect, it } from 'vitest'
import * as format from '../../src/dashboard/ui/format.js'

describe('durations', () => {
  it.each([
    [null, '–'],
    [undefined, '–'],
    [0, '0 ms'],
    [0.004, '<0.1 ms'],
    [0.05, '0.1 ms'],
    [0.42, '0.4 ms'],
    [0.97, '1 ms'],
    [1, '1 ms'],
    [4.26, '4.3 ms'],
    [9.97, '10 ms'],
    [480, '480 ms'],
    [999.4, '999 ms'],
    [999.6, '1 s'],
    [1_240, '1.2 s'],
    [9_960, '10 s'],
    [59_600, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [18_120_000, '5 h 2 min'],
    [187_200_000, '2 d 4 h'],
  ])('%s ms is %s', (ms, text) => {
    expect(format.duration(ms)).toBe(text)
  })

  it('tells an uptime in seconds', () => {
    expect(format.uptime(null)).toBe('–')
    expect(format.uptime(4.4)).toBe('4 s')
    expect(format.uptime(86_400 * 3 + 3_600)).toBe('3 d 1 h')
  })

  it.each([
    [-5_000, 'now'],
    [1_400, 'now'],
    [40_000, '40 s ago'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [7_199_000, '1 h ago'],
    [172_800_000, '2 d ago'],
  ])('%s ms since then is %s', (ms, text) => {
    expect(format.ago(ms)).toBe(text)
  })

  it('compares with a threshold', () => {
    expect(format.times(1_840, 1_000)).toBe('1.8×')
    expect(format.times(12_400, 1_000)).toBe('12×')
    expect(format.times(12_400, null)).toBe('–')
    expect(format.times(12_400, 0)).toBe('–')
  })
})

describe('amounts', () => {
  it.each([
    [null, '–'],
    [0, '0 B'],
    [512 * 1_024 ** 2, '512 MB'],
    [3.42 * 1_024 ** 3, '3.4 GB'],
    [1_023 * 1_024 ** 2, '1 GB'],
    [-5, '0 B'],
  ])('%s bytes are %s', (value, text) => {
    expect(format.bytes(value)).toBe(text)
  })

  it('writes a unit once where both figures have it', () => {
    expect(format.bytesOf(64 * 1_024 ** 2, 259 * 1_024 ** 2)).toBe('64/259 MB')
    expect(format.bytesOf(64 * 1_024 ** 2, 4 * 1_024 ** 3)).toBe('64 MB/4 GB')
    expect(format.bytesOf(null, 259 * 1_024 ** 2)).toBe('–/259 MB')
    expect(format.bytesOf(64 * 1_024 ** 2, null)).toBe('64 MB/–')
    expect(format.bytesOf(null, null)).toBe('–/–')
  })

  it.each([
    [null, '–'],
    [0, '0 %'],
    [0.04, '<0.1 %'],
    [2.44, '2.4 %'],
    [9.96, '10 %'],
    [34.4, '34 %'],
  ])('%s of 100 is %s', (value, text) => {
    expect(format.percent(value)).toBe(text)
  })

  it.each([
    [null, '–'],
    [0, '0/s'],
    [0.01, '<1/min'],
    [0.05, '3/min'],
    [3.44, '3.4/s'],
    [34.2, '34/s'],
    [12_340, '12.3k/s'],
  ])('%s a second is %s', (value, text) => {
    expect(format.rate(value)).toBe(text)
  })

  it.each([
    [
      [2.9, 0.1, 0.077, 0.001, 0],
      ['2.9/s', '0.1/s', '0.08/s', '<0.01/s', '0/s'],
    ],
    [
      [12_340, 34.2, 0.999, 0.996],
      ['12.3k/s', '34/s', '1/s', '1/s'],
    ],
    [
      [0.2, 0.05, 0.001, null],
      ['0.2/s', '0.05/s', '<0.01/s'],
    ],
    [
      [0.05, 0.01, 0.001],
      ['3/min', '0.6/min', '<0.1/min'],
    ],
    [[null, 0], ['0/min']],
  ])('the rates %j of a column have one unit', (values, texts) => {
    const write = format.rateWriter(values)
    expect(values.flatMap((value) => (value === null ? [] : write(value)))).toEqual(texts)
  })

  it.each([
    [null, '–'],
    [0, '0'],
    [9_640, '9,640'],
    [12_300, '12.3k'],
    [4_100_000, '4.1M'],
  ])('the count %s is %s', (value, text) => {
    expect(format.count(value)).toBe(text)
  })

  it('writes cores with the fraction that a quota may have', () => {
    expect(format.cores(null)).toBe('–')
    expect(format.cores(1)).toBe('1 core')
    expect(format.cores(1.5)).toBe('1.5 cores')
  })

  it('leaves names and symbols at the beginning of a sentence as they are', () => {
    expect(format.sentence('the event loop of web-1 was late')).toBe('The event loop of web-1 was late')
    expect(format.sentence('p95 is high')).toBe('p95 is high')
    expect(format.sentence('web-1 uses 97 %')).toBe('web-1 uses 97 %')
    expect(format.sentence('theta-1 uses 97 %')).toBe('theta-1 uses 97 %')
    expect(format.sentence('1 of 3 nodes is lost')).toBe('1 of 3 nodes is lost')
  })

  it('says one and many', () => {
    expect(format.plural(1, 'server')).toBe('1 server')
    expect(format.plural(0, 'server')).toBe('0 servers')
  })
})
