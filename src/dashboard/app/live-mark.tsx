import { useClock, useLive } from '../api/hooks.js'
import { span } from '../ui/format.js'

/** Data older than this is called old, in ms. */
const OLD_MS = 10_000

/** Whether what is shown is live, and if not how old it is. */
export function LiveMark() {
  const { connection, overview } = useLive()
  const at = overview?.at ?? null
  const age = useClock((now) => (at !== null && now - at >= OLD_MS ? `data is ${span(now - at)} old` : ''))
  const words = [
    connection === 'reconnecting' && 'reconnecting',
    at === null && connection !== 'reconnecting' && 'connecting',
    age,
  ]
  const text = words.filter(Boolean).join(' · ') || 'live'
  const isLive = text === 'live'
  return (
    <p
      role="status"
      className={`inline-flex items-center gap-2 rounded-full px-2.5 py-1 text-xs font-medium whitespace-nowrap ${isLive ? 'bg-ok-wash text-ok' : 'bg-warn-wash text-warn'}`}
    >
      <span className="relative flex size-2" aria-hidden="true">
        {isLive && <span className="absolute size-full motion-safe:animate-ping rounded-full bg-ok opacity-50" />}
        <span className={`relative size-full ${isLive ? 'rounded-full bg-ok' : 'rounded-[1px] bg-warn'}`} />
      </span>
      {isLive || age === '' ? (
        text
      ) : (
        // A screen reader hears that it is old, and not every second how old.
        <>
          <span aria-hidden="true">{text}</span>
          <span className="sr-only">{connection === 'reconnecting' ? 'reconnecting' : 'the data is out of date'}</span>
        </>
      )}
    </p>
  )
}
