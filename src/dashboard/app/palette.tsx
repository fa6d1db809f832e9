import { Search } from 'lucide-react'
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import type { Overview } from '../../api/overview.js'
import { useLive } from '../api/hooks.js'
import { merged, useFound } from '../api/parts.js'
import { useIsOfAll } from '../api/place.js'
import { useFinds } from '../api/search-api.js'
import { useSession } from '../api/session.js'
import { Dialog } from '../ui/dialog.js'
import type { Command } from './command.js'
import { findCommands } from './commands.js'
import { takeEarlyText } from './early-text.js'
import { findCommandsOf } from './find-commands.js'
import { FindNote } from './find-note.js'

interface PaletteProps {
  overview: Overview | null
  onClose: () => void
}

/** Goes to or does anything by its name. */
export function Palette({ overview, onClose }: PaletteProps) {
  const session = useSession()
  // What is offered must not move under the reader's finger.
  const [frozen] = useState(overview)
  const [text, setText] = useState(takeEarlyText)
  const [chosen, setChosen] = useState(0)
  const found = useFound(useLive().overview, useDeferredValue(text))
  const whole = useMemo(() => {
    const known = frozen ?? overview
    return known && found.overview ? merged(known, [found.overview]) : known
  }, [frozen, overview, found.overview])
  const finds = useFinds(useIsOfAll() ? '' : text)
  const beside = useMemo(() => (finds.data ? findCommandsOf(finds.data, whole?.queues ?? []) : []), [finds.data, whole])
  const commands = useMemo(() => findCommands(whole, session, text, beside), [whole, session, text, beside])
  const input = useRef<HTMLInputElement>(null)
  const run = (command: Command | undefined) => {
    if (!command) return
    // First the focus goes back to where it was, then the command may take it elsewhere.
    input.current?.closest('dialog')?.close()
    onClose()
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by) setChosen((chosen + by + commands.length) % Math.max(1, commands.length))
    else if (event.key === 'Enter') run(commands[chosen])
    else return
    event.preventDefault()
  }
  return (
    <Dialog title="Search for pages, services, routes, jobs, exceptions, ids and actions" hideTitle onClose={onClose}>
      <div className="relative border-b border-line">
        <Search className="pointer-events-none absolute top-4 left-4 size-4 text-soft" aria-hidden="true" />
        <input
          ref={input}
          role="combobox"
          aria-label="Search for pages, services, routes, jobs, exceptions, ids and actions"
          aria-expanded={commands.length > 0}
          aria-controls="commands"
          aria-activedescendant={commands[chosen] ? `command-${chosen}` : undefined}
          autoComplete="off"
          spellCheck={false}
          placeholder="Search pages, routes, jobs, exceptions, ids, actions"
          value={text}
          className="h-12 w-full bg-transparent pr-4 pl-11 outline-none placeholder:text-soft"
          onChange={(event) => {
            setText(event.target.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <CommandList commands={commands} chosen={chosen} isLooking={found.isLooking || finds.isLooking} onRun={run} />
      <FindNote finds={finds.data} error={finds.error} isLooking={finds.isLooking} />
    </Dialog>
  )
}

interface CommandListProps {
  commands: readonly Command[]
  chosen: number
  /** Whether more may still come. */
  isLooking: boolean
  onRun: (command: Command) => void
}

function CommandList({ commands, chosen, isLooking, onRun }: CommandListProps) {
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.querySelector(`#command-${chosen}`)?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  if (commands.length === 0)
    return <p className="label px-5 py-8 text-center">{isLooking ? 'Searching…' : 'Nothing matches'}</p>
  return (
    <div ref={list} id="commands" role="listbox" aria-label="Results" tabIndex={-1} className="overflow-y-auto p-2">
      {commands.map((command, index) => (
        // The keys are the field's: the focus stays there, as in every combobox.
        // biome-ignore lint/a11y/useKeyWithClickEvents: see above
        // biome-ignore lint/a11y/useFocusableInteractive: see above
        <div
          key={command.id}
          id={`command-${index}`}
          role="option"
          aria-selected={index === chosen}
          className="flex cursor-pointer items-baseline justify-between gap-4 rounded-lg px-3 py-2 hover:bg-raised aria-selected:bg-track"
          onClick={() => onRun(command)}
        >
          <span className="min-w-0 truncate font-medium">{command.title}</span>
          <span className="label max-w-1/2 shrink-0 truncate">
            {[command.group, command.detail].filter(Boolean).join(' · ')}
          </span>
        </div>
      ))}
    </div>
  )
}
