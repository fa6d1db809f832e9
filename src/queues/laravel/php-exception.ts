/** PHP writes the first cause first, and the exception that reached the worker after the last separator. */
const NEXT = '\n\nNext '
const STACK = '\nStack trace:'
const PLACE = /^(.*) in (?:\/|[A-Za-z]:\\|\w+:\/\/)[^\n]*:\d+$/s
const CLASS = /^[A-Za-z_\u0080-\uffff][\w\\\u0080-\uffff]*(?:@anonymous)?: /

/** The message of an exception that PHP converted to text, without its class, file and stack. */
export function messageOf(exception: string): string {
  const outermost = exception.slice(startOfLast(exception))
  const end = outermost.indexOf(STACK)
  const head = (end < 0 ? outermost : outermost.slice(0, end)).replace(PLACE, '$1')
  return head.replace(CLASS, '').trim()
}

function startOfLast(exception: string): number {
  const at = exception.lastIndexOf(NEXT)
  return at < 0 ? 0 : at + NEXT.length
}
