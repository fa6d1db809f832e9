import { Popover } from 'radix-ui'
import { useRef, useState } from 'react'
import type { ServiceView } from '../../../api/services.js'
import { type Health, healthWord } from '../../ui/levels.js'
import { HealthReasons } from './health-reasons.js'

export const HEALTH_TEXT: Readonly<Record<Health, string>> = {
  healthy: 'text-ok',
  degraded: 'text-warn',
  unhealthy: 'text-bad',
  'no live server': 'text-soft',
}

/** How long the pointer may be away before the reasons close, in ms. */
const LEAVE_MS = 150

/** The score as a ring; pointing at it, focusing or tapping it tells what cost how much. */
export function HealthScore({ service, health }: Pick<ServiceView, 'service' | 'health'>) {
  const [open, setOpen] = useState(false)
  const leaving = useRef<ReturnType<typeof setTimeout>>(undefined)
  const show = () => {
    clearTimeout(leaving.current)
    setOpen(true)
  }
  const leave = () => {
    leaving.current = setTimeout(() => setOpen(false), LEAVE_MS)
  }
  const score = health.score === null ? null : Math.round(health.score)
  const word = healthWord(health.score)
  const mouse = (act: () => void) => (event: React.PointerEvent) => event.pointerType === 'mouse' && act()
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Anchor asChild>
        <button
          type="button"
          aria-expanded={open}
          aria-label={`Health of ${service}: ${score ?? 'unknown'} of 100, ${word}. Why?`}
          className={`relative size-13 shrink-0 rounded-full ${HEALTH_TEXT[word]}`}
          onClick={show}
          onFocus={show}
          onBlur={leave}
          onPointerEnter={mouse(show)}
          onPointerLeave={mouse(leave)}
        >
          <Ring score={score} />
          <span
            className={`absolute inset-0 grid place-items-center text-base font-semibold ${score === 0 ? '' : 'text-text'}`}
          >
            {score ?? '–'}
          </span>
        </button>
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          aria-label={`Why the health of ${service} is ${score ?? 'unknown'}`}
          align="start"
          sideOffset={8}
          collisionPadding={12}
          className="z-30 w-80 max-w-[calc(100vw-1.5rem)] rounded-xl border border-line-strong bg-panel p-4 shadow-lg"
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onPointerEnter={mouse(show)}
          onPointerLeave={mouse(leave)}
        >
          <p className="font-medium">
            {score === null ? 'No live server' : `${score} of 100`}
            {score !== null && <span className={`font-normal ${HEALTH_TEXT[word]}`}> · {word}</span>}
          </p>
          <HealthReasons reasons={health.reasons} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

const RADIUS = 22
const ROUND = 2 * Math.PI * RADIUS

function Ring({ score }: { score: number | null }) {
  const circle = { cx: 26, cy: 26, r: RADIUS, fill: 'none', strokeWidth: 4 }
  return (
    <svg viewBox="0 0 52 52" className="size-full -rotate-90" aria-hidden="true">
      {/* An arc of nothing would have no colour: the worst score has the whole ring. */}
      <circle {...circle} className={score === 0 ? 'stroke-current' : 'stroke-track'} />
      {score !== null && score > 0 && (
        <circle
          {...circle}
          stroke="currentColor"
          strokeLinecap="round"
          strokeDasharray={`${(score / 100) * ROUND} ${ROUND}`}
        />
      )}
    </svg>
  )
}
