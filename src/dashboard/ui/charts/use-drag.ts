import { type PointerEvent, useState } from 'react'

interface DragOptions {
  /** What is pointed at, as a share (0–1) of the width; null when the pointer is gone. */
  onPoint: (share: number | null) => void
  /** What was dragged over, as shares in any order. */
  onSelect: (one: number, other: number) => void
}

interface Drag {
  start: number
  end: number
}

/** A shorter drag is a click, px. */
const DRAG_PX = 8

/** Pointing at a drawing, and dragging over a part of it. */
export function useDrag({ onPoint, onSelect }: DragOptions) {
  const [drag, setDrag] = useState<Drag | null>(null)
  const handlers = {
    onPointerDown: (event: PointerEvent<SVGSVGElement>) => {
      if (event.button !== 0) return
      event.currentTarget.setPointerCapture(event.pointerId)
      const share = shareOf(event)
      setDrag({ start: share, end: share })
    },
    onPointerMove: (event: PointerEvent<SVGSVGElement>) => {
      onPoint(shareOf(event))
      if (drag) setDrag({ ...drag, end: shareOf(event) })
    },
    onPointerUp: (event: PointerEvent<SVGSVGElement>) => {
      setDrag(null)
      if (drag && isLong(drag, event.currentTarget)) onSelect(drag.start, drag.end)
    },
    onPointerCancel: () => setDrag(null),
    onPointerLeave: () => onPoint(null),
  }
  return { dragged: drag && { from: Math.min(drag.start, drag.end), to: Math.max(drag.start, drag.end) }, handlers }
}

function shareOf({ clientX, currentTarget }: PointerEvent<SVGSVGElement>): number {
  const { left, width } = currentTarget.getBoundingClientRect()
  return Math.min(1, Math.max(0, (clientX - left) / width))
}

function isLong({ start, end }: Drag, box: Element): boolean {
  return Math.abs(end - start) * box.clientWidth >= DRAG_PX
}
