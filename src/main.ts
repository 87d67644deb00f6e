import 'reflect-metadata';
import { startGateway } from './app/start-gateway.js';
import { startServers } from './app/start-servers.js';
import { ConfigError, loadConfig } from './platform/config/load-config.js';
import { databaseFault } from './platform/db/database-fault.js';

/** Starts what the environment asks for, and stops it in order on SIGTERM or SIGINT. */
async function main(): Promise<void> {
  const servers = await startServers(loadConfig(process.env), process.env);
  try {
    const gateway = await startGateway(servers.config);
    let stopping = false;
    const stop = async () => {
      if (stopping) return;
      stopping = true;
      await gateway.stop();
      await servers.stop();
      process.exit(0);
    };
    process.on('SIGTERM', () => void stop());
    process.on('SIGINT', () => void stop());
  } catch (error) {
    await servers.stop();
    throw error;
  }
}

main().catch((error: unknown) => {
  console.error(forPeople(error) ?? error);
  process.exit(1);
});

/** One line for what an operator can mend; null for what needs a stack. */
function forPeople(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error instanceof ConfigError || /^(Bootstrap|EmbeddedServer)Error$/.test(error.name)) return error.message;
  const ofDatabase = databaseFault(error);
  if (ofDatabase !== null) return `DATABASE_URL: ${ofDatabase}`;
  const { code, port, setting = 'HTTP_PORT' } = error as Error & { code?: string; port?: number; setting?: string };
  return code === 'EADDRINUSE' ? `${setting} ${port} is in use by another program already.` : null;
}
