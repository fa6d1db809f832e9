import {
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  SetMetadata,
  UseGuards,
} from '@nestjs/common'
import { rawResponse } from './internals/entry-points.js'
import { QuasarService } from './quasar.service.js'
import { SKIPPED } from './skipped.js'

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
 * Leaves a controller or a handler out of Quasar's reports, or a gateway, a provider with schedules and listeners, or one of their methods.
 * What a global guard turns away is still reported.
 *
 * @example @SkipQuasar() @Get('health') health() {}
 */
export function SkipQuasar(): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(SKIPPED, true), UseGuards(SkipGuard))
}
