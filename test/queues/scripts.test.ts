import { describe, expect, onTestFinished, test } from 'vitest'
import { type Script, ScriptRunner, scriptOf } from '../../src/queues/bull-common/script.js'
import { openRedis } from '../../src/queues/shared/redis.js'
import { BullRedis, bullmqOf, readOne, the } from '../support/bullmq-redis.js'

const bull = new BullRedis()
const COUNT = scriptOf("return redis.call('LLEN', KEYS[1])")

/** A script that answers an error to the letter, as older and other servers word it. */
function refusing(text: string): Script {
  return scriptOf(`return redis.error_reply(${JSON.stringify(text)})`)
}

/** A runner for a user with these rules besides the right to everything. */
async function runnerFor(...rules: string[]): Promise<ScriptRunner> {
  await bull.client.call('acl', 'setuser', 'limited', 'reset', 'on', 'nopass', '~*', '+@all', ...rules)
  const { connection } = openRedis('test', `redis://limited:any@127.0.0.1:${bull.redis.port}`)
  onTestFinished(() => connection.close())
  return new ScriptRunner(connection)
}

describe('a script', () => {
  test.each([
    ['OOM', "OOM command not allowed when used memory > 'maxmemory'."],
    [
      'OOM',
      "ERR Error running script (call to f_0a): @user_script:3: @user_script: 3: -OOM command not allowed when used memory > 'maxmemory'.",
    ],
    ['READONLY', "READONLY You can't write against a read only replica."],
    ['NOPERM', "ERR The user executing the script can't run this command or subcommand script: 0a, on @user_script:3."],
    ['NOPERM', 'NOPERM this user has no permissions to access one of the keys used as arguments'],
    ['MISCONF', 'MISCONF Redis is configured to save RDB snapshots, but it cannot'],
    ['ERR', 'ERR This Redis command is not allowed from script'],
  ])('that is refused with %s is not taken for one that may not run: %s', async (code, text) => {
    const runner = await runnerFor()
    const reply = await runner.run(refusing(text), [], [])
    // Single commands tell which right is missing, or do what no script may.
    expect(reply?.error?.code).toBe(code === 'NOPERM' ? undefined : code)
    await expect(runner.change(refusing(text), [], [])).rejects.toMatchObject({ code })
    expect((await runner.run(COUNT, ['none'], []))?.value).toBe(0)
  })

  test.each([
    ["ERR command 'evalsha' is not allowed", []],
    ['ERR unknown command `evalsha`, with args beginning with: ', []],
    ['ERR Error running script: script tried accessing undeclared key', []],
    [null, ['-eval', '-evalsha']],
    [null, ['-@scripting']],
  ])('where none may run there is the slower way: %s', async (text, rules) => {
    const runner = await runnerFor(...rules)
    expect(await runner.run(text === null ? COUNT : refusing(text), text === null ? ['none'] : [], [])).toBeNull()
    expect(await runner.run(COUNT, ['none'], [])).toBeNull()
  })
})

test('a Redis that is full refuses a change as that, and the next one when it is not', async () => {
  const bench = bull.bench('5')
  await bench.queue('mail').add('send', {})
  const source = bull.source({ queues: ['mail'], bullmq: bullmqOf('6') })
  await bull.client.config('SET', 'maxmemory', '1', 'maxmemory-policy', 'noeviction')
  const job = { name: 'send', data: '{}', delay: null, priority: null, attempts: null }
  await expect(the(source, 'add')('mail', job)).rejects.toThrow(/out of memory/)
  expect(await readOne(source, 'mail')).toMatchObject({ error: null, metrics: { waiting: 1 } })
  await bull.client.config('SET', 'maxmemory', '0')
  await the(source, 'add')('mail', job)
  expect(await bull.client.llen('bull:mail:wait')).toBe(2)
})

test('a queue whose keys are not for this user costs the others neither their figures nor the script', async () => {
  for (const name of ['mail', 'secret']) await bull.bench().queue(name).add('send', {})
  await bull.client.call('acl', 'setuser', 'mailer', 'on', 'nopass', '~bull:mail:*', '+@all')
  const source = bull.source({
    connection: `redis://mailer:any@127.0.0.1:${bull.redis.port}`,
    queues: ['mail', 'secret'],
  })
  for (let turn = 0; turn < 2; turn++) {
    expect(await readOne(source, 'mail')).toMatchObject({ error: null, metrics: { waiting: 1 } })
    expect((await readOne(source, 'secret')).error).toMatch(/lacks a right.*NOPERM/)
    const list = the(source, 'jobs')('secret', { state: 'waiting', offset: 0, limit: 5, order: 'newest' })
    await expect(list).rejects.toThrow(/NOPERM/)
  }
  const scripted = await bull.calls('evalsha')
  await readOne(source, 'mail')
  expect(await bull.calls('evalsha')).toBeGreaterThan(scripted)
})
