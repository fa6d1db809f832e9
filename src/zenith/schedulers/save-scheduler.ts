import type { SchedulerDefinition } from '../../protocol/index.js'
import { MASK } from '../../redaction/secrets.js'
import { Refusal } from '../queues/refusal.js'
import { isUnavailable, sourceErrorInWords } from '../queues/source-error.js'
import type { AskedDefinition } from './definition-field.js'
import { definitionOf } from './kept-schedulers.js'
import type { Task } from './scheduler-deeds.js'

/** Creates or edits; of one that is paused here what is kept is edited. */
export async function saveScheduler({ queue, entry, kept, id, definition, store }: Task): Promise<null> {
  if (!definition) throw new Refusal('not_possible', '`save` takes a `definition`.')
  const known = entry ? definitionOf(entry) : kept?.definition
  const { data, options } = { data: dataOf(definition, known), options: definition.options ?? known?.options ?? {} }
  const asked = { ...definition, id, data, options }
  if (kept && !entry) {
    checkCron(asked.cron)
    await store.keep({ ...kept, definition: asked, hasTemplate: true })
  } else {
    await orSayWhatIsWrong(queue.source.saveScheduler?.(queue.name, asked))
  }
  return null
}

/** A payload that is shown is masked: were it saved as it is shown, its secrets would be lost. */
function dataOf({ data }: AskedDefinition, known: SchedulerDefinition | undefined): string {
  if (data === null) return known?.data ?? '{}'
  if (!known || !data.includes(MASK) || known.data.includes(MASK)) return data
  throw new Refusal(
    'not_possible',
    `The data holds masked values (${MASK}). Put the real ones in, or leave the data as it is.`,
  )
}

/** No system looks at what is only kept, until it is resumed. */
function checkCron(cron: string | null): void {
  if (cron === null || /^(@\w+|\S+( +\S+){4,5})$/.test(cron.trim())) return
  throw new Refusal(
    'not_possible',
    '`cron` takes 5 fields, minute, hour, day, month and weekday, or 6 with seconds first.',
  )
}

/** What a system that answers has against a definition is for who wrote it to mend. */
async function orSayWhatIsWrong(saved: Promise<void> | undefined): Promise<void> {
  try {
    await saved
  } catch (error) {
    if (isUnavailable(error)) throw error
    throw new Refusal('not_possible', `It was not saved: ${sourceErrorInWords(error)}`)
  }
}
