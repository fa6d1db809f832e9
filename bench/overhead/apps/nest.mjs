import 'reflect-metadata'
import { Controller, Get, Module, Param } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { followByRoutes } from './fastify.mjs'
import { arrive, atEnd, histogramOf } from './floor.mjs'
import { load, quasarOptions } from './quasar.mjs'

/** What TypeScript makes of decorators. */
function decorated(target, key, decorators, parameters = []) {
  for (const [index, decorate] of parameters.entries()) decorate(target, key, index)
  const descriptor = Object.getOwnPropertyDescriptor(target, key)
  for (const decorate of decorators) decorate(target, key, descriptor)
}

class AppController {
  plain() {
    return { ok: true }
  }
  user(id) {
    return { id, name: 'Ada' }
  }
  order(id) {
    return { id, total: 42 }
  }
}
decorated(AppController.prototype, 'plain', [Get('plain')])
decorated(AppController.prototype, 'user', [Get('users/:id')], [Param('id')])
decorated(AppController.prototype, 'order', [Get('api/orders/:id')], [Param('id')])
Controller()(AppController)

const PLUGINS = {
  empty: (app) => app.use((_request, _response, next) => next()),
  floor(app, platform) {
    if (platform === 'fastify') return followByRoutes(app.getHttpAdapter().getInstance())
    app.use((request, _response, next) => {
      arrive(request)
      next()
    })
    atEnd((request) => histogramOf(request.route.path))
  },
}

async function importsOf(variant) {
  if (!variant.startsWith('quasar')) return []
  const { QuasarModule } = await load('nest')
  return [QuasarModule.forRoot(quasarOptions(variant))]
}

export async function nest(platform, variant) {
  class AppModule {}
  Module({ imports: await importsOf(variant), controllers: [AppController] })(AppModule)
  const app = await NestFactory.create(AppModule, await adapterOf(platform), { logger: false })
  PLUGINS[variant]?.(app, platform)
  await app.listen(0, '127.0.0.1')
  return app.getHttpServer()
}

async function adapterOf(platform) {
  if (platform === 'fastify') return new (await import('@nestjs/platform-fastify')).FastifyAdapter()
  return new (await import('@nestjs/platform-express')).ExpressAdapter()
}
