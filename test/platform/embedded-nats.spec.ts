import { mkdtempSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { type EmbeddedNats, findNatsServer, startEmbeddedNats } from '../../src/platform/embedded/embedded-nats.js';
import { type CompiledEmbedded, compileEmbedded } from './support/compiled-embedded.js';
import { goneWithin, isRunning, runElsewhere } from './support/other-process.js';
import { TempFolders } from './support/temp-folders.js';

const folders = new TempFolders();
const running: EmbeddedNats[] = [];
const searchPath = process.env.PATH;
// The server is no npm package: a machine without it runs the service with its bus off, and this spec cannot see more.
const withServer = findNatsServer(searchPath) === null ? describe.skip : describe;
let compiled: CompiledEmbedded;

async function start(storeDir: string): Promise<EmbeddedNats> {
  const server = await startEmbeddedNats({ storeDir, path: searchPath });
  running.push(server);
  return server;
}

async function connected<T>(url: string, use: (nc: NatsConnection) => Promise<T>): Promise<T> {
  const nc = await connect({ servers: url, reconnect: false });
  try {
    return await use(nc);
  } finally {
    await nc.close();
  }
}

beforeAll(() => {
  compiled = compileEmbedded();
});
afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});
afterAll(() => {
  compiled.remove();
  folders.removeAll();
});

withServer('embedded NATS', () => {
  it('has JetStream, and finds its streams again at the next start', async () => {
    const storeDir = path.join(folders.make(), 'nats');
    const first = await start(storeDir);
    await connected(first.url, async (nc) => {
      const jsm = await jetstreamManager(nc);
      await jsm.streams.add({ name: 'KEPT', subjects: ['kept.*'] });
      expect((await jetstream(nc).publish('kept.one', 'a')).seq).toBe(1);
    });
    await first.stop();
    await first.stop();
    expect(isRunning(first.pid)).toBe(false);
    const second = await start(storeDir);
    const messages = await connected(second.url, async (nc) => {
      const jsm = await jetstreamManager(nc);
      return (await jsm.streams.info('KEPT')).state.messages;
    });
    expect(messages).toBe(1);
  });

  it('refuses a folder that a living server uses, and names its process', async () => {
    const storeDir = folders.make();
    const server = await start(storeDir);
    await expect(start(storeDir)).rejects.toThrow(`in use by the nats-server with process id ${server.pid}`);
  });

  it('goes when its parent is killed', async () => {
    const parent = runElsewhere(
      `import { startEmbeddedNats } from '${compiled.url('embedded-nats')}';
       const server = await startEmbeddedNats({ storeDir: ${JSON.stringify(folders.make())}, path: ${JSON.stringify(searchPath)} });
       console.log(JSON.stringify({ pid: server.pid }));
       setInterval(() => {}, 1000);`,
    );
    const { pid } = await parent.firstAnswer<{ pid: number }>();
    expect(isRunning(pid)).toBe(true);
    parent.child.kill('SIGKILL');
    await goneWithin(pid, 5_000);
  });
});

describe('embedded NATS without a server on the machine', () => {
  it('says what to install or set', async () => {
    const program = path.join(mkdtempSync(path.join(folders.make(), 'empty-')), 'nats-server');
    await expect(startEmbeddedNats({ storeDir: folders.make(), program })).rejects.toThrow('set NATS_URL');
  });
});
