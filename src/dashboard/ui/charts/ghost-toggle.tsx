import { useHasArchive } from '../../api/session.js'
import { changeScope, useRoute } from '../../routing/route.js'

/** Whether the week before is drawn, too; nothing without an archive, which alone has it. */
export function GhostToggle() {
  const { ghost } = useRoute()
  if (!useHasArchive()) return null
  return (
    <button
      type="button"
      aria-pressed={ghost === 'week'}
      className="rounded-md px-2 py-0.5 text-soft hover:text-text aria-pressed:bg-track aria-pressed:font-medium aria-pressed:text-text"
      onClick={() => changeScope({ ghost: ghost === 'week' ? '' : 'week' })}
    >
      Week before
    </button>
  )
}
