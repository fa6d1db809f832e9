import { useEffect, useRef } from 'react'
import type { ReceiverTest, ReceiverView } from '../../../api/alerts.js'
import { useReceiverTest } from '../../api/alerts-api.js'
import { Button } from '../../ui/button.js'
import { DialogButtons } from '../../ui/confirm-dialog.js'
import { Dialog } from '../../ui/dialog.js'
import { duration } from '../../ui/format.js'
import { Problem } from '../../ui/problem.js'
import { CodeBox } from '../../ui/shown-text.js'
import { RECEIVER_NAMES } from './words.js'

interface ReceiverTestDialogProps {
  receiver: ReceiverView
  onClose: () => void
}

/** Sends a test, and shows what was answered. */
export function ReceiverTestDialog({ receiver: { id, name, kind }, onClose }: ReceiverTestDialogProps) {
  const { mutate, data, error, isPending } = useReceiverTest()
  const isSent = useRef(false)
  useEffect(() => {
    // Drawn twice, it is sent once.
    if (!isSent.current) mutate(id)
    isSent.current = true
  }, [mutate, id])
  return (
    <Dialog title={`Test of ${name}`} onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 py-4" aria-live="polite">
        {isPending && <p className="text-soft">Sending a message to {RECEIVER_NAMES[kind]} …</p>}
        {!isPending && <Problem error={error} />}
        {!isPending && data && <Answer test={data.test} />}
      </div>
      <DialogButtons>
        <Button disabled={isPending} onClick={() => mutate(id)}>
          Send again
        </Button>
        <Button kind="main" onClick={onClose}>
          Close
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

function Answer({ test: { ok, status, answer, ms } }: { test: ReceiverTest }) {
  return (
    <>
      <p>
        <b className={`font-semibold ${ok ? 'text-ok' : 'text-bad'}`}>
          {ok ? 'It took the message' : 'It did not take the message'}
        </b>
        <span className="text-soft">
          {' · '}
          {status === null ? 'no status' : `status ${status}`} · {duration(ms)}
        </span>
      </p>
      {answer ? <CodeBox label="Answer">{answer}</CodeBox> : <p className="label">The answer was empty.</p>}
    </>
  )
}
