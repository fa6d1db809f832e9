import type { ComponentProps } from 'react'

interface ButtonProps extends ComponentProps<'button'> {
  /** main: what is meant to be pressed; danger: can't be undone; quiet: within a row. */
  kind?: 'plain' | 'main' | 'danger' | 'quiet'
}

const LOOKS = {
  plain: 'border-line bg-panel hover:border-line-strong hover:bg-raised',
  main: 'border-accent bg-accent text-panel hover:opacity-90',
  danger: 'border-bad bg-bad text-panel hover:opacity-90',
  quiet: 'border-transparent text-soft hover:border-line hover:bg-panel hover:text-text',
}

/** A button with words. */
export function Button({ kind = 'plain', className = '', ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`inline-flex h-8 items-center justify-center gap-1.5 rounded-lg border px-2.5 text-[0.8125rem] font-medium whitespace-nowrap disabled:cursor-not-allowed disabled:opacity-50 ${LOOKS[kind]} ${className}`}
    />
  )
}
