import { useClusterInfos } from '../api/clusters.js'
import { Dialog } from '../ui/dialog.js'
import { usePages } from './navigation.js'

type Keys = readonly (readonly [keys: readonly string[], does: string])[]

const BEFORE: Keys = [
  [['Ctrl K', '⌘ K'], 'search for pages, services, routes, jobs, exceptions, ids and actions'],
  [['/'], 'filter'],
  [['j', 'k'], 'next and previous row'],
  [['Enter'], 'open the row'],
  [['←', '→'], 'in a chart: move through time'],
  [['x', 'X'], 'select a job, or all from the last selected one'],
  [['r', '#'], 'retry or remove the selected jobs, or the row'],
  [['Ctrl A'], 'in a list of jobs: select all shown'],
  [['Esc'], 'close, or go one step back'],
]

const AFTER: Keys = [
  [['t'], 'next theme: system, light, dark'],
  [['?'], 'this help'],
]

const CLUSTERS: Keys = [
  [['g 1', 'g 9'], 'go to one of the first nine clusters'],
  [['g 0'], 'go to all clusters'],
]

/** The keys of the page. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const pages: Keys = usePages().map(({ key, title }) => [[`g ${key}`], `go to ${title}`])
  const clusters: Keys = useClusterInfos().length > 1 ? CLUSTERS : []
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields */}
      <div
        role="group"
        aria-label="Keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        tabIndex={0}
        className="overflow-y-auto px-5 py-4 -outline-offset-2"
      >
        <dl className="grid grid-cols-[auto_1fr] items-baseline gap-x-5 gap-y-2.5">
          {[...BEFORE, ...pages, ...clusters, ...AFTER].map(([keys, does]) => (
            <div key={does} className="contents">
              <dt className="flex gap-1.5">
                {keys.map((key) => (
                  <kbd key={key} className="key">
                    {key}
                  </kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </div>
      <form method="dialog" className="flex justify-end border-t border-line px-5 py-3">
        <button
          className="rounded-lg border border-line px-3 py-1.5 font-medium hover:border-line-strong"
          type="submit"
        >
          Close
        </button>
      </form>
    </Dialog>
  )
}
