import type { Server } from '@grpc/grpc-js';
import { HealthImplementation } from 'grpc-health-check';
import type { Readiness } from '../../lifecycle/readiness.js';
import type { ReadyCheck } from '../../lifecycle/ready-check.js';

/** Probes come every few seconds and want several bad answers; longer than one look may take, so that none overlap. */
const LOOK_EVERY_MS = 2000;

/**
 * Adds `grpc.health.v1.Health` for the whole server (the empty name) and each service. It says what `/health/ready` says:
 * a change of readiness at once, a database that went or came back within {@link LOOK_EVERY_MS} and the time of a look.
 */
export function addHealth(
  server: Server,
  services: Iterable<string>,
  { readiness, check }: { readonly readiness: Readiness; readonly check: ReadyCheck },
): void {
  const names = ['', ...services];
  const health = new HealthImplementation();
  let told: boolean | null = null;
  const tell = (serves: boolean): void => {
    // Who watches is told of changes only.
    if (serves === told) return;
    told = serves;
    for (const name of names) health.setStatus(name, serves ? 'SERVING' : 'NOT_SERVING');
  };
  const look = async (): Promise<void> => {
    const serves = (await check.whyNot()) === null;
    // The end may have begun meanwhile.
    tell(serves && readiness.current === 'ready');
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref();
  readiness.listen((state) => {
    tell(state === 'ready');
    if (state === 'draining') clearInterval(timer);
  });
  health.addToServer(server);
}
