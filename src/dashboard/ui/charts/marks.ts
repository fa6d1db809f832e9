import type { AlertEvent } from '../../../api/alerts.js'
import type { GapMark, MarkListing, VersionMark } from '../../../api/history.js'
import type { PastAlert } from '../../../api/past-alerts.js'
import { exact } from '../format.js'
import { whenInWords } from '../period.js'

/** What charts mark of their time. */
export interface ChartMarks {
  /** Deployments, oldest first. */
  readonly deployments: readonly VersionMark[]
  /** Oldest first. */
  readonly gaps: readonly GapMark[]
  /** Oldest first. */
  readonly alerts: readonly AlertSpan[]
}

/** From when to when an alert fired. */
export interface AlertSpan {
  readonly id: string
  readonly rule: string
  readonly subject: string
  readonly isCritical: boolean
  /** Unix ms. */
  readonly from: number
  /** Unix ms; null: it still fires, or nobody knows. */
  readonly to: number | null
}

/** When an alert of the archive fired and was over. */
export function alertSpanOf({ id, ruleName, subject, severity, firedAt, endedAt }: PastAlert): AlertSpan {
  return { id, rule: ruleName, subject: subject.name, isCritical: severity === 'critical', from: firedAt, to: endedAt }
}

/** When alerts fired and were over. @param events newest first */
export function alertSpansOf(events: readonly AlertEvent[]): readonly AlertSpan[] {
  const spans = new Map<string, AlertSpan>()
  for (const { alert: id, at, change, firedAt, ruleName, subject, severity } of events.toReversed()) {
    const from = change === 'firing' ? at : firedAt
    if (from === null) continue
    const before = spans.get(`${id} ${from}`)
    const isOver = change === 'resolved' || change === 'ended'
    const about = { id, rule: ruleName, subject: subject.name, isCritical: severity === 'critical' }
    spans.set(`${id} ${from}`, { ...about, from, to: isOver ? at : (before?.to ?? null) })
  }
  return [...spans.values()].sort((a, b) => a.from - b.from)
}

/** `CPU high, web-1, 12:03 – 12:40` */
export function alertInWords({ rule, subject, from, to }: AlertSpan): string {
  return `${rule}, ${subject}, ${whenInWords(from)} – ${to === null ? 'now' : whenInWords(to)}`
}

/** What of the marks belongs to charts of a stream: versions that appeared, and what was lost of it. The archive's beginning is no deployment. */
export function chartMarksOf(
  { versions, gaps }: Omit<MarkListing, 'alerts'>,
  stream: 'history' | 'queues',
): Omit<ChartMarks, 'alerts'> {
  return {
    deployments: versions.filter(({ isFirst, added }) => !isFirst && added.length > 0).toSorted((a, b) => a.at - b.at),
    gaps: gaps.filter((gap) => gap.stream === stream),
  }
}

/** `shop-api 1.4.2` */
export function deploymentName({ service, added }: VersionMark): string {
  return `${service} ${added.join(', ')}`
}

/** `1,200 records lost: no Zenith archived them, 12:03 – 12:40` */
export function gapInWords({ from, to, service, lost }: GapMark): string {
  const of = service === null ? '' : ` of ${service}`
  const what = lost === null ? 'Records' : `${exact(lost)} ${lost === 1 ? 'record' : 'records'}`
  return `${what}${of} lost: no Zenith archived them, ${whenInWords(from)} – ${whenInWords(to)}`
}

/** Flags nearer than this would lie on each other, as a share of the width. */
const FLAG_APART = 0.04
/** So much of the width a version needs to be written. */
const NAME_ROOM = 0.16

export interface PlacedMark {
  readonly mark: VersionMark
  /** 0 (left) to 1. */
  readonly share: number
  /** Whether there is room to press it. */
  readonly hasFlag: boolean
  /** Whether there is room for its version. */
  readonly hasName: boolean
}

/** Where deployments stand in a chart. @param span that it shows, Unix ms */
export function placed(deployments: readonly VersionMark[], [from, to]: readonly [number, number]): PlacedMark[] {
  const shareOf = (at: number) => (at - from) / Math.max(1, to - from)
  const inside = deployments.filter(({ at }) => at >= from && at <= to)
  let flag = Number.NEGATIVE_INFINITY
  return inside.map((mark, index) => {
    const share = shareOf(mark.at)
    const next = inside[index + 1]
    const hasFlag = share - flag >= FLAG_APART
    if (hasFlag) flag = share
    return { mark, share, hasFlag, hasName: hasFlag && (next ? shareOf(next.at) : 1) - share >= NAME_ROOM }
  })
}
