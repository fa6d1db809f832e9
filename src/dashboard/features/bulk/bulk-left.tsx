import type { BulkOperation } from '../../../api/bulk.js'
import { Button } from '../../ui/button.js'

interface LeftButtonsProps {
  operation: BulkOperation
  isBusy: boolean
  onStep: (step: 'resume' | 'cancel') => void
}

/** For one that ended before all was done, here or with the Zenith that ran it. */
export function LeftButtons({ operation: { phase, resumable }, isBusy, onStep }: LeftButtonsProps) {
  if (!resumable && phase !== 'interrupted') return null
  return (
    <div className="flex flex-wrap gap-2">
      {resumable && (
        <Button kind="main" disabled={isBusy} onClick={() => onStep('resume')}>
          Continue with the rest
        </Button>
      )}
      {phase === 'interrupted' && (
        <Button disabled={isBusy} onClick={() => onStep('cancel')}>
          Cancel the rest
        </Button>
      )}
    </div>
  )
}
