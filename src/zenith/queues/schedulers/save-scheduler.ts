import type { SchedulerDefinition } from '../../../protocol/index.js'
import { redactName } from '../../../redaction/name.js'
import { MASK } from '../../../redaction/secrets.js'
import { Refusal } from '../../http/refusal.js'
import { definitionOf } from './kept-schedulers.js'
import { orSayWhatIsWrong } from './or-refuse.js'
import type { Task } from './task.js'

/** Creates or edits; of one that is paused here what is kept is edited. */
export async function saveScheduler({ queue, entry, kept, id, definition, store }: Task): Promise<null> {
  if (!definition) throw new Refusal('not_possible', '`save` takes a `definition`.')
  const known = entry ? definitionOf(entry) : kept?.definition
  const data = unmasked('data', definition.data, known?.data) ?? '{}'
  const options = unmasked('options', definition.options, known?.options) ?? {}
  // As it is shown it may be masked.
  const name = known && definition.name === redactName(known.name) ? known.name : definition.name
  const asked: SchedulerDefinition = { ...definition, id, name, data, options }
  if (kept && !entry) {
    checkCron(asked.cron)
    await store.keep({ ...kept, definition: asked, isEdited: true, hasTemplate: true })
  } else {
    await orSayWhatIsWrong('It was not saved', queue.source.saveScheduler?.(queue.address, asked))
  }
  return null
}

/** What is shown is masked: were it saved as it is shown, its secrets would be lost. Null stays as it is. */
function unmasked<T>(field: string, asked: T | null, known: T | undefined): T | undefined {
  if (asked === null || known === undefined || !holdsMask(asked) || holdsMask(known)) return asked ?? known
  const message = `\`definition.${field}\` holds masked values (${MASK}): put the real ones in, or leave it out to keep them.`
  throw new Refusal('not_possible', message)
}

function holdsMask(value: unknown): boolean {
  return JSON.stringify(value).includes(MASK)
}

/** No system looks at what is only kept, until it is resumed. */
function checkCron(cron: string | null): void {
  if (cron === null || /^(@\w+|\S+( +\S+){4,5})$/.test(cron.trim())) return
  throw new Refusal(
    'not_possible',
    '`cron` takes 5 fields, minute, hour, day, month and weekday, or 6 with seconds first.',
  )
}
