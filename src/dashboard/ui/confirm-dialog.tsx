import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from './button.js'
import { Dialog } from './dialog.js'
import { Problem } from './problem.js'
import { isTyped, TypedWord, type Wanted } from './typed-word.js'

interface ConfirmDialogProps {
  /** What will happen, with its count: `Retry 118 failed jobs of mail`. */
  title: string
  /** On the button; the title without it. */
  confirm?: string
  /** Whether it can't be undone. */
  isDanger?: boolean
  /** What has to be typed first; null for nothing. */
  wanted?: Wanted | null
  isBusy: boolean
  /** Why it was refused. */
  error: Error | null
  onConfirm: () => void
  onClose: () => void
  children?: ReactNode
}

/** Asks before something is done. What can be undone is confirmed by Enter alone; the rest needs the button to be chosen. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, confirm = title, isDanger = false, wanted = null, isBusy, error, onConfirm, onClose, children } = props
  const [text, setText] = useState('')
  const first = useRef<HTMLButtonElement>(null)
  // The dialog itself gives the focus to what comes first in it.
  useEffect(() => first.current?.focus(), [])
  return (
    <Dialog title={title} onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 py-4">
        {children}
        <TypedWord wanted={wanted} text={text} onText={setText} />
        <Problem error={error} />
      </div>
      <DialogButtons>
        <Button ref={isDanger ? first : undefined} onClick={onClose}>
          Cancel
        </Button>
        <Button
          ref={isDanger ? undefined : first}
          kind={isDanger ? 'danger' : 'main'}
          disabled={isBusy || !isTyped(text, wanted)}
          className="h-auto min-h-8 py-1 whitespace-normal"
          onClick={onConfirm}
        >
          {isBusy ? 'Working…' : confirm}
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

export function DialogButtons({ children }: { children: ReactNode }) {
  return <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{children}</div>
}
