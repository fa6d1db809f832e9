import { Search } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef } from 'react'
import { choose, useChoice } from '../view/url-state.js'

/** The text and environment filters. `/` goes to the text from anywhere, Escape empties it. */
export function FilterBar({ environments }: { environments: readonly string[] }) {
  const { q, env } = useChoice()
  const input = useRef<HTMLInputElement>(null)
  useSlashKey(input)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    if (q) choose({ q: '' })
    else input.current?.blur()
  }
  return (
    <search className="flex min-w-0 flex-1 items-center gap-2">
      <label className="relative min-w-0 flex-1">
        <span className="sr-only">Filter by service, server, route or error</span>
        <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-soft" aria-hidden="true" />
        <input
          ref={input}
          type="text"
          value={q}
          placeholder="Filter"
          autoComplete="off"
          spellCheck={false}
          className="h-9 w-full rounded-lg border border-line bg-panel pr-9 pl-9 placeholder:text-soft hover:border-line-strong"
          onChange={(event) => choose({ q: event.target.value })}
          onKeyDown={onKeyDown}
        />
        <span
          className="pointer-events-none absolute top-2 right-2.5 rounded border border-line px-1.5 font-mono text-xs text-soft"
          aria-hidden="true"
        >
          /
        </span>
      </label>
      {(environments.length > 1 || env) && <EnvironmentSelect environments={environments} env={env} />}
    </search>
  )
}

function EnvironmentSelect({ environments, env }: { environments: readonly string[]; env: string }) {
  const known = env && !environments.includes(env) ? [...environments, env] : environments
  return (
    <select
      aria-label="Environment"
      value={env}
      className="h-9 max-w-40 min-w-0 rounded-lg border border-line bg-panel px-2.5 hover:border-line-strong"
      onChange={(event) => choose({ env: event.target.value })}
    >
      <option value="">All environments</option>
      {known.map((name) => (
        <option key={name}>{name}</option>
      ))}
    </select>
  )
}

function useSlashKey(input: React.RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      event.preventDefault()
      input.current?.focus()
      input.current?.select()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [input])
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
}
