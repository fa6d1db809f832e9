import type { SchedulerDefinition } from '../../../protocol/index.js'
import {
  type Field,
  jsonField,
  objectField,
  optionalField,
  recordField,
  textField,
  Unfit,
  wholeField,
} from '../../http/body.js'

const MAX_DATA_CHARS = 200_000
const MAX_EVERY_MS = 10 * 366 * 24 * 60 * 60_000
/** The last moment that a `Date` can say. */
const MAX_TIME = 8_640_000_000_000_000

/** A definition as somebody asks for it. Data and options that are null stay as they are. */
export interface AskedDefinition extends Omit<SchedulerDefinition, 'id' | 'data' | 'options'> {
  readonly data: string | null
  readonly options: Readonly<Record<string, unknown>> | null
}

const fields = objectField(
  {
    name: textField('Name of the jobs.'),
    cron: optionalField(textField('Cron expression; set either `cron` or `every`.')),
    every: optionalField(wholeField(1, MAX_EVERY_MS, 'Time between two runs, ms; set either `every` or `cron`.')),
    timezone: optionalField(timezoneField()),
    limit: optionalField(wholeField(1, 1_000_000_000, 'Maximum number of runs.')),
    from: optionalField(wholeField(0, MAX_TIME, 'Start of the schedule, Unix ms.')),
    until: optionalField(wholeField(0, MAX_TIME, 'End of the schedule, Unix ms.')),
    data: optionalField(jsonField('Payload of the jobs; null keeps the current one.', MAX_DATA_CHARS)),
    options: optionalField(
      recordField('Options of the jobs, in the format of the queue’s system; null keeps the current ones.'),
    ),
  },
  'Definition of the scheduler.',
)

/** What `save` takes. Whether a cron makes sense is for the queue's system to say. */
export const definitionField: Field<AskedDefinition> = {
  schema: fields.schema,
  read(value, name) {
    const definition = fields.read(value, name)
    const { cron, every, timezone, from, until } = definition
    if ((cron === null) === (every === null)) throw new Unfit(`\`${name}\` takes \`cron\` or \`every\`, one of them.`)
    if (timezone !== null && cron === null) throw new Unfit(`\`${name}.timezone\` takes a \`cron\` beside it.`)
    if (from !== null && until !== null && until <= from)
      throw new Unfit(`\`${name}.until\` takes a time after \`from\`.`)
    return definition
  },
}

function timezoneField(): Field<string> {
  const takesText = textField('Name of a time zone, such as `Europe/Berlin`; null: the server’s time zone.')
  return {
    schema: takesText.schema,
    read(value, name) {
      const timezone = takesText.read(value, name)
      if (isTimezone(timezone)) return timezone
      throw new Unfit(`\`${name}\` takes the name of a time zone, \`Europe/Berlin\`.`)
    },
  }
}

function isTimezone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
    return true
  } catch {
    return false
  }
}
