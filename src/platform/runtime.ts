import type { Clock } from '../core/clock.js';
import type { GatewayConfig } from './config/settings.js';
import type { CrashPoints } from './observability/crash-points.js';
import type { Logger } from './observability/logger.js';
import type { Metrics } from './observability/metrics.js';

/** What any part of the process may ask of it: settings, time, a place to log and to count. */
export class Runtime {
  constructor(
    readonly config: GatewayConfig,
    readonly clock: Clock,
    readonly logger: Logger,
    readonly metrics: Metrics,
    readonly crash: CrashPoints,
  ) {}

  /** Tells whether events go to a bus, and so whether the ledger fills the outbox. */
  get publishesEvents(): boolean {
    return this.config.natsUrl !== undefined;
  }
}
