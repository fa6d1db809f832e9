// The corners of the matrix that no other test is in: test/hosts has the versions between, on the running Node only.
import { openMatrix } from './bench.js'
import { APPS, rowsOf, runtimes } from './cells.js'
import { defineCells } from './define-cells.js'

const { check, checkFailover } = openMatrix()
const { express, fastify, hono, nestExpress, bullmq, bull, sqs } = APPS
const installed = runtimes()
const nodes = installed.filter(({ language }) => language === 'node')
const [oldest, newest] = [nodes.slice(0, 1), nodes.slice(-1)]
const buns = installed.filter(({ language }) => language === 'bun')
const denos = installed.filter(({ language }) => language === 'deno')

defineCells(rowsOf('lowest', [express, fastify, hono, nestExpress, bullmq, bull, sqs]), oldest, check)
defineCells(rowsOf('highest', [express, fastify, hono, nestExpress, bullmq]), newest, check)
defineCells(rowsOf('highest', [express, hono, bullmq]), buns, check)
defineCells(rowsOf('highest', [express, hono]), denos, check)
defineCells(rowsOf('highest', [express]), newest, checkFailover, {
  where: 'Redis Sentinel, failover: ',
  timeout: 120_000,
})
