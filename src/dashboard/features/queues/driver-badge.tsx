import type { QueueDriver } from '../../../protocol/queues.js'
import { driverWords } from './queues.js'

/** Which system a queue is of. Gravito's own are filled and have a star, all others are outlined. */
export function DriverBadge({ driver }: { driver: QueueDriver }) {
  const { name, isGravito } = driverWords(driver)
  return (
    <span
      title={isGravito ? 'A queue of Gravito' : 'An external queue'}
      className={`inline-flex shrink-0 items-center gap-1 rounded-md border px-1.5 py-px text-xs font-medium whitespace-nowrap ${isGravito ? 'border-accent bg-accent/10 text-accent' : 'border-line text-soft'}`}
    >
      {isGravito && (
        <svg viewBox="0 0 16 16" className="size-2.5 fill-current" aria-hidden="true">
          <path d="M8 0l1.9 6.1L16 8l-6.1 1.9L8 16l-1.9-6.1L0 8l6.1-1.9z" />
        </svg>
      )}
      {name}
      <span className="sr-only">{isGravito ? ' (Gravito)' : ' (external)'}</span>
    </span>
  )
}
