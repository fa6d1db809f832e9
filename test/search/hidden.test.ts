import { expect, it } from 'vitest'
import { hiddenSearch } from '../../src/search/hidden.js'
import { parseSearch } from '../../src/search/language.js'

it.each([
  ['email:ada@example.com queue:mail*', 'email:… queue:mail*'],
  ['ada lovelace', '…'],
  ['-"ada l" state:failed', '-"…" state:failed'],
  ['id:ada@example.com run:>1s', 'id:… run:>=1001ms'],
  ['customer.email:ada* after:2026-11-20', 'customer.email:… after:2026-11-20'],
  ['payload.ada@example.com:yes', '…:…'],
])('%s is shown as %s', (text, shown) => {
  const { search } = parseSearch(text, 0)
  expect(search && hiddenSearch(search)).toBe(shown)
})
