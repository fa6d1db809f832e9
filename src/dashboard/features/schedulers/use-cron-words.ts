import { use } from 'react'
import type { CronWords } from './schedulers.js'

let loading: Promise<CronWords> | undefined

/** Tells cron expressions in plain words. What does that is loaded when it is first needed. */
export function useCronWords(): CronWords {
  loading ??= load()
  return use(loading)
}

/** Without it the expressions themselves are shown. */
async function load(): Promise<CronWords> {
  const { default: cronstrue } = await import('cronstrue').catch(() => ({ default: null }))
  return (cron) => {
    try {
      return cronstrue?.toString(cron, { use24HourTimeFormat: true }) ?? null
    } catch {
      return null
    }
  }
}
