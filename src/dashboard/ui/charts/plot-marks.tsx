import { NO_FILTER } from '../../api/filter.js'
import { navigate, openDeployment } from '../../routing/route.js'
import { whenInWords } from '../period.js'
import { type AlertSpan, alertInWords, type ChartMarks, deploymentName, placed } from './marks.js'

interface PlotMarksProps {
  marks: ChartMarks
  /** What the chart shows, Unix ms. */
  span: readonly [from: number, to: number]
}

/** The room of the axes beside and below the lines, px; see `uplot.ts`. */
const AREA = { left: '52px', right: '4px', top: '8px', bottom: '24px' } as const

/**
 * Deployments as lines with flags, and what was lost as hatched areas, over a chart. It is for eyes and pointers: the list below the charts
 * has the same for keyboards and screen readers.
 */
export function PlotMarks({ marks, span: [from, to] }: PlotMarksProps) {
  const share = (at: number) => Math.min(1, Math.max(0, (at - from) / Math.max(1, to - from)))
  return (
    <div aria-hidden="true" className="pointer-events-none absolute overflow-hidden" style={AREA}>
      {marks.gaps
        .filter((gap) => gap.to > from && gap.from < to)
        .map((gap) => (
          <span
            key={`${gap.from} ${gap.service}`}
            className="hatched absolute inset-y-0 min-w-1"
            style={{ left: percent(share(gap.from)), width: percent(share(gap.to) - share(gap.from)) }}
          />
        ))}
      {marks.alerts
        .filter((alert) => alert.from < to && (alert.to ?? to) > from)
        .map((alert) => (
          <AlertBar
            key={`${alert.id} ${alert.from}`}
            alert={alert}
            isStartShown={alert.from >= from}
            left={share(alert.from)}
            right={share(alert.to ?? to)}
          />
        ))}
      {placed(marks.deployments, [from, to]).map(({ mark, share: at, hasFlag, hasName }) => (
        <span
          key={`${mark.at} ${mark.service}`}
          className="absolute inset-y-0 border-l border-dashed border-accent"
          style={{ left: percent(at) }}
        >
          {hasFlag && (
            <button
              type="button"
              tabIndex={-1}
              title={`${deploymentName(mark)}, ${whenInWords(mark.at)}: compare before and after`}
              className="pointer-events-auto absolute top-0 left-0 flex min-h-4 min-w-2.5 items-center rounded-r bg-accent px-1 text-[0.625rem] leading-4 whitespace-nowrap text-panel"
              onClick={() => openDeployment(mark.at)}
            >
              {hasName ? mark.added.join(', ').slice(0, 14) : ''}
            </button>
          )}
        </span>
      ))}
    </div>
  )
}

interface AlertBarProps {
  alert: AlertSpan
  isStartShown: boolean
  /** 0 (left) to 1. */
  left: number
  right: number
}

/** When an alert fired, as a line, and until when, as a bar at the bottom. */
function AlertBar({ alert, isStartShown, left, right }: AlertBarProps) {
  const color = alert.isCritical ? 'bg-bad' : 'bg-warn'
  return (
    <span className="absolute inset-y-0 min-w-1" style={{ left: percent(left), width: percent(right - left) }}>
      {isStartShown && <span className={`absolute inset-y-0 left-0 w-px opacity-70 ${color}`} />}
      <button
        type="button"
        tabIndex={-1}
        title={`Alert: ${alertInWords(alert)}`}
        className={`pointer-events-auto absolute inset-x-0 bottom-0 h-1 ${color}`}
        onClick={() => navigate({ ...NO_FILTER, page: 'alerts', alert: alert.id })}
      />
    </span>
  )
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`
}
