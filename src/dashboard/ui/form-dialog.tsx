import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { escapeHalfPairs } from '../../protocol/half-pairs.js'
import { Button } from './button.js'
import { DialogButtons } from './confirm-dialog.js'
import { Dialog } from './dialog.js'
import { Problem } from './problem.js'
import { isTyped, TypedWord, type Wanted } from './typed-word.js'

interface FormDialogProps {
  title: string
  /** On the button: what will happen. */
  confirm: string
  isDanger?: boolean
  /** What has to be typed first; null for nothing. */
  wanted?: Wanted | null
  isBusy: boolean
  /** Why it was refused. */
  error: Error | null
  /** @param fields by their names */
  onSubmit: (fields: FormData) => void
  onClose: () => void
  children: ReactNode
}

/** `FormData` makes another character of half a surrogate pair; what is written in areas is JSON, which has an escape for it. */
function fieldsOf(form: HTMLFormElement): FormData {
  const fields = new FormData(form)
  for (const { name, value } of form.querySelectorAll('textarea')) fields.set(name, escapeHalfPairs(value))
  return fields
}

const FIELDS = ':is(input, select, textarea):enabled'

/** Asks for what is needed to do something. */
export function FormDialog(props: FormDialogProps) {
  const { title, confirm, isDanger, wanted = null, isBusy, error, onSubmit, onClose, children } = props
  const [text, setText] = useState('')
  const form = useRef<HTMLFormElement>(null)
  // A form that scrolls would have the focus itself, and none of its fields.
  useEffect(() => form.current?.querySelector<HTMLElement>(FIELDS)?.focus(), [])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    onSubmit(fieldsOf(event.currentTarget))
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form ref={form} className="flex min-h-0 flex-col" onSubmit={submit}>
        <div className="flex min-h-0 flex-col gap-4 overflow-y-auto px-5 py-4">
          {children}
          <TypedWord wanted={wanted} text={text} onText={setText} />
          <Problem error={error} />
        </div>
        <DialogButtons>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            kind={isDanger ? 'danger' : 'main'}
            disabled={isBusy || !isTyped(text, wanted)}
            className="h-auto min-h-8 py-1 whitespace-normal"
          >
            {isBusy ? 'Working…' : confirm}
          </Button>
        </DialogButtons>
      </form>
    </Dialog>
  )
}
