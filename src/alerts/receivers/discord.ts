import type { Severity } from '../../api/alerts.js'
import { post, type Requests } from './kind.js'
import { alsoFiringLines, largest, type Message, type MessageAlert, messageOf, moreText } from './message.js'
import { escaped, linkParts } from './text.js'

const MAX_TITLE = 256
const MAX_DESCRIPTION = 4_096
const MAX_FIELD = 1_024
const MAX_FOOTER = 300
/** Of all texts of a message's embeds. */
const MAX_TOTAL = 6_000

const COLORS: Readonly<Record<Severity, number>> = { critical: 0xd92d20, warning: 0xdc6803, info: 0x1570ef }
const RESOLVED_COLOR = 0x079455

interface Embed {
  readonly title: string
  readonly description: string
  readonly fields: readonly { readonly name: string; readonly value: string }[]
  readonly footer: { readonly text: string }
}

/** A message of one embed. Markdown in names is escaped, and `allowed_mentions` lets no text notify anybody. */
export const discordRequests: Requests = (receiver, notification) => {
  const embed = largest(messageOf(notification, receiver.name), embedOf, fits)
  return [post(receiver, { allowed_mentions: { parse: [] }, embeds: [embed] })]
}

function embedOf(message: Message): Embed {
  const { headline, note, facts, url, severity, event } = message
  return {
    title: safe(headline, MAX_TITLE),
    description: descriptionOf(message),
    fields: [
      ...(note ? [{ name: 'What to do', value: withLinks(note, MAX_FIELD) }] : []),
      ...fieldOf('Also firing', alsoFiringLines(message)),
    ],
    // No markdown there.
    footer: { text: escaped(facts.join(' · '), MAX_FOOTER, (char) => char) },
    ...{ color: event === 'resolved' || event === 'test' ? RESOLVED_COLOR : COLORS[severity], ...(url && { url }) },
  }
}

function descriptionOf(message: Message): string {
  const { intro, alerts } = message
  const more = moreText(message)
  return [...(intro ? [safe(intro, MAX_FIELD)] : []), ...alerts.map(alertText), ...(more ? [more] : [])].join('\n\n')
}

function alertText({ subject, lines, details, url }: MessageAlert): string {
  const named = `**${safe(subject, MAX_FIELD)}**`
  const texts = [...lines, ...details].map((line) => safe(line, MAX_FIELD))
  return [named, ...texts, ...(url ? [`[See the moment](${url})`] : [])].join('\n')
}

function fieldOf(name: string, lines: readonly string[]) {
  return lines.length > 0 ? [{ name, value: safe(lines.join('\n'), MAX_FIELD) }] : []
}

function fits({ title, description, fields, footer }: Embed): boolean {
  const texts = [title, description, footer.text, ...fields.flatMap(({ name, value }) => [name, value])]
  return description.length <= MAX_DESCRIPTION && texts.join('').length <= MAX_TOTAL
}

/** Links stay links: an escaped one leads elsewhere. */
function withLinks(text: string, max: number): string {
  const parts = linkParts(text)
  let whole = ''
  for (const part of parts) {
    const left = max - whole.length
    if (part.isLink && part.text.length > left) return `${whole.slice(0, max - 1)}…`
    whole += part.isLink ? part.text : safe(part.text, left)
  }
  return whole
}

/** Markdown, mentions, and a line's start that makes a heading, a quote or a list. */
function safe(text: string, max: number): string {
  return escaped(text, max, (char) => (/[\\*_~`|<>[\]()#@:-]/.test(char) ? `\\${char}` : char))
}
