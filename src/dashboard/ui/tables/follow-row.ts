import type { MouseEvent } from 'react'

/** What answers a click on its own. */
const OWN = 'a, button, input, select, textarea, label, summary, [role="button"]'

/** A click anywhere in a row is one on what the row leads to; with the middle button, Ctrl or ⌘ a link opens in a new tab. */
export function followRow(event: MouseEvent<HTMLElement>): void {
  if (event.defaultPrevented || !(event.target instanceof Element)) return
  // A dialog of the row is elsewhere in the document.
  const row = event.currentTarget.contains(event.target) ? event.target.closest('tr') : null
  const lead = row?.querySelector<HTMLElement>('[data-row]')
  if (!lead || event.target.closest(OWN) || isMarking(row)) return
  const isLink = lead instanceof HTMLAnchorElement
  if (isLink && (event.button === 1 || event.metaKey || event.ctrlKey || event.shiftKey)) {
    window.open(lead.href, '_blank', 'noopener')
  } else if (event.button === 0) {
    lead.click()
  }
}

/** Whether the reader has just marked text in the row, to copy it. */
function isMarking(row: Element | null | undefined): boolean {
  const selection = getSelection()
  return selection !== null && !selection.isCollapsed && row?.contains(selection.anchorNode) === true
}
