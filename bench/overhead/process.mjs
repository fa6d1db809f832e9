// A child process that is asked by messages.
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'

const canPin = existsSync('/usr/bin/taskset') && cpus().length > 1

/**
 * @param core which core it is pinned to, where that can be done
 * @returns `ask(question)` for its next answer, and `end()`
 */
export async function start(script, args, core, { execArgv = [], env = {} } = {}) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const options = { execArgv, env: { ...process.env, NODE_ENV: 'production', ...env }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }
  const child = canPin
    ? fork(path, args, { ...options, execPath: '/usr/bin/taskset', execArgv: ['-c', String(core), process.execPath, ...execArgv] })
    : fork(path, args, options)
  const waiting = new Map()
  let last = 0
  let hello
  const ready = new Promise((resolve, reject) => {
    hello = resolve
    child.once('exit', (code) => reject(new Error(`${script} ${args.join(' ')} ended with code ${code}`)))
  })
  ready.catch(() => {})
  child.on('message', (message) => {
    if (message.id === undefined) return hello(message)
    const { resolve, reject } = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error) reject(new Error(message.error))
    else resolve(message)
  })
  return {
    ready,
    ask(question) {
      return new Promise((resolve, reject) => {
        last += 1
        waiting.set(last, { resolve, reject })
        child.send({ id: last, ...question })
      })
    },
    end() {
      if (child.connected) child.disconnect()
    },
  }
}
