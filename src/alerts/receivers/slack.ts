import { post, type Requests } from './kind.js'
import { alsoFiringLines, largest, type Message, type MessageAlert, messageOf, moreText } from './message.js'
import { escaped } from './text.js'

const MAX_BLOCKS = 50
const MAX_SECTION = 3_000
const MAX_HEADER = 150
const MAX_FALLBACK = 3_000
/** Of all blocks: Slack refuses more than about 13,000 characters (`msg_blocks_too_long`). */
const MAX_TOTAL = 12_000

/**
 * A message of Block Kit. Names and texts are in `plain_text`, which has no formatting, so that `*bold*` and `:fire:` are what they are;
 * its `&`, `<` and `>` are escaped like everywhere in Slack, so that `<!channel>` notifies nobody. Only links of ours are `mrkdwn`.
 */
export const slackRequests: Requests = (receiver, notification) => {
  const message = messageOf(notification, receiver.name)
  return [post(receiver, largest(message, bodyOf, fits))]
}

function fits({ blocks }: { readonly blocks: readonly object[] }): boolean {
  return blocks.length <= MAX_BLOCKS && JSON.stringify(blocks).length <= MAX_TOTAL
}

function bodyOf(message: Message) {
  return { text: safe(message.headline, MAX_FALLBACK), mrkdwn: false, unfurl_links: false, blocks: blocksOf(message) }
}

function blocksOf(message: Message): readonly object[] {
  const { headline, intro, alerts, note, facts, url } = message
  const more = moreText(message)
  const also = alsoFiringLines(message)
  return [
    { type: 'header', text: plain(headline, MAX_HEADER) },
    // A headline of one block is cut at 150 characters.
    ...(safe(headline, MAX_SECTION).length > MAX_HEADER ? [section(headline)] : []),
    ...(intro ? [section(intro)] : []),
    ...alerts.flatMap(alertBlocks),
    ...(more ? [section(more)] : []),
    ...(note ? [section(`What to do:\n${note}`)] : []),
    ...(also.length > 0 ? [section(['Also firing:', ...also].join('\n'))] : []),
    ...(url ? [link(url, 'Open in Zenith')] : []),
    { type: 'context', elements: [plain(facts.join(' · '), MAX_SECTION)] },
  ]
}

function alertBlocks({ subject, lines, details, url }: MessageAlert): readonly object[] {
  return [section([subject, ...lines, ...details].join('\n')), ...(url ? [link(url, 'See the moment')] : [])]
}

function section(text: string) {
  return { type: 'section', text: plain(text, MAX_SECTION) }
}

/** @param url with no character that ends a link of Slack's */
function link(url: string, text: string) {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: `<${url.replaceAll('&', '&amp;')}|${text}>` }] }
}

function plain(text: string, max: number) {
  return { type: 'plain_text', emoji: false, text: safe(text, max) }
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function safe(text: string, max: number): string {
  return escaped(text, max, (char) => ENTITIES[char] ?? char)
}
