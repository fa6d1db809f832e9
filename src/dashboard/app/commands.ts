import type { ClusterInfo } from '../../api/clusters.js'
import type { Overview } from '../../api/overview.js'
import type { Session } from '../../api/session.js'
import { NO_FILTER, textTest } from '../api/filter.js'
import { can, LOG_OUT } from '../api/session.js'
import { driverWords } from '../features/queues/queues.js'
import { nodeName } from '../features/services/fleet.js'
import { changeScope, getRoute, navigate } from '../routing/route.js'
import { ALL_CLUSTERS, clusterTarget } from '../routing/sections.js'
import { byName } from '../ui/groups.js'
import { PERIOD_NAMES } from '../ui/period.js'
import { setTheme, THEMES } from '../ui/theme.js'
import type { Command } from './command.js'
import { findsHere } from './find-commands.js'
import { ACCOUNT, pagesFor, pageTarget } from './navigation.js'
import { openOverlay } from './overlay.js'

/** As many are shown, and as many of one group; who looks for more types more. */
const MOST = 60
const MOST_OF_GROUP = 20

/**
 * Everything one can go to or do, as far as it has the words of the text; then what Zenith found beside it, so that nothing moves when it
 * comes.
 */
export function findCommands(
  overview: Overview | null,
  session: Session | null,
  text: string,
  finds: readonly Command[] = [],
): readonly Command[] {
  const matches = textTest(text)
  const all = [
    ...pages(session),
    ...clusters(session),
    ...services(overview),
    ...(text.trim() ? [...queues(overview), ...servers(overview), ...here(overview)] : []),
    ...actions(session),
  ]
  const found = all.filter(({ title, detail, group, texts = [] }) => matches([title, detail, group, ...texts]))
  return unique([...fewOfEach(found), ...finds]).slice(0, MOST)
}

function here(overview: Overview | null): Command[] {
  return overview ? findsHere(overview) : []
}

/** Many of one group push no other out. */
function fewOfEach(commands: readonly Command[]): Command[] {
  const counts = new Map<string, number>()
  return commands.filter(({ group }) => {
    const count = (counts.get(group) ?? 0) + 1
    counts.set(group, count)
    return count <= MOST_OF_GROUP
  })
}

function unique(commands: readonly Command[]): Command[] {
  return [...new Map(commands.map((command) => [command.id, command])).values()]
}

function pages(session: Session | null): Command[] {
  return pagesFor(session, session?.cluster === null).map(({ page, title, key }) => ({
    id: `page ${page}`,
    group: 'Pages',
    title,
    detail: `g ${key}`,
    run: () => navigate(pageTarget(getRoute(), page)),
  }))
}

function clusters(session: Session | null): Command[] {
  const known = session?.clusters ?? []
  if (known.length < 2) return []
  return [...known.map(clusterCommand), clusterCommand({ id: '', name: ALL_CLUSTERS, environment: null }, -1)]
}

function clusterCommand(
  { id, name, environment }: Pick<ClusterInfo, 'id' | 'name' | 'environment'>,
  at: number,
): Command {
  const key = at < 9 ? `g ${at + 1}` : ''
  return {
    id: `cluster ${id}`,
    group: 'Clusters',
    title: name,
    detail: [environment, key].filter(Boolean).join(' · '),
    texts: [id],
    run: () => navigate(clusterTarget(getRoute(), id)),
  }
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
    ...(can(session, 'cluster.freeze')
      ? [action('Freeze changes, or lift the freeze', () => navigate({ page: 'activity' }))]
      : []),
    ...(session?.account ? [action('Account: password, sessions, API tokens', () => navigate(ACCOUNT))] : []),
    ...(session?.canLogOut ? [action('Log out', () => location.assign(LOG_OUT))] : []),
  ]
}
