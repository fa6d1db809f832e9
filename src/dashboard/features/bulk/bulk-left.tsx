import { useState } from 'react'
import type { BulkOperation } from '../../../api/bulk.js'
import { ActionButton } from '../../ui/action-button.js'
import { Button } from '../../ui/button.js'
import { isTyped, TypedWord } from '../../ui/typed-word.js'
import { confirmedBy, useBulkConfirmation } from '../queues/confirmation.js'

interface LeftButtonsProps {
  operation: BulkOperation
  /** The queue's name, or several in words. */
  of: string
  isBusy: boolean
  /** @param confirm what was typed, if anything was wanted */
  onStep: (step: 'resume' | 'cancel', confirm?: { confirm?: string }) => void
}

/** For one that ended before all was done, here or with the Zenith that ran it. */
export function LeftButtons({ operation, of, isBusy, onStep }: LeftButtonsProps) {
  const { phase, resumable } = operation
  const wanted = useBulkConfirmation(operation, of)
  const [text, setText] = useState('')
  if (!resumable && phase !== 'interrupted') return null
  return (
    <div className="flex flex-wrap items-end gap-2">
      {resumable && <TypedWord wanted={wanted} text={text} onText={setText} />}
      {resumable && (
        <ActionButton
          kind="main"
          disabled={isBusy || !isTyped(text, wanted)}
          onClick={() => onStep('resume', confirmedBy(wanted))}
        >
          Continue with the rest
        </ActionButton>
      )}
      {phase === 'interrupted' && (
        <Button disabled={isBusy} onClick={() => onStep('cancel')}>
          Cancel the rest
        </Button>
      )}
    </div>
  )
}
