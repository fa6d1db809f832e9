import { post, type Requests } from './kind.js'
import { alsoFiringLines, largest, type Message, type MessageAlert, messageOf, moreText } from './message.js'
import { clip, linkParts } from './text.js'

/** What Teams takes is 28 KB; its own envelope counts, too. */
const MAX_BYTES = 27_000
const MAX_SUMMARY = 200

/**
 * What a workflow of Teams takes: a message with an adaptive card. Texts are in `RichTextBlock`s, whose runs know no markdown, so that
 * nothing of a name is a link or bold. A mention needs an entity, and there is none.
 */
export const teamsRequests: Requests = (receiver, notification) => {
  const message = messageOf(notification, receiver.name)
  const fits = (body: object) => Buffer.byteLength(JSON.stringify(body)) <= MAX_BYTES
  return [post(receiver, largest(message, bodyOf, fits))]
}

function bodyOf(message: Message) {
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    msteams: { width: 'Full' },
    fallbackText: clip(message.headline, MAX_SUMMARY),
    body: elementsOf(message),
    ...(message.url && { actions: [open(message.url, 'Open in Zenith')] }),
  }
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }
  return { type: 'message', summary: clip(message.headline, MAX_SUMMARY), attachments: [attachment] }
}

function elementsOf(message: Message): readonly object[] {
  const { headline, intro, alerts, note, facts } = message
  const more = moreText(message)
  const also = alsoFiringLines(message)
  return [
    lines([headline], { weight: 'Bolder', size: 'Large', color: colorOf(message) }),
    ...(intro ? [lines([intro])] : []),
    ...alerts.map(alertElement),
    ...(more ? [lines([more])] : []),
    ...(note ? [titled('What to do', [rich(linkRuns(note))])] : []),
    ...(also.length > 0 ? [titled('Also firing', [lines(also)])] : []),
    lines([facts.join(' · ')], { isSubtle: true, size: 'Small' }),
  ]
}

function colorOf({ event, severity }: Message): string {
  if (event === 'resolved' || event === 'test') return 'Good'
  return { critical: 'Attention', warning: 'Warning', info: 'Accent' }[severity]
}

function alertElement({ subject, lines: texts, details, url }: MessageAlert): object {
  return titled(subject, [
    lines([...texts, ...details]),
    ...(url ? [rich([{ ...run('See the moment'), selectAction: open(url, 'See the moment') }])] : []),
  ])
}

function titled(title: string, items: readonly object[]): object {
  return { type: 'Container', separator: true, items: [lines([title], { weight: 'Bolder' }), ...items] }
}

function lines(texts: readonly string[], look: object = {}): object {
  return rich([{ ...run(texts.join('\n')), ...look }])
}

function linkRuns(text: string): readonly object[] {
  return linkParts(text).map((part) => ({ ...run(part.text), ...(part.isLink && { selectAction: open(part.text) }) }))
}

function rich(inlines: readonly object[]): object {
  return { type: 'RichTextBlock', inlines }
}

function run(text: string): object {
  return { type: 'TextRun', text }
}

function open(url: string, title?: string): object {
  return { type: 'Action.OpenUrl', url, ...(title && { title }) }
}
