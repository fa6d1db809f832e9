import { type ReactNode, useEffect, useId, useRef } from 'react'

interface DialogProps {
  title: string
  /** Whether the title is there for screen readers only. */
  hideTitle?: boolean
  /** Whether a click beside it leaves it open. */
  isSticky?: boolean
  onClose: () => void
  children: ReactNode
}

/**
 * Something over the page. The browser itself keeps the focus inside, makes the rest inert, closes it by Escape and
 * gives the focus back. Radix's modal dialog adds a `<style>` element, which the content security policy forbids.
 */
export function Dialog({ title, hideTitle = false, isSticky = false, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    if (!dialog.current?.open) dialog.current?.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      className="mx-auto mt-[12dvh] mb-auto max-h-[76dvh] w-[min(40rem,calc(100vw-2rem))] overflow-hidden rounded-xl border border-line-strong bg-panel p-0 text-text shadow-2xl backdrop:bg-black/50"
      onClose={onClose}
      onClick={(event) => !isSticky && event.target === event.currentTarget && dialog.current?.close()}
      onKeyDown={(event) => event.stopPropagation()}
    >
      <div className="flex max-h-[76dvh] flex-col">
        <h2 id={id} className={hideTitle ? 'sr-only' : 'border-b border-line px-5 py-4 text-base font-semibold'}>
          {title}
        </h2>
        {children}
      </div>
    </dialog>
  )
}
