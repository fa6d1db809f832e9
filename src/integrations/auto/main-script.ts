import { readFileSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'

/** Threads have a script of their own: they learn of the main one by this. */
const MAIN_SCRIPT = '@gravito/quasar/main-script'

/** PM2 starts a script of its own, and names the app's. */
const PM2 = /[\\/]pm2[\\/]lib[\\/]ProcessContainer(?:Fork)?\.js$/

/**
 * Whether the process runs an app, as opposed to a command such as npm, tsc or eslint that is started with the same NODE_OPTIONS. A command
 * is a main script that an installed package brought, or one that its own package.json has under `bin`. Programs that run an app in their
 * own process (ts-node) name the app's script as the main one before they load it, so ask for it as late as possible.
 */
export function isApp(env: NodeJS.ProcessEnv): boolean {
  if (/^(1|true|yes|on)$/i.test(env.QUASAR_AUTO ?? '')) return true
  if (env.NODE_TEST_CONTEXT) return false
  const script = mainScript(env)
  return script !== null && !isInstalled(script) && !isCommand(script)
}

/** Null for code that comes from no file. */
function mainScript(env: NodeJS.ProcessEnv): string | null {
  if (!isMainThread) return (getEnvironmentData(MAIN_SCRIPT) as string | undefined) ?? null
  const { 1: started } = process.argv
  const given = started && PM2.test(started) ? env.pm_exec_path : started
  const script = given ? realOf(given) : null
  setEnvironmentData(MAIN_SCRIPT, script ?? '')
  return script
}

function realOf(path: string): string | null {
  for (const file of [path, `${path}.js`]) {
    try {
      return realpathSync(resolve(file))
    } catch {}
  }
  return null
}

function isInstalled(script: string): boolean {
  return /[\\/](?:node_modules|\.yarn)[\\/]/.test(script)
}

function isCommand(script: string): boolean {
  for (let folder = dirname(script); ; folder = dirname(folder)) {
    const bin = binOf(folder)
    if (bin) return Object.values(bin).some((file) => realOf(join(folder, file)) === script)
    if (folder === dirname(folder)) return false
  }
}

/** Of the package that a folder is; null when it is none. */
function binOf(folder: string): Record<string, string> | null {
  try {
    const { name, bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    if (typeof name !== 'string') return null
    return typeof bin === 'string' ? { [name]: bin } : (bin ?? {})
  } catch {
    return null
  }
}
