import { type ReactNode, useEffect, useRef } from 'react'
import { Button } from '../../ui/button.js'
import { DialogButtons } from '../../ui/confirm-dialog.js'
import { CopyButton } from '../../ui/copy-button.js'
import { Dialog } from '../../ui/dialog.js'

/** A link or a token. */
export interface Secret {
  readonly title: string
  readonly label: string
  readonly text: string
  /** What to do with it. */
  readonly words: ReactNode
}

/** @param link path below Zenith, from the API */
export function linkSecret(name: string, link: string): Secret {
  return {
    title: `Link for ${name}`,
    label: 'One-time link',
    text: new URL(link, location.href).href,
    words: `Send it to ${name}, who sets a password with it, once and within 7 days.`,
  }
}

export function tokenSecret(name: string, token: string): Secret {
  return {
    title: `Token ${name}`,
    label: 'API token',
    text: token,
    words: (
      <>
        Programs send it as <code className="font-mono">Authorization: Bearer …</code>.
      </>
    ),
  }
}

/** Shows a secret, which can be copied only now. */
export function SecretDialog({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const { title, label, text, words } = secret
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.select(), [])
  return (
    <Dialog title={title} isSticky onClose={onClose}>
      <div className="flex min-h-0 flex-col gap-3 overflow-y-auto px-5 py-4">
        <p className="break-words">{words}</p>
        <div className="flex flex-wrap items-center gap-2">
          <input
            ref={field}
            readOnly
            aria-label={label}
            value={text}
            className="h-8 min-w-0 flex-[1_1_16rem] rounded-lg border border-line bg-raised px-2.5 font-mono text-xs"
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyButton label="Copy" text={() => text} />
        </div>
        <p className="rounded-lg bg-warn-wash px-3 py-2 text-[0.8125rem]">
          It is shown only now: Zenith stores nothing that it could be read from.
        </p>
      </div>
      <DialogButtons>
        <Button kind="main" onClick={onClose}>
          Done
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
