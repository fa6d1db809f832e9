// The decorators are called by hand: no compiler stands between the app and the framework.
import 'reflect-metadata'
import { QuasarModule } from '@gravito/quasar/nest'
import { Controller, Get, Module, Param } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { OrderError, options, ready, SLOW_MS, wait } from './app.mjs'

const [platform] = process.argv.slice(2)

class Shop {
  user(id) {
    return { id }
  }
  fail() {
    throw new OrderError('no stock')
  }
  async slow() {
    await wait(SLOW_MS)
    return 'slow'
  }
}
const routes = { user: 'users/:id', fail: 'fail', slow: 'slow' }
for (const [name, path] of Object.entries(routes))
  Get(path)(Shop.prototype, name, Object.getOwnPropertyDescriptor(Shop.prototype, name))
Param('id')(Shop.prototype, 'user', 0)
Controller()(Shop)

class App {}
Module({ imports: [QuasarModule.forRoot(options)], controllers: [Shop] })(App)

const app = await NestFactory.create(App, await adapter(), { logger: false, forceCloseConnections: true })
await app.listen(0, '127.0.0.1')

ready({
  port: app.getHttpServer().address().port,
  names: ['@nestjs/common', '@nestjs/core', `@nestjs/platform-${platform}`],
  close: () => app.close(),
})

async function adapter() {
  const loaded = await import(`@nestjs/platform-${platform}`)
  return platform === 'express' ? new loaded.ExpressAdapter() : new loaded.FastifyAdapter()
}
