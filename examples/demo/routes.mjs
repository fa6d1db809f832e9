// What the load generator asks for. `weight` is how often, compared with the others; `block` requests come in bursts only.
const get = (app, path, weight = 0) => ({ app, method: 'GET', path, weight })
const post = (app, path, weight, body = {}) => ({ app, method: 'POST', path, weight, body })
const aborted = (app, path, weight) => ({ ...get(app, path, weight), abortAfter: 200 })

const id = () => String(1 + Math.floor(Math.random() * 9000))

export const requests = [
  get('shop', () => '/products', 20),
  get('shop', () => `/products/${Math.random() < 0.9 ? 1 : id()}`, 20),
  get('shop', () => '/search?q=desk', 1),
  get('shop', () => '/export.csv', 1),
  post('shop', () => '/checkout', 1),
  aborted('shop', () => '/search?q=lamp', 1),

  get('orders', () => '/orders', 15),
  get('orders', () => `/orders/${Math.random() < 0.9 ? 1001 : id()}`, 20),
  post('orders', () => '/orders', 8, { total: 1200 }),
  post('orders', () => '/orders', 1, { total: 0 }),
  get('orders', () => '/orders/1002/history', 1),
  get('orders', () => '/orders/export', 1),
  post('orders', () => '/orders/1001/refund', 1),

  get('catalog', () => '/items', 20),
  get('catalog', () => `/items/${Math.random() < 0.9 ? 'a1' : id()}`, 20),
  get('catalog', () => `/recommendations/${id()}`, 1),
  get('catalog', () => '/feed', 1),
  get('catalog', () => '/items/a1/reviews', 1),
  get('catalog', () => `/wp-admin/${id()}`, 1),

  get('accounts', () => '/accounts', 15),
  get('accounts', () => `/accounts/${Math.random() < 0.9 ? 7 : id()}`, 20),
  get('accounts', () => '/accounts/7/statement', 1),
  get('accounts', () => '/accounts/export', 1),
  get('accounts', () => '/accounts/audit', 1),
  post('accounts', () => '/accounts/7/transfer', 1),
]

/** Each blocks the event loop of its app for about 200 ms. */
export const blocking = [
  get('shop', () => `/invoices/${id()}/pdf`),
  get('orders', () => '/orders/1001/label'),
  get('catalog', () => '/items/b2/thumbnail'),
  get('accounts', () => '/accounts/8/score'),
]

const retries = { attempts: 3, backoff: { type: 'fixed', delay: 500 } }

export const jobs = [
  { name: 'welcome-mail', weight: 60 },
  { name: 'monthly-report', weight: 2 },
  { name: 'resize-image', weight: 2 },
  { name: 'sync-crm', weight: 1, options: retries },
  { name: 'charge-card', weight: 1, options: { ...retries, attempts: 2 } },
]
