/** Something that the palette offers. */
export interface Command {
  id: string
  group:
    | 'Pages'
    | 'Clusters'
    | 'Services'
    | 'Queues'
    | 'Servers'
    | 'Routes'
    | 'Job names'
    | 'Exceptions'
    | 'Slow'
    | 'Jobs'
    | 'Actions'
  title: string
  detail: string
  /** By which it is found, too. */
  texts?: readonly string[]
  run: () => void
}
