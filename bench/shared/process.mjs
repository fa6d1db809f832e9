// A child process that is asked by messages.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { pinned } from './pin.mjs'

/**
 * @param script its URL
 * @param core which core it is pinned to, where that can be done
 * @param under a program that runs Node, with its arguments
 * @returns `ready` with its first message that is no answer, `ask(question)` for an answer, `end()`, which resolves when it has ended
 */
export async function start(script, args, core, { node = process.execPath, under = [], execArgv = [], env = {} } = {}) {
  const path = fileURLToPath(script)
  const [execPath, ...before] = pinned(core, ...under, node)
  const child = fork(path, args, {
    execPath,
    execArgv: [...before, ...execArgv],
    env: { ...process.env, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  const waiting = new Map()
  let last = 0
  let hello
  const ready = new Promise((resolve, reject) => {
    hello = resolve
    const fail = (error) => {
      reject(error)
      for (const one of waiting.values()) one.reject(error)
    }
    child.once('error', fail)
    child.once('exit', (code, signal) =>
      fail(new Error(`${path} ${args.join(' ')} ended (${signal ?? `code ${code}`})`)),
    )
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
    async end() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}
