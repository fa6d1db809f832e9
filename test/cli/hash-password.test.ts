import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest'
import { verifyPassword } from '../../src/people/password.js'
import { ensureBuilt } from '../support/pack.js'
import { BIN, run } from './command.js'

beforeAll(() => ensureBuilt())

it.each(['correct horse\n', 'correct horse', 'correct horse\r\n'])('makes a hash of %j', async (input) => {
  const { code, stdout, stderr } = await run(['hash-password'], { input })
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^scrypt:32768:8:3:[\w-]{22}:[\w-]{43}\n$/)
  expect(await verifyPassword('correct horse', stdout.trim())).toBe(true)
  expect(await verifyPassword('correct horse ', stdout.trim())).toBe(false)
})

it.each(['', '\n', 'seven77'])('refuses %j', async (input) => {
  const { code, stdout, stderr } = await run(['hash-password'], { input })
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toBe('quasar hash-password: a password needs 8 characters or more.\n')
})

/** Types at a terminal of the command's own. */
function atTerminal() {
  const command = `'${process.execPath}' ${BIN} hash-password`
  const child = spawn('script', ['-qfec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  let screen = ''
  child.stdout.on('data', (part) => (screen += part))
  return {
    ended,
    get screen() {
      return screen
    },
    async type(prompt: string, keys: string) {
      await vi.waitFor(() => expect(screen).toContain(prompt), { timeout: 20_000 })
      child.stdin.write(keys)
    },
  }
}

it('asks twice at a terminal and shows nothing of what is typed', async () => {
  const terminal = atTerminal()
  await terminal.type('Password: ', 'correkt\x7f\x7f\x7fect hörse\r')
  await terminal.type('Again: ', 'correct hörse\r')
  const [code] = await terminal.ended
  expect(code).toBe(0)
  expect(terminal.screen).not.toMatch(/corr|rse/)
  const hash = /scrypt:\S+/.exec(terminal.screen)?.[0] ?? ''
  expect(await verifyPassword('correct hörse', hash)).toBe(true)
})

it('takes no two different ones, and can be left by Ctrl-C', async () => {
  const different = atTerminal()
  await different.type('Password: ', 'correct horse\r')
  await different.type('Again: ', 'correct house\r')
  expect((await different.ended)[0]).toBe(1)
  expect(different.screen).toContain('the passwords differ')
  const left = atTerminal()
  await left.type('Password: ', 'corr\x03')
  expect((await left.ended)[0]).toBe(1)
  expect(left.screen).not.toContain('scrypt:')
})
