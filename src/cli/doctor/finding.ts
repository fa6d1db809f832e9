import type { DoctorContext } from './context.js'

/** `problem`: something does not work, or will not; `hint`: worth knowing; `ok`: it was checked and is fine. */
export type Level = 'problem' | 'hint' | 'ok'

/** The order in which findings are shown. */
export const LEVELS: readonly Level[] = ['problem', 'hint', 'ok']

export interface Finding {
  readonly level: Level
  /** Stable, for machines: `redis-refused`. */
  readonly code: string
  /** `redis`, a service, or a node as `service/node`. */
  readonly subject: string
  readonly message: string
  /** How to fix it; null when there is nothing to do. */
  readonly advice: string | null
}

/** Checks one thing. Its rejections become findings, so it need not catch errors that it can't explain. */
export interface Check {
  readonly name: string
  run(context: DoctorContext): Promise<readonly Finding[]>
}

type Details = Omit<Finding, 'level' | 'subject' | 'advice'> & { readonly subject?: string }

export function ok({ subject = 'redis', ...details }: Details): Finding {
  return { level: 'ok', subject, ...details, advice: null }
}

export function hint({ subject = 'redis', ...details }: Details & { readonly advice: string | null }): Finding {
  return { level: 'hint', subject, ...details }
}

export function problem({ subject = 'redis', ...details }: Details & { readonly advice: string }): Finding {
  return { level: 'problem', subject, ...details }
}
