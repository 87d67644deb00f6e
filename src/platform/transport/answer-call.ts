import type { MessageHandler } from '@nestjs/microservices';
import type { Histogram } from 'prom-client';
import { isObservable, lastValueFrom } from 'rxjs';
import { GatewayError } from '../../core/gateway-error.js';
import type { Metrics } from '../observability/metrics.js';
import { toGatewayError } from './to-gateway-error.js';
import type { WireCall } from './wire-call.js';

type Labels = 'wire' | 'method' | 'code';

/** Calls handlers for gRPC and NATS, and counts what came of it. */
export class CallCounter {
  private readonly durations: Histogram<Labels>;

  constructor(metrics: Metrics) {
    this.durations = metrics.histogram<Labels>(
      'heliograph_rpc_seconds',
      'Calls over gRPC and NATS, by wire, method and code (`ok`, `cancelled` or the code of the error).',
      ['wire', 'method', 'code'],
    );
  }

  /** Calls a handler. Rejects with a GatewayError only, whatever was thrown. */
  async answer(handler: MessageHandler, data: unknown, call: WireCall, method: string): Promise<unknown> {
    const end = this.durations.startTimer({ wire: call.wire, method });
    try {
      const result = await handler(data, call);
      const answer = isObservable(result) ? await lastValueFrom(result, { defaultValue: undefined }) : result;
      end({ code: 'ok' });
      return answer;
    } catch (thrown) {
      const error = toGatewayError(thrown);
      end({ code: error.code });
      throw error;
    }
  }

  /** Calls a handler that gives answers one by one, and hands each on. Rejects with a GatewayError only. */
  async answerAll(
    handler: MessageHandler,
    data: unknown,
    call: WireCall,
    method: string,
    send: (answer: unknown) => Promise<void>,
  ): Promise<void> {
    const end = this.durations.startTimer({ wire: call.wire, method });
    try {
      const result = await handler(data, call);
      const answers = (isObservable(result) ? await lastValueFrom(result) : result) as AsyncIterable<unknown>;
      for await (const answer of answers) await send(answer);
      end({ code: 'ok' });
    } catch (thrown) {
      // Whoever hung up waits for no answer, and it is no fault of ours.
      if (call.ended?.aborted === true) return void end({ code: 'cancelled' });
      const error = toGatewayError(thrown);
      end({ code: error.code });
      throw error;
    }
  }

  /** Counts a call that never reached its handler, and gives the error back. */
  refused(call: Pick<WireCall, 'wire'>, method: string, error: GatewayError): GatewayError {
    this.durations.observe({ wire: call.wire, method, code: error.code }, 0);
    return error;
  }
}
