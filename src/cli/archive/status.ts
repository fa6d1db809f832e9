import { readUnopened, type Unopened } from '../../archiver/prepare/unopened.js'
import type { ArchiveDriver, ArchiveGap, ArchiveProblem, ArchiveStatus } from '../../ports/index.js'

const DAY_MS = 86_400_000
const UNOPENED =
  'Payloads that Zenith could not open within the last day: its QUASAR_TOKEN is missing, or another than that of the workers of'
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** What an archive holds, and what it lost within the last day. */
export interface ArchiveReport extends ArchiveStatus {
  readonly kind: string
  readonly place: string
  readonly gaps: readonly ArchiveGap[]
  /** Services of which Zenith could not open payloads. */
  readonly unopened: readonly Unopened[]
}

export async function reportOn(archive: ArchiveDriver): Promise<ArchiveReport> {
  const now = Date.now()
  const status = await archive.status()
  const gaps = await archive.gaps({ from: now - DAY_MS, to: now })
  const unopened = await readUnopened(archive, { from: now - DAY_MS, to: now })
  return { kind: archive.kind, place: archive.place, ...status, gaps, unopened }
}

/** The report in lines. Times are in UTC. */
export function reportText(report: ArchiveReport): string {
  const { bytes, since, disk } = report
  const rows = [
    ['Figures', sizeText(bytes.figures), sinceText(since.figures)],
    ['Records', sizeText(bytes.records), ''],
    ['Jobs', sizeText(bytes.jobs), `${countText(report.jobs)} attempts${sinceText(since.jobs, ', ')}`],
    ['Payloads', sizeText(bytes.payloads), `${countText(report.payloads)}${sinceText(since.payloads, ', ')}`],
    ['Total', sizeText(bytes.total), disk ? `${sizeText(disk.free)} of ${sizeText(disk.total)} free on its disk` : ''],
  ]
  return [
    `${report.place} (${report.kind})`,
    '',
    ...rows.map(([name = '', size = '', rest = '']) => `${name.padEnd(10)}${size.padStart(9)}  ${rest}`.trimEnd()),
    ...listText('Lost within the last day:', report.gaps.map(gapText)),
    ...listText(UNOPENED, report.unopened.map(unopenedText)),
    ...listText('Problems:', report.problems.map(problemText)),
  ].join('\n')
}

export function problemText({ part, message }: ArchiveProblem): string {
  return `${part}: ${message}`
}

function unopenedText({ service, at }: Unopened): string {
  return `${service}, last in the 10 min from ${timeText(at)}`
}

function gapText({ stream, from, to, lost }: ArchiveGap): string {
  return `${stream}, ${timeText(from)} to ${timeText(to)}: ${lost === null ? 'an unknown number of' : countText(lost)} records`
}

function listText(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}

function sinceText(at: number | null, before = ''): string {
  return at === null ? '' : `${before}since ${timeText(at)}`
}

function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

export function countText(count: number): string {
  return count.toLocaleString('en')
}

function sizeText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const amount = bytes / 1_000 ** unit
  return `${amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount)} ${UNITS[unit]}`
}
