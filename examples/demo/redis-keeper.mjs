// Keeps a private redis-server for as long as the demo lives: a process of its own, because redis-server would not notice
// that the demo was killed.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'quasar-demo-'))
const port = process.env.PORT ?? '0'
const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })

let output = ''
server.stdout.on('data', (chunk) => {
  if (output === null) return
  output += chunk
  if (!output.includes('Ready to accept connections')) return
  output = null
  process.stdout.write('ready\n')
})
server.once('error', (error) => end(1, error.message))
server.once('exit', (code) => end(code ?? 1, output))

const stop = () => server.kill('SIGTERM')
process.once('SIGTERM', stop)
process.once('disconnect', stop)

function end(code, message) {
  rmSync(folder, { recursive: true, force: true })
  if (code !== 0 && message) process.stderr.write(`${message.trim().split('\n').at(-1)}\n`)
  process.exit(code)
}
