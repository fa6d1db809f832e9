import type { Overview } from '../../api/overview.js'
import { useSummaries } from '../api/clusters.js'
import { useClock, useLive } from '../api/hooks.js'
import type { Connection } from '../api/live-store.js'
import { useIsOfAll } from '../api/place.js'
import { span } from '../ui/format.js'

/** Data older than this is called old, in ms. */
const OLD_MS = 10_000

/** Whether the store was never read: there is no data, not even old data. */
export function isUnread({ store, nodes, services, queues }: Overview): boolean {
  return !store.ok && nodes.length + services.length + queues.length === 0
}

/**
 * The stream from Zenith: whether it is connected, and how old its data is. Green only when the store is read, too.
 *
 * @param isShort whether a word is left out as long as all is well
 */
export function LiveMark({ isShort = false }: { isShort?: boolean }) {
  const { text, isLive, isOld } = useLiveText()
  const { connection } = useLive()
  return (
    <p
      role="status"
      className={`inline-flex items-center gap-2 rounded-full px-2.5 py-1 text-xs font-medium whitespace-nowrap ${isLive ? 'bg-ok-wash text-ok' : 'bg-warn-wash text-warn'}`}
    >
      <span className="relative flex size-2" aria-hidden="true">
        {isLive && <span className="absolute size-full motion-safe:animate-ping rounded-full bg-ok opacity-50" />}
        <span className={`relative size-full ${isLive ? 'rounded-full bg-ok' : 'rounded-[1px] bg-warn'}`} />
      </span>
      {isOld ? (
        // A screen reader hears that it is old, and not every second how old.
        <>
          <span aria-hidden="true">{text}</span>
          <span className="sr-only">{connection === 'reconnecting' ? 'reconnecting' : 'the data is out of date'}</span>
        </>
      ) : (
        <span className={isLive && isShort ? 'sr-only min-[108rem]:not-sr-only' : ''}>{text}</span>
      )}
    </p>
  )
}

function useLiveText() {
  const { connection, overview } = useLive()
  const at = overview?.at ?? null
  const isMissing = overview !== null && isUnread(overview)
  const age = useClock((now) =>
    at !== null && now - at >= OLD_MS && !isMissing ? `data is ${span(now - at)} old` : '',
  )
  const hasClusters = useSummaries() !== null
  const isOfAll = useIsOfAll()
  const hasData = isOfAll ? hasClusters : at !== null
  const words = [streamWord(connection, hasData), isMissing && 'no data yet', age]
  const text = words.filter(Boolean).join(' · ') || 'connected'
  const isLive = text === 'connected' && (isOfAll || overview?.store.ok === true)
  return { text, isLive, isOld: !isLive && age !== '' }
}

/** Empty when it is connected and brought something. */
function streamWord(connection: Connection, hasData: boolean): string {
  if (connection === 'reconnecting') return connection
  return connection === 'connecting' || !hasData ? 'connecting' : ''
}
