import { type CanActivate, type ExecutionContext, Inject, Injectable, UseGuards } from '@nestjs/common'
import { QuasarService } from './quasar.service.js'
import { rawResponse } from './watch-exceptions.js'

/** Lets everybody pass; forgets the request on the way. */
@Injectable()
class SkipGuard implements CanActivate {
  constructor(@Inject(QuasarService) private readonly service: QuasarService) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() === 'http') this.service.recorder.requests.find(rawResponse(context))?.discard()
    return true
  }
}

/**
 * Leaves a controller or a handler out of Quasar's reports. What a global guard turns away is still reported.
 *
 * @example @SkipQuasar() @Get('health') health() {}
 */
export function SkipQuasar(): ClassDecorator & MethodDecorator {
  return UseGuards(SkipGuard)
}
