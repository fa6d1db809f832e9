import 'reflect-metadata'
import { Body, Controller, Get, type INestApplication, Module, Post } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { ZenithModule } from '../../../src/integrations/nest/zenith.module.js'
import type { ZenithOptions } from '../../../src/runtime/create-zenith.js'
import { zenithMountSuite } from '../../conformance/zenith-mount.js'
import { urlOf } from '../support/serve.js'

@Controller()
class AppController {
  @Get('hello')
  hello() {
    return 'hello'
  }

  @Post('echo')
  echo(@Body() body: unknown) {
    return body
  }
}

type Create = (module: object) => Promise<INestApplication>

const creators: Record<string, Create> = {
  express: (module) => NestFactory.create(module, new ExpressAdapter(), { logger: false }),
  fastify: (module) => NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: false }),
}

for (const [adapter, create] of Object.entries(creators)) {
  const start =
    (imports: (path: string, options: ZenithOptions) => object[]) => async (path: string, options: ZenithOptions) => {
      @Module({ imports: imports(path, options) as never, controllers: [AppController] })
      class AppModule {}
      const app = await create(AppModule)
      await app.listen(0, '127.0.0.1')
      return { url: urlOf(app.getHttpServer()), stop: () => app.close() }
    }
  zenithMountSuite(
    `Nest on ${adapter}, forRoot`,
    start((path, options) => [ZenithModule.forRoot({ ...options, path })]),
  )
  zenithMountSuite(
    `Nest on ${adapter}, forRootAsync, imported twice`,
    start((path, options) => [
      ZenithModule.forRootAsync({ useFactory: async () => ({ ...options, path }) }),
      ZenithModule.forRootAsync({ useFactory: async () => ({ ...options, path }) }),
    ]),
  )
}
