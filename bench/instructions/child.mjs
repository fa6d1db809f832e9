// The side of the process that is measured: counts when it is told to.
import { createRequire } from 'node:module'
import { answering } from '../shared/child.mjs'
import { freezeTime } from './freeze.mjs'

export const counter = createRequire(import.meta.url)(process.env.BENCH_COUNTER)

const COMMANDS = {
  freeze: freezeTime,
  collect: () => globalThis.gc({ type: 'minor' }),
  start: () => counter.start(),
  dump: ({ name }) => counter.dump(name),
}

/** @param own further commands */
export function counting(own = {}) {
  const commands = { ...COMMANDS, ...own }
  answering(async (question) => {
    const answer = await commands[question.command](question)
    return { heap: process.memoryUsage().heapUsed, ...answer }
  })
}
