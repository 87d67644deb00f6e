import { systemClock } from '../../src/platform/clock/system-clock.js';
import { loadConfig } from '../../src/platform/config/load-config.js';
import { CrashPoints } from '../../src/platform/observability/crash-points.js';
import { Metrics } from '../../src/platform/observability/metrics.js';
import { Runtime } from '../../src/platform/runtime.js';
import { SECRETS } from './accounts.js';
import { quiet } from './database.js';

/** What a service asks of its process, for services that a spec makes by hand. Without a bus unless told otherwise. */
export function aRuntime(settings: Readonly<Record<string, string>> = {}): Runtime {
  const config = loadConfig({ NODE_ENV: 'test', LOG_LEVEL: 'silent', ...SECRETS, ...settings });
  return new Runtime(config, systemClock, quiet, new Metrics(), new CrashPoints(undefined));
}
