import { LogOut } from 'lucide-react'
import { LOG_OUT, useSession } from '../api/session.js'
import { ICON_BUTTON } from '../ui/icon-button.js'

/** Who is logged in, and the way out; nothing where nobody logs in by name. */
export function UserMark() {
  const session = useSession()
  if (!session) return null
  const { user, role, canLogOut } = session
  return (
    <>
      {user && (
        <span className="label hidden max-w-40 truncate px-1.5 lg:block" title={`Logged in as ${user}`}>
          <span className="sr-only">Logged in as </span>
          <span className="font-medium text-text">{user}</span>
          {role && <> · {role}</>}
        </span>
      )}
      {canLogOut && (
        <a href={LOG_OUT} aria-label="Log out" title="Log out" className={ICON_BUTTON}>
          <LogOut className="size-4" aria-hidden="true" />
        </a>
      )}
    </>
  )
}
