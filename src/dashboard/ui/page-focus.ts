/** Whether the page has changed, so that the focus belongs to its title. */
let isWanted = false

/** On another page the focus is at its title, as if it had been loaded. */
export function focusTitle(): void {
  isWanted = true
  document.getElementById('title')?.focus({ preventScroll: true })
}

/** A part that comes late brings a title of its own: the focus was at that of its placeholder, and would be lost with it. */
export function takeFocus(title: HTMLElement | null): void {
  const isLost = document.activeElement === null || document.activeElement === document.body
  if (title && isWanted && isLost) title.focus({ preventScroll: true })
}
