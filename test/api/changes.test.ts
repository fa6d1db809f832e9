import { describe, expect, it } from 'vitest'
import { BulkPlan, JobsChange, Nothing, QueueChange, SchedulerChange } from '../../src/api/changes.js'
import { checkBody } from '../../src/api/check.js'

const selection = { queues: ['a'], state: 'failed' }
const save = { action: 'save', queue: 'a', id: 'nightly' }
const definition = { name: 'send', cron: '* * * * *' }

/** Each with what is said of it. */
const REFUSED: readonly (readonly [
  name: string,
  schema: Parameters<typeof checkBody>[0],
  body: unknown,
  says: string,
])[] = [
  ['no object', Nothing, null, 'The body takes a JSON object.'],
  ['a list', JobsChange, [], 'The body takes a JSON object.'],
  ['a list, for an action', QueueChange, [], 'The body takes a JSON object.'],
  ['what takes nothing', Nothing, { a: 1 }, '`a` is not known; this takes nothing.'],
  ['a name of all objects', Nothing, { constructor: 1 }, '`constructor` is not known; this takes nothing.'],
  ['the prototype', Nothing, JSON.parse('{"__proto__": 1}'), '`__proto__` is not known; this takes nothing.'],
  [
    'an unknown field',
    JobsChange,
    { action: 'retry', ids: ['1'], x: 1 },
    '`x` is not known; this takes `action` or `ids` or `confirm`.',
  ],
  [
    'a long unknown field',
    Nothing,
    { ['x'.repeat(500)]: 1 },
    `\`${'x'.repeat(80)}\` is not known; this takes nothing.`,
  ],
  ['a missing field', JobsChange, { action: 'retry' }, '`ids` takes a list of 1 to 100.'],
  ['too few', JobsChange, { action: 'retry', ids: [] }, '`ids` takes a list of 1 to 100.'],
  ['too many', JobsChange, { action: 'retry', ids: Array(101).fill('1') }, '`ids` takes a list of 1 to 100.'],
  ['another word', JobsChange, { action: 'x', ids: ['1'] }, '`action` takes `retry` or `promote` or `remove`.'],
  ['an item', JobsChange, { action: 'retry', ids: ['1', 2] }, '`ids[1]` takes a text of 1 to 1000 characters.'],
  ['no action', QueueChange, {}, '`action` takes `pause` or `resume` or `clean` or `empty` or `add` or `duplicate`.'],
  ['a field of another action', QueueChange, { action: 'pause', id: '1' }, '`id` is not known; this takes `action`.'],
  [
    'a fraction',
    QueueChange,
    { action: 'clean', state: 'failed', olderThanMs: 0, limit: 1.5 },
    '`limit` takes a whole number from 1 to 100000.',
  ],
  ['a list in place of an object', QueueChange, { action: 'add', job: [] }, '`job` takes an object.'],
  [
    'a field within',
    QueueChange,
    { action: 'add', job: { name: '' } },
    '`job.name` takes a text of 1 to 200 characters.',
  ],
  [
    'no JSON',
    QueueChange,
    { action: 'add', job: { name: 'a', data: '{' } },
    '`job.data` takes a text that is JSON, of at most 8388608 characters.',
  ],
  [
    'ids of two queues',
    BulkPlan,
    { action: 'retry', selection: { ...selection, queues: ['a', 'b'], ids: ['1'] } },
    '`selection.ids` takes jobs of one queue: `selection.queues` has 2.',
  ],
  [
    'no schedule',
    SchedulerChange,
    { ...save, definition: { name: 'send' } },
    '`definition` takes `cron` or `every`, one of them.',
  ],
  [
    'two schedules',
    SchedulerChange,
    { ...save, definition: { ...definition, every: 5 } },
    '`definition` takes `cron` or `every`, one of them.',
  ],
  [
    'no time zone',
    SchedulerChange,
    { ...save, definition: { ...definition, timezone: 'Mars' } },
    '`definition.timezone` takes the name of a time zone, `Europe/Berlin`.',
  ],
  [
    'a time zone without cron',
    SchedulerChange,
    { ...save, definition: { name: 'send', every: 5, timezone: 'UTC' } },
    '`definition.timezone` takes a `cron` beside it.',
  ],
  [
    'an end before the start',
    SchedulerChange,
    { ...save, definition: { ...definition, from: 5, until: 5 } },
    '`definition.until` takes a time after `from`.',
  ],
  [
    'options that are a list',
    SchedulerChange,
    { ...save, definition: { ...definition, options: [] } },
    '`definition.options` takes an object.',
  ],
]

describe('a body', () => {
  it.each(REFUSED)('that has %s is refused with its name and what it takes', (_, schema, body, message) => {
    expect(checkBody(schema, body)).toEqual({ message })
  })

  it('has null for what may be left out', () => {
    const none = { ids: null, name: null, fingerprint: null, text: null }
    expect(checkBody(BulkPlan, { action: 'retry', selection })).toEqual({
      value: { action: 'retry', selection: { ...selection, ...none } },
    })
  })

  it('keeps payload and options as they are', () => {
    const options = JSON.parse('{"attempts": 3, "constructor": 1, "__proto__": 2}')
    const data = '{"a": 1.0, "b": "\\u0000"}'
    const checked = checkBody(SchedulerChange, { ...save, definition: { ...definition, data, options } })
    expect(checked).toMatchObject({ value: { definition: { data } } })
    expect(JSON.stringify((checked as { value: { definition: { options: object } } }).value.definition.options)).toBe(
      JSON.stringify(options),
    )
  })
})
