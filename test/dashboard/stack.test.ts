import { expect, it } from 'vitest'
import { stackParts } from '../../src/dashboard/ui/stack.js'

/** `a` for a frame of the app, a number for that many of libraries, `-` for other lines. */
const shape = (stack: string) =>
  stackParts(stack)
    .map((part) => (part.kind === 'library' ? part.lines.length : part.kind === 'app' ? 'a' : '-'))
    .join('')

it.each([
  [
    `TypeError: no stock
    at total (/app/src/cart.ts:41:22)
    at Layer.handle (/app/node_modules/express/lib/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async handle (file:///app/src/server.ts:88:5)
Caused by: Error: connect ECONNREFUSED
    at TCPConnectWrap.afterConnect (node:net:1607:16)`,
    '-a2a-1',
  ],
  [
    `Error: all
    at async Promise.all (index 0)
    at new Promise (<anonymous>)
    at C:\\app\\node_modules\\pg\\lib\\client.js:1:2
    at C:\\app\\src\\db.js:3:4`,
    '-3a',
  ],
  [
    `RuntimeException: no mail
#0 /var/www/vendor/laravel/framework/src/Worker.php(12): handle()
#1 [internal function]: run()
#2 /var/www/app/Jobs/Mail.php(7): send()`,
    '-2a',
  ],
  // Without a frame of the app nothing is folded.
  [
    `Error: connect ECONNREFUSED
    at TCPConnectWrap.afterConnect (node:net:1607:16)`,
    '--',
  ],
  ['no stack at all', '-'],
  ['', '-'],
])('splits a stack into frames of the app and of libraries', (stack, parts) => {
  expect(shape(stack)).toBe(parts)
})
