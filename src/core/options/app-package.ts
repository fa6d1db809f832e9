import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface AppPackage {
  readonly name: string | null
  readonly version: string | null
}

/**
 * The name and version of the app that runs: of the package.json nearest above the script that was started, or above
 * the working directory. Read once, while the app starts; null for what is not there.
 */
export function readAppPackage(): AppPackage {
  const script = process.argv[1]
  return (script && !script.includes('node_modules') && nearest(dirname(script))) || nearest(process.cwd()) || NONE
}

const NONE: AppPackage = { name: null, version: null }

function nearest(folder: string): AppPackage | null {
  const found = read(join(folder, 'package.json'))
  if (found?.name) return found
  const parent = dirname(folder)
  return parent === folder ? null : nearest(parent)
}

function read(file: string): AppPackage | null {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    return { name: typeof name === 'string' ? name : null, version: typeof version === 'string' ? version : null }
  } catch {
    return null
  }
}
