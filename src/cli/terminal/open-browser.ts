import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const OPENERS: Partial<Record<NodeJS.Platform, readonly [program: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}

/** Opens an address, or a file, in the user's browser, if there is one. Other users of the machine can read the address. */
export function openBrowser(target: string): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...args, target], { detached: true, stdio: 'ignore' })
  // On a machine without a browser, the printed address is enough.
  child.on('error', () => {})
  child.unref()
}

/**
 * Opens a secret address through a file that only this user can read, because all users can see the arguments of a process.
 *
 * @returns removes the file; idempotent
 */
export function openSecretly(url: string): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'quasar-open-'))
  const file = join(folder, 'zenith.html')
  writeFileSync(file, pageTo(url), { mode: 0o600, flag: 'wx' })
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  openBrowser(file)
  return () => {
    process.removeListener('exit', remove)
    remove()
  }
}

/** @param url without characters that are special in HTML */
function pageTo(url: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="referrer" content="no-referrer">
    <meta http-equiv="refresh" content="0; url=${url}">
    <title>Zenith</title>
  </head>
  <body><a href="${url}">Open Zenith</a></body>
</html>
`
}
