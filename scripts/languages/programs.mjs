import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Longest run of one suite: one that hangs fails. */
const TIMEOUT_MS = 10 * 60_000

export function findOnPath(program) {
  const places = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return places.map((folder) => join(folder, program)).find(isExecutable)
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Runs a program to its end. `code` is null when it could not run or took too long. */
export function capture(program, args, options = {}) {
  const settings = { encoding: 'utf8', maxBuffer: 256 * 1_048_576, timeout: TIMEOUT_MS, ...options }
  const { status, stdout, stderr } = spawnSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...settings })
  return { code: status, output: stdout ?? '', errors: stderr ?? '' }
}

/** The same, with its output shown. @returns its exit code; null when it could not run or took too long */
export function show(program, args, options = {}) {
  return capture(program, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options }).code
}
