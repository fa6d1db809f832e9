import { expect, test } from 'vitest'
import { addressProblem, placeOf } from '../../../src/alerts/receivers/addresses.js'
import { networksOf } from '../../../src/alerts/receivers/networks.js'

const KEY = '0123456789abcdef0123456789ABCDEF'

test.each([
  ['slack', 'https://hooks.slack.com/services/T/B/x', 'hooks.slack.com'],
  ['webhook', 'https://me.example:8443/a?b=c', 'me.example:8443'],
  ['email', 'ops@example.com,dev@example.com', 'ops@example.com, dev@example.com'],
  ['email', 'root@localhost', 'root@localhost'],
  ['pagerduty', '', 'events.pagerduty.com'],
  ['pagerduty', 'https://events.eu.pagerduty.com/v2/enqueue', 'events.eu.pagerduty.com'],
  ['heartbeat', 'https://hc-ping.com/uuid', 'hc-ping.com'],
] as const)('%s may have the address %s', (kind, address, place) => {
  expect(addressProblem(kind, address, KEY)).toBeNull()
  expect(placeOf(kind, address)).toBe(place)
})

test.each([
  [
    'slack',
    '',
    'The address for Slack takes a URL that begins with https://, such as https://hooks.slack.com/services/…',
  ],
  ['slack', 'hooks.slack.com/x', 'The address for Slack takes a URL that begins with https://'],
  ['discord', ' https://discord.com/api', 'The address for Discord takes a URL that begins with https://'],
  ['teams', 'https://a.example/\nb', 'The address for Teams takes a URL that begins with https://'],
  ['webhook', 'http://a.example/', 'http:// is for addresses that alerts.allowedNetworks allows.'],
  ['webhook', 'ftp://a.example/', 'The address for a webhook takes a URL that begins with https://'],
  ['webhook', 'https://me:hidden@a.example/', 'without a user name and a password.'],
  [
    'webhook',
    'https://10.0.0.1/',
    '10.0.0.1 is not on the public internet, and alerts.allowedNetworks does not allow it.',
  ],
  ['webhook', 'https://0x7f000001/', '127.0.0.1 is not on the public internet'],
  ['heartbeat', 'https://[fd00::1]/', 'fd00::1 is not on the public internet'],
  ['email', '', 'The address for e-mail takes 1 to 50 mail addresses, separated by commas, such as ops@example.com.'],
  ['email', 'ops@example.com;dev@example.com', 'The address for e-mail takes 1 to 50'],
  ['email', 'Ops <ops@example.com>', 'The address for e-mail takes 1 to 50'],
  ['email', '"a, b"@example.com', 'The address for e-mail takes 1 to 50'],
  ['email', 'ops@example.com\r\nRCPT TO:<evil@example.com>', 'The address for e-mail takes 1 to 50'],
  ['email', Array(51).fill('a@example.com').join(), 'The address for e-mail takes 1 to 50'],
  ['pagerduty', 'https://', 'The address for PagerDuty takes a URL that begins with https://'],
] as const)('%s may not have the address %j', (kind, address, problem) => {
  const found = addressProblem(kind, address, KEY)
  expect(found).toContain(problem)
  expect(found).not.toContain('hidden')
})

test('http:// is for networks that are allowed', () => {
  const allowed = ['10.0.0.0/8', 'fd00::/8']
  expect(addressProblem('webhook', 'http://10.1.2.3:8080/', '', allowed)).toBeNull()
  expect(addressProblem('webhook', 'http://[fd00::1]/', '', allowed)).toBeNull()
  expect(addressProblem('webhook', 'http://alerts.internal/', '', allowed)).toBeNull()
  expect(addressProblem('webhook', 'http://192.168.0.1/', '', allowed)).toMatch(
    /^192\.168\.0\.1 is not on the public internet/,
  )
  expect(addressProblem('webhook', 'http://93.184.216.34/', '', allowed)).toMatch(
    /takes https:\/\/ instead of http:\/\//,
  )
})

test.each([
  ['webhook', 'https://a.example/', '', null],
  [
    'webhook',
    'https://a.example/',
    'short',
    'The secret for a webhook takes at least 16 characters; without one, messages are not signed.',
  ],
  ['pagerduty', '', '', 'The secret for PagerDuty takes a routing key of 32 letters and digits.'],
  ['pagerduty', '', `${KEY}0`, 'The secret for PagerDuty takes a routing key of 32 letters and digits.'],
  [
    'pagerduty',
    'https://events.eu.pagerduty.com/v2/enqueue',
    'x',
    'The secret for PagerDuty takes a routing key of 32 letters and digits.',
  ],
  ['pagerduty', 'https://alerts.example/v2/enqueue', 'x', null],
  [
    'pagerduty',
    'https://alerts.example/v2/enqueue',
    '',
    'The secret for PagerDuty takes the routing key of an integration.',
  ],
  ['slack', 'https://hooks.slack.com/services/T/B/x', '', null],
] as const)('the secret of %s at %s: %j', (kind, address, secret, problem) => {
  expect(addressProblem(kind, address, secret)).toBe(problem)
})

test.each([
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '100.100.100.200',
  '127.255.0.1',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.1.1.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::10.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:a00:1::',
  '3fff::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '5f00::1',
  'no address',
  '',
])('%s is not on the public internet', (address) => {
  expect(networksOf([]).isPublic(address)).toBe(false)
})

test.each([
  '1.1.1.1',
  '93.184.216.34',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.0.1',
  '172.32.0.1',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00::1',
  '2001:4860:4860::8888',
  '::ffff:1.1.1.1',
  '64:ff9b::1.1.1.1',
])('%s is on the public internet', (address) => {
  expect(networksOf([]).isPublic(address)).toBe(true)
})

test('networks are allowed by address and by range, in either form of an address', () => {
  const networks = networksOf(['10.1.2.3', '192.168.0.0/16', 'fd00::/8', '::ffff:10.9.9.9', '169.254.169.254/32'])
  const allowed = [
    '10.1.2.3',
    '::ffff:10.1.2.3',
    '192.168.7.7',
    '64:ff9b::192.168.7.7',
    'fd12::1',
    '10.9.9.9',
    '169.254.169.254',
  ]
  expect(allowed.filter((address) => !networks.isAllowed(address))).toEqual([])
  const refused = ['10.1.2.4', '192.169.0.1', 'fc00::1', '127.0.0.1', 'fe80::1%eth0', 'no address', '']
  expect(refused.filter((address) => networks.isAllowed(address))).toEqual([])
})

test.each(['10.0.0.0/33', '10.0.0', 'localhost', '10.0.0.0/', '10.0.0.0/8/8', 'fd00::/129', '', '*', 'fe80::1%eth0'])(
  'the network %j is none',
  (network) => {
    const message = 'createZenith: option "alerts.allowedNetworks" takes a list of addresses and CIDR ranges'
    expect(() => networksOf([network])).toThrow(message)
  },
)
