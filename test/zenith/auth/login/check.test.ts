import { expect, it } from 'vitest'
import { PasswordCheck } from '../../../../src/zenith/auth/login/check.js'
import { USERS } from '../../support/login.js'

const named = (name: string) => USERS.find((user) => user.name === name) ?? null

it('keeps nobody out who is known for the account, however many others wait', async () => {
  const check = new PasswordCheck(USERS.map(({ password }) => password))
  const ended: string[] = []
  const ask = async (name: string, isKnown: boolean) => {
    const user = await check.ask(named(name), 'correct horse', isKnown)
    ended.push(user === 'busy' ? 'busy' : name)
    return user
  }
  const others = Array.from({ length: 60 }, () => ask('nobody', false))
  expect(await ask('ada', true)).toBe(true)
  // It waited for the two that were being checked, and for at most as many after them.
  expect(ended.filter((name) => name === 'nobody').length).toBeLessThanOrEqual(4)
  expect((await Promise.all(others)).filter((user) => user === 'busy')).toHaveLength(26)
  expect(await check.ask(named('ada'), 'correct horse', false)).toBe(true)
})
