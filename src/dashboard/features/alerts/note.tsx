/** What to do, with its links. */
export function Note({ text }: { text: string }) {
  return (
    <p className="max-w-prose text-[0.8125rem] leading-5 break-words whitespace-pre-line">
      {text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)])/).map((part, index) =>
        index % 2 === 1 ? (
          <a
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no other name and never change places
            key={index}
            href={part}
            target="_blank"
            rel="noreferrer"
            className="text-accent underline"
          >
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </p>
  )
}
