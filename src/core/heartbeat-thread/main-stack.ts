import type { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { clearTimeout, setTimeout } from '../../lib/clock.js'
import { MAX_STACK_CHARS } from '../../protocol/index.js'
import { maskStack } from '../../redaction/stack.js'

/** A loop in JavaScript stops within milliseconds. One in a native call can't stop, and its stack is unknown. */
const PATIENCE_MS = 1_000
const MAX_FRAMES = 30

interface Frame {
  readonly functionName: string
  /** Both numbers count from 0. */
  readonly location: {
    readonly scriptId: string
    readonly lineNumber: number
    readonly columnNumber?: number | undefined
  }
}

/**
 * The main thread's stack: names of functions and files. The thread is paused for some milliseconds, by the inspector's protocol, and resumes
 * at once; closing the session would resume it, too. The profiler needs no pause, but names the caller of a loop that was optimized while it
 * ran.
 *
 * @returns null within a native call, and where the inspector does not answer
 */
export function readMainStack(): Promise<string | null> {
  // Node may be built without it.
  const inspector = process.getBuiltinModule?.('node:inspector')
  return inspector ? read(new inspector.Session()) : Promise.resolve(null)
}

function read(session: Session): Promise<string | null> {
  /** URLs by id: frames do not have them. */
  const scripts = new Map<string, string>()
  return new Promise((resolve) => {
    const end = (stack: string | null) => {
      clearTimeout(timer)
      resolve(stack)
      close(session)
    }
    const timer = setTimeout(() => end(null), PATIENCE_MS)
    try {
      session.connectToMainThread()
      session.once('Debugger.paused', ({ params }) => end(stackOf(params.callFrames, scripts)))
      session.on('Debugger.scriptParsed', ({ params }) => scripts.set(params.scriptId, params.url))
      post(session, 'Debugger.enable')
      post(session, 'Debugger.pause')
    } catch {
      end(null)
    }
  })
}

/** Takes a pause back that has not begun. Messages are handled in order, so that none begins after this. */
function close(session: Session): void {
  try {
    post(session, 'Debugger.resume')
    post(session, 'Debugger.disable')
    session.disconnect()
  } catch {
    // It was not connected.
  }
}

/** With a callback: without one, a failed message is thrown when the session closes. */
function post(session: Session, method: string): void {
  session.post(method, () => {})
}

function stackOf(frames: readonly Frame[], scripts: ReadonlyMap<string, string>): string | null {
  const lines = frames.slice(0, MAX_FRAMES).map((frame) => lineOf(frame, scripts.get(frame.location.scriptId) ?? ''))
  return lines.length === 0 ? null : maskStack(lines.join('\n'), '', { message: 0, stack: MAX_STACK_CHARS })
}

/** As V8 writes it. */
function lineOf({ functionName, location: { lineNumber, columnNumber = 0 } }: Frame, url: string): string {
  const place = `${fileOf(url)}:${lineNumber + 1}:${columnNumber + 1}`
  return functionName ? `    at ${functionName} (${place})` : `    at ${place}`
}

function fileOf(url: string): string {
  // Such a URL is the module's whole text.
  if (url.startsWith('data:')) return 'data:'
  if (!url.startsWith('file:')) return url || '<anonymous>'
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}
