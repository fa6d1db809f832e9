import type { Overview } from '../../api/overview.js'
import type { Session } from '../../api/session.js'
import { NO_FILTER, textTest } from '../api/filter.js'
import { LOG_OUT } from '../api/session.js'
import { driverWords } from '../features/queues/queues.js'
import { nodeName } from '../features/services/fleet.js'
import { changeScope, getRoute, navigate } from '../routing/route.js'
import { byName } from '../ui/groups.js'
import { PERIOD_NAMES } from '../ui/period.js'
import { setTheme, THEMES } from '../ui/theme.js'
import { PAGE_LIST, pageTarget } from './navigation.js'
import { openOverlay } from './overlay.js'

/** Something that the palette offers. */
export interface Command {
  id: string
  group: 'Pages' | 'Services' | 'Queues' | 'Servers' | 'Actions'
  title: string
  detail: string
  run: () => void
}

/** As many are shown; who looks for more types more. */
const MOST = 40

/** Everything one can go to or do, as far as it has the words of the text. */
export function findCommands(overview: Overview | null, session: Session | null, text: string): readonly Command[] {
  const matches = textTest(text)
  const all = [
    ...pages(),
    ...services(overview),
    ...(text.trim() ? [...queues(overview), ...servers(overview)] : []),
    ...actions(session),
  ]
  return all.filter(({ title, detail, group }) => matches([title, detail, group])).slice(0, MOST)
}

function pages(): Command[] {
  return PAGE_LIST.map(({ page, title, key }) => ({
    id: `page ${page}`,
    group: 'Pages',
    title,
    detail: `g ${key}`,
    run: () => navigate(pageTarget(getRoute(), page)),
  }))
}

function services(overview: Overview | null): Command[] {
  const names = overview?.services.map(({ service }) => service) ?? []
  return names.sort(byName).map((service) => ({
    id: `service ${service}`,
    group: 'Services',
    title: service,
    detail: '',
    run: () => navigate({ page: 'service', service }),
  }))
}

function queues(overview: Overview | null): Command[] {
  return (overview?.queues ?? []).map(({ key, name, driver, attention }) => ({
    id: `queue ${key}`,
    group: 'Queues',
    title: name,
    detail: [driverWords(driver).name, attention.length > 0 && 'needs attention'].filter(Boolean).join(' · '),
    run: () => navigate({ page: 'queue', queue: key }),
  }))
}

function servers(overview: Overview | null): Command[] {
  return (overview?.nodes ?? []).map((node) => ({
    id: `server ${node.key}`,
    group: 'Servers',
    title: nodeName(node),
    detail: `${node.service} · ${node.state}`,
    run: () => navigate({ page: 'pulse', service: node.service, q: node.heartbeat?.hostname ?? node.id }),
  }))
}

function actions(session: Session | null): Command[] {
  const action = (title: string, run: () => void): Command => ({ id: title, group: 'Actions', title, detail: '', run })
  return [
    ...THEMES.map((theme) => action(`Theme: ${theme}`, () => setTheme(theme))),
    ...(['5m', '15m', '1h'] as const).map((period) =>
      action(`Period: ${PERIOD_NAMES[period]}`, () => changeScope({ period, from: 0, to: 0 })),
    ),
    action('Show everything: clear the filter', () => changeScope(NO_FILTER)),
    action('Keyboard help', () => openOverlay('help')),
    ...(session?.canLogOut ? [action('Log out', () => location.assign(LOG_OUT))] : []),
  ]
}
