// With decorators called by hand: no compiler stands between the app and the framework.
import 'reflect-metadata'
import { QuasarModule } from '@gravito/quasar/nest'
import { Catch, Controller, Get, Module, Param } from '@nestjs/common'
import { APP_FILTER, NestFactory } from '@nestjs/core'
import { ERRORS } from './errors.mjs'

class AppController {
  plain() {
    return 'plain'
  }
  user(id) {
    return { id }
  }
  fail(how) {
    throw ERRORS[how]()
  }
}

class AnswerAll {
  catch(_error, host) {
    host.switchToHttp().getResponse().status(500).send('failed')
  }
}

function route(name, path, param) {
  Get(path)(AppController.prototype, name, Object.getOwnPropertyDescriptor(AppController.prototype, name))
  if (param) Param(param)(AppController.prototype, name, 0)
}

export async function openApp({ options }) {
  route('plain', 'plain')
  route('user', 'users/:id', 'id')
  route('fail', 'fail/:how', 'how')
  Controller()(AppController)
  Catch()(AnswerAll)
  class AppModule {}
  Module({
    imports: options ? [QuasarModule.forRoot(options)] : [],
    controllers: [AppController],
    providers: [{ provide: APP_FILTER, useClass: AnswerAll }],
  })(AppModule)
  const app = await NestFactory.create(AppModule, { logger: false, forceCloseConnections: true })
  await app.listen(0, '127.0.0.1')
  return { port: app.getHttpServer().address().port, close: () => app.close() }
}
