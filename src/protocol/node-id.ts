/** What a node's id of this package tells. */
export interface NodeIdParts {
  readonly host: string
  readonly pid: number
  /** 0: the main thread. */
  readonly thread: number
  /** Start of the process by the node's clock, Unix ms. */
  readonly startedAt: number
  /** Number of the recorder in its thread, from 1. */
  readonly recorder: number
}

const PATTERN = /^(.+)-(\d{1,10})-(\d{1,10})-([0-9a-z]{1,9})(?:-(\d{1,10}))?$/s

/** Unique in the fleet. @param maxChars length at which the host is cut */
export function formatNodeId({ host, pid, thread, startedAt, recorder }: NodeIdParts, maxChars: number): string {
  const suffix = `${pid}-${thread}-${startedAt.toString(36)}${recorder > 1 ? `-${recorder}` : ''}`
  return `${host.slice(0, maxChars - suffix.length - 1)}-${suffix}`
}

/** Null for an id of another form. */
export function parseNodeId(id: string): NodeIdParts | null {
  const [, host, pid, thread, startedAt, recorder = '1'] = PATTERN.exec(id) ?? []
  if (host === undefined || startedAt === undefined) return null
  return {
    host,
    pid: Number(pid),
    thread: Number(thread),
    startedAt: Number.parseInt(startedAt, 36),
    recorder: Number(recorder),
  }
}
