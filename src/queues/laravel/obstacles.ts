/** What is known about the location of a queue that a job is to be pushed to. */
interface Whereabouts {
  readonly name: string
  /** No key of the app was seen, and no option has its prefix. */
  readonly isGuess: boolean
  /** Connections that its Horizon may work on. */
  readonly rivals: readonly string[]
}

/** Why a job must not be pushed: in a list that no worker reads it would be lost. Null if pushing is safe. */
export function whyNotPushed({ name, isGuess, rivals }: Whereabouts): string | null {
  if (isGuess)
    return `The queues of this app are empty, and nothing in Redis says how their keys begin. Try again once the app has queued a job, or give the prefix of its Redis connection: the option "prefix" of laravelQueues, or --queues laravel=PREFIX`
  if (rivals.length > 1)
    return `This Horizon may work on ${name} of ${rivals.join(' or of ')}: give the prefix of its Redis connection, by the option "prefix" of laravelQueues or --queues laravel=PREFIX`
  return null
}
