import { CircleQuestionMark, CircleUserRound, LogOut, Monitor, Moon, Search, Sun } from 'lucide-react'
import { lazy, Suspense, useMemo } from 'react'
import type { Overview } from '../../api/overview.js'
import { useClusterInfos } from '../api/clusters.js'
import { useCluster } from '../api/place.js'
import { LOG_OUT, useSession } from '../api/session.js'
import { countStates } from '../features/services/fleet.js'
import { count } from '../ui/format.js'
import { ICON_BUTTON, IconButton } from '../ui/icon-button.js'
import { PageLink } from '../ui/page-link.js'
import { nextTheme, type Theme, useTheme } from '../ui/theme.js'
import { Bell } from './bell.js'
import { EnvironmentChip, ReadOnlyMark } from './environment-chip.js'
import { isUnread, LiveMark } from './live-mark.js'
import { Nav } from './nav.js'
import { ACCOUNT, usePages } from './navigation.js'
import { openOverlay } from './overlay.js'
import { Wordmark } from './wordmark.js'

const Switcher = lazy(async () => ({ default: (await import('../features/clusters/switcher.js')).Switcher }))

export function PageHeader({ overview }: { overview: Overview | null }) {
  const isTight = useIsTight()
  const isOneOfMany = useClusterInfos().length > 1
  const cluster = useCluster()
  return (
    <header
      data-colour={cluster?.colour}
      className="sticky top-0 z-20 border-b border-line bg-page data-colour:border-t-3 data-colour:border-t-(--cluster)"
    >
      <div className="mx-auto flex max-w-[1760px] flex-wrap items-center gap-x-3 gap-y-1.5 px-4 py-2.5 sm:px-6">
        {/* On a phone the cluster takes its place. */}
        <span className={isOneOfMany ? 'hidden sm:block' : ''}>
          <Wordmark isShort={isOneOfMany} beside={<ReadOnlyMark />} below={isOneOfMany ? null : <EnvironmentChip />} />
        </span>
        {isOneOfMany && (
          <Suspense fallback={<span className="h-9 w-28" />}>
            <Switcher />
          </Suspense>
        )}
        <div
          className={`order-last w-full max-w-full lg:order-none ${isOneOfMany ? 'lg:w-0 lg:min-w-0 lg:flex-1' : 'lg:w-auto'}`}
        >
          <Nav isTight={isOneOfMany} />
        </div>
        <div className="ml-auto flex items-center gap-2.5">
          <div
            className={
              isOneOfMany ? ROOM_FOR_ALL : isTight ? 'hidden sm:block lg:hidden min-[90rem]:block' : 'hidden sm:block'
            }
          >
            <Counts overview={overview} />
          </div>
          <LiveMark isShort={isOneOfMany} />
          <div className="flex items-center gap-1">
            <IconButton
              label="Search for pages, services, routes, jobs, exceptions, ids and actions (Ctrl K)"
              onClick={() => openOverlay('palette')}
            >
              <Search className="size-4" aria-hidden="true" />
            </IconButton>
            {/* Its key, `?`, works without the button. */}
            <span className="hidden min-[94rem]:block">
              <IconButton label="Keyboard help" onClick={() => openOverlay('help')}>
                <CircleQuestionMark className="size-4" aria-hidden="true" />
              </IconButton>
            </span>
            <Bell />
            <ThemeToggle />
            <UserMark />
          </div>
        </div>
        {/* On a phone what has no room above stands below. */}
        <div className="label order-last flex w-full flex-wrap justify-between gap-x-4 empty:hidden sm:hidden">
          <Counts overview={overview} />
          <UserName />
        </div>
      </div>
    </header>
  )
}

/** The switcher takes the place of what is least needed. */
const ROOM_FOR_ALL = 'hidden md:block lg:hidden min-[108rem]:block'

/** Whether one more page beside the others leaves less room for what stands behind them. */
function useIsTight(): boolean {
  return usePages().some(({ page }) => page === 'people')
}

function Counts({ overview }: { overview: Overview | null }) {
  return overview && !isUnread(overview) && <ServerCounts overview={overview} />
}

function ServerCounts({ overview: { nodes, totals } }: { overview: Overview }) {
  const { live, lost } = useMemo(() => countStates(nodes), [nodes])
  // Of a fleet that is not here as a whole only those in trouble are, for sure.
  const isWhole = nodes.length >= totals.nodes
  return (
    <p className="label whitespace-nowrap">
      <b className="font-semibold text-text">{count(isWhole ? live : totals.nodes)}</b>{' '}
      {(isWhole ? live : totals.nodes) === 1 ? 'server' : 'servers'}
      {isWhole && ' live'}
      {lost > 0 && (
        <>
          {' · '}
          <b className="font-semibold text-bad">{lost} lost</b>
        </>
      )}
    </p>
  )
}

const ICONS: Readonly<Record<Theme, typeof Sun>> = { system: Monitor, light: Sun, dark: Moon }

/** Goes through the themes: the system's, light, dark. */
function ThemeToggle() {
  const theme = useTheme()
  const Icon = ICONS[theme]
  return (
    <IconButton label={`Theme: ${theme}. Change it`} onClick={nextTheme}>
      <Icon className="size-4" aria-hidden="true" />
    </IconButton>
  )
}

/** Nothing where nobody logs in by name. */
function UserName({ isTight = false }: { isTight?: boolean }) {
  const { user, role, account } = useSession() ?? {}
  if (!user) return null
  const name = 'font-medium text-text'
  return (
    <p className="label truncate" title={`Logged in as ${user}`}>
      <span className="sr-only">Logged in as </span>
      {account ? (
        <PageLink to={ACCOUNT} className={`${name} rounded-sm -outline-offset-2 hover:text-accent hover:underline`}>
          {user}
          <span className="sr-only">: your account</span>
        </PageLink>
      ) : (
        <span className={name}>{user}</span>
      )}
      {role && <span className={isTight ? 'hidden min-[90rem]:inline' : ''}> · {role}</span>}
    </p>
  )
}

/** Who is logged in, and the way out; nothing where nobody logs in by name. */
function UserMark() {
  const session = useSession()
  const isTight = useIsTight()
  if (!session) return null
  const { canLogOut, account } = session
  return (
    <>
      <span className="hidden max-w-40 px-1.5 lg:not-empty:block">
        <UserName isTight={isTight} />
      </span>
      {/* Where there is no room for the name. */}
      {account && (
        <span className="hidden sm:block lg:hidden">
          <PageLink to={ACCOUNT} aria-label="Your account" title="Your account" className={ICON_BUTTON}>
            <CircleUserRound className="size-4" aria-hidden="true" />
          </PageLink>
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
