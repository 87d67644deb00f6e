import type { JsMsg } from '@nats-io/jetstream';
import { Injectable } from '@nestjs/common';
import type { Counter, Gauge, Histogram } from 'prom-client';
import {
  COMMAND_STREAM,
  COMMAND_SUBJECTS,
  DEAD_LETTER_STREAM,
  DEAD_LETTER_SUBJECTS,
  deadLetterSubject,
} from '../contracts/subjects.js';
import type { GatewayError } from '../core/gateway-error.js';
import { deadLetterHeaders } from '../platform/bus/dead-letter-headers.js';
import { WorkStream } from '../platform/bus/work-stream.js';
import type { Worker } from '../platform/lifecycle/worker-loop.js';
import { Runtime } from '../platform/runtime.js';
import { readJsonObject, wireCallOf } from '../platform/transport/nats/nats-call.js';
import { toGatewayError } from '../platform/transport/to-gateway-error.js';
import { CommandsService } from './commands.service.js';

/** As many as one group commit takes. */
const BATCH = 500;

/** Back-off of what cannot be carried out now. The longest keeps to the 5 s in which loops resume. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 5000;

/** A fault of ours may be the command's doing: after so many deliveries it no longer holds up the others. */
const MOST_FAULTS = 5;

type Result = 'accepted' | 'dead' | 'retried';

/**
 * Takes commands from the stream and acknowledges each after its commit, never before. What can never be carried out
 * becomes a dead letter with the reason; what cannot now is delivered again.
 */
@Injectable()
export class CommandWorker implements Worker {
  readonly name = 'commands';
  private readonly stream: WorkStream;
  private readonly received: Counter;
  private readonly results: Counter<'result'>;
  private readonly lag: Histogram;
  private readonly waiting: Gauge;

  constructor(
    private readonly commands: CommandsService,
    private readonly runtime: Runtime,
  ) {
    const { config, metrics } = runtime;
    this.stream = new WorkStream({
      url: config.natsUrl ?? '',
      work: { name: COMMAND_STREAM, subjects: COMMAND_SUBJECTS },
      dead: { name: DEAD_LETTER_STREAM, subjects: DEAD_LETTER_SUBJECTS },
      durable: 'heliograph-commands',
      maxBytes: config.commandStreamMaxBytes,
      maxMessages: config.commandStreamMaxMessages,
    });
    this.received = metrics.counter('heliograph_commands_received_total', 'Deliveries of commands, repeated ones too.');
    this.results = metrics.counter('heliograph_commands_total', 'Deliveries of commands, by what came of them.', [
      'result',
    ]);
    this.lag = metrics.histogram(
      'heliograph_command_lag_seconds',
      'Time from the stream having a command to its commit.',
    );
    this.waiting = metrics.gauge('heliograph_commands_waiting', 'Commands in the stream that nobody has taken yet.');
  }

  /** Takes one batch; waits up to a second for it. */
  async runOnce(): Promise<{ nextInMs: number }> {
    const { waiting } = await this.stream.pull(BATCH, (message) => this.take(message));
    this.waiting.set(waiting);
    return { nextInMs: 0 };
  }

  /** Closes the connection; what is unacknowledged goes to another replica. */
  async stop(): Promise<void> {
    await this.stream.close();
  }

  private async take(message: JsMsg): Promise<void> {
    const { info } = message;
    this.received.inc();
    const result = await this.carryOut(message).catch((err: unknown) => {
      // Not even the dead letter could be stored: nothing is acknowledged, so nothing is lost.
      this.runtime.logger.warn({ err, sequence: info.streamSequence }, 'a command could not be set aside');
      message.nak(LONGEST_RETRY_MS);
      return 'retried' as const;
    });
    this.results.inc({ result });
  }

  private async carryOut(message: JsMsg): Promise<Result> {
    const { subject, info } = message;
    try {
      await this.commands.carryOut({
        subject,
        call: wireCallOf(message.headers),
        read: () => readJsonObject(message.data),
        // The blanks keep it apart from every key that a caller can give. A sequence begins anew with a new stream.
        ownKey: `${COMMAND_STREAM} ${info.timestampNanos} ${info.streamSequence}`,
      });
    } catch (thrown) {
      return this.refuse(message, toGatewayError(thrown));
    }
    this.runtime.crash.pass('command-committed');
    message.ack();
    const storedMs = info.timestampNanos / 1_000_000;
    this.lag.observe(Math.max(0, this.runtime.clock.now().getTime() - storedMs) / 1000);
    return 'accepted';
  }

  private async refuse(message: JsMsg, error: GatewayError): Promise<Result> {
    const { info } = message;
    const { logger } = this.runtime;
    const isFault = error.code === 'internal';
    if (isFault) logger.error({ err: error.cause, sequence: info.streamSequence }, 'a command failed');
    if (error.row.retryable || (isFault && info.deliveryCount < MOST_FAULTS)) {
      message.nak(Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(info.deliveryCount - 1, 10)));
      return 'retried';
    }
    await this.stream.bury({
      subject: deadLetterSubject(message.subject),
      headers: deadLetterHeaders(message, error),
      data: message.data,
      id: `${COMMAND_STREAM}-${info.timestampNanos}-${info.streamSequence}`,
    });
    message.ack();
    return 'dead';
  }
}
