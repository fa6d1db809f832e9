import { Monitor, Moon, Sun } from 'lucide-react'
import { IconButton } from '../ui/icon-button.js'
import { nextTheme, type Theme, useTheme } from '../ui/theme.js'

const ICONS: Readonly<Record<Theme, typeof Sun>> = { system: Monitor, light: Sun, dark: Moon }

/** Goes through the themes: the system's, light, dark. */
export function ThemeToggle() {
  const theme = useTheme()
  const Icon = ICONS[theme]
  return (
    <IconButton label={`Theme: ${theme}. Change it`} onClick={nextTheme}>
      <Icon className="size-4" aria-hidden="true" />
    </IconButton>
  )
}
