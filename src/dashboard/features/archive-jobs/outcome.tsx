import type { ArchivedJob } from '../../../api/archived-jobs.js'

const LOOKS: Readonly<Record<ArchivedJob['outcome'], string>> = {
  completed: 'text-ok',
  failed: 'font-medium text-bad',
  retried: 'text-warn',
}

/** How an attempt ended, in a word. */
export function Outcome({ outcome }: { outcome: ArchivedJob['outcome'] }) {
  return <span className={LOOKS[outcome]}>{outcome}</span>
}
