import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { GatewayError } from '../../core/gateway-error.js';
import { Public } from '../auth/api-key.guard.js';
import { ReadyCheck } from '../lifecycle/ready-check.js';
import { Metrics } from '../observability/metrics.js';
import { ApiProblem } from './api-problem.js';

/** For those who run the service: health and metrics. */
@ApiTags('operations')
@Public()
@Controller()
export class OperationsHttpController {
  constructor(
    private readonly check: ReadyCheck,
    private readonly metrics: Metrics,
  ) {}

  /** The process is alive; restarting it would mend nothing. */
  @Get('health/live')
  @ApiOperation({ operationId: 'isLive', summary: 'Is the process alive' })
  @ApiResponse({ status: 200, description: 'It is.' })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  /** The process can take work: it has started, is not stopping, and reaches its database. */
  @Get('health/ready')
  @ApiOperation({ operationId: 'isReady', summary: 'Can it take work' })
  @ApiResponse({ status: 200, description: 'It can.' })
  @ApiProblem(503)
  async ready(): Promise<{ status: 'ready' }> {
    const whyNot = await this.check.whyNot();
    if (whyNot !== null) throw new GatewayError('unavailable', whyNot, { retryAfterMs: 1000 });
    return { status: 'ready' };
  }

  /** Counters and histograms in Prometheus' text format. */
  @Get('metrics')
  @Header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({ operationId: 'getMetrics', summary: 'Metrics for Prometheus' })
  @ApiResponse({
    status: 200,
    description: "Prometheus' text format.",
    content: { 'text/plain': { schema: { type: 'string' } } },
  })
  text(): Promise<string> {
    return this.metrics.text();
  }
}
