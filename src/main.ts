import 'reflect-metadata';
import { startGateway } from './app/start-gateway.js';
import { startServers } from './app/start-servers.js';
import { ConfigError, loadConfig } from './platform/config/load-config.js';

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
  // Configuration and bootstrap errors are for people: one line, no stack.
  const forPeople =
    error instanceof ConfigError || (error instanceof Error && /^(Bootstrap|EmbeddedServer)Error$/.test(error.name));
  console.error(forPeople ? (error as Error).message : error);
  process.exit(1);
});
