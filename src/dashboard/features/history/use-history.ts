import { useMemo } from 'react'
import type { TimeRange } from '../../../api/time-window.js'
import { PERIOD_MS } from '../../../api/words.js'
import { useAlertEvents } from '../../api/alerts-now.js'
import { useMarks, windowAt } from '../../api/history-api.js'
import { useNow } from '../../api/hooks.js'
import { useServicePeriods } from '../../api/monitoring-api.js'
import { useHasArchive } from '../../api/session.js'
import { useRoute } from '../../routing/route.js'
import { type GhostTraffic, WEEK_MS } from '../../ui/charts/ghost.js'
import { alertSpanOf, alertSpansOf, type ChartMarks, chartMarksOf } from '../../ui/charts/marks.js'

const NO_MARKS = { deployments: [], gaps: [] }

/** What charts mark; undefined as long as that is not known. @param service empty for all */
export function useChartMarks(
  service: string,
  range: TimeRange,
  stream: 'history' | 'queues' = 'history',
): ChartMarks | undefined {
  const { data } = useMarks(service, range)
  const marked = stream === 'history' ? service : ''
  const events = useAlertEvents(useHasArchive() === false ? marked : '')
  return useMemo(() => {
    if (!data && !events) return undefined
    const { deployments, gaps } = data ? chartMarksOf(data, stream) : NO_MARKS
    const archived = data && marked ? data.alerts.map(alertSpanOf).toSorted((a, b) => a.from - b.from) : []
    return { deployments, gaps, alerts: data ? archived : alertSpansOf(events ?? []) }
  }, [data, events, stream, marked])
}

/** As many questions over a period as its charts have steps, at the most. */
const STEPS = 400
const MINUTE_MS = 60_000

/** The same time a week before; null if that is not asked for. */
export function useGhostRange(range: TimeRange): TimeRange | null {
  const { ghost } = useRoute()
  const hasArchive = useHasArchive() === true
  const grain = Math.max(MINUTE_MS, PERIOD_MS[range.period] / STEPS)
  const now = Math.floor(useNow() / grain) * grain
  return useMemo(() => {
    if (ghost !== 'week' || !hasArchive) return null
    const { from, to } = windowAt(range, now)
    return { period: range.period, window: { from: Math.round(from - WEEK_MS), to: Math.round(to - WEEK_MS) } }
  }, [ghost, hasArchive, range, now])
}

/** The traffic of a service a week before; undefined as long as it is not asked for or known. @param service empty for none */
export function useServiceGhost(service: string, range: TimeRange): GhostTraffic | undefined {
  const earlier = useGhostRange(range)
  const { data } = useServicePeriods(earlier ?? range, { enabled: earlier !== null && service !== '', service })
  const period = earlier ? data?.get(service) : undefined
  return useMemo(() => period && { points: period.traffic, step: period.step ?? MINUTE_MS }, [period])
}
