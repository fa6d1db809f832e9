import { Monitor, Moon, Sun } from 'lucide-react'
import { type Theme, useTheme } from '../theme.js'

const ICONS: Readonly<Record<Theme, typeof Sun>> = { system: Monitor, light: Sun, dark: Moon }

/** Goes through the themes: the system's, light, dark. */
export function ThemeToggle() {
  const [theme, next] = useTheme()
  const Icon = ICONS[theme]
  return (
    <button
      type="button"
      aria-label={`Theme: ${theme}. Change it`}
      title={`Theme: ${theme}`}
      className="grid size-9 shrink-0 place-items-center rounded-lg border border-line bg-panel text-soft hover:border-line-strong hover:text-text"
      onClick={next}
    >
      <Icon className="size-4" aria-hidden="true" />
    </button>
  )
}
