import { setTimeout as sleep } from 'node:timers/promises'
import { Injectable, NotFoundException } from '@nestjs/common'

const accounts = [
  { id: '7', owner: 'Ada', balance: 120_00 },
  { id: '8', owner: 'Grace', balance: 45_50 },
]

@Injectable()
export class AccountsService {
  list() {
    return accounts
  }

  find(id: string) {
    const account = accounts.find((one) => one.id === id)
    if (!account) throw new NotFoundException(`no account ${id}`)
    return account
  }

  async statement(id: string) {
    await sleep(1100 + Math.random() * 700)
    return { account: id, postings: 365 }
  }

  async transfer(): Promise<never> {
    await sleep(20)
    throw new Error('ledger is locked by another transfer')
  }

  async *lines() {
    for (const account of accounts) {
      yield `${JSON.stringify(account)}\n`
      await sleep(100)
    }
  }

  /** Stands for a model that computes for 220 ms without giving way. */
  score(id: string) {
    const end = performance.now() + 220
    let rounds = 0
    while (performance.now() < end) rounds++
    return { account: id, rounds }
  }
}
