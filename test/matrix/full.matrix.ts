// Every cell: minutes. `npm run test:matrix`
import { openMatrix } from './bench.js'
import { APPS, type Row, rowsOf, runtimes } from './cells.js'
import { defineCells } from './define-cells.js'
import { SETS } from './sets.js'

const { check, checkCluster, checkFailover } = openMatrix()
const { express, hono, bullmq } = APPS
const installed = runtimes()
const nodes = installed.filter(({ language }) => language === 'node')

const rows = SETS.flatMap((set) => rowsOf(set))
const onBun = ({ app }: Row) => [express, hono, bullmq].some((one) => one === app)
defineCells(rows.filter(onBun), installed, check)
defineCells(
  rows.filter((row) => !onBun(row)),
  nodes,
  check,
)

const ends = [...rowsOf('lowest', [express]), ...rowsOf('highest', [express])]
defineCells(ends, installed, checkCluster, { where: 'Redis Cluster: ' })
defineCells(ends, installed, checkFailover, { where: 'Redis Sentinel, failover: ', timeout: 120_000 })
